"""Whatever lowers a claim because money or credit came, and what takes it back. Amounts are minor units."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from payment_control.domain.allocation import Allocation, allocate, covering_order, spare
from payment_control.domain.claim import Claim, Status
from payment_control.domain.entries import Change, ChangeKind, Outcome, change, settled_when_nothing_is_owed
from payment_control.domain.interest import accrued
from payment_control.domain.owed import COMPONENTS, Part, negated


def pay(
    claim: Claim,
    amount_minor: int,
    value_date: date,
    cause_id: UUID,
    directed: Sequence[str] = (),
    kind: ChangeKind = "PAYMENT_ALLOCATED",
) -> tuple[Outcome, Allocation]:
    """Cover what is owed on the value date in its order; a small residual of interest and fees is let go.

    `directed` is the order the debtor named; DirectionNotAllowed where the law does not let the debtor.
    """
    order, row_id = covering_order(claim, directed)
    changes = accrued(claim, value_date, cause_id)
    current = changes[-1].claim if changes else claim
    if spared := spare(current.owed, current.owed.total_minor - amount_minor, current.small_balance_minor):
        changes.append(change(current, "SMALL_BALANCE", spared, value_date, cause_id))
        current = changes[-1].claim
    allocation = allocate(amount_minor, current.owed, order)
    changes.append(change(current, kind, negated(allocation.parts), value_date, cause_id, row_id))
    return settled_when_nothing_is_owed(changes, "PAID"), allocation


def collect(
    claim: Claim, amount_minor: int, collected_on: date, as_of: date, report_id: UUID
) -> tuple[Outcome, Allocation]:
    """A collector took money in: what is owed falls as by a payment of that day; what exceeds it is told as ignored."""
    if claim.status != "OPEN":
        return _ignored(claim, "COLLECTED", amount_minor, as_of, report_id), Allocation((), amount_minor)
    outcome, allocation = pay(claim, amount_minor, collected_on, report_id, kind="COLLECTED")
    changes = tuple(
        replace(done, ignored_minor=allocation.surplus_minor) if done.kind == "COLLECTED" else done
        for done in outcome.changes
    )
    return replace(outcome, changes=changes), allocation


def pay_directly(claim: Claim, amount_minor: int, paid_date: date, as_of: date, cause_id: UUID) -> Outcome:
    """The debtor paid the creditor: covers principal only; what exceeds it is ignored and told."""
    if claim.status != "OPEN":
        return _ignored(claim, "DIRECT_PAYMENT", amount_minor, as_of, cause_id)
    changes = accrued(claim, paid_date, cause_id)
    current = changes[-1].claim if changes else claim
    changes.append(_lower_principal(current, "DIRECT_PAYMENT", amount_minor, as_of, cause_id))
    owed = changes[-1].claim.owed
    if owed.principal_minor == 0 and (spared := spare(owed, owed.total_minor, claim.small_balance_minor)):
        changes.append(change(changes[-1].claim, "SMALL_BALANCE", spared, as_of, cause_id))
    return settled_when_nothing_is_owed(changes, "PAID")


def credit(claim: Claim, amount_minor: int, as_of: date, cause_id: UUID) -> Outcome:
    """A credit note covers principal only; when it takes the last of it, interest and fees are waived."""
    if claim.status != "OPEN":
        return _ignored(claim, "CREDITED", amount_minor, as_of, cause_id)
    changes = [_lower_principal(claim, "CREDITED", amount_minor, as_of, cause_id)]
    owed = changes[-1].claim.owed
    if owed.principal_minor == 0 < claim.owed.principal_minor:
        waived = tuple(Part(kind, -owed.of(kind)) for kind in COMPONENTS if owed.of(kind))
        if waived:
            changes.append(change(changes[-1].claim, "WAIVED", waived, as_of, cause_id))
        return settled_when_nothing_is_owed(changes, "CREDITED")
    return Outcome(changes[-1].claim, tuple(changes))


def reverse(
    claim: Claim, covered: Sequence[Part], spared: Sequence[Part], as_of: date, payment_id: UUID, reversal_id: UUID
) -> Outcome:
    """What a payment had covered is owed again, and what was let go because of it; a settled claim is open again."""
    status: Status = "OPEN" if claim.status == "SETTLED" else claim.status
    changes = [change(replace(claim, status=status), "PAYMENT_REVERSED", covered, as_of, payment_id)]
    if spared:
        changes.append(change(changes[-1].claim, "CORRECTED", spared, as_of, reversal_id))
    return Outcome(changes[-1].claim, tuple(changes))


def _lower_principal(claim: Claim, kind: ChangeKind, amount_minor: int, as_of: date, cause_id: UUID) -> Change:
    assert amount_minor > 0
    covered = min(amount_minor, claim.owed.principal_minor)
    parts = (Part("PRINCIPAL", -covered),) if covered else ()
    return replace(change(claim, kind, parts, as_of, cause_id), ignored_minor=amount_minor - covered)


def _ignored(claim: Claim, kind: ChangeKind, amount_minor: int, as_of: date, cause_id: UUID) -> Outcome:
    ignored = replace(change(claim, kind, (), as_of, cause_id), ignored_minor=amount_minor)
    return Outcome(ignored.claim, (ignored,))
