"""The lines of a claim's history: every change of what is owed, and the entries that explain it. Amounts are minor units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from payment_control.domain.claim import Claim, SettledBy
from payment_control.domain.owed import Component, Part, summed

ChangeKind = Literal[
    "PAYMENT_ALLOCATED",
    "PAYMENT_REVERSED",
    "DIRECT_PAYMENT",
    "CREDITED",
    "WAIVED",
    "WRITTEN_OFF",
    "SMALL_BALANCE",
    "INTEREST_ACCRUED",
    "CORRECTED",
    "COLLECTED",
]
CorrectedKind = Literal["DIRECT_PAYMENT", "CREDITED", "WAIVED", "WRITTEN_OFF"]
EntryKind = Literal[
    "OPENED",
    "INTEREST_ACCRUED",
    "FEE_CHARGED",
    "PAYMENT_ALLOCATED",
    "DIRECT_PAYMENT",
    "CREDITED",
    "WAIVED",
    "WRITTEN_OFF",
    "REVERSED",
    "SMALL_BALANCE",
    "CORRECTED",
    "COLLECTED",
]
_ENTRY_KINDS: dict[ChangeKind, EntryKind] = {"PAYMENT_REVERSED": "REVERSED"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a claim's history, never changed afterwards; `amount_minor` is signed.

    `statute_row` is the law it rests on, `code` the fee's name in that law, `vat_minor` the VAT within the amount,
    `warning` what was missing when it was reckoned, `reverses_id` the entry it takes back.
    """

    kind: EntryKind
    component: Component
    amount_minor: int
    as_of: date
    cause_id: UUID
    statute_row: str = ""
    code: str = ""
    vat_minor: int = 0
    warning: str = ""
    reverses_id: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One step in a claim's balance: the claim after it, and the entries that explain it."""

    claim: Claim
    kind: ChangeKind
    entries: tuple[Entry, ...]
    cause_id: UUID
    as_of: date
    ignored_minor: int = 0
    corrects: CorrectedKind | None = None
    """CORRECTED: which change was taken back, where other books must be turned with it."""

    @property
    def parts(self) -> tuple[Part, ...]:
        return summed(Part(entry.component, entry.amount_minor) for entry in self.entries)

    @property
    def warnings(self) -> tuple[str, ...]:
        return tuple(entry.warning for entry in self.entries if entry.warning)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The claim after an act, step by step; `settled` tells why nothing is owed any more."""

    claim: Claim
    changes: tuple[Change, ...]
    settled: SettledBy | None = None


def opening_entry(claim: Claim, as_of: date) -> Entry:
    return Entry("OPENED", "PRINCIPAL", claim.original_minor, as_of, claim.claim_id)


def change(
    claim: Claim, kind: ChangeKind, parts: Iterable[Part], as_of: date, cause_id: UUID, statute_row: str = ""
) -> Change:
    """One step in the balance, an entry for each part."""
    entry_kind: EntryKind = _ENTRY_KINDS.get(kind) or kind  # pyright: ignore[reportAssignmentType] - the rest agree
    entries = tuple(Entry(entry_kind, component, amount, as_of, cause_id, statute_row) for component, amount in parts)
    return _booked(claim, kind, entries, as_of, cause_id)


def booked_entries(claim: Claim, kind: ChangeKind, entries: Sequence[Entry], as_of: date, cause_id: UUID) -> Change:
    """One step in the balance made of given entries."""
    return _booked(claim, kind, tuple(entries), as_of, cause_id)


def settled_when_nothing_is_owed(changes: Sequence[Change], cause: SettledBy) -> Outcome:
    """The outcome of these changes; the claim is settled by `cause` if they left nothing owed."""
    claim = changes[-1].claim
    if claim.owed.total_minor:
        return Outcome(claim, tuple(changes))
    return Outcome(replace(claim, status="SETTLED"), tuple(changes), cause)


def _booked(claim: Claim, kind: ChangeKind, entries: tuple[Entry, ...], as_of: date, cause_id: UUID) -> Change:
    owed = claim.owed.changed_by(Part(entry.component, entry.amount_minor) for entry in entries)
    after = replace(claim, owed=owed, claim_version=claim.claim_version + 1)
    if kind != "INTEREST_ACCRUED":
        after = _bearing(after, owed.interest_minor - claim.owed.interest_minor)
    return Change(after, kind, entries, cause_id, as_of)


def _bearing(claim: Claim, interest_change_minor: int) -> Claim:
    """Where interest bears interest: what was paid or let go bears none, the oldest first.

    Interest that is owed again waits for the next anniversary like new interest: never to the debtor's harm.
    """
    if claim.compounding_started_on is None:
        return claim
    left = max(0, -interest_change_minor)
    from_capitalised = min(left, claim.capitalised_minor)
    return replace(
        claim,
        capitalised_minor=claim.capitalised_minor - from_capitalised,
        pending_minor=max(0, claim.pending_minor - (left - from_capitalised)) + max(0, interest_change_minor),
    )
