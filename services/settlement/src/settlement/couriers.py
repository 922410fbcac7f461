"""To the bank and back: payment orders out, answers in. No transaction is open meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from delivery import Backlog, FileState, FolderWatch, Worker
from runtime.database import Database, Session
from settlement.channels import Channel, channel_of
from settlement.folders import put_file_aside
from settlement.queries import payouts as queries
from settlement.settings import Settings
from settlement.use_cases.bank_answers import BankMessage, read_message, take_answers

_BATCH = 100
_ORDER_SECONDS = 1.0
_ANSWER_SECONDS = 0.2
_FETCH_SECONDS = 30.0


async def deliver_orders(database: Database, channel: Channel) -> int:
    """Hand written payment orders to the bank; says how many.

    A crash after an order was handed over and before that was recorded hands over the same bytes under the same name
    again. The bank has then seen the message id, answers DUPL, and pays nothing twice; that answer changes nothing
    here. Where one order cannot be handed over, those before it are recorded all the same.
    """
    async with database.reading() as session:
        orders = await queries.list_written_orders(session, _BATCH)
    if not orders:
        return 0
    delivered: list[str] = []
    try:
        async with channel.connected() as line:
            for message_id, content in orders:
                await line.put(f"{message_id}.xml", content)
                delivered.append(message_id)
    finally:
        if delivered:
            async with database.transaction() as session:
                await queries.mark_delivered(session, delivered)
    return len(orders)


async def fetch_answers(channel: Channel, folder: Path) -> int:
    """Bring the bank's answers into the pickup folder, where every reader looks for them; says how many were new.

    The bank gives each file a name of its own. A crash in between only makes the same file be fetched again.
    """
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    fetched = 0
    async with channel.connected() as line:
        for name in await line.list_answers():
            if not await asyncio.to_thread((folder / name).exists):
                await put_file_aside(folder / name, await line.read_answer(name))
                fetched += 1
    return fetched


@dataclass(slots=True)
class PickupFolder:
    """The bank's answers, read only: others read them too. Which files were taken in is in the database; `_taken`
    only spares this process from reading them again."""

    folder: Path
    _taken: set[FileState] = field(default_factory=set[FileState])
    _watch: FolderWatch = field(init=False)

    def __post_init__(self) -> None:
        self._watch = FolderWatch(self.folder)

    def list_new(self) -> list[FileState]:
        """Files not taken in by this process, in the order the bank wrote them (the number its names end with)."""
        return sorted(self._watch.list_new(_is_wanted, self._taken.__contains__), key=_writing_order)

    async def take(self, database: Database) -> int:
        """Take in the next files; says how many this process had not looked at."""
        states = (await asyncio.to_thread(self.list_new))[:_BATCH]
        if not states:
            return 0
        contents = await asyncio.to_thread(self._read, states)
        digests = {name: sha256(content).hexdigest() for name, content in contents.items()}
        async with database.reading() as session:
            known = await queries.list_known_files(session, digests.items())
        unknown = [(name, contents[name]) for name, digest in digests.items() if (name, digest) not in known]
        messages = await asyncio.to_thread(_read_messages, unknown)
        if messages:
            async with database.transaction() as session:
                await take_answers(session, messages)
        self._taken.update(states)
        return len(states)

    def _read(self, states: Sequence[FileState]) -> dict[str, bytes]:
        return {name: (self.folder / name).read_bytes() for name, _, _ in states}


def _read_messages(files: Sequence[tuple[str, bytes]]) -> list[BankMessage]:
    return [read_message(name, content) for name, content in files]


def _is_wanted(name: str) -> bool:
    return name.endswith(".xml")


def _writing_order(state: FileState) -> tuple[int, int, str]:
    number = state.name.removesuffix(".xml").rpartition("-")[2]
    return (int(number) if number.isdecimal() else 0, state.changed_ns, state.name)


def couriers(settings: Settings, pickup: PickupFolder) -> Callable[[Database], Sequence[Worker]]:
    channel, folder = channel_of(settings), settings.bank_pickup_folder

    def workers(database: Database) -> Sequence[Worker]:
        found = [
            Worker("bank orders", lambda: deliver_orders(database, channel), _ORDER_SECONDS, _BATCH),
            Worker("bank answers", lambda: pickup.take(database), _ANSWER_SECONDS, _BATCH),
        ]
        if channel.fetches:
            fetch = Worker("bank fetch", lambda: fetch_answers(channel, folder), _FETCH_SECONDS, can_be_woken=False)
            found.append(fetch)
        return found

    return workers


def backlog(pickup: PickupFolder) -> Backlog:
    """Payment orders not delivered, and files of the bank not taken in."""

    async def count_new(_: Session) -> int:
        return len(await asyncio.to_thread(pickup.list_new))

    return Backlog(queries.COUNT_WRITTEN, count_new)
