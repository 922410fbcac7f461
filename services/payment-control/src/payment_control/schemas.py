"""Bodies of the internal HTTP interface; amounts in minor units."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from payment_control.domain.owed import COMPONENTS, FEES, Component
from payment_control.use_cases.second_person import Word


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
    code: str
    vat_minor: int
    warning: str
    reverses_id: int | None
    booked_date: date


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
    as_of: date | None
    warnings: list[str]
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


class SuggestionRead(Read):
    """A claim to look at; `score` is 1 to 99, `signs` say what speaks for it and against it."""

    claim_id: UUID
    case_id: int
    invoice_number: str
    payment_reference: str
    owed_minor: int
    currency: str
    status: str
    score: int
    signs: list[str]


class QueuedLine(Read):
    """Money or a reversal that a person must look at; `cursor` asks for what comes after it."""

    line_id: UUID
    kind: str
    reason: str
    account_id: str
    amount_minor: int
    currency: str
    booking_date: date
    value_date: date
    reference: str
    cursor: str
    suggestions: list[SuggestionRead]


class HandShareAsked(BaseModel):
    """The part of a payment for the claim of a case; `directed` is the order the debtor named, first to last."""

    case_id: int = Field(gt=0)
    amount_minor: int = Field(gt=0)
    directed: list[Literal["fees", "interest", "principal"]] = []


class Asked(BaseModel):
    """Who decides, why, and the id under which a repeat is known."""

    decision_id: UUID
    person: str = Field(min_length=1, max_length=140)
    reason: str = Field(default="", max_length=2_000)

    def word(self) -> Word:
        return Word(self.decision_id, self.person, self.reason)


class MatchAsked(Asked):
    shares: list[HandShareAsked] = Field(min_length=1, max_length=100)
    keep_rest: bool = False


class WaiverPart(BaseModel):
    component: Component
    amount_minor: int = Field(gt=0)


class WaiverAsked(Asked):
    parts: list[WaiverPart] = Field(min_length=1, max_length=5)


class CorrectionAsked(Asked):
    cause_id: UUID


class SecondWord(BaseModel):
    person: str = Field(min_length=1, max_length=140)


class DecisionRead(Read):
    """A decision; PENDING waits for a second person."""

    decision_id: UUID
    kind: str
    subject_id: UUID
    amount_minor: int
    currency: str
    reason: str
    asked_by: str
    status: str
    decided_by: str | None


class PaymentSums(Read):
    """Received = allocated + surplus + refunded + not ours + unmatched + reversed, in one currency."""

    currency: str
    payments: int
    received_minor: int
    allocated_minor: int
    surplus_minor: int
    refunded_minor: int
    unmatched_minor: int
    not_ours_minor: int
    reversed_minor: int


class PaymentCounts(BaseModel):
    """How much money arrived and where it is."""

    sums: list[PaymentSums]
    by_status: dict[str, int]
    unmatched_by_reason: dict[str, int]
    unmatched_reversals: int
    files_by_status: dict[str, int]


def claim_read(claim: Any, entries: list[EntryRead], as_of: date | None = None) -> ClaimRead:
    """A claim with its history; `as_of`: what the books said in the evening of that day, with the entries till then."""
    if as_of is not None:
        entries = [entry for entry in entries if entry.booked_date <= as_of]
    amounts = {f"{component.lower()}_minor": 0 for component in COMPONENTS}
    for entry in entries:
        amounts[f"{entry.component.lower()}_minor"] += entry.amount_minor
    fees_minor = sum(amounts[f"{component.lower()}_minor"] for component in FEES)
    total_minor = amounts["principal_minor"] + amounts["interest_minor"] + fees_minor
    warnings = list(dict.fromkeys(entry.warning for entry in entries if entry.warning))
    told = {"fees_minor": fees_minor, "total_minor": total_minor, "as_of": as_of, "warnings": warnings}
    return ClaimRead.model_validate(claim.model_dump() | amounts | told | {"entries": entries})
