"""A debtor's data: erased, held, or given out."""

from typing import Self
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, model_validator

from communication.use_cases import erasure
from runtime.database import RequestTransaction
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal/cases/{case_id}/debtor")


class Erased(BaseModel):
    debtor_id: UUID


class ErasureCreate(BaseModel):
    who: str = Field(min_length=1, max_length=200)


class LegalHold(BaseModel):
    """`reason` is shown to whoever tries to erase the debtor."""

    hold: bool
    reason: str = Field(default="", max_length=500)
    who: str = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _has_reason(self) -> Self:
        if self.hold and not self.reason.strip():
            raise ValueError("a hold needs a reason")
        return self


@router.post("/erasure")
async def erase_debtor(
    case_id: int, body: ErasureCreate, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> Erased:
    """Erase the case's debtor."""
    vault = request.app.state.vault
    return Erased(debtor_id=await erasure.erase_debtor(session, vault, caller.creditor_id, case_id, body.who))


@router.put("/legal-hold")
async def set_legal_hold(
    case_id: int, body: LegalHold, caller: ServiceCaller, session: RequestTransaction
) -> LegalHold:
    await erasure.set_legal_hold(
        session, caller.creditor_id, case_id, hold=body.hold, reason=body.reason.strip(), who=body.who
    )
    return body


@router.get("/export", response_class=Response)
async def export_debtor(case_id: int, caller: ServiceCaller, request: Request, who: str) -> Response:
    """Everything kept here about the case's debtor, as one zip archive; `X-Creditor-Id` says whose debtor it is."""
    state = request.app.state
    creditor_id, archive = await erasure.export_debtor(
        state.database, state.vault, state.settings.print_folder, caller.creditor_id, case_id, who
    )
    return Response(archive, media_type="application/zip", headers={"X-Creditor-Id": str(creditor_id)})
