"""What a consumer has seen, and what waits for something it has not seen yet."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from contracts import Event
from delivery.tracing import trace_of
from runtime.database import Session

_RELEASED = "released_messages"

_SEEN = text(
    """
    WITH arrived AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:topics AS text[]), CAST(:partitions AS integer[]))
            AS arrived (event_id, topic, partition)
    ), unseen AS (
        INSERT INTO inbox (consumer, event_id) SELECT :consumer, event_id FROM arrived ORDER BY event_id
        ON CONFLICT DO NOTHING RETURNING event_id
    ), counted AS (
        INSERT INTO handled_count (topic, partition, count)
        SELECT topic, partition, count(*) FROM arrived JOIN unseen USING (event_id)
        WHERE topic IS NOT NULL GROUP BY topic, partition ORDER BY topic, partition
        ON CONFLICT (topic, partition) DO UPDATE SET count = handled_count.count + excluded.count
    )
    SELECT event_id FROM unseen
    """
)
_COUNT = text(
    """
    INSERT INTO handled_count (topic, partition, count) VALUES (:topic, :partition, 1)
    ON CONFLICT (topic, partition) DO UPDATE SET count = handled_count.count + excluded.count
    """
)
_WAIT = text(
    """
    INSERT INTO waiting (event_id, missing, topic, key, payload, traceparent)
    SELECT * FROM unnest(CAST(:id AS uuid[]), CAST(:missing AS text[]), CAST(:topic AS text[]), CAST(:key AS text[]),
        CAST(:payload AS bytea[]), CAST(:traceparent AS text[]))
    ON CONFLICT (event_id) DO UPDATE SET missing = excluded.missing
    """
)
_RELEASE = text(
    """
    DELETE FROM waiting WHERE missing = ANY(CAST(:missing AS text[]))
    RETURNING position, event_id, topic, key, payload, traceparent, tries
    """
)
_OVERDUE = text(
    """
    DELETE FROM waiting WHERE event_id IN
        (SELECT event_id FROM waiting WHERE next_try_at <= clock_timestamp() LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING position, event_id, topic, key, payload, traceparent, tries
    """
)
_TRIED = text(
    """
    UPDATE waiting SET tries = :tries, next_try_at = clock_timestamp() + make_interval(secs => :pause)
    WHERE event_id = :event_id
    """
)


@dataclass(frozen=True, slots=True)
class Released:
    """A message that waited and is taken up again."""

    position: int
    event_id: UUID
    topic: str
    key: str
    payload: bytes
    traceparent: str | None
    tries: int


Place = tuple[str, int]
"""Topic and partition."""


async def keep_unseen(session: Session, consumer: str, events: Mapping[UUID, Place | None]) -> set[UUID]:
    """Record the events and return those this consumer had not seen: an event's effects happen once.

    Each is counted where it was read, for the test clock's question whether all that was published has been handled;
    not so one without a place: it was counted when it was parked.
    """
    places = [place or (None, None) for place in events.values()]
    rows = await session.execute(
        _SEEN,
        {
            "consumer": consumer,
            "ids": list(events),
            "topics": [topic for topic, _ in places],
            "partitions": [partition for _, partition in places],
        },
    )
    return set(rows.scalars())


async def count_parked(session: Session, place: Place) -> None:
    """Count a message that is parked: all that could be done with it was done."""
    topic, partition = place
    await session.execute(_COUNT, {"topic": topic, "partition": partition})


async def wait_for(session: Session, missing: Mapping[UUID, str], events: Iterable[Event]) -> None:
    """Put each event aside under the key it misses (`missing`: event id -> key), until `release` names that key.

    A message waits outside the partition: its neighbours go on. After the limit it is parked.
    """
    waiting = [event for event in events if event.event_id in missing]
    if not waiting:
        return
    await session.execute(
        _WAIT,
        {
            "id": [event.event_id for event in waiting],
            "missing": [missing[event.event_id] for event in waiting],
            "topic": [event.topic for event in waiting],
            "key": [event.key for event in waiting],
            "payload": [event.model_dump_json().encode() for event in waiting],
            "traceparent": [trace_of(event.key) for event in waiting],
        },
    )


async def release(session: Session, keys: Collection[object]) -> None:
    """Say that `keys` are here now: what waited for them is handled in this same transaction."""
    if not keys:
        return
    rows = await session.execute(_RELEASE, {"missing": [str(key) for key in keys]})
    session.info.setdefault(_RELEASED, []).extend(Released(*row) for row in rows)


def take_released(session: Session) -> Sequence[Released]:
    """What `release` brought since the last call, oldest first."""
    return sorted(session.info.pop(_RELEASED, []), key=lambda message: message.position)


async def take_overdue(session: Session, limit: int) -> Sequence[Released]:
    """Messages that have waited long enough to be tried again: their predecessor may have come in another process."""
    rows = await session.execute(_OVERDUE, {"limit": limit})
    return sorted((Released(*row) for row in rows), key=lambda message: message.position)


async def put_off(session: Session, message: Released, pause_seconds: float) -> None:
    """After a try that found the predecessor still missing: the next one comes later."""
    await session.execute(_TRIED, {"event_id": message.event_id, "tries": message.tries + 1, "pause": pause_seconds})
