"""What the office gives up of a claim, and how a wrong entry is taken back. Amounts are minor units."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from payment_control.domain.claim import Claim
from payment_control.domain.entries import (
    Change,
    ChangeKind,
    CorrectedKind,
    Entry,
    EntryKind,
    Outcome,
    booked_entries,
    change,
    settled_when_nothing_is_owed,
)
from payment_control.domain.owed import COMPONENTS, Component, Part

CORRECTABLE: tuple[EntryKind, ...] = (
    "INTEREST_ACCRUED",
    "FEE_CHARGED",
    "DIRECT_PAYMENT",
    "CREDITED",
    "WAIVED",
    "WRITTEN_OFF",
)
"""What may be taken back by a person; a payment, and what was let go because of it, by the payment's reversal."""
_KINDS_OF_CHANGE: dict[EntryKind, CorrectedKind] = {
    "DIRECT_PAYMENT": "DIRECT_PAYMENT",
    "CREDITED": "CREDITED",
    "WAIVED": "WAIVED",
    "WRITTEN_OFF": "WRITTEN_OFF",
}


class ClaimNotOpen(ValueError):
    """The claim is settled or closed: nothing is owed that could be given up."""

    def __init__(self, claim: Claim) -> None:
        state = "settled" if claim.status == "SETTLED" else f"closed ({claim.close_code})"
        super().__init__(f"The claim of case {claim.case_id} is {state}; only an open claim can be lowered.")


class MoreThanOwed(ValueError):
    """More is to be given up of a component than is owed."""

    def __init__(self, component: Component, amount_minor: int, owed_minor: int) -> None:
        super().__init__(f"{component}: {amount_minor} minor units are to go, but {owed_minor} are owed.")
        self.component = component


class NotCorrectable(ValueError):
    """The entries cannot be taken back; the message says why."""


@dataclass(frozen=True, slots=True)
class BookedEntry:
    """An entry as the ledger holds it; `reversed_by` is the entry that took it back."""

    entry_id: int
    entry: Entry
    reversed_by: int | None = None


def waive(claim: Claim, parts: Sequence[Part], as_of: date, cause_id: UUID) -> Outcome:
    """Let go of so much of each component (positive amounts)."""
    return _lowered(claim, "WAIVED", parts, as_of, cause_id)


def write_off(claim: Claim, as_of: date, cause_id: UUID) -> Outcome:
    """Give up all that is owed; the claim is settled as written off."""
    parts = [Part(component, claim.owed.of(component)) for component in COMPONENTS if claim.owed.of(component)]
    return _lowered(claim, "WRITTEN_OFF", parts, as_of, cause_id)


def take_back(claim: Claim, entries: Sequence[BookedEntry], as_of: date, correction_id: UUID) -> Outcome:
    """Undo what one cause booked on a claim by entries that name the old ones; a settled claim is open again.

    The change names the kind of what it undoes, so that every book is turned with it. NotCorrectable
    when it was taken back before, is a payment, or lowered something that is not owed any more.
    """
    if not entries:
        raise NotCorrectable("There is no such entry on this claim.")
    for booked in entries:
        if booked.entry.kind not in CORRECTABLE or booked.entry.reverses_id is not None:
            raise NotCorrectable(f"Entry {booked.entry_id} is {booked.entry.kind}; it cannot be corrected by hand.")
        if booked.reversed_by is not None:
            raise NotCorrectable(f"Entry {booked.entry_id} was taken back before, by entry {booked.reversed_by}.")
    if claim.status == "CLOSED":
        raise ClaimNotOpen(claim)

    changes: list[Change] = []
    current = replace(claim, status="OPEN")
    kinds: list[EntryKind] = list(dict.fromkeys(booked.entry.kind for booked in entries))
    for kind in kinds:
        undone = [_undoing(booked, as_of, correction_id) for booked in entries if booked.entry.kind == kind]
        _refuse_what_is_not_owed(current, undone)
        undoing = booked_entries(current, "CORRECTED", undone, as_of, correction_id)
        changes.append(replace(undoing, corrects=_KINDS_OF_CHANGE.get(kind)))
        current = changes[-1].claim
    if claim.status == "SETTLED" and current.owed.total_minor == 0:
        return Outcome(replace(current, status="SETTLED"), tuple(changes))
    return settled_when_nothing_is_owed(changes, "PAID")


def _lowered(claim: Claim, kind: ChangeKind, parts: Iterable[Part], as_of: date, cause_id: UUID) -> Outcome:
    if claim.status != "OPEN":
        raise ClaimNotOpen(claim)
    lowering: list[Part] = []
    for component, amount_minor in parts:
        assert amount_minor > 0, "the edge refuses amounts that are not positive"
        if amount_minor > claim.owed.of(component):
            raise MoreThanOwed(component, amount_minor, claim.owed.of(component))
        lowering.append(Part(component, -amount_minor))
    gave_up_principal = any(component == "PRINCIPAL" for component, _ in lowering)
    lowered = change(claim, kind, lowering, as_of, cause_id)
    cause = "WRITTEN_OFF" if gave_up_principal or kind == "WRITTEN_OFF" else "PAID"
    return settled_when_nothing_is_owed([lowered], cause)


def _undoing(booked: BookedEntry, as_of: date, correction_id: UUID) -> Entry:
    old = booked.entry
    return Entry(
        "CORRECTED",
        old.component,
        -old.amount_minor,
        as_of,
        correction_id,
        old.statute_row,
        old.code,
        -old.vat_minor,
        reverses_id=booked.entry_id,
    )


def _refuse_what_is_not_owed(claim: Claim, entries: Iterable[Entry]) -> None:
    falls = dict.fromkeys(COMPONENTS, 0)
    for entry in entries:
        falls[entry.component] -= entry.amount_minor
    for component, fall_minor in falls.items():
        if fall_minor > claim.owed.of(component):
            raise NotCorrectable(
                f"{component}: {fall_minor} minor units would be taken back, but only {claim.owed.of(component)} are "
                "still owed; the rest is paid. Take the payment back or refund it first."
            )
