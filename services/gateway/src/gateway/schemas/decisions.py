"""Bodies of what the office decides about queued money and claims, and of a claim with its history."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from gateway.schemas.wire import Amount, AmountOut, CurrencyCode, Prose, Wire

Covered = Literal["CAPITAL", "INTEREST", "FEES"]


class MatchShare(Wire):
    """The part of a payment for one case's claim; `direction` is what the debtor wants covered first."""

    case_id: Annotated[int, Field(gt=0, lt=2**63)]
    amount: Amount
    direction: tuple[Covered, ...] = ()


class MatchByHand(Wire):
    """What is in the queue of the payment, divided; a share above what is owed leaves a surplus that is the debtor's.

    The shares sum to all of it, or with `keepRest` to less: the rest stays in the queue with its reason.
    """

    currency: CurrencyCode
    shares: Annotated[list[MatchShare], Field(min_length=1, max_length=100)]
    keep_rest: bool = False
    reason: Prose = ""


class ReasonGiven(Wire):
    reason: Prose


class WaiverPart(Wire):
    component: Literal["CAPITAL", "INTEREST", "REMINDER_FEE", "COLLECTION_FEE", "COMPENSATION"]
    amount: Amount


class Waiver(Wire):
    currency: CurrencyCode
    parts: Annotated[list[WaiverPart], Field(min_length=1, max_length=5)]
    reason: Prose


class Correction(Wire):
    """`causeId` as the claim's entries name it: everything it booked is taken back."""

    cause_id: UUID
    reason: Prose


class DecisionRead(Wire):
    """A decision of the office; PENDING waits for a second person. `amountMinor` is in minor units."""

    decision_id: UUID
    kind: str
    subject_id: UUID
    amount_minor: int
    currency: str
    reason: str
    asked_by: str
    status: Literal["DONE", "PENDING", "DECLINED"]
    decided_by: str | None


class ClaimEntry(Wire):
    """A line of a claim's history, never changed; `statuteRow` is the law it rests on."""

    entry_id: int
    kind: str
    component: str
    code: str
    amount: AmountOut
    vat_amount: AmountOut
    as_of: date
    booked_date: date
    statute_row: str
    warning: str
    cause_id: UUID
    reverses_id: int | None


class ClaimRead(Wire):
    """What is owed, by component, with `asOf` as the books said that evening; and the entries it is the sum of."""

    case_id: int
    invoice_number: str
    currency: str
    status: str
    as_of: date | None
    capital_amount: AmountOut
    interest_amount: AmountOut
    costs_amount: AmountOut
    total_amount: AmountOut
    warnings: list[str]
    entries: list[ClaimEntry]


def decision_read(answer: dict[str, Any]) -> DecisionRead:
    return DecisionRead.model_validate(answer)
