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
    INSERT INTO unmatched_mail (message_id, sealed, reason)
    SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:sealed AS bytea[]), CAST(:reason AS text[]))
    ON CONFLICT (message_id) DO NOTHING
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


async def find_known(session: Session, message_ids: Collection[UUID]) -> set[UUID]:
    return set((await session.execute(_KNOWN, {"message_ids": list(message_ids)})).scalars())


async def save_unmatched(session: Session, rows: Sequence[Record]) -> None:
    if rows:
        await session.execute(_SAVE_UNMATCHED, columns(rows, "message_id", "sealed", "reason"))


async def list_unmatched(session: Session, limit: int | None) -> Sequence[Row[Any]]:
    """The queue, oldest first; without a limit all of it."""
    return (await session.execute(_LIST_UNMATCHED, {"limit": limit})).all()


async def lock_unmatched(session: Session, message_id: UUID) -> Row[Any] | None:
    return (await session.execute(_LOCK_UNMATCHED, {"message_id": message_id})).one_or_none()


async def drop_unmatched(session: Session, message_id: UUID) -> None:
    await session.execute(_DROP_UNMATCHED, {"message_id": message_id})
