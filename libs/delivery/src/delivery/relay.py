"""Carries committed facts from the outbox to the broker: at least once, in order per key."""

import asyncio
import json
from typing import Any

from aiokafka import AIOKafkaProducer
from sqlalchemy import text

from contracts.cloudevents import CONTENT_TYPE, SPEC_VERSION
from runtime.database import Database

_RELAY_LOCK = 7_201_102
_SEND_SECONDS = 30

_TAKE = text(
    """
    WITH lock AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(:lock) AS is_mine),
    taken AS (
        DELETE FROM outbox WHERE position IN
            (SELECT position FROM outbox WHERE (SELECT is_mine FROM lock) ORDER BY position LIMIT :limit)
        RETURNING *
    ), counted AS (
        INSERT INTO published_count (topic, count)
        SELECT aggregatetype, count(*) FROM taken GROUP BY aggregatetype ORDER BY aggregatetype
        ON CONFLICT (topic) DO UPDATE SET count = published_count.count + excluded.count
    )
    SELECT * FROM taken ORDER BY position
    """
)


async def relay_once(database: Database, producer: AIOKafkaProducer, limit: int) -> int:
    """Send the oldest `limit` messages; they leave the outbox only once the broker acknowledged all of them.

    One relay per service is active at a time (advisory lock): two would overtake each other within a key.
    """
    async with database.transaction() as session:
        rows = (await session.execute(_TAKE, {"lock": _RELAY_LOCK, "limit": limit})).all()
        async with asyncio.timeout(_SEND_SECONDS):
            sends = [
                await producer.send(
                    row.aggregatetype, row.payload, key=row.aggregateid.encode(), headers=headers_of(row)
                )
                for row in rows
            ]
            await asyncio.gather(*sends)
    return len(rows)


def headers_of(row: Any) -> list[tuple[str, bytes]]:
    """CloudEvents 1.0 in Kafka's binary mode, the trace context, and what parking added."""
    headers = {
        "ce_specversion": SPEC_VERSION,
        "ce_id": str(row.id),
        "ce_type": row.type,
        "ce_source": row.source,
        "ce_time": row.time.isoformat().replace("+00:00", "Z"),
        "ce_dataschema": row.dataschema,
        "content-type": CONTENT_TYPE,
    }
    if row.traceparent:
        headers["traceparent"] = row.traceparent
    extra: dict[str, object] = json.loads(row.extra) if isinstance(row.extra, str) else (row.extra or {})
    headers |= {f"fordring-{name.replace('_', '-')}": str(value) for name, value in extra.items() if value is not None}
    return [(name, value.encode()) for name, value in headers.items()]
