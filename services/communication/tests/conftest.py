"""A migrated database, a mail server that refuses some, and a courier's surroundings for each test."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiosmtpd.smtp import SMTP

from communication.channels.email import EmailChannel
from communication.channels.print_folder import PrintChannel
from communication.main import MIGRATIONS
from communication.settings import Settings
from communication.vault.store import Vault, open_vault
from runtime.clock import start_clock
from runtime.database import Database
from runtime.migrations import migrate as run_migrations

ROOT = str(Path(__file__).parents[3])
if ROOT not in sys.path:
    sys.path.append(ROOT)  # tests import their factories by path from the root of the repository

SECRET = "a secret of at least thirty-two bytes"


async def migrate_communication(url: str) -> None:
    database = Database(url)
    await run_migrations(database, MIGRATIONS)
    async with database.transaction() as session:
        await start_clock(session, _settings(url, "smtp://127.0.0.1:1", Path()))
    await database.close()


def _settings(url: str, smtp_url: str, print_folder: Path) -> Settings:
    values = {"database_url": url, "kafka_bootstrap": "127.0.0.1:1", "service_secret": SECRET}
    values |= {"environment": "test", "clock_start": "2026-02-02", "smtp_url": smtp_url, "print_folder": print_folder}
    values |= {"document_folder": print_folder.parent / "documents"}
    return Settings.model_validate(values)


@pytest.fixture(scope="session")
def migrate() -> object:
    return migrate_communication


@pytest_asyncio.fixture
async def mail_server() -> AsyncIterator[tuple[Any, str]]:
    """The server and its address."""
    from services.communication.tests.mail_server import MailServer

    keeper, loop = MailServer(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(keeper, hostname="mail.example", loop=loop), "127.0.0.1", 0)
    yield keeper, f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await server.wait_closed()


@pytest.fixture
def settings(database_url: str, mail_server: tuple[Any, str], tmp_path: Path) -> Settings:
    return _settings(database_url, mail_server[1], tmp_path / "print")


@pytest.fixture
def vault(settings: Settings) -> Vault:
    return open_vault(settings)


@pytest.fixture
def mails(mail_server: tuple[Any, str]) -> Any:
    return mail_server[0]


@pytest_asyncio.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest_asyncio.fixture
async def email_channel(settings: Settings, vault: Vault) -> AsyncIterator[EmailChannel]:
    channel = EmailChannel(settings, vault.provider)
    yield channel
    await channel.close()


@pytest_asyncio.fixture
async def api(database: Database, settings: Settings, vault: Vault) -> AsyncIterator[Any]:
    """What the gateway may ask."""
    from services.communication.tests.api import Api

    api = Api(database, settings, vault)
    yield api
    await api.close()


@pytest.fixture
def print_channel(settings: Settings) -> PrintChannel:
    return PrintChannel(settings)
