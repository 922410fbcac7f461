"""HTTP in, from the gateway alone: money that goes back to whoever paid it."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request

from payment_control.queries import refunds as queries
from payment_control.refund_schemas import RefundOrder, RefundRead, SurplusRead
from payment_control.routes import HouseCaller, limits_of
from payment_control.schemas import DecisionRead
from payment_control.use_cases.refunds import ask_refund
from runtime.clock import today
from runtime.database import RequestTransaction

router = APIRouter(prefix="/internal")


@router.post("/payments/{payment_id}/refund")
async def refund_payment(
    payment_id: UUID, body: RefundOrder, caller: HouseCaller, session: RequestTransaction, request: Request
) -> DecisionRead:
    decision = await ask_refund(session, body.word(), body.of(payment_id), await today(session), limits_of(request))
    return DecisionRead.model_validate(decision)


@router.get("/refunds")
async def list_refunds(
    caller: HouseCaller,
    session: RequestTransaction,
    status: Literal["REQUESTED", "DECLINED", "APPROVED", "SENT", "PAID", "FAILED"] | None = None,
) -> list[RefundRead]:
    return [RefundRead.model_validate(row) for row in await queries.list_refunds(session, status)]


@router.get("/surpluses")
async def list_surpluses(
    caller: HouseCaller, session: RequestTransaction, limit: Annotated[int, Query(gt=0, le=1000)] = 200
) -> list[SurplusRead]:
    return [SurplusRead.model_validate(row) for row in await queries.list_surpluses(session, limit)]
