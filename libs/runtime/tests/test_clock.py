"""The business date, and timers that do every day once."""

from collections.abc import AsyncGenerator, Callable
from datetime import date
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from runtime.clock import Timer, advance_to, create_clock_v1, run_timers, start_clock, today
from runtime.database import Database, Session
from runtime.settings import ServiceSettings


async def create_clock(url: str) -> None:
    def create(connection: Connection) -> None:
        create_clock_v1(Operations(MigrationContext.configure(connection)))

    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(create)
    await database.close()


@pytest.fixture(scope="session")
def migrate() -> Callable[[str], Any]:
    return create_clock


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    database = Database(database_url)
    settings = ServiceSettings(
        database_url=database_url,
        kafka_bootstrap="unused",
        environment="test",
        clock_start=date(2025, 12, 30),
        service_secret="unused",  # type: ignore[arg-type]
    )
    async with database.transaction() as session:
        await start_clock(session, settings)
    yield database
    await database.close()


async def test_every_day_up_to_the_business_date_is_done_once_and_in_order(database: Database) -> None:
    done: list[tuple[str, date]] = []

    def timer(name: str) -> Timer:
        async def run(session: Session, day: date) -> int:
            if (name, day) in done:
                return 0
            done.append((name, day))
            return 1

        return Timer(name, run)

    async with database.transaction() as session:
        await advance_to(session, date(2026, 1, 2))

    rounds = 0
    while await run_timers(database, [timer("a"), timer("b")]):
        rounds += 1

    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 2)]
    assert done == [(name, day) for day in days for name in ("a", "b")]
    assert rounds == 3


async def test_the_date_never_goes_back(database: Database) -> None:
    async with database.transaction() as session:
        await advance_to(session, date(2026, 2, 1))
        await advance_to(session, date(2026, 1, 1))

        assert await today(session) == date(2026, 2, 1)


async def test_a_restart_keeps_the_date(database: Database, database_url: str) -> None:
    async with database.transaction() as session:
        await advance_to(session, date(2026, 2, 1))
    settings = ServiceSettings(
        database_url=database_url,
        kafka_bootstrap="unused",
        environment="test",
        clock_start=date(2025, 12, 30),
        service_secret="unused",  # type: ignore[arg-type]
    )

    async with database.transaction() as session:
        await start_clock(session, settings)

        assert await today(session) == date(2026, 2, 1)
