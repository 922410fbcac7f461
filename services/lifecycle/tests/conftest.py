"""A real database with lifecycle's tables."""

import sys
from collections.abc import AsyncGenerator
from datetime import date
from pathlib import Path

import pytest
from pydantic import SecretStr

from lifecycle.main import MIGRATIONS
from lifecycle.settings import Settings
from runtime.database import Database, Session
from runtime.migrations import migrate as run_migrations
from testkit import Databases, Migrate

ROOT = str(Path(__file__).parents[3])
if ROOT not in sys.path:
    sys.path.append(ROOT)  # tests import their factories by path from the root of the repository


async def migrate_lifecycle(url: str) -> None:
    database = Database(url, pool_size=1)
    await run_migrations(database, MIGRATIONS)
    await database.close()


@pytest.fixture(scope="session")
def migrate() -> Migrate:
    return migrate_lifecycle


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    database = Database(database_url, pool_size=4)
    yield database
    await database.close()


@pytest.fixture
async def session(database: Database) -> AsyncGenerator[Session]:
    """One transaction, committed at the end of the test."""
    async with database.transaction() as session:
        yield session


@pytest.fixture
async def databases_pair(databases: Databases, migrate: Migrate) -> AsyncGenerator[tuple[Database, Database]]:
    """Two databases, to compare histories."""
    urls = [await databases.fresh(migrate) for _ in range(2)]
    one, other = (Database(url, pool_size=2) for url in urls)
    yield one, other
    for database, url in zip((one, other), urls, strict=True):
        await database.close()
        await databases.drop(url)


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(
        database_url=database_url,
        kafka_bootstrap="unused:9092",
        service_secret=SecretStr("a secret of at least thirty-two bytes"),
        environment="test",
        clock_start=date(2025, 9, 15),
    )
