"""The bank's pickup folder: read, never moved or deleted; other services read it too."""

import asyncio
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bankfiles import detect
from delivery import FolderWatch, Worker
from payment_control.domain.accounts import ClientAccount
from payment_control.queries import bank_files as queries
from payment_control.use_cases.bank_files import PICKED_UP, Reading, import_bank_files, read_bank_file
from runtime.clock import today
from runtime.database import Database, Session
from runtime.telemetry import tracer

log = logging.getLogger(__name__)

_ANSWERS_TO_PAYOUTS = ("pain.", "pacs.")
_NOT_POSTED = ("pain.002", "pacs.004", "camt.052")
_MOST_FILES = 100
_MOST_BYTES = 16 * 1024 * 1024
_UNFINISHED = (".tmp", ".part", ".filepart", ".writing", ".swp")


class Waiting(NamedTuple):
    """A file of the folder; sorts in the order in which the bank wrote them."""

    changed_ns: int
    name: str
    stamp: str
    size: int


@dataclass(slots=True)
class PickupFolder:
    """Remembers which files were looked at, by name, size and time of change."""

    folder: Path | None
    accounts: Sequence[ClientAccount]
    seen: set[tuple[str, str]] | None = field(default=None)
    _watch: FolderWatch | None = field(default=None, init=False)

    async def backlog(self, session: Session) -> int:
        """How many files of the folder are still to be looked at."""
        await self._recall(session)
        return len(self._unseen())

    async def import_new(self, database: Database) -> int:
        """Import the files not seen yet, in the order of the bank; says how many there were.

        Files that wait together share a transaction, up to a fixed number of files and bytes.
        """
        if self.seen is None:
            async with database.transaction() as session:
                await self._recall(session)
        files = self._unseen()
        for together in _in_portions(files):
            with tracer.start_as_current_span("import bank files"):
                await self._import(database, together)
        return len(files)

    async def _import(self, database: Database, files: Sequence[Waiting]) -> None:
        picked = await asyncio.to_thread(self._read, files)
        posted = [reading for reading, kind in picked if reading.file is not None or kind not in _NOT_POSTED]
        rows = [
            {"name": waiting.name, "sha256": reading.sha256, "stamp": waiting.stamp}
            for waiting, (reading, _) in zip(files, picked, strict=True)
        ]
        async with database.transaction() as session:
            if posted:
                day = await today(session)
                for imported in await import_bank_files(session, posted, self.accounts, day, PICKED_UP):
                    log.info("bank file %s: %s, %d lines new", imported.file_id, imported.status, imported.registered)
            await queries.save_picked(session, rows)
        assert self.seen is not None
        self.seen.update((waiting.name, waiting.stamp) for waiting in files)

    def _read(self, files: Sequence[Waiting]) -> list[tuple[Reading, str]]:
        assert self.folder is not None
        contents = [(waiting.name, (self.folder / waiting.name).read_bytes()) for waiting in files]
        return [(read_bank_file(name, content), detect(content)) for name, content in contents]

    async def _recall(self, session: Session) -> None:
        if self.seen is None:
            self.seen = await queries.list_picked(session)

    def _unseen(self) -> list[Waiting]:
        """Complete files not looked at, in the order in which the bank wrote them."""
        if self.folder is None or not self.folder.is_dir():
            return []
        self._watch = self._watch or FolderWatch(self.folder)
        if not self._watch.may_have_news():
            return []
        changed_at = self.folder.stat().st_mtime
        seen = self.seen or set()
        found: list[Waiting] = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.startswith((".", *_ANSWERS_TO_PAYOUTS)) or entry.name.endswith(_UNFINISHED):
                    continue
                if not entry.is_file():
                    continue
                status = entry.stat()
                stamp = f"{status.st_size}:{status.st_mtime_ns}"
                if (entry.name, stamp) not in seen:
                    found.append(Waiting(status.st_mtime_ns, entry.name, stamp, status.st_size))
        if not found:
            self._watch.found_nothing(changed_at)
        return sorted(found)

    def workers(self, database: Database) -> list[Worker]:
        if self.folder is None:
            return []
        return [Worker("bank pickup", lambda: self.import_new(database), 0.1)]


def _in_portions(files: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    """As many files as one transaction takes; a big one goes alone."""
    portion: list[Waiting] = []
    for waiting in files:
        if portion and (len(portion) == _MOST_FILES or sum(one.size for one in portion) + waiting.size > _MOST_BYTES):
            yield portion
            portion = []
        portion.append(waiting)
    if portion:
        yield portion
