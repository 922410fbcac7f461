"""Notes that creditor and office keep on a case; no debtor ever sees them."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid5

from communication import queries
from communication.use_cases.cases import get_case
from communication.use_cases.keys import key_for_reading, key_for_writing
from communication.vault.keys import DataKey
from communication.vault.store import Vault
from runtime.database import Session

NOTE: Final = "note"
_NAMESPACE: Final = UUID("70c7c0a1-8f0f-5c9f-b0a4-6d1c8d7f0c55")


async def add_note(
    session: Session, vault: Vault, creditor_id: UUID, case_id: int, request_id: UUID, note: dict[str, Any]
) -> UUID:
    """Keep a note with its tags, sealed; the same request adds it once."""
    case = await get_case(session, creditor_id, case_id)
    key = await key_for_writing(session, vault.provider, case.debtor_id)
    note_id = uuid5(_NAMESPACE, str(request_id))
    row = {
        "note_id": note_id,
        "case_id": case_id,
        "creditor_id": creditor_id,
        "debtor_id": case.debtor_id,
        "sealed": key.seal_fields({"note": note["note"], "tags": list(note["tags"])}, NOTE),
        "visibility": note["visibility"],
        "category": note["category"],
        "created_by": note["created_by"],
    }
    await queries.add_note(session, row)
    return note_id


async def list_notes(
    session: Session, vault: Vault, creditor_id: UUID, case_id: int, category: str | None, tag: str | None
) -> Sequence[dict[str, Any]]:
    """The case's notes, oldest first; those of an erased debtor have no text any more."""
    case = await get_case(session, creditor_id, case_id)
    rows = await queries.list_notes(session, creditor_id, case_id, category)
    key = await key_for_reading(session, vault.provider, case.debtor_id)
    opened = [(row, _opened(row, key)) for row in rows]
    return [
        {
            "note_id": row.note_id,
            "note": fields["note"],
            "tags": fields["tags"],
            "visibility": row.visibility,
            "category": row.category,
            "created_at": row.created_at,
            "created_by": row.created_by,
        }
        for row, fields in opened
        if tag is None or tag in fields["tags"]
    ]


def _opened(row: Any, key: DataKey | None) -> dict[str, Any]:
    return key.open_fields(row.sealed, NOTE) if key else {"note": None, "tags": []}
