"""Creditor reports as JSON and CSV; docs/reports.md says what each figure means."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from gateway.access import CreditorCaller, InGate
from gateway.routes.answers import problems
from gateway.schemas.creditor_reports import AccountStatement, AgedReceivables, KeyFigures, Recovery
from gateway.use_cases import creditor_reports as reports

router = APIRouter(prefix="/api/v1/partner/reports", tags=["Reports"])

AsOf = Annotated[date | None, Query(alias="asOf", description="Default: today's business date.")]
FromDate = Annotated[date | None, Query(alias="fromDate", description="Default: 29 days before `toDate`.")]
ToDate = Annotated[date | None, Query(alias="toDate", description="Default: today's business date.")]
AccountCode = Annotated[
    str | None,
    Query(alias="code", pattern=r"^\d{4}$", description="Code of your chart; default 1580, what the office owes you."),
]
_CSV: dict[int | str, dict[str, Any]] = {200: {"description": "The report.", "content": {"text/csv": {}}}}


@router.get("/aged-receivables", summary="Aged receivables", responses=problems(422))
async def get_aged_receivables(
    creditor: CreditorCaller,
    gate: InGate,
    as_of: AsOf = None,
    cursor: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Annotated[int, Query(ge=1, le=5_000)] = 1_000,
) -> AgedReceivables:
    """What debtors owe you, by days after the due date, and the open invoices behind it."""
    return await reports.read_aged(gate.downstream, creditor.owner, as_of, cursor, limit)


@router.get(
    "/aged-receivables.csv",
    summary="Aged receivables as CSV",
    response_class=Response,
    responses=problems(422) | _CSV,
)
async def get_aged_receivables_csv(creditor: CreditorCaller, gate: InGate, as_of: AsOf = None) -> Response:
    """One line per open invoice."""
    return _csv("aged-receivables", await reports.write_aged(gate.downstream, creditor.owner, as_of))


@router.get("/recovery", summary="Recovery by month of placement", responses=problems(422))
async def get_recovery(creditor: CreditorCaller, gate: InGate, as_of: AsOf = None) -> Recovery:
    """What was collected of the claims that were placed in each month."""
    return await reports.read_recovery(gate.downstream, creditor.owner, as_of)


@router.get(
    "/recovery.csv",
    summary="Recovery by month of placement as CSV",
    response_class=Response,
    responses=problems(422) | _CSV,
)
async def get_recovery_csv(creditor: CreditorCaller, gate: InGate, as_of: AsOf = None) -> Response:
    """One line per month and currency."""
    return _csv("recovery", await reports.write_recovery(gate.downstream, creditor.owner, as_of))


@router.get("/key-figures", summary="DSO and CEI", responses=problems(422))
async def get_key_figures(
    creditor: CreditorCaller, gate: InGate, from_date: FromDate = None, to_date: ToDate = None
) -> KeyFigures:
    """Days sales outstanding, best possible DSO, average days delinquent, collection effectiveness index."""
    return await reports.read_key_figures(gate.downstream, creditor.owner, from_date, to_date)


@router.get("/key-figures.csv", summary="DSO and CEI as CSV", response_class=Response, responses=problems(422) | _CSV)
async def get_key_figures_csv(
    creditor: CreditorCaller, gate: InGate, from_date: FromDate = None, to_date: ToDate = None
) -> Response:
    """One line per currency."""
    written = await reports.write_key_figures(gate.downstream, creditor.owner, from_date, to_date)
    return _csv("key-figures", written)


@router.get("/account-statement", summary="Account statement", responses=problems(422))
async def get_account_statement(
    creditor: CreditorCaller,
    gate: InGate,
    code: AccountCode = None,
    from_date: FromDate = None,
    to_date: ToDate = None,
) -> AccountStatement:
    """Every line on one account of your book, from opening to closing balance."""
    return await reports.read_statement(gate.downstream, creditor.owner, code, from_date, to_date)


@router.get(
    "/account-statement.csv",
    summary="Account statement as CSV",
    response_class=Response,
    responses=problems(422) | _CSV,
)
async def get_account_statement_csv(
    creditor: CreditorCaller,
    gate: InGate,
    code: AccountCode = None,
    from_date: FromDate = None,
    to_date: ToDate = None,
) -> Response:
    """One line per line of the account."""
    written = await reports.write_statement(gate.downstream, creditor.owner, code, from_date, to_date)
    return _csv("account-statement", written)


def _csv(name: str, content: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(content, media_type="text/csv; charset=utf-8", headers=headers)
