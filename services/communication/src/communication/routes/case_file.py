"""Notes and preferences."""

from uuid import UUID

from fastapi import APIRouter, Request

from communication.schemas.case_file import NoteCreate, NoteRead, WishesChange, WishesRead
from communication.use_cases import notes, preferences
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal/cases/{case_id}")


@router.post("/notes", status_code=201)
async def add_note(
    case_id: int, body: NoteCreate, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> NoteRead:
    """Keep a note on the case."""
    vault, creditor_id = request.app.state.vault, caller.creditor()
    values = body.model_dump(exclude={"request_id"})
    note_id = await notes.add_note(session, vault, creditor_id, case_id, body.request_id, values)
    return await _note(session, request, creditor_id, case_id, note_id)


@router.get("/notes")
async def list_notes(
    case_id: int,
    caller: ServiceCaller,
    session: RequestTransaction,
    request: Request,
    category: str | None = None,
    tag: str | None = None,
) -> list[NoteRead]:
    found = await notes.list_notes(session, request.app.state.vault, caller.creditor(), case_id, category, tag)
    return [NoteRead.model_validate(note) for note in found]


@router.put("/communication-preferences")
async def set_preferences(
    case_id: int, body: WishesChange, caller: ServiceCaller, session: RequestTransaction
) -> WishesRead:
    """Put the debtor's wishes in force."""
    wishes = body.model_dump(exclude={"changed_by"})
    kept = await preferences.set_preferences(session, caller.creditor(), case_id, wishes, body.changed_by)
    return WishesRead.model_validate(kept)


@router.get("/communication-preferences")
async def get_preferences(case_id: int, caller: ServiceCaller, session: RequestTransaction) -> WishesRead | None:
    """What is in force; null for a debtor who said nothing."""
    found = await preferences.get_preferences(session, caller.creditor(), case_id)
    return WishesRead.model_validate(found) if found else None


@router.get("/communication-preferences/history")
async def list_preference_history(case_id: int, caller: ServiceCaller, session: RequestTransaction) -> list[WishesRead]:
    found = await preferences.list_history(session, caller.creditor(), case_id)
    return [WishesRead.model_validate(row) for row in found]


async def _note(
    session: RequestTransaction, request: Request, creditor_id: UUID, case_id: int, note_id: UUID
) -> NoteRead:
    found = await notes.list_notes(session, request.app.state.vault, creditor_id, case_id, None, None)
    note = next((one for one in found if one["note_id"] == note_id), None)
    if note is None:
        raise Problem(409, "The request was used for a note on another case.")
    return NoteRead.model_validate(note)
