"""Bodies of case details."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from gateway.schemas.collectors import CaseCollector
from gateway.schemas.wire import AmountOut, Wire


class CaseSummary(Wire):
    case_id: int
    invoice_number: str
    status: str
    stage: str
    created_at: datetime
    closed_at: date | None
    close_code: str | None
    active_days: int
    due_date: date
    creditor: str
    currency: str
    agency: str


class CaseBalance(Wire):
    """What is still owed; the total is the sum of the three."""

    capital_amount: AmountOut
    interest_amount: AmountOut
    costs_amount: AmountOut
    total_amount: AmountOut


class CasePayment(Wire):
    """Money on the claim and what it covered; a reversal has minus signs."""

    type: Literal["PAYMENT", "DIRECTPAYMENT", "REVERSAL"]
    payment_date: date
    amount: AmountOut
    capital_amount: AmountOut
    interest_amount: AmountOut
    costs_amount: AmountOut
    currency: str


class CaseEvent(Wire):
    """A line of the case's timeline, oldest first."""

    date: date
    at: datetime
    type: str
    text: str
    who: str


class CaseHold(Wire):
    """Why letters rest, and until when."""

    reason: str
    until_date: date | None


class CasePolicy(Wire):
    """The dunning policy the case is on; with a scope it is one of the debtor or of this case, not the agreed one."""

    code: str
    version: int
    override_scope: Literal["CASE", "DEBTOR"] | None = None


class CaseDetails(Wire):
    summary: CaseSummary
    balance: CaseBalance
    payments: list[CasePayment]
    events: list[CaseEvent]
    available_actions: list[str]
    available_work: list[str] = Field(
        default_factory=list[str], description="What may be asked under /cases/{caseId} now."
    )
    hold: CaseHold | None = None
    arrangement: Any | None = Field(
        default=None, description="The promise, plan or dispute in force; amounts in minor units."
    )
    debtor_id: UUID | None = None
    limitation_date: date | None = Field(default=None, description="Last day on which the claim can be pursued.")
    policy: CasePolicy | None = None
    failure: str | None = Field(default=None, description="Why the case needs an operator; nothing is sent until then.")
    collectors: list[CaseCollector] = Field(
        default_factory=list[CaseCollector], description="Who has or had the case, the first first."
    )


class CaseRead(Wire):
    """Everything about one case."""

    case: CaseDetails


class DistributionFilters(Wire):
    invoice_number: str | None
    from_inv_date: date | None
    to_inv_date: date | None
    fetch_type: str | None
    default_last30_days: bool


class DistributionMeta(Wire):
    total_count: int
    successful_count: int
    failed_count: int
    filters_applied: DistributionFilters


class DistributionAttempt(Wire):
    """One method the invoice was tried by, in the order of the tries; `reason` says why it failed, or what it fell from."""

    method: str
    status: str
    reason: str | None
    queued_at: datetime
    distributed_at: datetime | None


class DistributionRecord(Wire):
    """How an invoice reached its debtor; keep `caseId`, it opens the case's details."""

    invoice_number: str
    case_id: int
    invoice_date: date
    method: str
    status: str
    reason: str | None
    distributed_at: datetime | None
    message_id: UUID | None
    payment_control_enabled: bool
    attempts: list[DistributionAttempt]


class DistributionRead(Wire):
    meta_data: DistributionMeta
    distributions: list[DistributionRecord]
