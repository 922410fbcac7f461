"""Bring a service's database to its newest migration, one process at a time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from runtime.database import Database

_MIGRATION_LOCK = 7_201_101


async def migrate(database: Database, folder: Path) -> None:
    """Run what `folder` holds beyond the database's revision; a second starter waits and finds nothing to do."""
    async with database.engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
        await connection.run_sync(_upgrade, folder)


def _upgrade(connection: Connection, folder: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(folder))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run_env(connection: Connection, metadata: object) -> None:
    """What every service's `migrations/env.py` does: run on the connection it was handed."""
    from alembic import context

    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=False)  # type: ignore[arg-type]
    with context.begin_transaction():
        context.run_migrations()
