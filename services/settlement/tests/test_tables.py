"""The tables as classes and the tables as migrated are the same."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from contracts import consumed_by
from runtime.database import Database
from settlement.handlers import consumer
from settlement.tables import Table


async def test_the_migrations_make_the_tables_the_code_knows(database: Database) -> None:
    delivery = {"clock", "outbox", "inbox", "waiting", "published_count", "handled_count", "alembic_version"}

    def differences(connection: Connection) -> list[object]:
        def own(thing: object, name: str | None, kind: str, *rest: object) -> bool:
            return not (kind == "table" and name in delivery)

        # Types are left out: text and varchar are the same to PostgreSQL.
        options = {"include_object": own, "compare_type": False}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Table.metadata))

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def test_settlement_listens_to_what_the_contracts_promise() -> None:
    assert consumer.topics == consumed_by("settlement")
