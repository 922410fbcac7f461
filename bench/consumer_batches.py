"""A service's consumer with its database: batches of 500 against the same handler one message at a time."""

from collections.abc import Callable

from measuring import Comparison, Sample, Variant, compare, expect
from portfolio import FIRST_CASE_ID, an_agreement, an_invoice, invoices, records
from rig import PROGRAMS, Rig

from contracts import InvoiceCreated
from lifecycle.handlers import consumer
from lifecycle.main import MIGRATIONS
from lifecycle.use_cases.cases import copy_agreements
from runtime.database import Database
from runtime.migrations import migrate

TABLES = ('"case"', "timeline_entry", "outbox", "inbox")
BATCH = 500


async def with_agreement(url: str) -> None:
    """Lifecycle's tables, and the agreement its cases are opened under."""
    database = Database(url, pool_size=1)
    await migrate(database, MIGRATIONS)
    async with database.transaction() as session:
        await copy_agreements(session, [an_agreement()])
    await database.close()


async def measure(rig: Rig, rounds: int, progress: Callable[[str], None]) -> Comparison:
    many, few = rig.size(10_000, 1_000), rig.size(1_000, 100)
    return await compare(
        "Batch consumer with database",
        "events",
        [
            Variant("one message at a time", lambda: consume(rig, few, 1)),
            Variant(f"batches of {BATCH}", lambda: consume(rig, many, BATCH)),
            Variant("decoding alone, no database", lambda: decode(rig, many)),
        ],
        rounds,
        PROGRAMS,
        progress,
    )


async def consume(rig: Rig, count: int, batch: int) -> Sample:
    """`invoice.created` -> inbox, case, timeline, outbox, one transaction per batch."""
    url = await rig.databases.fresh(with_agreement)
    database = Database(url, pool_size=2)
    await consumer.handle(database, records([an_invoice(FIRST_CASE_ID + count)]))  # connects and compiles
    messages = records(invoices(count))
    await rig.settle()

    meter = rig.meter()
    for start in range(0, count, batch):
        await consumer.handle(database, messages[start : start + batch])
    sample = meter.stop(count)

    await database.close()
    for table in TABLES:
        expect(f"rows of {table}", await rig.fetch(url, f"SELECT count(*) FROM {table}"), count + 1)
    await rig.databases.drop(url)
    return sample


async def decode(rig: Rig, count: int) -> Sample:
    """The part no database can make faster."""
    messages = records(invoices(count))
    meter = rig.meter()
    decoded = sum(InvoiceCreated.model_validate_json(message.value or b"").case_id > 0 for message in messages)
    sample = meter.stop(count)
    expect("events decoded", decoded, count)
    return sample
