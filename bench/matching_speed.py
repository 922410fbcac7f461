"""What a line costs at any number of open claims, by a server that is at work, and by ones that have it harder."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from matching_claims import ACCOUNT_ID, CURRENCY, IBAN, TODAY
from matching_lines import as_camt, paid_lines
from measuring import Comparison, Sample, Variant, compare, expect
from rig import PROGRAMS, Rig
from sqlalchemy import event, text

from payment_control.domain.accounts import ClientAccount
from payment_control.use_cases.bank_files import import_bank_file, read_bank_file
from runtime.database import Database

ACCOUNTS = (ClientAccount(account_id=ACCOUNT_ID, iban=IBAN, currency=CURRENCY, kind="CLIENT_FUNDS", source="CAMT"),)
FILE = 400
"""Lines of a file; each file is one transaction."""
_PREPARED = 40
"""Lines after which every statement of an import is prepared."""
_SEED = 2

Prepared = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Server:
    """What a server has behind it when the timed file comes.

    `awake`: every page is in its memory, and its connection has seen each. `paid`: one of so many claims has been paid
    since the last checkpoint; none at 0. The first change of a page after a checkpoint writes the whole page to the log.
    """

    awake: bool
    paid: int

    def earlier_lines(self, open_claims: int) -> int:
        return max(_PREPARED, open_claims // self.paid if self.paid else 0)


_AT_WORK = _Server(awake=True, paid=50)
_AFTER_A_CHECKPOINT = _Server(awake=True, paid=0)
_JUST_STARTED = _Server(awake=False, paid=0)


async def compare_sizes(
    rig: Rig, filled: Mapping[int, Prepared], rounds: int, progress: Callable[[str], None]
) -> Comparison:
    """A file among each number of claims; among most of them also right after a checkpoint and after a start."""
    statements: set[int] = set()
    most = max(filled)
    variants = [
        *((f"{size:,} open claims", size, _AT_WORK) for size in filled),
        (f"{most:,}, right after a checkpoint", most, _AFTER_A_CHECKPOINT),
        (f"{most:,}, and just started", most, _JUST_STARTED),
    ]
    found = await compare(
        "Matching and booking",
        "lines",
        [Variant(name, _importing(rig, size, filled[size], server, statements)) for name, size, server in variants],
        rounds,
        PROGRAMS,
        progress,
    )
    expect("different numbers of statements per file", len(statements), 1)
    return found


async def post(database: Database, content: bytes) -> None:
    """A file from its bytes to the commit, as an upload is."""
    reading = read_bank_file("file", content)
    async with database.transaction() as session:
        await import_bank_file(session, reading, ACCOUNTS, TODAY)


def _importing(
    rig: Rig, open_claims: int, filled: Prepared, server: _Server, statements: set[int]
) -> Callable[[], Awaitable[Sample]]:
    before = server.earlier_lines(open_claims)
    lines = paid_lines(open_claims, before + FILE, _SEED)
    earlier = [
        as_camt(lines[start : min(start + FILE, before)], f"earlier {start}") for start in range(0, before, FILE)
    ]
    timed = as_camt(lines[before:], "timed")

    async def run() -> Sample:
        url = await rig.databases.fresh(filled)
        database = Database(url, pool_size=1)
        if server.awake:
            await _see_every_page(database)
        await rig.settle()
        for content in earlier:
            await post(database, content)
        if not server.paid:
            await rig.settle()
        counted = Counter[str]()
        event.listen(database.engine.sync_engine, "before_cursor_execute", _counting(counted))

        meter = rig.meter()
        await post(database, timed)
        sample = meter.stop(FILE)

        statements.add(counted.total())
        await database.close()
        expect("lines decided", await rig.fetch(url, "SELECT count(*) FROM payment_match"), before + FILE)
        await rig.databases.drop(url)
        return sample

    return run


async def _see_every_page(database: Database) -> None:
    """What days of work do: all pages are in PostgreSQL's memory, and in the page tables of this connection's process."""
    async with database.transaction() as session:
        tables = "FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind"
        await session.execute(text("CREATE EXTENSION IF NOT EXISTS pg_prewarm"))
        await session.execute(text("CREATE EXTENSION IF NOT EXISTS amcheck"))
        await session.execute(text(f"SELECT pg_prewarm(oid) {tables} IN ('r', 'i')"))
        await session.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
        for name in (await session.execute(text(f"SELECT relname {tables} = 'r'"))).scalars().all():
            await session.execute(text(f"SELECT count(*) FROM {name}"))
        await session.execute(text(f"SELECT bt_index_check(oid) {tables} = 'i'"))


def _counting(counted: Counter[str]) -> Callable[..., None]:
    def count(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        counted[statement] += 1

    return count
