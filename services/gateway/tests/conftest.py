"""A gateway on a real database; the other services are replaced at the network's edge."""

import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

ROOT = str(Path(__file__).parents[3])
if ROOT not in sys.path:
    sys.path.append(ROOT)  # tests import their factories by path from the root of the repository

from services.gateway.tests.door import Door, settings  # noqa: E402
from services.gateway.tests.house import House, running_server  # noqa: E402

from gateway.main import MIGRATIONS  # noqa: E402
from runtime.clock import start_clock  # noqa: E402
from runtime.database import Database  # noqa: E402
from runtime.migrations import migrate as run_migrations  # noqa: E402


async def migrate_gateway(url: str) -> None:
    database = Database(url)
    await run_migrations(database, MIGRATIONS)
    async with database.transaction() as session:
        await start_clock(session, settings(url, clock_start=date(2026, 2, 2)))
    await database.close()


@pytest.fixture(scope="session")
def migrate() -> Any:
    return migrate_gateway


@pytest_asyncio.fixture
async def house() -> AsyncIterator[House]:
    house = House()
    async with running_server(house.handle) as house.url:
        yield house


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def door(database_url: str, database: Database, house: House) -> AsyncIterator[Door]:
    """The public door of a test stack."""
    async with Door(settings(database_url), house) as door:
        yield door
