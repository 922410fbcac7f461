"""SQL of holds: a creditor has at most one that is not released."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from runtime.database import Session

ON_HOLD = "SELECT creditor_id FROM creditor_hold WHERE released_date IS NULL"
_LOCK_CREDITOR = text("SELECT creditor_id FROM creditor WHERE creditor_id = :creditor_id FOR UPDATE")
_HOLDS = text(
    """
    SELECT hold_id, creditor_id, creditor.name AS creditor_name, reason, held_date, release_id, released_date,
        release_reason
    FROM creditor_hold LEFT JOIN creditor USING (creditor_id)
    WHERE CAST(:creditor_id AS uuid) IS NULL OR creditor_id = :creditor_id
    ORDER BY released_date IS NOT NULL, held_date DESC, hold_id
    """
)
_HOLD = text(
    "INSERT INTO creditor_hold (hold_id, creditor_id, reason, held_date) VALUES (:hold_id, :creditor_id, :reason, :day)"
)
_RELEASE = text(
    """
    UPDATE creditor_hold SET release_id = :release_id, released_date = :day, release_reason = :reason
    WHERE creditor_id = :creditor_id AND released_date IS NULL
    """
)


async def lock_creditor(session: Session, creditor_id: UUID) -> bool:
    """Whether the creditor is known; nobody else holds or releases it until this transaction ends."""
    return (await session.execute(_LOCK_CREDITOR, {"creditor_id": creditor_id})).first() is not None


async def list_holds(session: Session, creditor_id: UUID | None = None) -> Sequence[Row[Any]]:
    """Holds of a creditor or of all, those in force first."""
    return (await session.execute(_HOLDS, {"creditor_id": creditor_id})).all()


async def save_hold(session: Session, hold_id: UUID, creditor_id: UUID, reason: str, day: date) -> None:
    await session.execute(_HOLD, {"hold_id": hold_id, "creditor_id": creditor_id, "reason": reason, "day": day})


async def save_release(session: Session, release_id: UUID, creditor_id: UUID, reason: str, day: date) -> None:
    values = {"release_id": release_id, "creditor_id": creditor_id, "reason": reason, "day": day}
    await session.execute(_RELEASE, values)
