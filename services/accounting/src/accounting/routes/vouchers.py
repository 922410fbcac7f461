"""Balances and vouchers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from accounting import queries
from accounting.domain.chart import Book
from accounting.domain.voucher import voucher_id
from accounting.schemas import BalancesRead, VoucherCounts, VouchersRead
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import ServiceCaller

router = APIRouter()

CaseId = Annotated[int, Query(gt=0, lt=2**63)]


@router.get("/balances")
async def list_balances(
    book: Book, caller: ServiceCaller, session: RequestTransaction, as_of: date | None = None
) -> BalancesRead:
    """A creditor reads their own book, the house any; at the end of any day, by voucher date."""
    if caller.creditor_id is not None and book != "CREDITOR":
        raise Problem(403, f"The book {book} is the office's own; a creditor may ask for book=CREDITOR.")
    return BalancesRead.of(book, await queries.list_balances(session, book, caller.creditor_id, as_of))


@router.get("/vouchers")
async def list_vouchers(
    caller: ServiceCaller,
    session: RequestTransaction,
    case_id: CaseId | None = None,
    settlement_id: UUID | None = None,
    fact_id: UUID | None = None,
) -> VouchersRead:
    """The creditor's own vouchers about a case, a settlement with its payouts, or one fact."""
    creditor_id = caller.creditor()
    match case_id, settlement_id, fact_id:
        case int(), None, None:
            rows = await queries.list_vouchers_of_case(session, creditor_id, case_id)
        case None, UUID(), None:
            rows = await queries.list_vouchers_of_settlement(session, creditor_id, settlement_id)
        case None, None, UUID():
            rows = await queries.list_voucher(session, creditor_id, voucher_id(fact_id, "CREDITOR"))
        case _:
            raise Problem(422, "Ask by exactly one of case_id, settlement_id and fact_id.")
    return VouchersRead.of(rows)


@router.get("/voucher-counts")
async def count_vouchers(caller: ServiceCaller, session: RequestTransaction) -> VoucherCounts:
    """For the house: how much was booked, and whether all of it balances."""
    if caller.creditor_id is not None:
        raise Problem(403, "Voucher counts run over all books; they are the office's own.")
    return VoucherCounts.of(await queries.list_voucher_counts(session))
