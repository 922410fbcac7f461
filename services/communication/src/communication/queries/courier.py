"""What couriers take, and what came of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.record import Record
from runtime.database import Session, columns

BLOCKED = """
    CASE WHEN s.settled THEN 'the claim is settled'
         WHEN s.closed THEN 'the case is closed'
         WHEN s.held AND m.category <> 'invoice' THEN 'the case is on hold' END
"""
"""Why a message must not leave, NULL where it may. A hold stops dunning; the invoice itself still goes out."""
_LOCK_DUE = text(
    f"""
    SELECT m.message_id, m.case_id, {BLOCKED} AS why FROM message m LEFT JOIN case_state s USING (case_id)
    WHERE m.status = 'QUEUED' AND m.channel = :channel AND m.next_try_at <= clock_timestamp()
        AND (m.leased_until IS NULL OR m.leased_until <= clock_timestamp())
    ORDER BY m.next_try_at LIMIT :limit FOR UPDATE OF m SKIP LOCKED
    """
)
_LEASE = text(
    """
    WITH taken AS (
        UPDATE message SET leased_until = clock_timestamp() + make_interval(secs => :lease_seconds),
            attempts = attempts + 1
        WHERE message_id = ANY(CAST(:message_ids AS uuid[])) RETURNING *
    )
    SELECT taken.message_id, taken.case_id, taken.creditor_id, taken.debtor_id, taken.category, taken.channel,
        taken.template, taken.step_key, taken.content, taken.as_of, taken.attempts, taken.traceparent,
        i.invoice_id, i.invoice_number, i.invoice_date, i.due_date, i.currency, i.gross_minor, i.vat_minor, i.lines,
        i.payment_reference, i.payment_iban, d.name, d.street, d.street2, d.postal_code, d.postal_district,
        d.country_code, d.language_code, d.email, c.name AS creditor_name, c.business_code,
        c.country_code AS creditor_country
    FROM taken JOIN invoice i USING (case_id) JOIN debtor d ON d.debtor_id = taken.debtor_id
        JOIN creditor c ON c.creditor_id = taken.creditor_id
    ORDER BY taken.queued_at
    """
)
_RECORD = text(
    """
    WITH outcome AS (
        SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:kind AS text[]), CAST(:detail AS text[]),
            CAST(:pause_seconds AS double precision[]), CAST(:smtp_message_id AS text[]))
            AS o (message_id, kind, detail, pause_seconds, smtp_message_id)
    ), changed AS (
        UPDATE message m SET
            status = CASE o.kind WHEN 'DEFERRED' THEN m.status ELSE o.kind END,
            reason = CASE WHEN o.kind = 'FAILED' THEN o.detail
                WHEN m.status = 'RECALLED' THEN 'it had left before the recall' ELSE m.reason END,
            sent_at = CASE o.kind WHEN 'SENT' THEN clock_timestamp() END,
            next_try_at = clock_timestamp() + make_interval(secs => o.pause_seconds),
            leased_until = NULL, smtp_message_id = o.smtp_message_id
        FROM outcome o
        WHERE m.message_id = o.message_id AND (m.status = 'QUEUED' OR (m.status = 'RECALLED' AND o.kind = 'SENT'))
        RETURNING m.message_id, o.kind, o.detail
    ), noted AS (
        INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, kind, detail FROM changed
    )
    SELECT message_id FROM changed
    """
)
_GIVE_BACK = text(
    """
    UPDATE message SET leased_until = NULL, attempts = attempts - 1
    WHERE message_id = ANY(CAST(:message_ids AS uuid[])) AND status = 'QUEUED'
    """
)
_COUNT_DUE = text("SELECT count(*) FROM message WHERE status = 'QUEUED' AND next_try_at <= clock_timestamp()")


async def lock_due(session: Session, channel: str, limit: int) -> Sequence[Row[Any]]:
    """Messages to send now, each with the reason why it must not leave, if any; those of other couriers are skipped."""
    return (await session.execute(_LOCK_DUE, {"channel": channel, "limit": limit})).all()


async def lease(session: Session, message_ids: Sequence[UUID], lease_seconds: int) -> Sequence[Row[Any]]:
    """Reserve messages for one try and return all that is needed to write them."""
    parameters = {"message_ids": list(message_ids), "lease_seconds": float(lease_seconds)}
    return (await session.execute(_LEASE, parameters)).all()


async def record_outcomes(session: Session, rows: Sequence[Record]) -> set[UUID]:
    """Record what happened; what was sent is SENT even if it was recalled meanwhile. Returns what changed."""
    names = ("message_id", "kind", "detail", "pause_seconds", "smtp_message_id")
    return set((await session.execute(_RECORD, columns(rows, *names))).scalars())


async def give_back(session: Session, message_ids: Sequence[UUID]) -> None:
    """Undo a lease whose try never happened."""
    await session.execute(_GIVE_BACK, {"message_ids": list(message_ids)})


async def count_due(session: Session) -> int:
    """Queued messages that could leave now."""
    return (await session.execute(_COUNT_DUE)).scalar_one()
