"""The fixtures, known to pytest without an import (entry point `testkit`)."""

import secrets
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from fordring.stack.broker import Broker, running_broker
from fordring.stack.embedded import throw_away_home
from fordring.stack.ports import free_port
from fordring.stack.postgres import PostgresServer, running_postgres
from testkit.databases import Databases, Migrate
from testkit.topics import TestBroker


def pytest_configure() -> None:
    """Properties have no time limit: on a loaded machine one example may take a second, and nothing is wrong."""
    settings.register_profile("house", parent=settings(), deadline=None)
    settings.load_profile("house")


@pytest.fixture(scope="session")
def stack_folder() -> Iterator[Path]:
    """A temporary folder that also the database's user may enter."""
    folder = throw_away_home()
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server(stack_folder: Path) -> Iterator[PostgresServer]:
    """One real PostgreSQL for the session, without durability."""
    server = PostgresServer(stack_folder / "postgres", free_port(), secrets.token_hex(16), fast=True)
    with running_postgres(server, stack_folder / "postgres.log"):
        yield server


@pytest.fixture(scope="session")
def databases(postgres_server: PostgresServer) -> Databases:
    """`await databases.fresh(migrate)` for tests that want several databases."""
    return Databases(postgres_server)


@pytest.fixture(scope="session")
def migrate() -> Migrate | None:
    """How to migrate a database; a service's conftest overrides this with a function of its address."""
    return None


@pytest_asyncio.fixture
async def database_url(databases: Databases, migrate: Migrate | None) -> AsyncIterator[str]:
    """A fresh, migrated database for this test; dropped afterwards."""
    url = await databases.fresh(migrate)
    yield url
    await databases.drop(url)


@pytest.fixture(scope="session")
def broker(stack_folder: Path) -> Iterator[TestBroker]:
    """One real broker for the session."""
    with running_broker(Broker(free_port()), stack_folder / "broker.log") as running:
        yield TestBroker(running)


@pytest.fixture
def empty_broker(tmp_path: Path) -> Iterator[TestBroker]:
    """A broker of this test's own, for a whole service: it listens to topics that other tests write to as well."""
    with running_broker(Broker(free_port()), tmp_path / "broker.log") as running:
        yield TestBroker(running)
