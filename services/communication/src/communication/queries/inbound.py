"""Find the case of an inbound mail, and keep those that found none."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.record import Record
from runtime.database import Session, columns

_FIND_ANSWERED = text(
    """
    SELECT smtp_message_id, case_id, thread_id FROM message
    WHERE smtp_message_id = ANY(CAST(:message_ids AS text[])) ORDER BY queued_at
    """
)
_FIND_REFERRED = text(
    """
    SELECT case_id::text AS reference, case_id FROM invoice WHERE case_id = ANY(CAST(:case_ids AS bigint[]))
    UNION SELECT payment_reference, case_id FROM invoice WHERE payment_reference = ANY(CAST(:references AS text[]))
    UNION SELECT invoice_number, case_id FROM invoice WHERE invoice_number = ANY(CAST(:references AS text[]))
    """
)
_SAVE_UNMATCHED = text(
    """
    INSERT INTO unmatched_mail (message_id, sealed, reason, channel)
    SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:sealed AS bytea[]), CAST(:reason AS text[]),
        CAST(:channel AS text[]))
    ON CONFLICT (message_id) DO NOTHING
    """
)
_FIND_CALLED = text(
    """
    WITH person AS (
        SELECT debtor_id, phone AS number, country_code FROM debtor
        WHERE right(regexp_replace(phone, '[^0-9]', '', 'g'), 8) = ANY(CAST(:digits AS text[]))
        UNION SELECT p.debtor_id, p.phone_number, d.country_code FROM preference p JOIN debtor d USING (debtor_id)
        WHERE right(regexp_replace(p.phone_number, '[^0-9]', '', 'g'), 8) = ANY(CAST(:digits AS text[]))
    )
    SELECT person.number, person.country_code, i.case_id, max(m.sent_at) AS last_sms_at,
        NOT (coalesce(s.settled, false) OR coalesce(s.closed, false)) AS is_open
    FROM person JOIN invoice i USING (debtor_id) LEFT JOIN case_state s USING (case_id)
        LEFT JOIN message m ON m.case_id = i.case_id AND m.channel = 'SMS' AND m.direction = 'OUTBOUND'
    GROUP BY person.number, person.country_code, i.case_id, is_open
    """
)
_KNOWN = text("SELECT message_id FROM message WHERE message_id = ANY(CAST(:message_ids AS uuid[]))")
_LIST_UNMATCHED = text("SELECT * FROM unmatched_mail ORDER BY received_at, message_id LIMIT CAST(:limit AS bigint)")
_LOCK_UNMATCHED = text("SELECT * FROM unmatched_mail WHERE message_id = :message_id FOR UPDATE")
_DROP_UNMATCHED = text("DELETE FROM unmatched_mail WHERE message_id = :message_id")


async def find_answered(session: Session, message_ids: Collection[str]) -> dict[str, Row[Any]]:
    """By Message-ID: the case and conversation of messages we sent or received."""
    rows = await session.execute(_FIND_ANSWERED, {"message_ids": list(message_ids)})
    return {row.smtp_message_id: row for row in rows}


async def find_referred(session: Session, references: Collection[str]) -> Sequence[Row[Any]]:
    """Cases whose number, payment reference or invoice number is among these words, each with its word."""
    case_ids = [int(word) for word in references if word.isascii() and word.isdigit() and len(word) < 19]
    return (await session.execute(_FIND_REFERRED, {"case_ids": case_ids, "references": list(references)})).all()


async def find_called(session: Session, digits: Collection[str]) -> Sequence[Row[Any]]:
    """Cases of debtors whose number ends in one of these eight digits, each with the last SMS we sent on it."""
    return (await session.execute(_FIND_CALLED, {"digits": list(digits)})).all()


async def find_known(session: Session, message_ids: Collection[UUID]) -> set[UUID]:
    return set((await session.execute(_KNOWN, {"message_ids": list(message_ids)})).scalars())


async def save_unmatched(session: Session, rows: Sequence[Record]) -> None:
    if rows:
        await session.execute(_SAVE_UNMATCHED, columns(rows, "message_id", "sealed", "reason", "channel"))


async def list_unmatched(session: Session, limit: int | None) -> Sequence[Row[Any]]:
    """The queue, oldest first; without a limit all of it."""
    return (await session.execute(_LIST_UNMATCHED, {"limit": limit})).all()


async def lock_unmatched(session: Session, message_id: UUID) -> Row[Any] | None:
    return (await session.execute(_LOCK_UNMATCHED, {"message_id": message_id})).one_or_none()


async def drop_unmatched(session: Session, message_id: UUID) -> None:
    await session.execute(_DROP_UNMATCHED, {"message_id": message_id})
