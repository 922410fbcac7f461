"""Bodies of payments and settlements."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import RootModel

from gateway.schemas.wire import AmountOut, Wire


class PaymentRead(Wire):
    """A payment allocated to an invoice; provisional until its settlement."""

    case_id: int
    invoice_number: str
    invoice_payment_reference: str
    original_payment_reference: str
    account_name: str
    booking_date: datetime
    payment_date: datetime
    amount: AmountOut
    currency: str


class Beneficiary(Wire):
    name: str
    iban: str
    bic: str | None


class BreakdownPart(Wire):
    """CAPITAL, INTEREST or FEES."""

    type: str
    amount: AmountOut


class Deduction(Wire):
    """What the office keeps: FEE_SHARE (of interest and fees), COMMISSION or VAT on both."""

    type: str
    amount: AmountOut


class SettlementAllocation(Wire):
    """What one payment brought; `kind` REVERSAL took back, with minus signs. The breakdown sums to the total."""

    allocation_id: UUID
    kind: str
    allocated_total_amount: AmountOut
    allocation_date: date
    currency: str
    case_id: int | None
    original_invoice_number: str
    original_payment_reference: str
    breakdown: list[BreakdownPart]


class SettlementRead(Wire):
    """One disbursement: its allocations less its deductions are `settlementAmount`."""

    settlement_id: int
    settlement_date: date
    agency: str
    remittance_reference: str | None
    beneficiary: Beneficiary | None
    settlement_amount: AmountOut
    currency: str
    api_fetch_date: date | None
    bookkept_date: date | None
    internal_accounting_id: str | None
    payout_status: str
    allocations: list[SettlementAllocation]
    deductions: list[Deduction]


class SettlementList(Wire):
    created_at: datetime
    settlements: list[SettlementRead]


class SettlementReport(RootModel[dict[str, Any]]):
    """A settlement as above, with the creditor's name, the period and the totals of its lines."""
