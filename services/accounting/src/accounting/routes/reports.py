"""Creditor reports, computed from the creditor's own vouchers; what each figure means is in docs/reports.md."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from accounting import report_queries
from accounting.domain.chart import CREDITOR_ACCOUNTS, DUE_FROM_OFFICE
from accounting.report_schemas import AccountStatement, AgedReceivables, KeyFigures, Recovery
from runtime.clock import today
from runtime.database import RequestTransaction, Session
from runtime.problems import Problem
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/reports")

_DEFAULT_PERIOD = timedelta(days=29)
_LONGEST_PERIOD = timedelta(days=366)
_MOST_LINES = 10_000


@router.get("/aged-receivables")
async def age_receivables(
    caller: ServiceCaller,
    session: RequestTransaction,
    as_of: date | None = None,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 1_000,
) -> AgedReceivables:
    """What debtors owe, by days overdue."""
    day = as_of or await today(session)
    sums = await report_queries.list_buckets(session, caller.creditor(), day)
    invoices = await report_queries.list_open_invoices(session, caller.creditor(), day, after, limit + 1)
    return AgedReceivables.of(day, sums, invoices, limit)


@router.get("/recovery")
async def measure_recovery(caller: ServiceCaller, session: RequestTransaction, as_of: date | None = None) -> Recovery:
    """What was collected of the claims of each month."""
    day = as_of or await today(session)
    return Recovery.of(day, await report_queries.list_cohorts(session, caller.creditor(), day))


@router.get("/key-figures")
async def measure_receivables(
    caller: ServiceCaller, session: RequestTransaction, from_date: date | None = None, to_date: date | None = None
) -> KeyFigures:
    """DSO, best possible DSO, average days delinquent and CEI of a period."""
    start, end = await _period(session, from_date, to_date)
    rows = await report_queries.list_receivables(session, caller.creditor(), start, end)
    return KeyFigures.of(start, end, rows)


@router.get("/account-statement")
async def state_account(
    caller: ServiceCaller,
    session: RequestTransaction,
    account_code: str = DUE_FROM_OFFICE,
    from_date: date | None = None,
    to_date: date | None = None,
) -> AccountStatement:
    """Every line on one account of the creditor's book, with opening and closing balance."""
    if account_code not in CREDITOR_ACCOUNTS:
        raise Problem(422, f"account_code: must be one of {', '.join(sorted(CREDITOR_ACCOUNTS))}")
    start, end = await _period(session, from_date, to_date)
    sums, lines = await report_queries.list_statement(
        session, caller.creditor(), account_code, start, end, _MOST_LINES + 1
    )
    if len(lines) > _MOST_LINES:
        raise Problem(422, f"from_date: the period has more than {_MOST_LINES} lines; ask for a shorter one")
    return AccountStatement.of(account_code, start, end, sums, lines)


async def _period(session: Session, from_date: date | None, to_date: date | None) -> tuple[date, date]:
    """By default the last thirty days."""
    end = to_date or max(await today(session), from_date or date.min)
    start = from_date or end - _DEFAULT_PERIOD
    if start > end:
        raise Problem(422, f"from_date: must not lie after the period's end, {end}")
    if end - start > _LONGEST_PERIOD:
        raise Problem(422, "from_date: a period has at most 366 days; ask for a shorter one")
    return start, end
