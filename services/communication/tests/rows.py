"""What stands in the database, for tests to look at."""

import json
from typing import Any

from services.communication.tests.factories import a_creditor, a_debtor, an_invoice, records
from sqlalchemy import text

from communication.handlers import consumer
from contracts import Event
from runtime.database import Database


async def tell(database: Database, *events: Event, traceparent: str | None = None) -> None:
    """Hand events to the consumer as one batch from the broker."""
    await consumer.handle(database, records(*events, traceparent=traceparent))


async def know(database: Database, *case_ids: int, **invoice: Any) -> None:
    """A creditor, and for each case a debtor and an invoice that was distributed by others."""
    await tell(database, a_creditor(), *(a_debtor(case_id) for case_id in case_ids))
    changes = {"distribution_channel": None} | invoice
    await tell(database, *(an_invoice(case_id, **changes) for case_id in case_ids))


async def messages(database: Database) -> list[Any]:
    return await fetch(database, "SELECT * FROM message ORDER BY case_id, queued_at")


async def outbox(database: Database) -> list[dict[str, Any]]:
    """What is announced, with its topic."""
    rows = await fetch(database, "SELECT aggregatetype, payload, traceparent FROM outbox ORDER BY position")
    return [json.loads(row.payload) | {"topic": row.aggregatetype, "traceparent": row.traceparent} for row in rows]


async def fetch(database: Database, statement: str, **parameters: Any) -> list[Any]:
    async with database.transaction() as session:
        return list((await session.execute(text(statement), parameters)).all())


async def change(database: Database, statement: str) -> None:
    async with database.transaction() as session:
        await session.execute(text(statement))
