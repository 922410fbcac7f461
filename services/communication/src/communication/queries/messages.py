"""Messages from the queue to the reader: saved, recalled, listed, counted."""

import json
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.domain.stops import HOLDS
from communication.queries.courier import BLOCKED
from communication.queries.record import Record
from delivery import wake
from runtime.database import Session, columns

_SAVE_MESSAGES = text(
    """
    WITH new AS (
        INSERT INTO message (message_id, case_id, creditor_id, debtor_id, category, channel, template, step_key,
            reason, content, as_of, traceparent, letter_group)
        SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:case_id AS bigint[]), CAST(:creditor_id AS uuid[]),
            CAST(:debtor_id AS uuid[]), CAST(:category AS text[]), CAST(:channel AS text[]), CAST(:template AS text[]),
            CAST(:step_key AS text[]), CAST(:reason AS text[]), CAST(:content AS jsonb[]), CAST(:as_of AS date[]),
            CAST(:traceparent AS text[]), CAST(:letter_group AS uuid[]))
        ON CONFLICT DO NOTHING RETURNING message_id, reason
    )
    INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, 'QUEUED', reason FROM new RETURNING message_id
    """
)
_RECALL = text(
    f"""
    WITH blocked AS (
        SELECT m.message_id, {BLOCKED} AS why FROM message m JOIN case_state s USING (case_id)
        WHERE m.case_id = ANY(CAST(:case_ids AS bigint[])) AND m.status = 'QUEUED' AND {BLOCKED} IS NOT NULL
        ORDER BY m.message_id FOR UPDATE OF m
    ), gone AS (
        UPDATE message m SET status = 'RECALLED', reason = b.why
        FROM blocked b WHERE m.message_id = b.message_id
        RETURNING m.message_id, m.case_id, m.creditor_id, m.category, m.channel, m.reason, m.traceparent
    ), noted AS (
        INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, 'RECALLED', reason FROM gone
    )
    SELECT gone.*, i.invoice_id FROM gone JOIN invoice i USING (case_id)
    """
)
_REQUEUE = text(
    """
    WITH owed AS (
        SELECT * FROM unnest(CAST(:step_key AS text[]), CAST(:case_id AS bigint[]), CAST(:hold_version AS bigint[]),
            CAST(:as_of AS date[]), CAST(:deadline_date AS date[]), CAST(:claim_version AS bigint[]),
            CAST(:balance AS jsonb[]))
            AS o (step_key, case_id, hold_version, as_of, deadline_date, claim_version, balance)
    ), again AS (
        UPDATE message m SET status = 'QUEUED', reason = 'the hold ended', as_of = o.as_of,
            next_try_at = clock_timestamp(),
            content = m.content || jsonb_build_object('deadline_date', o.deadline_date, 'disputed_minor', 0,
                'interest_to_date', coalesce(m.content ->> 'interest_to_date', m.as_of::text))
                || CASE WHEN o.balance IS NOT NULL
                    AND o.claim_version > coalesce((m.content ->> 'claim_version')::bigint, 0)
                    THEN jsonb_build_object('balance', o.balance, 'claim_version', o.claim_version) ELSE '{}' END
        FROM owed o JOIN case_state s ON s.case_id = o.case_id
        WHERE m.step_key = o.step_key AND m.status = 'RECALLED' AND m.reason = ANY(CAST(:reasons AS text[])) AND NOT s.held AND s.hold_version = o.hold_version
            AND NOT s.settled AND NOT s.closed
            AND NOT EXISTS (SELECT FROM message other WHERE other.step_key = m.step_key
                AND other.message_id <> m.message_id AND other.status IN ('QUEUED', 'SENT'))
        RETURNING m.message_id, m.reason
    )
    INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, 'QUEUED', reason FROM again
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


async def save_messages(session: Session, rows: Sequence[Record]) -> set[UUID]:
    """Queue messages; one that was queued before is left as it is. Returns those that are new."""
    if not rows:
        return set()
    names = ("message_id", "case_id", "creditor_id", "debtor_id", "category", "channel", "template", "step_key")
    names += ("reason", "as_of", "traceparent", "letter_group")
    content = [json.dumps(row["content"]) for row in rows]
    wake(session, *{row["channel"].lower() for row in rows})
    return set((await session.execute(_SAVE_MESSAGES, columns(rows, *names) | {"content": content})).scalars())


async def recall_blocked(session: Session, case_ids: Collection[int]) -> Sequence[Row[Any]]:
    """Recall every queued message of these cases that must not leave any more; returns what was recalled."""
    return (await session.execute(_RECALL, {"case_ids": list(case_ids)})).all()


async def requeue_letters(session: Session, rows: Sequence[Record]) -> None:
    """Queue letters again that a hold recalled, with a new date, deadline and balance; one that left is left alone.

    While a courier that took one before the recall may still be sending it, its lease keeps others away.
    """
    if not rows:
        return
    names = ("step_key", "case_id", "hold_version", "as_of", "deadline_date", "claim_version")
    balance = [json.dumps(row["balance"]) if row["balance"] else None for row in rows]
    wake(session, "email", "letter", "einvoice")
    await session.execute(_REQUEUE, columns(rows, *names) | {"balance": balance, "reasons": list(HOLDS)})


async def list_messages(session: Session, creditor_id: UUID, case_id: int) -> Sequence[Row[Any]]:
    return (await session.execute(_LIST_MESSAGES, {"creditor_id": creditor_id, "case_id": case_id})).all()


async def count_messages(session: Session) -> Sequence[Row[Any]]:
    return (await session.execute(_COUNT_MESSAGES)).all()
