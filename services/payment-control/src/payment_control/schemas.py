"""Bodies of the internal HTTP interface; amounts in minor units."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Read(BaseModel):
    """Read from a row or value by its field names."""

    model_config = ConfigDict(from_attributes=True)


class EntryRead(Read):
    """One line of a claim's history."""

    entry_id: int
    kind: str
    component: str
    amount_minor: int
    currency: str
    as_of: date
    statute_row: str
    cause_id: UUID
    at: datetime


class ClaimRead(Read):
    """What is owed on a case's invoice, by component, and how it came to be."""

    claim_id: UUID
    case_id: int
    invoice_number: str
    payment_reference: str
    account_id: str
    currency: str
    due_date: date
    original_minor: int
    principal_minor: int
    interest_minor: int
    reminder_fee_minor: int
    collection_fee_minor: int
    compensation_minor: int
    fees_minor: int
    total_minor: int
    claim_version: int
    stage: str
    status: str
    close_code: str | None
    interest_runs: bool
    interest_through: date
    entries: list[EntryRead]


class PaymentRead(Read):
    """A payment allocated to an invoice of the creditor; `payer_name` is personal data."""

    payment_id: UUID
    case_id: int
    invoice_number: str
    invoice_payment_reference: str
    original_payment_reference: str
    payer_name: str
    booking_date: date
    value_date: date
    amount_minor: int
    currency: str


class RejectedLine(Read):
    """A line the reader left out: where it stands and why."""

    position: str
    reason: str


class BankFileRead(Read):
    """What became of a bank file; `skipped` lines are payouts, lump sums and other people's accounts."""

    file_id: UUID
    status: str
    format: str
    transactions: int
    registered: int
    duplicates: int
    skipped: int
    rejected: list[RejectedLine]


class QueuedLine(Read):
    """Money or a reversal that a person must look at."""

    line_id: UUID
    kind: str
    reason: str
    account_id: str
    amount_minor: int
    currency: str
    booking_date: date
    value_date: date
    reference: str


class PaymentSums(Read):
    """Received = allocated + surplus + refunded + unmatched + reversed, in one currency."""

    currency: str
    payments: int
    received_minor: int
    allocated_minor: int
    surplus_minor: int
    refunded_minor: int
    unmatched_minor: int
    reversed_minor: int


class PaymentCounts(BaseModel):
    """How much money arrived and where it is."""

    sums: list[PaymentSums]
    by_status: dict[str, int]
    unmatched_by_reason: dict[str, int]
    unmatched_reversals: int
    files_by_status: dict[str, int]


def claim_read(claim: Any, entries: list[EntryRead]) -> ClaimRead:
    """A claim row with its sums and history."""
    fees_minor = claim.reminder_fee_minor + claim.collection_fee_minor + claim.compensation_minor
    sums = {"fees_minor": fees_minor, "total_minor": claim.principal_minor + claim.interest_minor + fees_minor}
    return ClaimRead.model_validate(claim.model_dump() | sums | {"entries": entries})
