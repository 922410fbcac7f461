"""A settlement's payouts, what will be settled next, closing a settlement, and holding a creditor."""

from typing import Any
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.settlements import Bookkept, Payouts, SettlementHold, UpcomingSettlements
from gateway.use_cases.reports import worded

_SERVICE = "settlement"


async def list_payouts(downstream: Downstream, creditor_id: UUID, number: int) -> Payouts:
    """Each transfer with its attempts and its lines; they are all of one currency."""
    told = await downstream.get(_SERVICE, f"/internal/settlements/{number}/payouts", creditor_id)
    return Payouts.model_validate(worded(told, told["payouts"][0]["currency"]))


async def read_upcoming(downstream: Downstream, creditor_id: UUID) -> UpcomingSettlements:
    told = await downstream.get(_SERVICE, "/internal/settlements/upcoming", creditor_id)
    rows = [worded(row, row["currency"]) for row in told["upcoming"]]
    return UpcomingSettlements.model_validate({"asOf": told["as_of"], "upcoming": rows})


async def mark_bookkept(
    downstream: Downstream, creditor_id: UUID, number: int, internal_accounting_id: str | None
) -> Bookkept:
    """The first day and the first id stand; another id is 409."""
    params = {"internal_accounting_id": internal_accounting_id}
    path = f"/internal/settlements/{number}/bookkept"
    told = (await downstream.call(_SERVICE, "POST", path, creditor_id, params=params)).json()
    return Bookkept(
        settlement_id=told["settlement_number"],
        bookkept_date=told["bookkept_date"],
        internal_accounting_id=told["internal_accounting_id"],
    )


async def hold_creditor(downstream: Downstream, request_id: UUID, creditor_id: UUID, reason: str) -> SettlementHold:
    return await _order(downstream, creditor_id, "hold", request_id, reason)


async def release_creditor(downstream: Downstream, request_id: UUID, creditor_id: UUID, reason: str) -> SettlementHold:
    return await _order(downstream, creditor_id, "release", request_id, reason)


async def list_holds(downstream: Downstream) -> list[SettlementHold]:
    return [_hold(row) for row in await downstream.get(_SERVICE, "/internal/holds", None)]


async def _order(downstream: Downstream, creditor_id: UUID, what: str, request_id: UUID, reason: str) -> SettlementHold:
    body = {"request_id": str(request_id), "reason": reason}
    return _hold(await downstream.post(_SERVICE, f"/internal/creditors/{creditor_id}/{what}", None, body))


def _hold(row: dict[str, Any]) -> SettlementHold:
    return SettlementHold.model_validate(row, by_name=True)
