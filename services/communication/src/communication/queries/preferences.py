"""What debtors wish, now and before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.record import Record
from runtime.database import Session

_COLUMNS = (
    "debtor_id, creditor_id, preferred_channel, email_address, phone_number, allow_sms, allow_email,"
    " preferred_language, do_not_contact, reason, effective_date, exceptions, hours_start, hours_end, hours_timezone,"
    " changed_by"
)
_CHANGED = ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS.split(", ")[2:])
_SAVE = text(
    f"""
    WITH kept AS (
        INSERT INTO preference ({_COLUMNS})
        VALUES (:debtor_id, :creditor_id, :preferred_channel, :email_address, :phone_number, :allow_sms, :allow_email,
            :preferred_language, :do_not_contact, :reason, :effective_date, :exceptions, :hours_start, :hours_end,
            :hours_timezone, :changed_by)
        ON CONFLICT (debtor_id) DO UPDATE SET {_CHANGED}, changed_at = clock_timestamp()
        RETURNING *
    )
    INSERT INTO preference_history ({_COLUMNS}, changed_at) SELECT {_COLUMNS}, changed_at FROM kept
    """
)
_FIND = text("SELECT * FROM preference WHERE debtor_id = :debtor_id")
_HISTORY = text("SELECT * FROM preference_history WHERE debtor_id = :debtor_id ORDER BY position")


async def save_preferences(session: Session, row: Record) -> None:
    """Put new wishes in force and add them to the history."""
    await session.execute(_SAVE, dict(row))


async def find_preferences(session: Session, debtor_id: UUID) -> Row[Any] | None:
    return (await session.execute(_FIND, {"debtor_id": debtor_id})).one_or_none()


async def list_preference_history(session: Session, debtor_id: UUID) -> Sequence[Row[Any]]:
    return (await session.execute(_HISTORY, {"debtor_id": debtor_id})).all()
