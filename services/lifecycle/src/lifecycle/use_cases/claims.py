"""What payment-control says about claims: the copy of the balance follows, cases close and open again."""

from collections.abc import Sequence
from datetime import date

from contracts import ClaimChanged, ClaimCharged, ClaimSettled, PaymentReversed
from lifecycle.domain.case import Case, changed, kept_promise, plan_followed, received, settled, with_balance
from lifecycle.domain.interruptions import Interrupting
from lifecycle.domain.limitation import interrupted
from lifecycle.domain.timeline import EntryKind, TimelineEntry
from lifecycle.use_cases.announcements import case_closed, case_opened_again, case_resumed
from lifecycle.use_cases.changes import Changes, lock_cases_of, save_and_tell
from lifecycle.use_cases.timeline import record_payments
from lifecycle.use_cases.work import hold_flagged
from money import Money
from runtime.database import Session

ClaimFact = ClaimCharged | ClaimChanged | ClaimSettled

_CAUSES = {
    "PAYMENT_ALLOCATED": "Payment allocated",
    "PAYMENT_REVERSED": "Payment taken back",
    "DIRECT_PAYMENT": "Payment to the creditor recorded",
    "COLLECTED": "Collected by a collector",
    "CREDITED": "Credit note recorded",
    "WAIVED": "Waived",
    "WRITTEN_OFF": "Written off",
    "SMALL_BALANCE": "Small balance written off",
    "INTEREST_ACCRUED": "Interest accrued",
    "CORRECTED": "Corrected",
}
_MONEY = frozenset({"PAYMENT_ALLOCATED", "DIRECT_PAYMENT", "PAYMENT_REVERSED", "COLLECTED"})


async def apply_claim_facts(session: Session, events: Sequence[ClaimFact]) -> None:
    """Take over each balance that is newer than the one known, in whatever order they come."""
    cases, events = await lock_cases_of(session, events)

    changes = Changes(cases)
    reopened: dict[int, date] = {}
    for event in events:
        before = changes.cases[event.case_id]
        if isinstance(event, ClaimSettled) and (kept := _kept_by_settling(before, event)) is not None:
            before = kept
            changes.facts.append(case_resumed(kept, event.as_of))
            changes.entries.append(_entry(event, "RESUMED", "The promise to pay was kept"))
        after = plan_followed(_with_money(_with_fact(before, event), event))
        if (kept := kept_promise(after, event.as_of)) is not None:
            after = kept
            changes.facts.append(case_resumed(after, event.as_of))
            changes.entries.append(_entry(event, "RESUMED", "The promise to pay was kept"))
        changes.put(after)
        if not isinstance(event, ClaimSettled):
            changes.entries.append(_balance_entry(event))
        if isinstance(event, ClaimSettled) and after.closed and not before.closed:
            changes.facts.append(case_closed(after, event.cause, event.as_of))
            changes.entries.append(_entry(event, "CLOSED", f"Case closed: {event.cause}"))
        if before.closed and not after.closed:
            reopened[event.case_id] = event.as_of
            changes.entries.append(_entry(event, "REOPENED", "Owed again: the case goes on where it stood"))
            if _is_reversal(event):
                changes.facts.append(case_opened_again(after, event.as_of))

    await save_and_tell(session, changes)
    if reopened:
        await hold_flagged(
            session, [changes.cases[case_id] for case_id in reopened], lambda case: reopened[case.case_id]
        )


async def apply_reversals(session: Session, events: Sequence[PaymentReversed]) -> None:
    """Show reversals on the timeline.

    Opening the case again is the business of the `claim.changed` beside it: only that one carries the claim's
    version, without which a reversal that arrives late would open a case that was paid once more.
    """
    await record_payments(session, events)


def _kept_by_settling(case: Case, event: ClaimSettled) -> Case | None:
    """The promise of a claim that was paid is kept, even where we hear of the settlement before the payment."""
    if event.claim_version < case.claim_version:
        return None
    return kept_promise(with_balance(case, event.claim_version, 0, 0, 0), event.as_of)


def _with_money(case: Case, event: ClaimFact) -> Case:
    """What the debtor paid, and what was taken back of it, counts for a promise or plan and for limitation."""
    if not isinstance(event, ClaimChanged) or (event.corrects or event.cause) not in _MONEY:
        return case
    amount_minor = -sum(part.amount_minor for part in event.parts)
    undone = event.cause in ("PAYMENT_REVERSED", "CORRECTED")
    payment = Interrupting(kind="part_payment", on_date=event.as_of, cause=f"payment:{event.cause_id}", undone=undone)
    case = received(case, amount_minor, event.claim_version)
    # what only told that it was ignored is no payment of this claim
    return interrupted(case, payment, event.as_of) if amount_minor else case


def _with_fact(case: Case, event: ClaimFact) -> Case:
    if isinstance(event, ClaimSettled):
        return settled(case, event.claim_version, event.cause, event.as_of)
    balance = event.balance
    return changed(
        case,
        event.claim_version,
        balance.principal_minor,
        balance.interest_minor,
        balance.fees_minor,
        event.as_of,
        reversal=_is_reversal(event),
    )


def _is_reversal(event: ClaimFact) -> bool:
    return isinstance(event, ClaimChanged) and event.cause == "PAYMENT_REVERSED"


def _balance_entry(event: ClaimCharged | ClaimChanged) -> TimelineEntry:
    owed = Money(event.balance.total_minor, event.currency)
    if isinstance(event, ClaimCharged):
        fees = Money(sum(charge.amount_minor + charge.vat_minor for charge in event.charges), event.currency)
        interest = Money(event.interest_minor, event.currency)
        text = f"Charged for {event.step_code}: fees {fees}, interest {interest}; {owed} owed"
        if event.interest_warnings:
            text += ". " + " ".join(event.interest_warnings)
        return _entry(event, "CHARGED", text, step_key=event.step_key)
    by = Money(sum(part.amount_minor for part in event.parts), event.currency)
    what = f"Corrected, {_CAUSES[event.corrects].lower()}" if event.corrects else _CAUSES[event.cause]
    text = f"{what}: {by}; {owed} owed"
    if event.ignored_minor:
        exceeded = "the claim" if event.cause == "COLLECTED" else "the open principal and is ignored"
        text += f"; {Money(event.ignored_minor, event.currency)} exceeds {exceeded}"
    if event.interest_warnings:
        text += ". " + " ".join(event.interest_warnings)
    return _entry(event, "BALANCE", text, cause_id=str(event.cause_id))


def _entry(event: ClaimFact, kind: EntryKind, text: str, **ids: str) -> TimelineEntry:
    return TimelineEntry(
        event.case_id,
        event.as_of,
        event.occurred_at,
        kind,
        text,
        ids={"claim_id": str(event.claim_id), "claim_version": str(event.claim_version), **ids},
    )
