"""What a person in the office decides about money, and when a second one must agree."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

DecisionKind = Literal["MATCH", "NOT_OURS", "WAIVE", "WRITE_OFF", "CORRECT", "REFUND", "REMITTANCE"]
DecisionStatus = Literal["DONE", "PENDING", "DECLINED"]
FOUR_EYES: tuple[DecisionKind, ...] = ("NOT_OURS", "WAIVE", "WRITE_OFF", "REFUND")
"""Kinds by which money or a claim is given up."""


class DecisionConflict(ValueError):
    """What is there already does not allow the decision; the message says why and what to do."""


class SubjectUnknown(LookupError):
    """There is no such line, claim or decision."""


class DecisionRefused(ValueError):
    """The decision is wrong in itself; the message begins with the field."""


@dataclass(frozen=True, slots=True)
class OfficeDecision:
    """Who decided what on which payment or claim, and why; `amount_minor` is what the limit is compared with."""

    decision_id: UUID
    kind: DecisionKind
    subject_id: UUID
    amount_minor: int
    currency: str
    reason: str
    asked_by: str
    detail: Mapping[str, Any] = field(default_factory=dict[str, Any])
    status: DecisionStatus = "DONE"
    decided_by: str | None = None

    def is_repeat_of(self, known: "OfficeDecision") -> bool:
        """Whether it says the same as the one stored under its id."""
        same = (self.kind, self.subject_id, self.reason, self.asked_by, dict(self.detail))
        return same == (known.kind, known.subject_id, known.reason, known.asked_by, dict(known.detail))


def needs_second_person(kind: DecisionKind, amount_minor: int, currency: str, limits: Mapping[str, int]) -> bool:
    """Above the limit of its currency, and always in a currency without one."""
    return kind in FOUR_EYES and amount_minor > limits.get(currency, 0)


def check_second_person(decision: OfficeDecision, person: str) -> None:
    """DecisionConflict unless the decision waits, and for somebody else than the one who asked."""
    if decision.status != "PENDING":
        raise DecisionConflict(f"The decision is {decision.status.lower()} already.")
    if decision.asked_by.strip().casefold() == person.strip().casefold():
        raise DecisionConflict(f"{decision.asked_by} asked for it; a second person must approve it.")
