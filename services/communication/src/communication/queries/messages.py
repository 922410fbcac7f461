"""Messages from the queue to the reader: saved, recalled, listed, counted."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.courier import BLOCKED
from communication.queries.record import Record
from runtime.database import Session, columns

_SAVE_MESSAGES = text(
    """
    WITH new AS (
        INSERT INTO message (message_id, case_id, creditor_id, debtor_id, category, channel, template, step_key,
            reason, content, as_of, traceparent)
        SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:case_id AS bigint[]), CAST(:creditor_id AS uuid[]),
            CAST(:debtor_id AS uuid[]), CAST(:category AS text[]), CAST(:channel AS text[]), CAST(:template AS text[]),
            CAST(:step_key AS text[]), CAST(:reason AS text[]), CAST(:content AS jsonb[]), CAST(:as_of AS date[]),
            CAST(:traceparent AS text[]))
        ON CONFLICT DO NOTHING RETURNING message_id, reason
    )
    INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, 'QUEUED', reason FROM new
    """
)
_RECALL = text(
    f"""
    WITH blocked AS (
        SELECT m.message_id, {BLOCKED} AS why FROM message m JOIN case_state s USING (case_id)
        WHERE m.case_id = ANY(CAST(:case_ids AS bigint[])) AND m.status = 'QUEUED' AND {BLOCKED} IS NOT NULL
        ORDER BY m.message_id FOR UPDATE OF m
    ), gone AS (
        UPDATE message m SET status = 'RECALLED', reason = b.why, leased_until = NULL
        FROM blocked b WHERE m.message_id = b.message_id
        RETURNING m.message_id, m.case_id, m.creditor_id, m.category, m.channel, m.reason, m.traceparent
    ), noted AS (
        INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, 'RECALLED', reason FROM gone
    )
    SELECT gone.*, i.invoice_id FROM gone JOIN invoice i USING (case_id)
    """
)
_LIST_MESSAGES = text(
    """
    SELECT m.message_id, m.case_id, m.category, m.channel, m.template, m.step_key, m.status, m.reason, m.as_of,
        m.queued_at, m.sent_at, m.attempts
    FROM message m
    WHERE m.creditor_id = :creditor_id AND m.case_id = :case_id AND m.direction = 'OUTBOUND' ORDER BY m.queued_at, m.message_id
    """
)
_COUNT_MESSAGES = text(
    """
    SELECT channel, status, category, count(*) AS count FROM message WHERE direction = 'OUTBOUND'
    GROUP BY channel, status, category ORDER BY channel, status, category
    """
)


async def save_messages(session: Session, rows: Sequence[Record]) -> None:
    """Queue messages; one that was queued before is left as it is."""
    if not rows:
        return
    names = ("message_id", "case_id", "creditor_id", "debtor_id", "category", "channel", "template", "step_key")
    names += ("reason", "as_of", "traceparent")
    content = [json.dumps(row["content"]) for row in rows]
    await session.execute(_SAVE_MESSAGES, columns(rows, *names) | {"content": content})


async def recall_blocked(session: Session, case_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Recall every queued message of these cases that must not leave any more; returns what was recalled."""
    return (await session.execute(_RECALL, {"case_ids": list(case_ids)})).all()


async def list_messages(session: Session, creditor_id: UUID, case_id: int) -> Sequence[Row[Any]]:
    return (await session.execute(_LIST_MESSAGES, {"creditor_id": creditor_id, "case_id": case_id})).all()


async def count_messages(session: Session) -> Sequence[Row[Any]]:
    return (await session.execute(_COUNT_MESSAGES)).all()
