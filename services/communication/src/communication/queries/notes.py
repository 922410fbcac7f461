"""Notes on cases."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.record import Record
from runtime.database import Session

_ADD = text(
    """
    INSERT INTO note (note_id, case_id, creditor_id, debtor_id, sealed, visibility, category, created_by)
    VALUES (:note_id, :case_id, :creditor_id, :debtor_id, :sealed, :visibility, :category, :created_by)
    ON CONFLICT (note_id) DO NOTHING
    """
)
_LIST = text(
    """
    SELECT * FROM note WHERE creditor_id = :creditor_id AND case_id = :case_id
        AND (CAST(:category AS text) IS NULL OR category = :category)
    ORDER BY created_at, note_id
    """
)


async def add_note(session: Session, row: Record) -> None:
    """Keep a note; a repeated one changes nothing."""
    await session.execute(_ADD, dict(row))


async def list_notes(
    session: Session, creditor_id: UUID, case_id: int, category: str | None = None
) -> Sequence[Row[Any]]:
    parameters = {"creditor_id": creditor_id, "case_id": case_id, "category": category}
    return (await session.execute(_LIST, parameters)).all()
