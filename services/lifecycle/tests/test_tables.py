"""The tables in code and those the migrations make are the same."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from services.lifecycle.tests.factories import DUE
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from lifecycle.domain.timeline import TimelineEntry
from lifecycle.queries import insert_entries
from lifecycle.tables import Table
from runtime.clock import wall_now
from runtime.database import Database


async def test_the_migrations_make_the_tables_of_the_code(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        def own(name: str | None, kind: str, parents: object) -> bool:
            return kind != "table" or name in Table.metadata.tables

        options = {"compare_type": True, "include_name": own}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Table.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_the_timeline_can_only_grow(database: Database) -> None:
    async with database.transaction() as session:
        await insert_entries(session, [TimelineEntry(1, DUE, wall_now(), "OPENED", "Opened")])
    for statement in ("UPDATE timeline_entry SET text = ''", "DELETE FROM timeline_entry"):
        with pytest.raises(DBAPIError, match="append-only"):
            async with database.transaction() as session:
                await session.execute(text(statement))
