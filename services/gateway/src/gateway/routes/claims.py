"""A claim with its history, and what the office gives up of it or corrects."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from gateway.access import CreditorCaller, ExactRoute, InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.routes.unmatched import Person
from gateway.schemas.decisions import ClaimRead, Correction, DecisionRead, ReasonGiven, Waiver
from gateway.use_cases import decisions

router = APIRouter(prefix="/api/v1/partner/claim", tags=["Invoices"])
office = APIRouter(prefix="/api/v1/office/claims", tags=["Office"], route_class=ExactRoute)

CaseId = Annotated[int, Path(alias="caseId", gt=0, lt=2**63)]


@router.get("/{caseId}", summary="Retrieve a claim with its entries", responses=problems(404, 422))
async def get_claim(
    case_id: CaseId,
    creditor: CreditorCaller,
    gate: InGate,
    as_of: Annotated[date | None, Query(alias="asOf", description="The balance of that evening.")] = None,
) -> ClaimRead:
    """What is owed and every entry behind it, each with the statute row it rests on."""
    return await decisions.read_claim(gate.downstream, creditor.owner, case_id, as_of)


@office.post(
    "/{caseId}/waive",
    status_code=200,
    summary="Waive parts of a claim",
    response_model=DecisionRead,
    responses=posts(404),
)
async def waive_part(
    case_id: CaseId,
    body: Annotated[Waiver, Body()],
    person: Person,
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """Above the limit it waits for a second person."""
    return await once.answer(
        owner, lambda request_id: decisions.waive(gate.downstream, request_id, person, case_id, body), status=200
    )


@office.post(
    "/{caseId}/write-off",
    status_code=200,
    summary="Write a claim off",
    response_model=DecisionRead,
    responses=posts(404),
)
async def write_off_claim(
    case_id: CaseId,
    body: Annotated[ReasonGiven, Body()],
    person: Person,
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """All that is owed is given up; above the limit it waits for a second person."""
    return await once.answer(
        owner, lambda request_id: decisions.write_off(gate.downstream, request_id, person, case_id, body), status=200
    )


@office.post(
    "/{caseId}/correct",
    status_code=200,
    summary="Take entries back",
    response_model=DecisionRead,
    responses=posts(404),
)
async def correct_claim(
    case_id: CaseId,
    body: Annotated[Correction, Body()],
    person: Person,
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """What one cause booked is taken back by entries that name the old ones; a settled claim is open again."""
    return await once.answer(
        owner, lambda request_id: decisions.correct(gate.downstream, request_id, person, case_id, body), status=200
    )
