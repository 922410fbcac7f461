"""What settlement says: amounts closed for a creditor, and the transfers that fulfil them."""

from abc import ABC
from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import CreditorEvent, Currency, Minor, NonNegativeMinor, PositiveMinor


class SettlementCreated(CreditorEvent):
    """A period was closed for a creditor: allocated = principal + interest + fees = own share + net, to the minor unit."""

    topic: ClassVar[str] = "settlement.created"
    producer: ClassVar[str] = "settlement"
    consumers: ClassVar[tuple[str, ...]] = ("accounting", "gateway")

    settlement_id: UUID
    settlement_number: int
    settlement_date: date
    currency: Currency
    account_id: str = Field(description="Client-funds account the settlement is paid from.")
    line_count: int
    allocated_minor: Minor = Field(description="Sum of the lines, reversals counted negative.")
    principal_minor: Minor
    interest_minor: Minor
    fees_minor: Minor = Field(description="Reminder fees, collection fees and compensation.")
    fee_share_minor: Minor = Field(description="Our part of interest and fees.")
    commission_minor: Minor
    vat_minor: NonNegativeMinor
    own_share_minor: Minor = Field(description="Our part of interest and fees + commission + VAT.")
    net_minor: PositiveMinor = Field(description="What the creditor is paid.")


class PayoutEvent(CreditorEvent, ABC):
    """What every fact about a payout tells."""

    payout_id: UUID
    settlement_id: UUID
    kind: Literal["CREDITOR", "OWN"] = Field(description="To the creditor, or our own share to our own account.")
    attempt: int = Field(gt=0)
    account_id: str
    amount_minor: PositiveMinor
    currency: Currency
    end_to_end_id: str
    part: int = Field(default=0, ge=0, description="Which transfer of its settlement, where there are several.")


class PayoutInitiated(PayoutEvent):
    """A transfer was written into a payment order for the bank."""

    topic: ClassVar[str] = "payout.initiated"
    producer: ClassVar[str] = "settlement"
    consumers: ClassVar[tuple[str, ...]] = ("payment-control",)

    requested_date: date


class PayoutConfirmed(PayoutEvent):
    """The bank debited the client-funds account."""

    topic: ClassVar[str] = "payout.confirmed"
    producer: ClassVar[str] = "settlement"
    consumers: ClassVar[tuple[str, ...]] = ("accounting", "gateway")

    booking_date: date


class PayoutFailed(PayoutEvent):
    """The bank rejected or returned the transfer; the amount stands on the client account again."""

    topic: ClassVar[str] = "payout.failed"
    producer: ClassVar[str] = "settlement"
    consumers: ClassVar[tuple[str, ...]] = ("accounting", "gateway", "payment-control")

    reason_code: str
    returned: bool = Field(default=False, description="True: debited first and paid back later.")
    as_of: date
