"""Facts about invoices and what creditors ask to be done with them."""

from datetime import date
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import (
    BasisPoints,
    CaseEvent,
    Channel,
    Country,
    Currency,
    DebtorKind,
    Minor,
    NonNegativeMinor,
    PositiveMinor,
    Value,
)


class InvoiceLine(Value):
    """One row of an invoice as the debtor reads it; amounts in minor units, VAT excluded."""

    text: str
    quantity: Decimal
    unit_price_minor: Minor
    vat: BasisPoints
    net_minor: Minor


class InvoiceCreated(CaseEvent):
    """An invoice was accepted; under payment control it has exactly one case and one claim, whose id is the invoice's."""

    topic: ClassVar[str] = "invoice.created"
    producer: ClassVar[str] = "intake"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "payment-control", "settlement", "communication", "accounting")

    invoice_id: UUID
    debtor_id: UUID
    invoice_number: str
    invoice_type: Literal["INVOICE", "COLLECTION"]
    invoice_date: date
    due_date: date
    currency: Currency
    gross_minor: PositiveMinor
    vat_minor: NonNegativeMinor
    lines: tuple[InvoiceLine, ...]
    payment_reference: str
    payment_iban: str = Field(description="Client-funds account on which the debtor pays.")
    debtor_kind: DebtorKind
    debtor_country: Country
    language_code: str
    distribution_channel: Channel | None = Field(description="None: the creditor distributes the invoice.")
    payment_control: bool = Field(description="False: intermediation; no case work, no claim.")
    collection_allowed: bool = True
    agreement_version: int = Field(gt=0)
    accepted_date: date = Field(description="Business date on which intake accepted the invoice.")
    manual_review: bool = Field(default=False, description="The case is prepared and reviewed before work begins.")
    distribution_fallbacks: tuple[Channel, ...] = Field(
        default=("EMAIL", "LETTER"), description="The channels to fall back on, in this order."
    )
    buyer_reference: str = Field(default="", description="The debtor's own reference, for their e-invoices.")
    order_reference: str = Field(default="", description="The debtor's order, for their e-invoices.")


ActionCode = Literal[
    "COMMENT",
    "WITHDRAW",
    "DUEDATE",
    "PAYMENTPLAN",
    "OBJECTION",
    "PAUSE",
    "RESUME",
    "DIRECTPAYMENT",
    "CREDITNOTE",
]


class ActionRequested(CaseEvent):
    """A creditor asked for something to be done with an invoice's case; its outcome shows on the case."""

    topic: ClassVar[str] = "action.requested"
    producer: ClassVar[str] = "intake"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "payment-control")

    action_id: UUID
    claim_id: UUID
    code: ActionCode
    comment: str = Field(default="", description="Free text for the case's timeline; never logged.")
    requested_date: date
    currency: Currency | None = None
    amount_minor: PositiveMinor | None = None
    payment_date: date | None = None
    reference: str = ""
    due_date: date | None = None
    until_date: date | None = Field(default=None, description="Last day of a pause; none means until resumed.")
    instalment_count: int | None = Field(default=None, ge=2, le=60, description="PAYMENTPLAN: parts wished for.")
    first_instalment_date: date | None = Field(default=None, description="PAYMENTPLAN: when the first part is due.")
    instalment_every: Literal["WEEK", "MONTH"] | None = Field(default=None, description="PAYMENTPLAN: the interval.")
