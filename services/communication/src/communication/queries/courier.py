"""What couriers take, and what came of it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.domain.stops import PASSES_WHEN_HELD, PASSES_WHEN_SETTLED
from communication.queries.record import Record
from delivery import wake
from runtime.database import Session, columns


def _passes(categories: Sequence[str]) -> str:
    return f"m.category <> ALL('{{{','.join(categories)}}}')"


BLOCKED = f"""
    CASE WHEN s.held AND s.hold_reason = 'FLAG' THEN 'the case is stopped by a flag'
         WHEN s.settled AND {_passes(PASSES_WHEN_SETTLED)} THEN 'the claim is settled'
         WHEN s.closed AND {_passes(PASSES_WHEN_SETTLED)} THEN 'the case is closed'
         WHEN s.held AND {_passes(PASSES_WHEN_HELD)} THEN 'the case is on hold' END
"""
"""Why a message must not leave, NULL where it may; `domain.stops.stop_reason` says the same of one that is asked for."""

DUE_COLUMNS = f"""
    m.message_id, m.case_id, m.debtor_id, m.category, m.channel, m.sealed IS NULL AS by_policy, m.contacts,
    m.letter_group, {BLOCKED} AS why, d.country_code, d.kind, d.erased_at IS NOT NULL AS is_erased,
    p.debtor_id IS NOT NULL AS has_wishes, p.allow_email, p.allow_sms, p.do_not_contact, p.effective_date, p.exceptions,
    p.hours_start, p.hours_end, p.hours_timezone
"""
DUE_SURROUNDINGS = """
    LEFT JOIN case_state s ON s.case_id = m.case_id LEFT JOIN debtor d ON d.debtor_id = m.debtor_id
    LEFT JOIN preference p ON p.debtor_id = m.debtor_id
"""
# of a letter that several steps share, the first stands for all: nobody else takes the others
_LOCK_DUE = text(
    f"""
    SELECT {DUE_COLUMNS} FROM message m {DUE_SURROUNDINGS}
    WHERE m.status = 'QUEUED' AND m.channel = :channel AND m.next_try_at <= clock_timestamp()
        AND (m.leased_until IS NULL OR m.leased_until <= clock_timestamp())
        AND (m.letter_group IS NULL OR NOT EXISTS (
            SELECT FROM message e WHERE e.letter_group = m.letter_group AND e.channel = m.channel
                AND e.status = 'QUEUED' AND e.case_id < m.case_id))
    ORDER BY m.next_try_at LIMIT :limit FOR UPDATE OF m SKIP LOCKED
    """
)
_WRITTEN_FROM = """
    SELECT taken.message_id, taken.case_id, taken.creditor_id, taken.debtor_id, taken.category, taken.channel,
        taken.template, taken.step_key, taken.content, taken.as_of, taken.attempts, taken.traceparent, taken.sealed,
        taken.thread_id, taken.priority, taken.sent_by, taken.letter_group,
        i.invoice_id, i.invoice_number, i.invoice_date, i.due_date, i.currency, i.gross_minor, i.vat_minor, i.lines,
        i.payment_reference, i.payment_iban, i.buyer_reference, i.order_reference, d.name, d.street, d.street2, d.postal_code, d.postal_district,
        d.country_code, coalesce(p.preferred_language, d.language_code) AS language_code,
        coalesce(p.email_address, d.email) AS email, coalesce(p.phone_number, d.phone) AS phone, d.kind AS debtor_kind,
        d.business_code AS debtor_business_code, d.vat_number AS debtor_vat_number, d.einvoice_address,
        c.name AS creditor_name, c.business_code, c.country_code AS creditor_country, c.email AS creditor_email,
        coalesce(ag.track_mail, false) AS track_mail, c.seat AS creditor_seat, c.vat_number AS creditor_vat_number, k.wrapped AS wrapped_key
"""
_SURROUNDINGS = """
    JOIN invoice i USING (case_id) JOIN debtor d ON d.debtor_id = taken.debtor_id
        JOIN creditor c ON c.creditor_id = taken.creditor_id
        LEFT JOIN preference p ON p.debtor_id = taken.debtor_id LEFT JOIN data_key k ON k.debtor_id = taken.debtor_id
        LEFT JOIN agreement ag ON ag.creditor_id = taken.creditor_id
"""
_LEASE = text(
    f"""
    WITH taken AS (
        UPDATE message SET leased_until = clock_timestamp() + make_interval(secs => :lease_seconds),
            attempts = attempts + 1
        WHERE message_id = ANY(CAST(:message_ids AS uuid[])) RETURNING *
    )
    {_WRITTEN_FROM},
        (SELECT e.smtp_message_id FROM message e WHERE e.thread_id = taken.thread_id AND e.smtp_message_id IS NOT NULL
         ORDER BY e.queued_at DESC LIMIT 1) AS answers_to
    FROM taken {_SURROUNDINGS}
    ORDER BY taken.queued_at
    """
)
_FIND_WRITTEN = text(
    f"""
    {_WRITTEN_FROM} FROM message taken {_SURROUNDINGS}
    WHERE taken.message_id = :message_id AND taken.direction = 'OUTBOUND' AND taken.status <> 'RECALLED'
        AND d.erased_at IS NULL
    """
)
_RECORD = text(
    """
    WITH outcome AS (
        SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:kind AS text[]), CAST(:detail AS text[]),
            CAST(:pause_seconds AS double precision[]), CAST(:smtp_message_id AS text[]), CAST(:sealed AS bytea[]),
            CAST(:thread_id AS uuid[]))
            AS o (message_id, kind, detail, pause_seconds, smtp_message_id, sealed, thread_id)
    ), changed AS (
        UPDATE message m SET
            status = CASE o.kind WHEN 'DEFERRED' THEN m.status ELSE o.kind END,
            reason = CASE WHEN o.kind = 'FAILED' THEN o.detail
                WHEN m.status = 'RECALLED' THEN 'it had left before the recall' ELSE m.reason END,
            sent_at = CASE o.kind WHEN 'SENT' THEN clock_timestamp() END,
            next_try_at = clock_timestamp() + make_interval(secs => o.pause_seconds),
            leased_until = NULL, smtp_message_id = o.smtp_message_id, sealed = coalesce(m.sealed, o.sealed),
            thread_id = coalesce(m.thread_id, o.thread_id)
        FROM outcome o
        WHERE m.message_id = o.message_id AND (m.status = 'QUEUED' OR (m.status = 'RECALLED' AND o.kind = 'SENT'))
        RETURNING m.message_id, o.kind, o.detail
    ), noted AS (
        INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, kind, detail FROM changed
    )
    SELECT message_id FROM changed
    """
)
_DIVERT = text(
    """
    WITH verdict AS (
        SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:kind AS text[]), CAST(:detail AS text[]),
            CAST(:release_at AS timestamptz[])) AS v (message_id, kind, detail, release_at)
    ), changed AS (
        UPDATE message m SET reason = v.detail,
            status = CASE v.kind WHEN 'RECALLED' THEN 'RECALLED' ELSE m.status END,
            channel = CASE v.kind WHEN 'REROUTED' THEN 'LETTER' ELSE m.channel END,
            next_try_at = coalesce(v.release_at, m.next_try_at)
        FROM verdict v WHERE m.message_id = v.message_id RETURNING m.message_id, v.kind, v.detail
    )
    INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, kind, detail FROM changed
    """
)
_GIVE_BACK = text(
    """
    UPDATE message SET leased_until = NULL, attempts = attempts - 1
    WHERE message_id = ANY(CAST(:message_ids AS uuid[])) AND status = 'QUEUED'
    """
)
COUNT_DUE = """
    SELECT (SELECT count(*) FROM message WHERE status = 'QUEUED' AND next_try_at <= clock_timestamp())
        + (SELECT count(*) FROM failure_summary WHERE status = 'QUEUED' AND next_try_at <= clock_timestamp())
    """
"""Queued messages and mails to creditors that could leave now."""


async def lock_due(session: Session, channel: str, limit: int) -> Sequence[Row[Any]]:
    """Messages to send now, each with the reason why it must not leave, if any; those of other couriers are skipped."""
    return (await session.execute(_LOCK_DUE, {"channel": channel, "limit": limit})).all()


async def lease(session: Session, message_ids: Sequence[UUID], lease_seconds: int) -> Sequence[Row[Any]]:
    """Reserve messages for one try and return all that is needed to write them."""
    parameters = {"message_ids": list(message_ids), "lease_seconds": float(lease_seconds)}
    return (await session.execute(_LEASE, parameters)).all()


async def find_written(session: Session, message_id: UUID) -> Row[Any] | None:
    """All that a message is written from; None for one that was recalled, or whose debtor was erased."""
    return (await session.execute(_FIND_WRITTEN, {"message_id": message_id})).one_or_none()


async def record_outcomes(session: Session, rows: Sequence[Record]) -> set[UUID]:
    """Record what happened; what was sent is SENT even if it was recalled meanwhile. Returns what changed."""
    names = ("message_id", "kind", "detail", "pause_seconds", "smtp_message_id", "sealed", "thread_id")
    return set((await session.execute(_RECORD, columns(rows, *names))).scalars())


async def divert(session: Session, rows: Sequence[Record]) -> None:
    """Put locked messages off (DEFERRED), send them by post (REROUTED), or recall them (RECALLED)."""
    wake(session, *{"letter" for row in rows if row["kind"] == "REROUTED"})
    await session.execute(_DIVERT, columns(rows, "message_id", "kind", "detail", "release_at"))


async def give_back(session: Session, message_ids: Sequence[UUID]) -> None:
    """Undo a lease whose try never happened."""
    await session.execute(_GIVE_BACK, {"message_ids": list(message_ids)})
