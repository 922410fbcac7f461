"""Client money: every bank statement against the books, day by day, and what a person must look at."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response

from gateway.access import InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.routes.unmatched import Person
from gateway.schemas.client_money import (
    Acknowledgement,
    AlertStatus,
    ClientMoneyAlert,
    ClientMoneyCover,
    ClientMoneyDay,
    ClientMoneyDayDetail,
    DayStatus,
)
from gateway.use_cases import client_money

router = APIRouter(prefix="/api/v1/office/client-money", tags=["Office"])

ACCOUNT = r"^[A-Za-z0-9_-]{1,40}$"
AccountId = Annotated[str, Path(alias="accountId", pattern=ACCOUNT)]
OneAccount = Annotated[str | None, Query(alias="accountId", pattern=ACCOUNT)]
FromDate = Annotated[date | None, Query(alias="fromDate", description="Default: 30 days before `toDate`.")]
ToDate = Annotated[date | None, Query(alias="toDate", description="Default: today's business date.")]


@router.get("/days", summary="Client money, day by day", responses=problems(422))
async def list_client_money_days(
    owner: OfficeCaller,
    gate: InGate,
    account_id: OneAccount = None,
    from_date: FromDate = None,
    to_date: ToDate = None,
    status: DayStatus | None = None,
) -> list[ClientMoneyDay]:
    """Each client account's statement against the books. A banking day without a statement is NOT_TOLD, never zero."""
    return await client_money.list_days(gate.downstream, account_id, from_date, to_date, status)


@router.get("/days/{accountId}/{day}", summary="One day of an account", responses=problems(404, 422))
async def read_client_money_day(
    account_id: AccountId, day: date, owner: OfficeCaller, gate: InGate
) -> ClientMoneyDayDetail:
    """With the lines of its statement, each with what it is, and the alerts of the day."""
    return await client_money.read_day(gate.downstream, account_id, day)


@router.get("/alerts", summary="Alerts about client money", responses=problems(422))
async def list_client_money_alerts(
    owner: OfficeCaller, gate: InGate, status: AlertStatus | None = None, account_id: OneAccount = None
) -> list[ClientMoneyAlert]:
    """The newest 500, each with the lines that make it."""
    return await client_money.list_alerts(gate.downstream, status, account_id)


@router.post(
    "/alerts/{alertId}/acknowledge",
    summary="Acknowledge an alert",
    response_model=ClientMoneyAlert,
    responses=posts(404),
)
async def acknowledge_client_money_alert(
    alert_id: Annotated[UUID, Path(alias="alertId")],
    body: Annotated[Acknowledgement, Body()],
    person: Person,
    owner: OfficeCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """With the reason. The difference stays where it is; if its amount changes, that is a new alert."""
    return await once.answer(
        owner,
        lambda _: client_money.acknowledge(gate.downstream, alert_id, person, body.reason),
        status=200,
    )


@router.get("/cover", summary="Client funds and what they are held for", responses=problems())
async def read_client_money_cover(owner: OfficeCaller, gate: InGate) -> list[ClientMoneyCover]:
    """By currency, at the end of the last day that all its banks told."""
    return await client_money.list_cover(gate.downstream)
