"""The office sees what collectors took in, and matches their payments to it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response

from gateway.access import ExactRoute, InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.routes.unmatched import Person
from gateway.schemas.collected import CollectedRead, CollectedStatus, Remittance
from gateway.schemas.decisions import DecisionRead
from gateway.use_cases import collected

router = APIRouter(prefix="/api/v1/office", tags=["Office"], route_class=ExactRoute)


@router.get("/collected", summary="What collectors took in", responses=problems(422))
async def list_collected(
    owner: OfficeCaller,
    gate: InGate,
    collector: Annotated[str | None, Query(max_length=140)] = None,
    status: CollectedStatus | None = None,
) -> list[CollectedRead]:
    """The newest 500, of one collector and status or all; `status=DUE` is what collectors have not passed on yet."""
    return await collected.list_collected(gate.downstream, collector, status)


@router.post(
    "/unmatched/{lineId}/remittance",
    status_code=200,
    summary="Match a collector's payment",
    response_model=DecisionRead,
    responses=posts(404),
)
async def clear_remittance(
    lineId: UUID,  # noqa: N803 - the wire's spelling
    body: Annotated[Remittance, Body()],
    person: Person,
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """To amounts it had reported: the claims stay as they are, and the creditors are settled with the next run."""
    return await once.answer(
        owner,
        lambda request_id: collected.clear_remittance(gate.downstream, request_id, person, lineId, body),
        status=200,
    )
