"""HTTP in, from the gateway alone: client money as the office looks at it."""

from datetime import date, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request

from payment_control.client_money_schemas import (
    AcknowledgementAsked,
    AlertRead,
    CoverRead,
    DayDetailRead,
    DayRead,
    LineRead,
    day_read,
    not_told,
)
from payment_control.domain.silence import is_open
from payment_control.queries import client_funds
from payment_control.routes import HouseCaller
from payment_control.settings import Settings
from payment_control.use_cases import client_money
from runtime.clock import today
from runtime.database import RequestTransaction
from runtime.problems import Problem

router = APIRouter(prefix="/internal/client-money")

_MOST_DAYS = 366


@router.get("/days")
async def list_days(
    request: Request,
    caller: HouseCaller,
    session: RequestTransaction,
    account_id: str | None = None,
    from_date: date | None = None,
    to_date: date | None = None,
    status: Literal["BALANCED", "DIFFERENT", "NOT_COMPARABLE", "NOT_TOLD"] | None = None,
) -> list[DayRead]:
    """By default the 31 days up to today. A banking day without a statement is NOT_TOLD, without figures."""
    last = to_date or await today(session)
    first = from_date or last - timedelta(days=30)
    if not timedelta(0) <= last - first < timedelta(days=_MOST_DAYS):
        raise Problem(422, f"from_date: the days must be 1 to {_MOST_DAYS}, up to to_date")
    told = [day_read(row) for row in await client_funds.list_days(session, account_id, first, last)]
    there = {(day.account_id, day.day) for day in told}
    settings: Settings = request.app.state.settings
    absent = [
        not_told(account, day)
        for account in settings.client_accounts
        if account.kind == "CLIENT_FUNDS" and account_id in (None, account.account_id)
        for day in (first + timedelta(days=number) for number in range((last - first).days + 1))
        if (account.account_id, day) not in there and is_open(account.iban[:2].upper(), day)
    ]
    days = sorted([*told, *absent], key=lambda day: (day.day, day.account_id))
    return [day for day in days if status in (None, day.status)]


@router.get("/days/{account_id}/{day}")
async def get_day(account_id: str, day: date, caller: HouseCaller, session: RequestTransaction) -> DayDetailRead:
    rows = await client_funds.list_days(session, account_id, day, day)
    if not rows:
        raise Problem(404, f"No statement of {account_id} has come for {day}.")
    lines = [LineRead.model_validate(line) for line in await client_funds.list_lines(session, account_id, day)]
    alerts = await client_funds.list_alerts(session, None, account_id)
    of_day = [AlertRead.model_validate(alert) for alert in alerts if alert.day == day and alert.kind != "SILENT_BANK"]
    return DayDetailRead(**day_read(rows[0]).model_dump(), lines=lines, alerts=of_day)


@router.get("/alerts")
async def list_alerts(
    caller: HouseCaller,
    session: RequestTransaction,
    status: Literal["OPEN", "ACKNOWLEDGED", "CLEARED"] | None = None,
    account_id: Annotated[str | None, Query(min_length=1)] = None,
) -> list[AlertRead]:
    return [AlertRead.model_validate(row) for row in await client_funds.list_alerts(session, status, account_id)]


@router.post("/alerts/{alert_id}/acknowledge")
async def acknowledge_alert(
    alert_id: UUID, body: AcknowledgementAsked, caller: HouseCaller, session: RequestTransaction
) -> AlertRead:
    return AlertRead.model_validate(await client_money.acknowledge(session, alert_id, body.person, body.reason))


@router.get("/cover")
async def list_cover(caller: HouseCaller, session: RequestTransaction) -> list[CoverRead]:
    return [CoverRead.model_validate(cover) for cover in await client_funds.list_cover(session)]
