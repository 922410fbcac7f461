"""Accounting's own database, and its HTTP app without a broker."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from pydantic import SecretStr

import accounting
from accounting.routes import router, statuses
from accounting.settings import Settings
from runtime.database import Database
from runtime.migrations import migrate as run_migrations
from runtime.problems import install_problems
from runtime.tokens import sign
from testkit import Migrate

sys.path.append(str(Path(__file__).parent))  # accounting_factories

MIGRATIONS = Path(accounting.__file__).parent / "migrations"
Client = Callable[[UUID | None], AsyncClient]


async def _upgrade(url: str) -> None:
    database = Database(url)
    await run_migrations(database, MIGRATIONS)
    await database.close()


@pytest.fixture(scope="session")
def migrate() -> Migrate:
    return _upgrade


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def client(database: Database, database_url: str) -> AsyncIterator[Client]:
    """`client(creditor_id)` calls as the gateway for a creditor, `client(None)` for the house."""
    secret = SecretStr("for tests only, thirty-two bytes")
    settings = Settings(database_url=database_url, kafka_bootstrap="none", service_secret=secret)
    app = FastAPI()
    app.state.database, app.state.settings = database, settings
    install_problems(app, statuses)
    app.include_router(router)
    opened: list[AsyncClient] = []

    def call_as(creditor_id: UUID | None) -> AsyncClient:
        headers = {"Authorization": f"Bearer {sign(settings, 'gateway', creditor_id)}"}
        opened.append(AsyncClient(transport=ASGITransport(app), base_url="http://accounting", headers=headers))
        return opened[-1]

    yield call_as
    for one in opened:
        await one.aclose()
