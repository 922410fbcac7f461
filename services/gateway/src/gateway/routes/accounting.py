"""Bookkeeping: a creditor's chart, balances, vouchers and periods."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Path, Query, Response

from gateway.access import CreditorCaller, ExactRoute, InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.accounting import (
    AccountMappings,
    Balances,
    Chart,
    ClosedPeriods,
    PeriodClose,
    VoucherReverse,
    Vouchers,
)
from gateway.use_cases import accounting

router = APIRouter(prefix="/api/v1/partner/accounting", tags=["Accounting"], route_class=ExactRoute)
office = APIRouter(prefix="/api/v1/office/accounting", tags=["Office"])

VoucherNumber = Annotated[int, Path(alias="voucherNumber", gt=0, lt=2**63)]


@router.get("/accounts", summary="Your chart of accounts", responses=problems())
async def list_accounts(creditor: CreditorCaller, gate: InGate) -> Chart:
    """Each account with what it is called in your own system."""
    return await accounting.read_chart(gate.downstream, creditor.owner)


@router.post("/accounts", summary="Map your chart of accounts", response_model=Chart, responses=posts())
async def map_accounts(
    body: Annotated[AccountMappings, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """Give accounts the number, VAT code and text of your own system. Accounts you leave out stay as they are."""
    return await once.answer(
        creditor.owner, lambda _: accounting.map_accounts(gate.downstream, creditor.owner, body), status=200
    )


@router.get("/balances", summary="Balances of your book", responses=problems(422))
async def list_balances(
    creditor: CreditorCaller, gate: InGate, as_of: Annotated[date | None, Query(alias="asOf")] = None
) -> Balances:
    """Per account and currency, at the end of `asOf`; without it, of everything booked."""
    return await accounting.read_balances(gate.downstream, creditor.owner, as_of)


@router.get("/vouchers", summary="Vouchers of a case", responses=problems(422))
async def list_vouchers(
    creditor: CreditorCaller, gate: InGate, case_id: Annotated[int, Query(alias="caseId", gt=0, lt=2**63)]
) -> Vouchers:
    """What was booked about a case in your own book, in order of posting."""
    return await accounting.read_vouchers(gate.downstream, creditor.owner, case_id)


@router.post(
    "/vouchers/{voucherNumber}/reversal",
    status_code=201,
    summary="Reverse a voucher",
    response_model=Vouchers,
    responses=posts(404),
)
async def reverse_voucher(
    voucher_number: VoucherNumber,
    body: Annotated[VoucherReverse, Body()],
    creditor: CreditorCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """Post one of opposite signs, dated today or the first open day. A voucher is reversed once: 409 after that."""
    return await once.answer(
        creditor.owner,
        lambda _: accounting.reverse_voucher(gate.downstream, creditor.owner, voucher_number, body),
        status=201,
    )


@router.get("/closed-periods", summary="Closed periods of your book", responses=problems())
async def list_closed_periods(creditor: CreditorCaller, gate: InGate) -> ClosedPeriods:
    return await accounting.read_closed_periods(gate.downstream, creditor.owner)


@router.post(
    "/closed-periods", status_code=201, summary="Close a period", response_model=ClosedPeriods, responses=posts()
)
async def close_period(
    body: Annotated[PeriodClose, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """For ever. What belongs to a closed period is booked on the first open day, with a note."""
    return await once.answer(
        creditor.owner, lambda _: accounting.close_period(gate.downstream, creditor.owner, body), status=201
    )


@office.get("/closed-periods", summary="Closed periods of the office's books", responses=problems())
async def list_office_periods(owner: OfficeCaller, gate: InGate) -> ClosedPeriods:
    """Client money and our own."""
    return await accounting.read_closed_periods(gate.downstream, None)


@office.post(
    "/closed-periods",
    status_code=201,
    summary="Close a period of the office's books",
    response_model=ClosedPeriods,
    responses=posts(),
)
async def close_office_period(
    body: Annotated[PeriodClose, Body()], owner: OfficeCaller, gate: InGate, once: PostOnce
) -> Response:
    """Client money and our own together, for ever."""
    return await once.answer(owner, lambda _: accounting.close_period(gate.downstream, None, body), status=201)
