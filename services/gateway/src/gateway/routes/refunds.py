"""The office pays money back to whoever paid it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response

from gateway.access import ExactRoute, InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.routes.unmatched import Person
from gateway.schemas.decisions import DecisionRead
from gateway.schemas.refunds import RefundOrder, RefundRead, RefundStatus, SurplusRead
from gateway.use_cases import refunds

router = APIRouter(prefix="/api/v1/office", tags=["Office"], route_class=ExactRoute)


@router.post(
    "/payments/{paymentId}/refund",
    status_code=200,
    summary="Pay money back",
    response_model=DecisionRead,
    responses=posts(404),
)
async def refund_payment(
    paymentId: UUID,  # noqa: N803 - the wire's spelling
    body: Annotated[RefundOrder, Body()],
    person: Person,
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """A line of the queue (its `lineId` is the payment's id), what is not ours, or a debtor's surplus; whole or in part.

    Above the limit it waits as PENDING until a second person approves. What the bank refuses or returns lies where it came
    from again, and is not tried again by itself."""
    return await once.answer(
        owner,
        lambda request_id: refunds.refund_payment(gate.downstream, request_id, person, paymentId, body),
        status=200,
    )


@router.get("/refunds", summary="Refunds", responses=problems(422))
async def list_refunds(owner: OfficeCaller, gate: InGate, status: RefundStatus | None = None) -> list[RefundRead]:
    """The newest 500, of one status or all."""
    return await refunds.list_refunds(gate.downstream, status)


@router.get("/surpluses", summary="What debtors paid too much", responses=problems(422))
async def list_surpluses(
    owner: OfficeCaller, gate: InGate, limit: Annotated[int, Query(ge=1, le=1_000)] = 200
) -> list[SurplusRead]:
    """Payment by payment and case by case, oldest first; what was refunded is deducted."""
    return await refunds.list_surpluses(gate.downstream, limit)
