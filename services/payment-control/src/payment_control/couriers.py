"""The bank's pickup folder: read, never moved or deleted; other services read it too."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bankfiles import detect
from delivery import FileState, FolderWatch, Worker
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


@dataclass(slots=True)
class PickupFolder:
    """Remembers which files were looked at, by name, size and time of change."""

    folder: Path | None
    accounts: Sequence[ClientAccount]
    seen: set[tuple[str, str]] | None = field(default=None)
    _watch: FolderWatch | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._watch = FolderWatch(self.folder) if self.folder else None

    async def count_unseen(self, session: Session) -> int:
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

    async def _import(self, database: Database, files: Sequence[FileState]) -> None:
        picked = await asyncio.to_thread(self._read, files)
        posted = [reading for reading, kind in picked if reading.file is not None or kind not in _NOT_POSTED]
        rows = [
            {"name": waiting.name, "sha256": reading.sha256, "stamp": _stamp(waiting)}
            for waiting, (reading, _) in zip(files, picked, strict=True)
        ]
        async with database.transaction() as session:
            if posted:
                day = await today(session)
                for imported in await import_bank_files(session, posted, self.accounts, day, PICKED_UP):
                    log.info("bank file %s: %s, %d lines new", imported.file_id, imported.status, imported.registered)
            await queries.save_picked(session, rows)
        assert self.seen is not None
        self.seen.update((waiting.name, _stamp(waiting)) for waiting in files)

    def _read(self, files: Sequence[FileState]) -> list[tuple[Reading, str]]:
        assert self.folder is not None
        contents = [(waiting.name, (self.folder / waiting.name).read_bytes()) for waiting in files]
        return [(read_bank_file(name, content), detect(content)) for name, content in contents]

    async def _recall(self, session: Session) -> None:
        if self.seen is None:
            self.seen = await queries.list_picked(session)

    def _unseen(self) -> list[FileState]:
        """Complete files not looked at, in the order in which the bank wrote them."""
        if self._watch is None:
            return []
        seen = self.seen or set()
        new = self._watch.list_new(_is_wanted, lambda state: (state.name, _stamp(state)) in seen)
        return sorted(new, key=lambda state: (state.changed_ns, state.name))

    def workers(self, database: Database) -> list[Worker]:
        if self.folder is None:
            return []
        return [Worker("bank pickup", lambda: self.import_new(database), 0.1)]


def _is_wanted(name: str) -> bool:
    return not name.startswith((".", *_ANSWERS_TO_PAYOUTS)) and not name.endswith(_UNFINISHED)


def _stamp(state: FileState) -> str:
    return f"{state.size}:{state.changed_ns}"


def _in_portions(files: Sequence[FileState]) -> Iterator[list[FileState]]:
    """As many files as one transaction takes; a big one goes alone."""
    portion: list[FileState] = []
    for waiting in files:
        if portion and (len(portion) == _MOST_FILES or sum(one.size for one in portion) + waiting.size > _MOST_BYTES):
            yield portion
            portion = []
        portion.append(waiting)
    if portion:
        yield portion
