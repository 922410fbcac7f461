"""HTTP in, from the gateway alone."""

from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from runtime.clock import today
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import Caller, ServiceCaller
from settlement.domain.accounts import Accounts
from settlement.printing import print_report
from settlement.schemas import (
    Bookkept,
    Counts,
    HoldOrder,
    HoldRead,
    PayoutList,
    SettlementList,
    SettlementReport,
    UpcomingSettlements,
)
from settlement.settings import Settings
from settlement.tabulating import write_csv
from settlement.use_cases import holds, payout_lines, reports, upcoming

router = APIRouter(prefix="/internal")
statuses: dict[type[Exception], int] = {
    reports.SettlementNotFound: 404,
    reports.BookkeptOtherwise: 409,
    holds.CreditorNotFound: 404,
    holds.AlreadyHeld: 409,
    holds.NotHeld: 409,
}

Number = Annotated[int, Path(gt=0, lt=10**18)]
_DEFAULT_PERIOD = timedelta(days=30)


@router.get("/settlements")
async def fetch_settlements(
    caller: ServiceCaller,
    session: RequestTransaction,
    from_date: Annotated[date | None, Query()] = None,
    to_date: Annotated[date | None, Query()] = None,
    unfetched_only: Annotated[bool, Query()] = False,
    exclude_closed: Annotated[bool, Query()] = False,
) -> SettlementList:
    day = await today(session)
    end = to_date or day
    start = from_date or end - _DEFAULT_PERIOD
    if start > end:
        raise Problem(422, f"from_date {start} is after to_date {end}; give an earlier from_date.")
    return await reports.fetch_settlements(
        session,
        caller.creditor(),
        start,
        end,
        day,
        unfetched_only=unfetched_only,
        exclude_closed=exclude_closed,
    )


@router.get("/settlements/upcoming")
async def read_upcoming(caller: ServiceCaller, session: RequestTransaction, request: Request) -> UpcomingSettlements:
    accounts = Accounts.of(request.app.state.settings.client_accounts)
    return await upcoming.read_upcoming(session, caller.creditor(), await today(session), accounts)


@router.get("/settlements/{number}/payouts")
async def list_payouts(number: Number, caller: ServiceCaller, session: RequestTransaction) -> PayoutList:
    return await payout_lines.list_payouts(session, caller.creditor(), number)


@router.get("/settlements/{number}/report.json")
async def get_report(number: Number, caller: ServiceCaller, session: RequestTransaction) -> SettlementReport:
    return await reports.get_report(session, caller.creditor(), number)


@router.get("/settlements/{number}/report.pdf")
async def get_printed_report(
    number: Number, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> Response:
    settings: Settings = request.app.state.settings
    report = await reports.get_report(session, caller.creditor(), number)
    paid = await payout_lines.list_payouts(session, caller.creditor(), number)
    pdf = await run_in_threadpool(print_report, report, paid.payouts, settings.agency_name)
    name = f'attachment; filename="settlement-{number}.pdf"'
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": name})


@router.get("/settlements/{number}/report.csv")
async def get_report_as_csv(number: Number, caller: ServiceCaller, session: RequestTransaction) -> Response:
    table = write_csv(await payout_lines.list_payouts(session, caller.creditor(), number))
    name = f'attachment; filename="settlement-{number}.csv"'
    return Response(table, media_type="text/csv", headers={"Content-Disposition": name})


@router.post("/settlements/{number}/bookkept")
async def mark_bookkept(
    number: Number,
    caller: ServiceCaller,
    session: RequestTransaction,
    internal_accounting_id: Annotated[str | None, Query(min_length=1, max_length=100)] = None,
) -> Bookkept:
    day = await today(session)
    return await reports.mark_bookkept(session, caller.creditor(), number, internal_accounting_id, day)


@router.post("/creditors/{creditor_id}/hold")
async def hold_creditor(
    creditor_id: UUID, order: HoldOrder, caller: ServiceCaller, session: RequestTransaction
) -> HoldRead:
    _check_house(caller)
    day = await today(session)
    return await holds.hold_creditor(session, creditor_id, order.request_id, order.reason, day)


@router.post("/creditors/{creditor_id}/release")
async def release_creditor(
    creditor_id: UUID, order: HoldOrder, caller: ServiceCaller, session: RequestTransaction
) -> HoldRead:
    _check_house(caller)
    day = await today(session)
    return await holds.release_creditor(session, creditor_id, order.request_id, order.reason, day)


@router.get("/holds")
async def list_holds(caller: ServiceCaller, session: RequestTransaction) -> list[HoldRead]:
    _check_house(caller)
    return await holds.list_holds(session)


@router.get("/settlement-counts")
async def count(caller: ServiceCaller, session: RequestTransaction) -> Counts:
    _check_house(caller)
    return await reports.count(session)


def _check_house(caller: Caller) -> None:
    if caller.creditor_id is not None:
        raise Problem(403, "This is for the house; call without a creditor.")
