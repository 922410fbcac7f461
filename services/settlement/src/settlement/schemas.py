"""HTTP bodies of settlement's internal API; amounts in minor units."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from settlement.domain.payouts import PayoutKind, PayoutStatus

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
    internal_accounting_id: str | None
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
    internal_accounting_id: str | None = None


class PayoutLine(BaseModel):
    """What a line brings to its payout: collected - our part = net; a moved deferral has no invoice."""

    line_id: UUID
    kind: Literal["ALLOCATION", "REVERSAL", "DEFERRAL"]
    line_date: date
    case_id: int | None
    invoice_number: str
    payment_reference: str
    principal_minor: int
    interest_minor: int
    fees_minor: int
    collected_minor: int
    fee_share_minor: int
    commission_minor: int
    vat_minor: int
    net_minor: int


class PayoutAttempt(BaseModel):
    """One try at a transfer, and what the bank said."""

    attempt: int
    status: PayoutStatus
    end_to_end_id: str
    payment_order: str | None
    iban: str
    initiated_date: date
    booking_date: date | None
    failed_date: date | None
    reason: str | None


class PayoutRead(BaseModel):
    """A transfer to the creditor: its lines sum to `amount_minor`, whichever attempt brings it."""

    part: int
    amount_minor: int
    currency: str
    reference: str | None
    status: PayoutStatus
    attempts: list[PayoutAttempt]
    lines: list[PayoutLine]


class PayoutList(BaseModel):
    """The payouts of a settlement; their amounts sum to its net."""

    settlement_number: int
    settlement_date: date
    net_minor: int
    payouts: list[PayoutRead]


class HoldOrder(BaseModel):
    """Why a creditor is held or released; repeating the call with the same id answers the same."""

    request_id: UUID
    reason: str = Field(min_length=1, max_length=500)


class HoldRead(BaseModel):
    hold_id: UUID
    creditor_id: UUID
    creditor_name: str | None
    reason: str
    held_date: date
    release_id: UUID | None
    released_date: date | None
    release_reason: str | None


class UpcomingSettlement(BaseModel):
    """Money not settled yet: collected = our part + net, as it stands today.

    `waits_for` says why nothing was paid so far: NEXT_RUN, HOLD_RELEASED (with `hold_reason`), MINIMUM (less is due
    than agreed), MORE_MONEY (nothing is due: a negative sum is carried forward), INVOICE (an invoice that commission
    depends on has not been told), or ACCOUNT (it came in on an account that the office does not pay out from).
    """

    currency: str
    account_id: str
    line_count: int
    collected_minor: int
    own_share_minor: int
    net_minor: int
    minimum_payout_minor: int
    next_settlement_date: date | None
    waits_for: Literal["NEXT_RUN", "HOLD_RELEASED", "MINIMUM", "MORE_MONEY", "INVOICE", "ACCOUNT"]
    hold_reason: str | None


class UpcomingSettlements(BaseModel):
    as_of: date
    upcoming: list[UpcomingSettlement]


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
    payouts: dict[PayoutKind, dict[PayoutStatus, int]]
    given_up: int


class Counts(BaseModel):
    settlements: int
    undelivered_orders: int
    currencies: list[CurrencyCounts]
