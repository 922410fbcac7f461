"""Erase what is known of a person; the ledger's facts stay."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from runtime.database import Session

_LOCK_DEBTOR = text("SELECT * FROM debtor WHERE debtor_id = :debtor_id FOR UPDATE")
_LIST_OPEN = text(
    """
    SELECT i.case_id FROM invoice i LEFT JOIN case_state s USING (case_id)
    WHERE i.debtor_id = :debtor_id AND NOT (coalesce(s.settled, false) OR coalesce(s.closed, false)) ORDER BY i.case_id
    """
)
_LIST_CASES = text("SELECT case_id FROM invoice WHERE debtor_id = :debtor_id ORDER BY case_id")
_ERASE = text(
    """
    WITH person AS (
        UPDATE debtor SET name = '', street = '', street2 = NULL, postal_code = '', postal_district = '', email = NULL,
            phone = NULL, business_code = '', vat_number = '', einvoice_address = NULL, erased_at = clock_timestamp()
        WHERE debtor_id = :debtor_id
    ), wishes AS (
        UPDATE preference SET email_address = NULL, phone_number = NULL, reason = NULL WHERE debtor_id = :debtor_id
    ), earlier_wishes AS (
        UPDATE preference_history SET email_address = NULL, phone_number = NULL, reason = NULL
        WHERE debtor_id = :debtor_id
    ), key AS (
        INSERT INTO data_key (debtor_id, key_id, destroyed_at) VALUES (:debtor_id, 'none', clock_timestamp())
        ON CONFLICT (debtor_id) DO UPDATE SET wrapped = NULL, destroyed_at = clock_timestamp()
    ), unsent AS (
        UPDATE message SET status = 'RECALLED', reason = 'the debtor was erased', leased_until = NULL
        WHERE debtor_id = :debtor_id AND status = 'QUEUED' RETURNING message_id, reason
    ), letters AS (
        INSERT INTO letter_to_shred (message_id, as_of, due_at)
        SELECT message_id, as_of, coalesce(leased_until, clock_timestamp()) FROM message
        WHERE debtor_id = :debtor_id AND channel IN ('LETTER', 'EINVOICE') ON CONFLICT DO NOTHING
    )
    INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, 'RECALLED', reason FROM unsent
    """
)
_SET_LEGAL_HOLD = text("UPDATE debtor SET legal_hold = :hold, legal_hold_reason = :reason WHERE debtor_id = :debtor_id")
_NOTE_EVENT = text("INSERT INTO debtor_event (debtor_id, kind, who, detail) VALUES (:debtor_id, :kind, :who, :detail)")
_FIND_ADDRESSES = text(
    """
    SELECT email FROM debtor WHERE debtor_id = :debtor_id AND email IS NOT NULL
    UNION SELECT phone FROM debtor WHERE debtor_id = :debtor_id AND phone IS NOT NULL
    UNION SELECT phone_number FROM preference_history WHERE debtor_id = :debtor_id AND phone_number IS NOT NULL
    UNION SELECT email_address FROM preference_history WHERE debtor_id = :debtor_id AND email_address IS NOT NULL
    """
)
_LIST_SHREDS = text(
    "SELECT message_id, as_of FROM letter_to_shred WHERE due_at <= clock_timestamp() ORDER BY due_at LIMIT :limit"
)
_DROP_SHREDS = text("DELETE FROM letter_to_shred WHERE message_id = ANY(CAST(:message_ids AS uuid[]))")


async def lock_debtor(session: Session, debtor_id: UUID) -> Row[Any]:
    return (await session.execute(_LOCK_DEBTOR, {"debtor_id": debtor_id})).one()


async def list_open_cases(session: Session, debtor_id: UUID) -> list[int]:
    """The debtor's cases that are neither settled nor closed."""
    return list((await session.execute(_LIST_OPEN, {"debtor_id": debtor_id})).scalars())


async def list_debtor_cases(session: Session, debtor_id: UUID) -> list[int]:
    return list((await session.execute(_LIST_CASES, {"debtor_id": debtor_id})).scalars())


async def erase_debtor(session: Session, debtor_id: UUID) -> None:
    """Destroy the data key, blank contact details, recall what is unsent: one statement, all or nothing."""
    await session.execute(_ERASE, {"debtor_id": debtor_id})


async def set_legal_hold(session: Session, debtor_id: UUID, hold: bool, reason: str) -> None:
    await session.execute(_SET_LEGAL_HOLD, {"debtor_id": debtor_id, "hold": hold, "reason": reason if hold else ""})


async def note_debtor_event(session: Session, debtor_id: UUID, kind: str, who: str, detail: str = "") -> None:
    """Put on record what was done about a debtor's data, and by whom."""
    await session.execute(_NOTE_EVENT, {"debtor_id": debtor_id, "kind": kind, "who": who, "detail": detail})


async def find_addresses(session: Session, debtor_id: UUID) -> set[str]:
    """Every e-mail address and phone number the debtor is or was known by."""
    return set((await session.execute(_FIND_ADDRESSES, {"debtor_id": debtor_id})).scalars())


async def list_shreds(session: Session, limit: int) -> Sequence[Row[Any]]:
    """Letters of erased debtors whose files are to be removed from the folders."""
    return (await session.execute(_LIST_SHREDS, {"limit": limit})).all()


async def drop_shreds(session: Session, message_ids: Sequence[UUID]) -> None:
    await session.execute(_DROP_SHREDS, {"message_ids": list(message_ids)})
