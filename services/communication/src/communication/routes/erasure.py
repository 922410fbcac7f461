"""A debtor's data: erased, held, or given out."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from communication.use_cases import erasure
from runtime.database import RequestTransaction
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal/cases/{case_id}/debtor")


class Erased(BaseModel):
    debtor_id: UUID


class LegalHold(BaseModel):
    hold: bool


@router.post("/erasure")
async def erase_debtor(case_id: int, caller: ServiceCaller, session: RequestTransaction) -> Erased:
    """Erase the case's debtor."""
    return Erased(debtor_id=await erasure.erase_debtor(session, caller.creditor(), case_id))


@router.put("/legal-hold")
async def set_legal_hold(
    case_id: int, body: LegalHold, caller: ServiceCaller, session: RequestTransaction
) -> LegalHold:
    await erasure.set_legal_hold(session, caller.creditor(), case_id, hold=body.hold)
    return body


@router.get("/export", response_class=Response)
async def export_debtor(case_id: int, caller: ServiceCaller, request: Request, who: str) -> Response:
    """Everything kept about the case's debtor, as one zip archive."""
    state = request.app.state
    archive = await erasure.export_debtor(state.database, state.vault, caller.creditor(), case_id, who)
    return Response(archive, media_type="application/zip")
