"""SQL about what collectors are told: queued with the change it tells of, leased by the courier, recorded."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import text

from delivery import wake
from lifecycle.domain.handovers import Message, MessageKind
from runtime.database import Session

MessageStatus = Literal["PENDING", "SENT", "REFUSED", "FAILED", "CANCELLED"]

_QUEUE = text(
    """
    INSERT INTO collector_message (message_id, handover_id, case_id, kind, content, as_of, status, traceparent)
    SELECT message_id, handover_id, case_id, kind, content, :day, 'PENDING', traceparent
    FROM unnest(CAST(:message_id AS uuid[]), CAST(:handover_id AS uuid[]), CAST(:case_id AS bigint[]),
        CAST(:kind AS text[]), CAST(:content AS jsonb[]), CAST(:traceparent AS text[])) WITH ORDINALITY
        AS new (message_id, handover_id, case_id, kind, content, traceparent, place)
    ORDER BY place
    ON CONFLICT (message_id) DO NOTHING
    """
)
_CANCEL_UNTRIED = text(
    """
    UPDATE collector_message SET status = 'CANCELLED', description = 'The case needs no collector any more'
    WHERE handover_id = ANY(CAST(:ids AS uuid[])) AND kind = 'PLACE' AND status = 'PENDING' AND attempts = 0
    RETURNING handover_id
    """
)
_CANCEL_PENDING = text(
    """
    UPDATE collector_message SET status = 'CANCELLED', description = 'The collector does not have the case'
    WHERE handover_id = ANY(CAST(:ids AS uuid[])) AND status = 'PENDING'
    """
)
# In order per hand-over: what waits behind an earlier message is not due. No case of a flagged debtor goes out anew.
_DUE = """
    FROM collector_message AS message JOIN handover USING (handover_id)
    WHERE message.status = 'PENDING' AND message.due_at <= now()
        AND NOT EXISTS (SELECT FROM collector_message AS earlier WHERE earlier.status = 'PENDING'
            AND earlier.handover_id = message.handover_id AND earlier.position < message.position)
        AND NOT (message.kind = 'PLACE' AND EXISTS (
            SELECT FROM debtor_flag JOIN "case" USING (creditor_id, debtor_id) WHERE "case".case_id = message.case_id))
"""
_LEASE = text(
    f"""
    WITH first AS (
        SELECT message.batch_id {_DUE} ORDER BY message.batch_id NULLS LAST LIMIT 1
    ), due AS (
        SELECT message.position {_DUE} AND message.batch_id IS NOT DISTINCT FROM (SELECT batch_id FROM first)
        ORDER BY message.position LIMIT :limit FOR UPDATE OF message
    ), leased AS (
        UPDATE collector_message AS message SET attempts = attempts + 1,
            due_at = now() + make_interval(secs => :lease_seconds),
            batch_id = coalesce(batch_id, md5(CAST(:lease_id AS text) || handover.configuration_id)::uuid)
        FROM due, handover WHERE message.position = due.position AND handover.handover_id = message.handover_id
        RETURNING message.*, handover.configuration_id, handover.creditor_id, handover.collector,
            handover.collector_reference
    )
    SELECT leased.position, message_id, handover_id, case_id, kind, content::text AS content, as_of, attempts, batch_id,
        leased.configuration_id, leased.creditor_id, leased.collector, collector_reference, configuration.adapter,
        configuration.url
    FROM leased JOIN collector_configuration AS configuration USING (configuration_id) ORDER BY leased.position
    """
)
# Couriers lease one after the other: two that shared a batch would write two files under one name.
_LOCK_LEASE = text("SELECT pg_advisory_xact_lock(7201121)")
_RECORD = text(
    """
    UPDATE collector_message AS message SET status = new.status, description = new.description,
        due_at = now() + make_interval(secs => new.pause_seconds),
        batch_id = CASE WHEN NOT new.left_out THEN batch_id END,
        sent_date = CASE WHEN new.status = 'SENT' THEN CAST(:day AS date) END
    FROM unnest(CAST(:message_id AS uuid[]), CAST(:attempts AS integer[]), CAST(:status AS text[]),
        CAST(:description AS text[]), CAST(:pause_seconds AS float8[]), CAST(:left_out AS boolean[]))
        AS new (message_id, attempts, status, description, pause_seconds, left_out)
    WHERE message.message_id = new.message_id AND message.attempts = new.attempts AND message.status = 'PENDING'
    RETURNING message.message_id
    """
)
COUNT_DUE = f"SELECT count(*) {_DUE}"
_LAST_OF_HANDOVERS = text(
    """
    SELECT DISTINCT ON (handover_id) handover_id, kind, status, attempts, description FROM collector_message
    WHERE handover_id = ANY(CAST(:ids AS uuid[])) ORDER BY handover_id, position DESC
    """
)


@dataclass(frozen=True, slots=True)
class Leased:
    """A message whose turn it is, with where it goes."""

    position: int
    message_id: UUID
    handover_id: UUID
    case_id: int
    kind: MessageKind
    content: dict[str, Any]
    as_of: date
    attempts: int
    batch_id: UUID
    configuration_id: UUID
    creditor_id: UUID
    collector: str
    collector_reference: str | None
    adapter: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt; what was left out of a batch that went goes with another one."""

    message: Leased
    status: MessageStatus
    description: str = ""
    pause_seconds: float = 0.0
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class LastMessage:
    """How the collector was last spoken to."""

    kind: MessageKind
    status: MessageStatus
    attempts: int
    description: str


async def queue(session: Session, messages: Sequence[Message], traces: Mapping[int, str | None], day: date) -> None:
    """Put messages behind those of the same hand-over; the same one again changes nothing. `traces` are by case."""
    if messages:
        wake(session, "collectors")
        await session.execute(
            _QUEUE,
            {
                "message_id": [one.message_id for one in messages],
                "handover_id": [one.handover_id for one in messages],
                "case_id": [one.case_id for one in messages],
                "kind": [one.kind for one in messages],
                "content": [json.dumps(one.content) for one in messages],
                "traceparent": [traces.get(one.case_id) for one in messages],
                "day": day,
            },
        )


async def cancel_untried(session: Session, handover_ids: Collection[UUID]) -> set[UUID]:
    """Take cases off the queue that nobody outside can have heard of; says of which hand-overs."""
    if not handover_ids:
        return set()
    return set((await session.execute(_CANCEL_UNTRIED, {"ids": sorted(handover_ids)})).scalars())


async def cancel_pending(session: Session, handover_ids: Collection[UUID]) -> None:
    """Nothing more is told about hand-overs that did not come about."""
    if handover_ids:
        await session.execute(_CANCEL_PENDING, {"ids": sorted(handover_ids)})


async def lease(session: Session, lease_id: UUID, limit: int, lease_seconds: float) -> list[Leased]:
    """Take what is due; nobody else takes it until the lease is over.

    What was tried before comes first, one batch at a time and whole: tried again it is the same file.
    """
    await session.execute(_LOCK_LEASE)
    wanted = {"lease_id": str(lease_id), "limit": limit, "lease_seconds": lease_seconds}
    rows = (await session.execute(_LEASE, wanted)).mappings()
    found = [dict(row) for row in rows]
    for values in found:
        values["content"] = json.loads(values["content"])
    return [Leased(**values) for values in found]


async def record(session: Session, outcomes: Sequence[Outcome], day: date) -> set[UUID]:
    """Store what came of attempts that nobody repeated meanwhile; returns their messages' ids."""
    recorded = await session.execute(
        _RECORD,
        {
            "message_id": [one.message.message_id for one in outcomes],
            "attempts": [one.message.attempts for one in outcomes],
            "status": [one.status for one in outcomes],
            "description": [one.description for one in outcomes],
            "pause_seconds": [one.pause_seconds for one in outcomes],
            "left_out": [one.left_out for one in outcomes],
            "day": day,
        },
    )
    return set(recorded.scalars())


async def list_last_messages(session: Session, handover_ids: Collection[UUID]) -> dict[UUID, LastMessage]:
    """How collectors were last spoken to, by hand-over."""
    if not handover_ids:
        return {}
    rows = await session.execute(_LAST_OF_HANDOVERS, {"ids": sorted(handover_ids)})
    return {row.handover_id: LastMessage(row.kind, row.status, row.attempts, row.description) for row in rows}
