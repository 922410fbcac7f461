"""The agreement with a creditor: its versions, and how the creditor changes it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Response

from gateway.access import CreditorCaller, ExactRoute, InGate, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.agreements import AgreementAmendment, AgreementDraft, Agreements, AgreementVersion
from gateway.use_cases import agreements

router = APIRouter(prefix="/api/v1/partner/agreement", tags=["Agreement"], route_class=ExactRoute)

DraftId = Annotated[UUID, Path(alias="draftId")]


@router.get("", summary="Your agreement", responses=problems(404))
async def read_agreements(creditor: CreditorCaller, gate: InGate) -> Agreements:
    """Every version; an invoice keeps the version it was accepted under."""
    return await agreements.read_agreements(gate.downstream, creditor.owner)


@router.post(
    "/draft",
    status_code=201,
    summary="Draw up the next version",
    response_model=AgreementDraft,
    responses=posts(404),
)
async def draft_agreement(
    body: Annotated[AgreementAmendment, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """Nothing changes yet. What the law forbids is 422; `faults` names field, rule, row of the law and its source."""
    return await once.answer(
        creditor.owner,
        lambda request_id: agreements.draft_agreement(gate.downstream, creditor.owner, request_id, body),
        status=201,
    )


@router.post(
    "/draft/{draftId}/activate",
    summary="Put a draft in force",
    response_model=AgreementVersion,
    responses=posts(404),
)
async def activate_draft(draft_id: DraftId, creditor: CreditorCaller, gate: InGate, once: PostOnce) -> Response:
    """In force for invoices accepted from now on. 409 if another version came into force since the draft."""
    return await once.answer(
        creditor.owner,
        lambda _: agreements.activate_draft(gate.downstream, creditor.owner, draft_id),
        status=200,
    )
