"""To collectors and back: cases leave between transactions, into files or over HTTP; reports come in files."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from delivery import Backlog, Worker
from lifecycle import collector_message_queries, collector_queries
from lifecycle.collector_message_queries import Leased, Outcome
from lifecycle.collectors.answers import read_answers
from lifecycle.collectors.contacts import Contacts
from lifecycle.collectors.drop_folder import MOST_BYTES, list_answers, put_batch
from lifecycle.collectors.endpoint import Endpoint, Refused, Unreachable, secret_of
from lifecycle.domain.collectors import is_open_to, pause_seconds
from lifecycle.domain.reports import Report
from lifecycle.settings import Settings
from lifecycle.use_cases.outcomes import record
from lifecycle.use_cases.report_files import take_file
from runtime.database import Database, Session

_BATCH = 1_000
_LINES_AT_ONCE = 50
_LEASE_SECONDS = 300.0
_IDLE_SECONDS = 1.0


class CollectorCourier:
    """Takes what is due, tells each collector, records what came of it."""

    def __init__(self, settings: Settings, contacts: Contacts | None = None) -> None:
        self._settings = settings
        self._endpoint = Endpoint()
        self._contacts = contacts or Contacts(settings)
        self._lines = asyncio.Semaphore(_LINES_AT_ONCE)

    async def close(self) -> None:
        await self._endpoint.close()
        await self._contacts.close()

    async def deliver_due(self, database: Database) -> int:
        """One batch; says how many were due. A crash before the outcome is recorded delivers the same again."""
        async with database.transaction() as session:
            due = await collector_message_queries.lease(session, uuid4(), _BATCH, _LEASE_SECONDS)
        if due:
            tried = await asyncio.gather(*(self._attempt(batch) for batch in _by_way(due)))
            await record(database, [outcome for outcomes in tried for outcome in outcomes])
        return len(due)

    async def _attempt(self, messages: Sequence[Leased]) -> list[Outcome]:
        try:
            debtors = await self._debtors_of(messages)
            ready = [
                one for one in messages if one.kind != "PLACE" or not self._contacts.are_known or one.case_id in debtors
            ]
            if ready:
                await self._deliver(ready, debtors)
        except Refused as error:
            return [Outcome(message, "REFUSED", str(error)) for message in messages]
        except (Unreachable, OSError) as error:
            return [_failed(message, error) for message in messages]
        unknown = Unreachable("the debtor's details are not known")
        return [
            Outcome(one, "SENT") if one in ready else replace(_failed(one, unknown), left_out=True) for one in messages
        ]

    async def _debtors_of(self, messages: Sequence[Leased]) -> Mapping[int, Mapping[str, Any]]:
        """Contact details of the cases that are handed over, by case."""
        placed = [one.case_id for one in messages if one.kind == "PLACE"]
        if not placed or not self._contacts.are_known:
            return {}
        first = messages[0]
        async with self._lines:
            return await self._contacts.of_cases(first.creditor_id, placed, first.collector)

    async def _deliver(self, messages: Sequence[Leased], debtors: Mapping[int, Mapping[str, Any]]) -> None:
        first = messages[0]
        if first.adapter == "FILE_DROP":
            await asyncio.to_thread(put_batch, self._settings.collector_folder, messages, debtors)
            return
        assert first.url is not None  # an HTTP configuration has one
        if not is_open_to(first.url, self._settings.collector_endpoints):
            raise Refused("the office no longer opens this collector's address")
        secret = secret_of(self._settings.service_secret.get_secret_value(), first.configuration_id)
        async with self._lines:
            await self._endpoint.post(first.url, secret, first, debtors.get(first.case_id))


class AnswerFile(NamedTuple):
    """A file of a collector, told from others by size and time of change."""

    creditor_id: UUID
    collector: str
    path: Path
    size: int
    changed_ns: int


class ReportFolders:
    """The files of collectors, read only. Which were taken in is in the database; `_seen` only spares reading again."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._seen: set[AnswerFile] = set()

    async def take_new(self, database: Database) -> int:
        """Take in the files not looked at yet; says how many there were. One transaction per file."""
        if not self._root.is_dir():
            return 0
        async with database.reading() as session:
            new = await self._list_unseen(session)
            picked = await collector_queries.list_picked(
                session, {(file.creditor_id, file.collector, file.path.name) for file in new}
            )
        for file in new:
            content = await asyncio.to_thread(_read, file.path)
            digest = hashlib.sha256(content).hexdigest()
            if (file.creditor_id, file.collector, file.path.name, digest) not in picked:
                lines = await asyncio.to_thread(_lines, content)
                await take_file(database, file.creditor_id, file.collector, file.path.name, digest, lines)
            self._seen.add(file)
        return len(new)

    async def count_unseen(self, session: Session) -> int:
        """How many files are still to be looked at."""
        return len(await self._list_unseen(session)) if self._root.is_dir() else 0

    async def _list_unseen(self, session: Session) -> list[AnswerFile]:
        collectors = await collector_queries.list_file_collectors(session)
        found = await asyncio.to_thread(lambda: [file for one in collectors for file in self._list(*one)])
        return [file for file in found if file not in self._seen]

    def _list(self, creditor_id: UUID, collector: str) -> list[AnswerFile]:
        stats = [(path, path.stat()) for path in list_answers(self._root, creditor_id, collector)]
        return [AnswerFile(creditor_id, collector, path, stat.st_size, stat.st_mtime_ns) for path, stat in stats]


def build_couriers(settings: Settings, folders: ReportFolders) -> Callable[[Database], Sequence[Worker]]:
    def couriers(database: Database) -> Sequence[Worker]:
        courier = CollectorCourier(settings)
        return [
            Worker("collectors", lambda: courier.deliver_due(database), _IDLE_SECONDS),
            Worker("collector reports", lambda: folders.take_new(database), _IDLE_SECONDS),
        ]

    return couriers


def backlog(folders: ReportFolders) -> Backlog:
    """Messages to collectors that are due, and files of collectors not looked at."""
    return Backlog(collector_message_queries.COUNT_DUE, folders.count_unseen)


def _by_way(due: Sequence[Leased]) -> list[list[Leased]]:
    """A file per batch; over HTTP each message by itself."""

    def way(message: Leased) -> str:
        return str(message.batch_id) if message.adapter == "FILE_DROP" else str(message.message_id)

    return [list(group) for _, group in groupby(sorted(due, key=lambda one: (way(one), one.position)), key=way)]


def _failed(message: Leased, error: Exception) -> Outcome:
    pause = pause_seconds(message.attempts)
    if pause is None:
        return Outcome(message, "FAILED", f"given up after {message.attempts} attempts: {error}")
    return Outcome(message, "PENDING", f"attempt {message.attempts} failed: {error}", pause)


def _lines(content: bytes) -> list[tuple[int, Report | str]]:
    if len(content) > MOST_BYTES:
        return [(1, f"the file is larger than {MOST_BYTES} bytes: send it in parts")]
    return list(read_answers(content))


def _read(path: Path) -> bytes:
    """Of a file that is too large, enough to see that it is."""
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)
