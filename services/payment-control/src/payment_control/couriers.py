"""The bank's pickup folder: read, never moved or deleted; other services read it too."""

import asyncio
import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bankfiles import detect
from delivery import FolderWatch, Worker
from payment_control.domain.accounts import ClientAccount
from payment_control.queries import bank_files as queries
from payment_control.use_cases.bank_files import PICKED_UP, import_bank_file, read_bank_file
from runtime.clock import today
from runtime.database import Database, Session
from runtime.telemetry import tracer

log = logging.getLogger(__name__)

_ANSWERS_TO_PAYOUTS = ("pain.", "pacs.")
_NOT_POSTED = ("pain.002", "pacs.004", "camt.052")
_UNFINISHED = (".tmp", ".part", ".filepart", ".writing", ".swp")


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
        """Import the files not seen yet, each in its own transaction; says how many there were."""
        if self.seen is None:
            async with database.transaction() as session:
                await self._recall(session)
        files = self._unseen()
        for name, stamp in files:
            with tracer.start_as_current_span("import bank file"):
                await self._import(database, name, stamp)
        return len(files)

    async def _import(self, database: Database, name: str, stamp: str) -> None:
        assert self.folder is not None
        assert self.seen is not None
        content = await asyncio.to_thread((self.folder / name).read_bytes)
        reading = await asyncio.to_thread(read_bank_file, name, content)
        posted = reading.file is not None or detect(content) not in _NOT_POSTED
        async with database.transaction() as session:
            if posted:
                imported = await import_bank_file(session, reading, self.accounts, await today(session), PICKED_UP)
                log.info("bank file %s: %s, %d lines new", imported.file_id, imported.status, imported.registered)
            await queries.save_picked(session, name, reading.sha256, stamp)
        self.seen.add((name, stamp))

    async def _recall(self, session: Session) -> None:
        if self.seen is None:
            self.seen = await queries.list_picked(session)

    def _unseen(self) -> list[tuple[str, str]]:
        """Complete files not looked at, in the order in which the bank wrote them."""
        if self.folder is None or not self.folder.is_dir():
            return []
        self._watch = self._watch or FolderWatch(self.folder)
        if not self._watch.may_have_news():
            return []
        changed_at = self.folder.stat().st_mtime
        seen = self.seen or set()
        found: list[tuple[int, str, str]] = []
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name.startswith((".", *_ANSWERS_TO_PAYOUTS)) or entry.name.endswith(_UNFINISHED):
                    continue
                if not entry.is_file():
                    continue
                status = entry.stat()
                stamp = f"{status.st_size}:{status.st_mtime_ns}"
                if (entry.name, stamp) not in seen:
                    found.append((status.st_mtime_ns, entry.name, stamp))
        if not found:
            self._watch.found_nothing(changed_at)
        return [(name, stamp) for _, name, stamp in sorted(found)]

    def workers(self, database: Database) -> list[Worker]:
        if self.folder is None:
            return []
        return [Worker("bank pickup", lambda: self.import_new(database), 0.1)]
