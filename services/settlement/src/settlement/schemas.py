"""HTTP bodies of settlement's internal API; amounts in minor units."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from settlement.domain.payouts import PayoutStatus

PartType = Literal["CAPITAL", "INTEREST", "FEES"]
DeductionType = Literal["FEE_SHARE", "COMMISSION", "VAT"]


class BreakdownPart(BaseModel):
    type: PartType
    amount_minor: int


class Allocation(BaseModel):
    """What one allocation brought, or one reversal took back; the breakdown sums to the total."""

    allocation_id: UUID
    kind: Literal["ALLOCATION", "REVERSAL"]
    allocation_date: date
    currency: str
    case_id: int
    original_invoice_number: str
    original_payment_reference: str
    allocated_total_minor: int
    own_share_minor: int
    breakdown: list[BreakdownPart]


class Deduction(BaseModel):
    """What we keep; FEE_SHARE is our part of interest and fees. Negative where it gives back what was kept before."""

    type: DeductionType
    amount_minor: int


class Beneficiary(BaseModel):
    name: str
    iban: str
    bic: str | None


class SettlementRead(BaseModel):
    """sum(allocations) - sum(deductions) = settlement_amount_minor."""

    settlement_number: int
    settlement_date: date
    agency: Literal["FORDRING"] = "FORDRING"
    remittance_reference: str
    beneficiary: Beneficiary
    settlement_amount_minor: int
    currency: str
    payout_status: PayoutStatus
    api_fetch_date: date | None
    bookkept_date: date | None
    allocations: list[Allocation]
    deductions: list[Deduction]


class SettlementList(BaseModel):
    from_date: date
    to_date: date
    settlements: list[SettlementRead]


class ReportTotals(BaseModel):
    """allocated = own share + net; own share = fee share + commission + VAT."""

    allocated_minor: int
    principal_minor: int
    interest_minor: int
    fees_minor: int
    fee_share_minor: int
    commission_minor: int
    vat_minor: int
    own_share_minor: int
    net_minor: int


class SettlementReport(SettlementRead):
    """A settlement with everything its printed report shows."""

    creditor_name: str
    language_code: str
    period_from: date
    account_id: str
    totals: ReportTotals


class Bookkept(BaseModel):
    settlement_number: int
    bookkept_date: date


class CurrencyCounts(BaseModel):
    """accrued + settled = all that was ever allocated; settled = net + own share.

    `deferred_own_share_minor` is our share (negative) that waits for later money. Payouts are amounts by kind and
    status of the latest attempt; `given_up` is the number of them that failed for the last time.
    """

    currency: str
    accrued_minor: int
    settled_minor: int
    net_minor: int
    own_share_minor: int
    deferred_own_share_minor: int
    payouts: dict[Literal["CREDITOR", "OWN"], dict[PayoutStatus, int]]
    given_up: int


class Counts(BaseModel):
    settlements: int
    undelivered_orders: int
    currencies: list[CurrencyCounts]
