"""Letters that several steps share: they wait until all their messages are there, and are taken together."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.courier import DUE_COLUMNS, DUE_SURROUNDINGS
from runtime.database import Session

_COUNT_ARRIVALS = text(
    """
    WITH fresh AS (
        SELECT m.letter_group AS group_id, s.size, count(*) AS arrived
        FROM message m JOIN unnest(CAST(:group_id AS uuid[]), CAST(:size AS integer[])) AS s (group_id, size)
            ON s.group_id = m.letter_group
        WHERE m.message_id = ANY(CAST(:message_ids AS uuid[])) GROUP BY 1, 2 ORDER BY 1
    )
    INSERT INTO letter_group AS g (group_id, size, arrived) SELECT * FROM fresh
    ON CONFLICT (group_id) DO UPDATE SET arrived = g.arrived + excluded.arrived
    RETURNING g.group_id, g.arrived >= g.size AS is_complete
    """
)
_SET_DUE = text(
    """
    UPDATE message m SET next_try_at = clock_timestamp()
        + CASE WHEN g.is_complete THEN interval '0' ELSE make_interval(secs => :wait_seconds) END
    FROM unnest(CAST(:group_id AS uuid[]), CAST(:is_complete AS boolean[])) AS g (group_id, is_complete)
    WHERE m.letter_group = g.group_id AND m.status = 'QUEUED'
        AND (g.is_complete OR m.message_id = ANY(CAST(:message_ids AS uuid[])))
    """
)
_LOCK_COMPANIONS = text(
    f"""
    SELECT {DUE_COLUMNS} FROM message m {DUE_SURROUNDINGS}
    WHERE m.status = 'QUEUED' AND m.channel = :channel AND m.letter_group = ANY(CAST(:group_ids AS uuid[]))
        AND m.message_id <> ALL(CAST(:message_ids AS uuid[])) ORDER BY m.case_id FOR UPDATE OF m SKIP LOCKED
    """
)


async def gather(
    session: Session, sizes: Mapping[UUID, int], message_ids: Collection[UUID], wait_seconds: float
) -> None:
    """Count these new messages in; a group that is complete is due at once, the others when they have waited enough.

    Batches of several processes bring a group's messages: the row of the group is locked, so the last one sees them all.
    """
    wanted = {"group_id": list(sizes), "size": list(sizes.values()), "message_ids": list(message_ids)}
    rows = (await session.execute(_COUNT_ARRIVALS, wanted)).all()
    due = {"group_id": [row.group_id for row in rows], "is_complete": [row.is_complete for row in rows]}
    await session.execute(_SET_DUE, due | {"message_ids": list(message_ids), "wait_seconds": wait_seconds})


async def lock_companions(
    session: Session, channel: str, group_ids: Collection[UUID], message_ids: Collection[UUID]
) -> Sequence[Row[Any]]:
    """The other queued messages of these letters; one that is just being recalled is left out."""
    wanted = {"channel": channel, "group_ids": list(group_ids), "message_ids": list(message_ids)}
    return (await session.execute(_LOCK_COMPANIONS, wanted)).all()
