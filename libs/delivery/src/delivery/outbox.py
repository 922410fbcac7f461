"""Facts leave through the transaction that made them true."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from contracts import Event
from contracts.cloudevents import event_type
from delivery.tracing import trace_of
from runtime.clock import wall_now
from runtime.database import Session, after_commit

_INSERT = text(
    """
    INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, time, source, dataschema, traceparent, extra)
    SELECT * FROM unnest(CAST(:id AS uuid[]), CAST(:topic AS text[]), CAST(:key AS text[]), CAST(:type AS text[]),
        CAST(:payload AS bytea[]), CAST(:time AS timestamptz[]), CAST(:source AS text[]), CAST(:dataschema AS text[]),
        CAST(:traceparent AS text[]), CAST(:extra AS jsonb[]))
    """
)

_wake_relay: list[Callable[[], None]] = []


def on_publish(wake: Callable[[], None]) -> None:
    """Have `wake` called after each commit of this process that put something into the outbox."""
    _wake_relay[:] = [wake]


async def publish(session: Session, events: Sequence[Event]) -> None:
    """Queue `events` in the caller's transaction; the relay sends them after commit, in this order per key."""
    if not events:
        return
    await session.execute(
        _INSERT,
        {
            "id": [event.event_id for event in events],
            "topic": [event.topic for event in events],
            "key": [event.key for event in events],
            "type": [event_type(type(event)) for event in events],
            "payload": [event.model_dump_json().encode() for event in events],
            "time": [event.occurred_at for event in events],
            "source": [f"/fordring/{event.producer}" for event in events],
            "dataschema": [event.schema_urn() for event in events],
            "traceparent": [trace_of(event.key) for event in events],
            "extra": [None] * len(events),
        },
    )
    for wake in _wake_relay:
        after_commit(session, wake)


async def park(
    session: Session, *, topic: str, key: str, payload: bytes, traceparent: str | None, extra: Mapping[str, Any]
) -> None:
    """Send a message that cannot be handled to `<topic>.dead`, as it came, with the reason in its headers."""
    await session.execute(
        _INSERT,
        {
            "id": [_id_of(extra)],
            "topic": [f"{topic}.dead"],
            "key": [key],
            "type": [f"fordring.{topic}"],
            "payload": [payload],
            "time": [wall_now()],
            "source": [f"/fordring/{extra['consumer']}"],
            "dataschema": [f"urn:fordring:event:{topic}:dead"],
            "traceparent": [traceparent],
            "extra": [json.dumps(dict(extra))],
        },
    )
    for wake in _wake_relay:
        after_commit(session, wake)


def _id_of(extra: Mapping[str, Any]) -> UUID:
    return UUID(extra["event_id"]) if extra.get("event_id") else uuid4()
