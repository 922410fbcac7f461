"""HTTP in, from the gateway alone."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from runtime.clock import today
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import ServiceCaller
from settlement.printing import print_report
from settlement.schemas import Bookkept, Counts, SettlementList, SettlementReport
from settlement.settings import Settings
from settlement.use_cases import reports

router = APIRouter(prefix="/internal")
statuses: dict[type[Exception], int] = {reports.SettlementNotFound: 404}

Number = Annotated[int, Path(gt=0, lt=10**18)]
_DEFAULT_PERIOD = timedelta(days=30)


@router.get("/settlements")
async def fetch_settlements(
    caller: ServiceCaller,
    session: RequestTransaction,
    from_date: Annotated[date | None, Query()] = None,
    to_date: Annotated[date | None, Query()] = None,
    unfetched_only: Annotated[bool, Query()] = False,
) -> SettlementList:
    day = await today(session)
    end = to_date or day
    start = from_date or end - _DEFAULT_PERIOD
    if start > end:
        raise Problem(422, f"from_date {start} is after to_date {end}; give an earlier from_date.")
    return await reports.fetch_settlements(session, caller.creditor(), start, end, day, unfetched_only=unfetched_only)


@router.get("/settlements/{number}/report.json")
async def get_report(number: Number, caller: ServiceCaller, session: RequestTransaction) -> SettlementReport:
    return await reports.get_report(session, caller.creditor(), number)


@router.get("/settlements/{number}/report.pdf")
async def get_printed_report(
    number: Number, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> Response:
    settings: Settings = request.app.state.settings
    report = await reports.get_report(session, caller.creditor(), number)
    pdf = await run_in_threadpool(print_report, report, settings.agency_name)
    name = f'attachment; filename="settlement-{number}.pdf"'
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": name})


@router.post("/settlements/{number}/bookkept")
async def mark_bookkept(number: Number, caller: ServiceCaller, session: RequestTransaction) -> Bookkept:
    return await reports.mark_bookkept(session, caller.creditor(), number, await today(session))


@router.get("/settlement-counts")
async def count(caller: ServiceCaller, session: RequestTransaction) -> Counts:
    if caller.creditor_id is not None:
        raise Problem(403, "These counts are for the house; call without a creditor.")
    return await reports.count(session)
