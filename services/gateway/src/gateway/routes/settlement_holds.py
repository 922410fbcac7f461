"""The office holds a creditor's settlements and payouts, and releases them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Response

from gateway.access import InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.settlements import HoldReason, SettlementHold
from gateway.use_cases import settlements

router = APIRouter(prefix="/api/v1/office", tags=["Office"])

CreditorId = Annotated[UUID, Path(alias="creditorId")]


@router.get("/settlement-holds", summary="Creditors held from settlement", responses=problems())
async def list_settlement_holds(owner: OfficeCaller, gate: InGate) -> list[SettlementHold]:
    """Every hold that ever was, those in force first."""
    return await settlements.list_holds(gate.downstream)


@router.post(
    "/creditors/{creditorId}/settlement-hold",
    summary="Hold a creditor",
    response_model=SettlementHold,
    responses=posts(404, 409),
)
async def hold_creditor(
    creditor_id: CreditorId, body: Annotated[HoldReason, Body()], owner: OfficeCaller, gate: InGate, once: PostOnce
) -> Response:
    """No settlement and no transfer to the creditor from now on; what the bank already has goes on its way."""
    return await once.answer(
        owner,
        lambda request_id: settlements.hold_creditor(gate.downstream, request_id, creditor_id, body.reason),
        status=200,
    )


@router.post(
    "/creditors/{creditorId}/settlement-release",
    summary="Release a creditor",
    response_model=SettlementHold,
    responses=posts(404, 409),
)
async def release_creditor(
    creditor_id: CreditorId, body: Annotated[HoldReason, Body()], owner: OfficeCaller, gate: InGate, once: PostOnce
) -> Response:
    """What accrued meanwhile is settled on the creditor's next run day."""
    return await once.answer(
        owner,
        lambda request_id: settlements.release_creditor(gate.downstream, request_id, creditor_id, body.reason),
        status=200,
    )
