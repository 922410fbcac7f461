"""Collectors and cases on their way to them."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid5

from pydantic import SecretStr
from services.lifecycle.tests.factories import CREDITOR, DUE, an_agreement, an_invoice
from sqlalchemy import event, text

from lifecycle.collector_queries import insert_configuration
from lifecycle.domain.collectors import CollectorConfiguration, Conditions
from lifecycle.settings import Settings
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.reviews import review_cases
from runtime.clock import advance_to, start_clock
from runtime.database import Database

EXHAUSTED = date(2025, 11, 14)
"""The day on which the Norwegian ladder of a case of the factories transfers the claim."""
SECRET = "a secret of at least thirty-two bytes"


def a_collector(name: str = "Nordinkasso", **changes: Any) -> CollectorConfiguration:
    """A collector outside that gets cases by file, without review."""
    values: dict[str, Any] = {
        "configuration_id": uuid5(CREDITOR, name),
        "creditor_id": CREDITOR,
        "collector": name.lower(),
        "name": name,
        "priority": 10,
        "enabled": True,
        "conditions": Conditions(),
        "skip_review": True,
        "adapter": "FILE_DROP",
        "url": None,
        "free_withdrawal_days": 14,
        "late_withdrawal": "MAY_COST",
        "processing_days": 365,
        "remits_to": "OFFICE",
    }
    return CollectorConfiguration(**(values | changes))


def collector_settings(folder: Path = Path("unused"), opened: str = "", **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "database_url": "postgresql+asyncpg://none",
        "kafka_bootstrap": "none",
        "service_secret": SecretStr(SECRET),
        "environment": "test",
        "clock_start": date(2025, 9, 15),
        "collector_folder": folder,
        "collector_endpoints": opened,
    }
    return Settings(**(values | changes))


async def configure(database: Database, *configurations: CollectorConfiguration) -> None:
    async with database.transaction() as session:
        await start_clock(session, collector_settings())
        for one in configurations:
            assert await insert_configuration(session, one)


async def exhaust_dunning(database: Database, count: int = 1, *, last: date = EXHAUSTED, **invoice: Any) -> None:
    """Cases 100001, 100002, … on the evening of `last`; it is the day on which their dunning is exhausted."""
    async with database.transaction() as session:
        await copy_agreements(session, [an_agreement()])
        await open_cases(session, [an_invoice(100_001 + number, **invoice) for number in range(count)])
    await sweep(database, DUE, last)


async def sweep(database: Database, first: date, last: date) -> None:
    day = first
    while day <= last:
        async with database.transaction() as session:
            await advance_to(session, day)
            while await review_cases(session, day):
                pass
        day += timedelta(days=1)


async def go_to(database: Database, day: date) -> None:
    """The business date, without a sweep."""
    async with database.transaction() as session:
        await advance_to(session, day)


async def rows(database: Database, statement: str) -> list[tuple[Any, ...]]:
    async with database.transaction() as session:
        return [tuple(row) for row in await session.execute(text(statement))]


async def where(database: Database, case_id: int = 100_001) -> tuple[str, str, bool]:
    """Status, stage, and whether a collector outside has the case or is to get it."""
    [row] = await rows(database, f'SELECT status, stage, with_collector FROM "case" WHERE case_id = {case_id}')
    return row[0], row[1], row[2]


async def states(database: Database) -> list[str]:
    return [row[0] for row in await rows(database, "SELECT state FROM handover ORDER BY case_id, number")]


async def told(database: Database, topic: str) -> list[str]:
    wanted = f"SELECT payload FROM outbox WHERE aggregatetype = '{topic}' ORDER BY position"
    return [row[0] for row in await rows(database, wanted)]


async def entries(database: Database, kind: str = "COLLECTOR") -> list[str]:
    wanted = f"SELECT text FROM timeline_entry WHERE kind = '{kind}' ORDER BY position"
    return [row[0] for row in await rows(database, wanted)]


async def make_due(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("UPDATE collector_message SET due_at = now() - interval '1 second'"))


@contextmanager
def some_statements(database: Database) -> Generator[list[str]]:
    """The statements of a database while the block runs."""
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
