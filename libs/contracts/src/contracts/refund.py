"""Money that goes back to whoever paid it: what payment-control asks for, and what settlement says became of it."""

from abc import ABC
from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Currency, Event, PositiveMinor

RefundSource = Literal["QUEUE", "NOT_OURS", "SURPLUS"]


class RefundEvent(Event, ABC):
    """What every fact about a refund tells."""

    refund_id: UUID
    payment_id: UUID = Field(description="The payment whose money goes back.")
    source: RefundSource = Field(
        description="Where the money lay: in the queue, with what is not ours, or with a debtor's surplus."
    )
    account_id: str = Field(description="The client-funds account it leaves from.")
    amount_minor: PositiveMinor
    currency: Currency

    @property
    def key(self) -> str:
        return str(self.refund_id)


class RefundRequested(RefundEvent):
    """The office agreed to pay money back. Personal data: settlement alone may listen."""

    topic: ClassVar[str] = "refund.requested"
    producer: ClassVar[str] = "payment-control"
    consumers: ClassVar[tuple[str, ...]] = ("settlement",)

    payee_name: str
    payee_iban: str
    payee_bic: str | None = None
    message: str = Field(max_length=140, description="What the payee reads on their statement.")
    requested_date: date


class RefundSent(RefundEvent):
    """The transfer was written into a payment order for the bank."""

    topic: ClassVar[str] = "refund.sent"
    producer: ClassVar[str] = "settlement"
    consumers: ClassVar[tuple[str, ...]] = ("payment-control",)

    end_to_end_id: str
    requested_date: date


class RefundPaid(RefundEvent):
    """The bank debited the client-funds account."""

    topic: ClassVar[str] = "refund.paid"
    producer: ClassVar[str] = "settlement"
    consumers: ClassVar[tuple[str, ...]] = ("payment-control", "accounting")

    end_to_end_id: str
    booking_date: date


class RefundFailed(RefundEvent):
    """The bank rejected or returned the transfer; the money lies where it came from again. Nothing is tried again."""

    topic: ClassVar[str] = "refund.failed"
    producer: ClassVar[str] = "settlement"
    consumers: ClassVar[tuple[str, ...]] = ("payment-control", "accounting")

    end_to_end_id: str
    reason_code: str
    returned: bool = Field(default=False, description="True: debited first and paid back later.")
    as_of: date
