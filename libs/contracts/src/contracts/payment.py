"""What payment-control says about money that arrived."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import CaseEvent, Currency, Event, NonNegativeMinor, Part, PositiveMinor, Stage

UnmatchedReason = Literal[
    "WRONG_CHECK_DIGIT",
    "UNKNOWN_REFERENCE",
    "NO_REFERENCE",
    "ALREADY_PAID",
    "DOUBLE_PAYMENT",
    "CREDITED",
    "UNDERPAID",
    "OVERPAID",
    "SEVERAL_CANDIDATES",
    "CURRENCY_MISMATCH",
    "CLOSED_CASE",
    "REVERSAL",
]


class PaymentRegistered(Event):
    """Money arrived on a client-funds account; matched to a claim where case and claim are told."""

    topic: ClassVar[str] = "payment.registered"
    producer: ClassVar[str] = "payment-control"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "accounting")

    payment_id: UUID
    account_id: str = Field(description="The client-funds account it stands on.")
    amount_minor: PositiveMinor
    currency: Currency
    booking_date: date
    value_date: date
    source: Literal["NETS_OCR", "CAMT", "BGMAX", "MT940"]
    creditor_id: UUID | None = None
    case_id: int | None = Field(default=None, gt=0)
    claim_id: UUID | None = None

    @property
    def key(self) -> str:
        return str(self.case_id or self.payment_id)


class PaymentUnmatched(Event):
    """Money arrived that belongs to no claim we could name; it waits in the queue with the reason."""

    topic: ClassVar[str] = "payment.unmatched"
    producer: ClassVar[str] = "payment-control"
    consumers: ClassVar[tuple[str, ...]] = ()

    payment_id: UUID
    account_id: str
    amount_minor: PositiveMinor
    currency: Currency
    reason: UnmatchedReason
    booking_date: date

    @property
    def key(self) -> str:
        return str(self.payment_id)


class PaymentAllocated(CaseEvent):
    """A payment, or the part of it that was for this claim, was spread over what was owed; parts + surplus = amount."""

    topic: ClassVar[str] = "payment.allocated"
    producer: ClassVar[str] = "payment-control"
    consumers: ClassVar[tuple[str, ...]] = ("settlement", "accounting", "gateway")

    payment_id: UUID
    allocation_id: UUID
    claim_id: UUID
    account_id: str
    invoice_number: str
    payment_reference: str
    amount_minor: PositiveMinor
    currency: Currency
    parts: tuple[Part, ...] = Field(description="Positive amounts by component.")
    surplus_minor: NonNegativeMinor = Field(default=0, description="Belongs to the debtor.")
    stage: Stage = Field(description="Where the claim was when the money came.")
    value_date: date
    as_of: date
    collected_before: bool = Field(
        default=False, description="True: a collector passes on what it had reported; the claim had fallen then."
    )


class PaymentDisowned(Event):
    """The office found that a queued payment is for no claim of ours; the money stays on the account until it is refunded."""

    topic: ClassVar[str] = "payment.disowned"
    producer: ClassVar[str] = "payment-control"
    consumers: ClassVar[tuple[str, ...]] = ("accounting",)

    payment_id: UUID
    account_id: str
    amount_minor: PositiveMinor
    currency: Currency
    as_of: date

    @property
    def key(self) -> str:
        return str(self.payment_id)


class PaymentReversed(Event):
    """A payment was taken back (chargeback, returned debit); what it had covered is owed again.

    parts + surplus + unmatched = amount, also where some of it was refunded before: the refund is a fact of its own.
    A payment that was for several claims is told claim by claim.
    """

    topic: ClassVar[str] = "payment.reversed"
    producer: ClassVar[str] = "payment-control"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "settlement", "accounting", "gateway")

    reversal_id: UUID
    payment_id: UUID
    account_id: str
    amount_minor: PositiveMinor
    currency: Currency
    reason: str
    as_of: date
    creditor_id: UUID | None = None
    case_id: int | None = Field(default=None, gt=0)
    claim_id: UUID | None = None
    allocation_id: UUID | None = Field(default=None, description="None where the payment was never allocated.")
    invoice_number: str | None = None
    parts: tuple[Part, ...] = Field(default=(), description="Positive amounts, owed again, by component.")
    surplus_minor: NonNegativeMinor = 0
    unmatched_minor: NonNegativeMinor = 0
    stage: Stage | None = None
    not_ours_minor: NonNegativeMinor = Field(default=0, description="How much of `unmatched_minor` was not ours.")
    collected_before: bool = Field(
        default=False,
        description="True: a collector had passed it on; the claim stays as low as the collector reported.",
    )

    @property
    def key(self) -> str:
        return str(self.case_id or self.payment_id)
