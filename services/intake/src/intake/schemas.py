"""HTTP bodies of intake's internal API; amounts in minor units."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from contracts import ActionCode, BankAccount, CommissionTier, ReferenceScheme
from intake.domain.accounts import IncomingSource
from intake.domain.amendments import Amendment
from intake.domain.submission import Submission


class AgreementTerms(BaseModel):
    """What a new creditor may choose; the rest comes from the country's template. Shares in basis points."""

    policy_code: str | None = None
    reference_scheme: ReferenceScheme | None = None
    settlement_weekday: int | None = Field(default=None, ge=1, le=5)
    commission: int | None = Field(default=None, ge=0, le=10_000)
    reminder_fee_share: int | None = Field(default=None, ge=0, le=10_000)
    collection_fee_share: int | None = Field(default=None, ge=0, le=10_000)
    interest_share: int | None = Field(default=None, ge=0, le=10_000)
    creditor_deducts_vat: bool | None = None
    settlement_interval: Literal["DAILY", "WEEKLY", "MONTHLY"] | None = None
    settlement_month_day: int | None = Field(default=None, ge=1, le=31)
    settlement_roll: Literal["FOLLOWING", "PRECEDING"] | None = None
    minimum_payout_minor: int | None = Field(default=None, ge=0)
    commission_tiers: tuple[CommissionTier, ...] | None = Field(default=None, max_length=20)
    payout_per_invoice: bool | None = None


class CreditorCreate(BaseModel):
    """A creditor to onboard; repeating the call with the same id answers the same."""

    creditor_id: UUID
    partner_code: str = Field(min_length=1)
    service_type: Literal["INTERMEDIATION", "LIFECYCLE", "COLLECTION"]
    name: str = Field(min_length=1, max_length=140)
    business_code: str = Field(min_length=1)
    vat_number: str = ""
    seat: str = ""
    country_code: str = Field(pattern=r"^[A-Z]{2}$")
    language_code: str = Field(min_length=2, max_length=2)
    email: str
    payout_account: BankAccount
    incoming: IncomingSource = "CAMT"
    terms: AgreementTerms = AgreementTerms()


class CreditorRead(BaseModel):
    creditor_id: UUID
    customer_code: str
    reference_prefix: str
    agreement: dict[str, Any]


class AgreementVersion(BaseModel):
    """A version of an agreement, in force from `valid_from` until the next."""

    agreement_id: UUID
    agreement_version: int
    valid_from: date
    document: dict[str, Any]


class DraftRead(BaseModel):
    """A version that is drawn up and lawful, but not in force until it is activated."""

    draft_id: UUID
    base_version: int
    drafted_date: date
    activated_version: int | None
    document: dict[str, Any]


class AgreementsRead(BaseModel):
    """Every version of a creditor's agreement, and the drafts on the one in force."""

    current_version: int
    versions: list[AgreementVersion]
    drafts: list[DraftRead]


class DraftCreate(BaseModel):
    """A draft of the next version; repeating the call with the same id answers the same."""

    draft_id: UUID
    amendment: Amendment


class InvoicesCreate(BaseModel):
    """Invoices to accept; each is judged alone."""

    request_id: UUID
    invoices: list[Submission] = Field(min_length=1, max_length=1_000)


class FieldError(BaseModel):
    field: str
    message: str


class InvoiceResult(BaseModel):
    """What became of one submission: accepted with its case, or refused with the reasons."""

    index: int
    ok: bool
    invoice_number: str
    invoice_id: UUID | None = None
    case_id: int | None = None
    payment_reference: str | None = None
    status: int = 202
    detail: str = ""
    errors: list[FieldError] = []


class InvoiceResults(BaseModel):
    results: list[InvoiceResult]


class NewAddress(BaseModel):
    """Where the debtor lives or has its seat now."""

    street: str = Field(min_length=1, max_length=140)
    street2: str | None = None
    postal_code: str = Field(min_length=1, max_length=16)
    postal_district: str = Field(min_length=1, max_length=70)
    country_code: str = Field(pattern=r"^[A-Z]{2}$")


class ActionCreate(BaseModel):
    """An action on the case of an invoice, named by case id, invoice number or both.

    ADDRESS and EMAIL change the debtor's contact details and show as a comment on the case.
    """

    code: ActionCode | Literal["ADDRESS", "EMAIL"]
    comment: str = Field(default="", max_length=2_000)
    case_id: int | None = None
    invoice_number: str | None = None
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    amount_minor: int | None = Field(default=None, gt=0)
    payment_date: date | None = None
    reference: str = Field(default="", max_length=140)
    due_date: date | None = None
    until_date: date | None = None
    instalment_count: int | None = None
    first_instalment_date: date | None = None
    instalment_every: Literal["WEEK", "MONTH"] | None = None
    address: NewAddress | None = None
    email: str | None = Field(default=None, min_length=3, max_length=254)


class ActionsCreate(BaseModel):
    request_id: UUID
    actions: list[ActionCreate] = Field(min_length=1, max_length=1_000)


class ActionResult(BaseModel):
    index: int
    ok: bool
    action_id: UUID | None = None
    case_id: int | None = None
    code: str
    status: int = 202
    detail: str = ""
    errors: list[FieldError] = []


class ActionResults(BaseModel):
    results: list[ActionResult]


class InvoicePlace(BaseModel):
    """Where an invoice is found: its ids."""

    invoice_id: UUID
    invoice_number: str
    case_id: int
    currency: str
