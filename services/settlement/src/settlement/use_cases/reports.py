"""What a creditor reads about its settlements, and what the house counts."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from runtime.database import Session
from settlement.queries import reports as queries
from settlement.queries.payouts import count_written_orders
from settlement.schemas import (
    Allocation,
    Beneficiary,
    Bookkept,
    BreakdownPart,
    Counts,
    CurrencyCounts,
    Deduction,
    DeductionType,
    PartType,
    ReportTotals,
    SettlementList,
    SettlementRead,
    SettlementReport,
)


class SettlementNotFound(Exception):
    """The caller's creditor has no such settlement; another creditor's number reads the same."""

    def __init__(self, number: int) -> None:
        super().__init__(f"You have no settlement {number}.")


class BookkeptOtherwise(Exception):
    """The settlement was booked under another id; nothing is changed."""

    def __init__(self, number: int, internal_accounting_id: str) -> None:
        super().__init__(f"Settlement {number} is bookkept as {internal_accounting_id} already.")


async def fetch_settlements(
    session: Session,
    creditor_id: UUID,
    from_date: date,
    to_date: date,
    day: date,
    *,
    unfetched_only: bool,
    exclude_closed: bool,
) -> SettlementList:
    """Settlements of a period, marked as fetched; each tells the day it was fetched before this."""
    rows = await queries.lock_settlements(
        session, creditor_id, from_date, to_date, unfetched_only=unfetched_only, exclude_closed=exclude_closed
    )
    lines = await queries.list_lines(session, [row.settlement_id for row in rows])
    await queries.mark_fetched(session, [row.settlement_id for row in rows], day)
    return SettlementList(
        from_date=from_date,
        to_date=to_date,
        settlements=[SettlementRead(**_read(row, lines[row.settlement_id])) for row in rows],
    )


async def get_report(session: Session, creditor_id: UUID, number: int) -> SettlementReport:
    row = await queries.find_settlement(session, creditor_id, number)
    if row is None:
        raise SettlementNotFound(number)
    lines = (await queries.list_lines(session, [row.settlement_id]))[row.settlement_id]
    return SettlementReport(
        **_read(row, lines),
        creditor_name=row.creditor_name,
        language_code=row.language_code,
        period_from=min((line.as_of for line in lines), default=row.settlement_date),
        account_id=row.account_id,
        totals=ReportTotals(**{name: getattr(row, name) for name in ReportTotals.model_fields}),
    )


async def mark_bookkept(
    session: Session, creditor_id: UUID, number: int, internal_accounting_id: str | None, day: date
) -> Bookkept:
    """Note that the creditor booked the settlement, and under which id; the first day and the first id stand."""
    marked = await queries.mark_bookkept(session, creditor_id, number, internal_accounting_id, day)
    if marked is None:
        raise SettlementNotFound(number)
    if internal_accounting_id is not None and marked.internal_accounting_id != internal_accounting_id:
        raise BookkeptOtherwise(number, marked.internal_accounting_id)
    return Bookkept(
        settlement_number=number,
        bookkept_date=marked.bookkept_date,
        internal_accounting_id=marked.internal_accounting_id,
    )


async def count(session: Session) -> Counts:
    payouts = await queries.count_payouts(session)
    return Counts(
        settlements=await queries.count_settlements(session),
        undelivered_orders=await count_written_orders(session),
        currencies=[_counted(row, payouts) for row in await queries.count_amounts(session)],
    )


def _counted(row: Row[Any], payouts: Sequence[Row[Any]]) -> CurrencyCounts:
    mine = [payout for payout in payouts if payout.currency == row.currency]
    return CurrencyCounts(
        currency=row.currency,
        accrued_minor=row.accrued_minor,
        settled_minor=row.settled_minor,
        net_minor=row.net_minor,
        own_share_minor=row.own_share_minor,
        deferred_own_share_minor=row.deferred_own_share_minor,
        payouts={
            kind: {payout.status: payout.amount_minor for payout in mine if payout.kind == kind}
            for kind in ("CREDITOR", "OWN", "REFUND")
        },
        given_up=sum(payout.given_up for payout in mine),
    )


def _read(row: Row[Any], lines: Sequence[Row[Any]]) -> dict[str, Any]:
    return {
        "settlement_number": row.settlement_number,
        "settlement_date": row.settlement_date,
        "remittance_reference": row.end_to_end_id,
        "beneficiary": Beneficiary(name=row.beneficiary_name, iban=row.iban, bic=row.bic),
        "settlement_amount_minor": row.net_minor,
        "currency": row.currency,
        "payout_status": row.payout_status,
        "api_fetch_date": row.api_fetched_date,
        "bookkept_date": row.bookkept_date,
        "internal_accounting_id": row.internal_accounting_id,
        "allocations": [_allocation(line) for line in lines],
        "deductions": _deductions(row),
    }


def _allocation(line: Row[Any]) -> Allocation:
    fees_minor = line.reminder_fee_minor + line.collection_fee_minor + line.compensation_minor
    parts: tuple[tuple[PartType, int], ...] = (
        ("CAPITAL", line.principal_minor),
        ("INTEREST", line.interest_minor),
        ("FEES", fees_minor),
    )
    return Allocation(
        allocation_id=line.line_id,
        kind=line.kind,
        allocation_date=line.as_of,
        currency=line.currency,
        case_id=line.case_id,
        original_invoice_number=line.invoice_number,
        original_payment_reference=line.payment_reference,
        allocated_total_minor=line.allocated_minor,
        own_share_minor=line.fee_share_minor + line.commission_minor + line.vat_minor,
        breakdown=[BreakdownPart(type=kind, amount_minor=amount) for kind, amount in parts if amount],
    )


def _deductions(row: Row[Any]) -> list[Deduction]:
    kept: tuple[tuple[DeductionType, int], ...] = (
        ("FEE_SHARE", row.fee_share_minor),
        ("COMMISSION", row.commission_minor),
        ("VAT", row.vat_minor),
    )
    return [Deduction(type=kind, amount_minor=amount) for kind, amount in kept if amount]
