"""HTTP in, from the gateway alone: what collectors took in, and the payments by which they pass it on."""

from datetime import date
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from payment_control.queries import collected as queries
from payment_control.routes import HouseCaller
from payment_control.schemas import Asked, DecisionRead, Read
from payment_control.use_cases.collected import Remittance, clear_remittance
from runtime.clock import today
from runtime.database import RequestTransaction

router = APIRouter(prefix="/internal")


class RemittanceAsked(Asked):
    """The amounts that a queued payment passes on, by the collector's own ids."""

    collector: str = Field(min_length=1, max_length=140)
    external_ids: list[str] = Field(min_length=1, max_length=10_000)


class CollectedRead(Read):
    """An amount as a collector reported it; `surplus_minor` exceeds the claim and is the debtor's."""

    report_id: UUID
    case_id: int
    collector: str
    external_id: str
    amount_minor: int
    surplus_minor: int
    currency: str
    collected_on: date
    status: str
    payment_id: UUID | None


@router.get("/collected")
async def list_collected(
    caller: HouseCaller,
    session: RequestTransaction,
    collector: str | None = None,
    status: Literal["WITH_CREDITOR", "DUE", "CLEARED"] | None = None,
) -> list[CollectedRead]:
    return [CollectedRead.model_validate(row) for row in await queries.list_amounts(session, collector, status)]


@router.post("/unmatched/{payment_id}/remittance")
async def clear_collected(
    payment_id: UUID, body: RemittanceAsked, caller: HouseCaller, session: RequestTransaction
) -> DecisionRead:
    remittance = Remittance(body.collector, tuple(body.external_ids))
    decision = await clear_remittance(session, body.word(), payment_id, remittance, await today(session))
    return DecisionRead.model_validate(decision)
