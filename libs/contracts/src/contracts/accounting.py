"""What accounting says about the books."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import Currency, Event, NonNegativeMinor


class VoucherPosted(Event):
    """A balanced voucher was posted for a fact."""

    topic: ClassVar[str] = "voucher.posted"
    producer: ClassVar[str] = "accounting"
    consumers: ClassVar[tuple[str, ...]] = ()

    voucher_id: UUID
    book: Literal["CLIENT_MONEY", "CREDITOR", "OWN"]
    creditor_id: UUID | None = None
    fact: str = Field(description="Topic of the fact that was booked; voucher.reversed where a voucher was taken back.")
    fact_id: UUID
    currency: Currency
    total_minor: NonNegativeMinor = Field(description="Sum of the debit side.")
    voucher_date: date

    @property
    def key(self) -> str:
        return str(self.creditor_id or self.fact_id)


class AccountingSynced(Event):
    """A document reached the creditor's accounting system, or was refused there."""

    topic: ClassVar[str] = "accounting.synced"
    producer: ClassVar[str] = "accounting"
    consumers: ClassVar[tuple[str, ...]] = ()

    creditor_id: UUID
    document_kind: Literal["INVOICE", "LEDGER", "PAYMENT"]
    source_identifier: str
    successful: bool
    description: str = ""
    sync_date: date

    @property
    def key(self) -> str:
        return str(self.creditor_id)
