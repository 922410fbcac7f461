"""Which claim a payment is for. The check digit is verified before the look-up, and a tie never wins."""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from payment_control.domain.claim import Claim
from statutes import references

Reason = Literal[
    "WRONG_CHECK_DIGIT",
    "UNKNOWN_REFERENCE",
    "NO_REFERENCE",
    "ALREADY_PAID",
    "SEVERAL_CANDIDATES",
    "CURRENCY_MISMATCH",
    "CLOSED_CASE",
]

_RUN = re.compile(r"[0-9]+")
_SHORTEST, _LONGEST = 5, 25
_MOST_RUNS = 6
_MOST_TOKENS = 60


@dataclass(frozen=True, slots=True)
class Wanted:
    """The references a payment may mean, each with the scheme that confirms it; `reason` if none is found for them."""

    references: frozenset[tuple[str, str]]
    reason: Reason

    @property
    def numbers(self) -> set[str]:
        return {reference for _, reference in self.references}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Exactly one of the two: the claim, or why there is none."""

    claim_id: UUID | None
    reason: Reason | None


def read_references(stated: Sequence[str], text: str, schemes: Collection[str]) -> Wanted:
    """A stated reference is what the payer means; only without one is the text searched."""
    numbers = stated or tuple(_tokens(text))
    confirmed = frozenset(
        (scheme, reference)
        for scheme in schemes
        for reference in (references.canonical(scheme, number) for number in numbers)
        if references.check(scheme, reference)
    )
    if not stated:
        return Wanted(confirmed, "NO_REFERENCE")
    return Wanted(confirmed, "UNKNOWN_REFERENCE" if confirmed or not schemes else "WRONG_CHECK_DIGIT")


def match(wanted: Wanted, currency: str, candidates: Iterable[Claim]) -> Verdict:
    """The one open claim whose reference is confirmed by its own scheme, or the reason for the queue."""
    hits = [claim for claim in candidates if (claim.reference_scheme, claim.payment_reference) in wanted.references]
    if not hits:
        return Verdict(None, wanted.reason)
    still_open = [claim for claim in hits if claim.status == "OPEN"]
    if len(still_open) > 1:
        return Verdict(None, "SEVERAL_CANDIDATES")
    if not still_open:
        settled = any(claim.status == "SETTLED" for claim in hits)
        return Verdict(None, "ALREADY_PAID" if settled else "CLOSED_CASE")
    if still_open[0].currency != currency:
        return Verdict(None, "CURRENCY_MISMATCH")
    return Verdict(still_open[0].claim_id, None)


def _tokens(text: str) -> Iterator[str]:
    """Numbers in free text, also those cut by spaces or line breaks; never more than a fixed count."""
    found = dict.fromkeys((*_joined_runs(text), *_creditor_references(text.upper())))
    yield from list(found)[:_MOST_TOKENS]


def _joined_runs(text: str) -> Iterator[str]:
    runs = list(_RUN.finditer(text))
    for start, first in enumerate(runs):
        token, end = first.group(), first.end()
        yield from _long_enough(token, text[end : end + 1])
        for run in runs[start + 1 : start + _MOST_RUNS]:
            if text[end : run.start()].strip():
                break
            token, end = token + run.group(), run.end()
            yield from _long_enough(token, text[end : end + 1])


def _long_enough(token: str, following: str) -> Iterator[str]:
    if _SHORTEST <= len(token) <= _LONGEST:
        yield token
        if following == "-":  # the check character of a MOD11 KID may be a dash
            yield f"{token}-"


def _creditor_references(text: str) -> Iterator[str]:
    """ISO 11649 references, also when written in groups of four."""
    words = text.split()
    for start, word in enumerate(words):
        if word.startswith("RF"):
            for end in range(start + 1, min(start + 8, len(words) + 1)):
                yield "".join(words[start:end]).strip(".,;:")
