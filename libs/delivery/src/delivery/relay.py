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
    WITH taken AS (
        DELETE FROM outbox WHERE position IN (SELECT position FROM outbox ORDER BY position LIMIT :limit)
        RETURNING *
    )
    SELECT * FROM taken ORDER BY position
    """
)
_COUNT = text(
    """
    INSERT INTO published_count (topic, count)
    SELECT * FROM unnest(CAST(:topics AS text[]), CAST(:counts AS bigint[]))
    ON CONFLICT (topic) DO UPDATE SET count = published_count.count + excluded.count
    """
)


async def relay_once(database: Database, producer: AIOKafkaProducer, limit: int) -> int:
    """Send the oldest `limit` messages; they leave the outbox only once the broker acknowledged all of them.

    One relay per service is active at a time (advisory lock): two would overtake each other within a key.
    """
    async with database.transaction() as session:
        mine = await session.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _RELAY_LOCK})
        if not mine.scalar_one():
            return 0
        rows = (await session.execute(_TAKE, {"limit": limit})).all()
        if not rows:
            return 0
        async with asyncio.timeout(_SEND_SECONDS):
            sends = [
                await producer.send(
                    row.aggregatetype, row.payload, key=row.aggregateid.encode(), headers=headers_of(row)
                )
                for row in rows
            ]
            await asyncio.gather(*sends)
        counts: dict[str, int] = {}
        for row in rows:
            counts[row.aggregatetype] = counts.get(row.aggregatetype, 0) + 1
        topics = sorted(counts)
        await session.execute(_COUNT, {"topics": topics, "counts": [counts[topic] for topic in topics]})
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
