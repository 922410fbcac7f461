"""What a person may try for money in the queue: claims with a score and what speaks for each. Never booked by itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal
from uuid import UUID

from payment_control.domain.claim import Claim
from payment_control.domain.matching import fit

Sign = Literal[
    "REFERENCE",
    "REFERENCE_NEARLY",
    "INVOICE_NUMBER",
    "PAYER_ACCOUNT",
    "PAYER_NAME",
    "AMOUNT",
    "AMOUNT_NEARLY",
    "NOT_OPEN",
    "OTHER_CURRENCY",
]

POINTS: Mapping[Sign, int] = {
    "REFERENCE": 60,
    "INVOICE_NUMBER": 45,
    "REFERENCE_NEARLY": 40,
    "PAYER_ACCOUNT": 35,
    "AMOUNT": 30,
    "PAYER_NAME": 20,
    "AMOUNT_NEARLY": 10,
    "NOT_OPEN": -30,
    "OTHER_CURRENCY": -30,
}
MOST_SHOWN = 5
HIGHEST_SCORE = 99
_NAMES_ALIKE = 0.85
_NEAR_SHARE = 50
"""One part in fifty: 2 % of what is owed."""


@dataclass(frozen=True, slots=True)
class Queued:
    """A payment in the queue."""

    payment_id: UUID
    amount_minor: int
    currency: str
    payer_name: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A claim that answered one of the look-ups, which ones, and who has paid for its debtor before."""

    claim: Claim
    signs: frozenset[Sign]
    known_names: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A claim to look at; `score` is 1 to 99, `signs` say what speaks for it and against it."""

    claim_id: UUID
    case_id: int
    creditor_id: UUID
    debtor_id: UUID
    invoice_number: str
    payment_reference: str
    owed_minor: int
    currency: str
    status: str
    score: int
    signs: tuple[Sign, ...]


def suggest(payment: Queued, candidates: Sequence[Candidate]) -> list[Suggestion]:
    """The likeliest claims, best first; equal scores stand in the order of due dates. At most five."""
    scored = [_scored(payment, candidate) for candidate in candidates]
    by_due = {candidate.claim.claim_id: candidate.claim.due_date for candidate in candidates}
    likely = [suggestion for suggestion in scored if suggestion.score > 0]
    likely.sort(key=lambda found: (-found.score, by_due[found.claim_id], found.claim_id))
    return likely[:MOST_SHOWN]


def names_alike(one: str, other: str) -> bool:
    """Whether two names are written alike, whatever the order of their parts and the case of their letters."""
    first, second = _in_order(one), _in_order(other)
    return bool(first and second) and SequenceMatcher(None, first, second).ratio() >= _NAMES_ALIKE


def _scored(payment: Queued, candidate: Candidate) -> Suggestion:
    claim = candidate.claim
    signs = set(candidate.signs)
    if "PAYER_ACCOUNT" not in signs and any(names_alike(payment.payer_name, name) for name in candidate.known_names):
        signs.add("PAYER_NAME")
    if claim.currency != payment.currency:
        signs.add("OTHER_CURRENCY")
    elif claim.status != "OPEN":
        signs.add("NOT_OPEN")
    elif fit(claim, payment.amount_minor):
        signs.add("AMOUNT")
    elif abs(claim.owed.total_minor - payment.amount_minor) * _NEAR_SHARE <= claim.owed.total_minor:
        signs.add("AMOUNT_NEARLY")
    return Suggestion(
        claim_id=claim.claim_id,
        case_id=claim.case_id,
        creditor_id=claim.creditor_id,
        debtor_id=claim.debtor_id,
        invoice_number=claim.invoice_number,
        payment_reference=claim.payment_reference,
        owed_minor=claim.owed.total_minor,
        currency=claim.currency,
        status=claim.status,
        score=min(HIGHEST_SCORE, sum(POINTS[sign] for sign in signs)),
        signs=tuple(sign for sign in POINTS if sign in signs),
    )


def _in_order(name: str) -> str:
    return " ".join(sorted("".join(letter if letter.isalnum() else " " for letter in name).casefold().split()))
