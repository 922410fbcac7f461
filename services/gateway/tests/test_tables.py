"""The tables in code are those that the migrations make; the topics are those that the contracts promise."""

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from contracts import consumed_by
from gateway.handlers import consumer
from gateway.tables import GatewayTable
from runtime.database import Database

_OF_LIBRARIES = {"clock", "outbox", "inbox", "waiting", "published_count", "handled_count", "alembic_version"}


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "include_name": lambda name, kind, parents: kind != "table" or name not in _OF_LIBRARIES,
            "compare_type": True,
        },
    )
    return list(compare_metadata(context, GatewayTable.metadata))


async def test_the_migrated_database_has_exactly_the_tables_of_the_code(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


def test_the_gateway_listens_to_what_the_contracts_say() -> None:
    assert consumer.topics == consumed_by("gateway")
