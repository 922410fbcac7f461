"""What is announced: claims and payments as events, with ids that a repetition cannot change."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from contracts import (
    Balance,
    CaseStepReached,
    ClaimChanged,
    ClaimCharged,
    ClaimSettled,
    Event,
    Part,
    PaymentAllocated,
    PaymentDisowned,
    PaymentRegistered,
    PaymentReversed,
    PaymentUnmatched,
    UnmatchedReason,
)
from payment_control.domain import owed
from payment_control.domain.accounts import Arrival
from payment_control.domain.charges import StepCharge
from payment_control.domain.claim import Claim
from payment_control.domain.decisions import OfficeDecision
from payment_control.domain.entries import Change, Entry, Outcome
from payment_control.queries.matches import Allotted, Decision
from payment_control.queries.reversals import Covered, Original


def charged(event: CaseStepReached, step: StepCharge) -> ClaimCharged:
    claim = step.claim
    return ClaimCharged(
        event_id=uuid5(claim.claim_id, f"claim.charged:{event.step_key}"),
        creditor_id=claim.creditor_id,
        case_id=claim.case_id,
        claim_id=claim.claim_id,
        claim_version=claim.claim_version,
        step_key=event.step_key,
        level=event.level,
        step_code=event.step_code,
        stage=event.stage,
        as_of=event.as_of,
        deadline_date=event.deadline_date,
        channel=event.channel,
        template=event.template,
        currency=claim.currency,
        charges=event.charges,
        interest_minor=step.interest_minor,
        interest_rows=step.interest_rows,
        interest_warnings=step.interest_warnings,
        letter_group=event.letter_group,
        balance=balance(claim),
        disputed_minor=event.disputed_minor,
    )


def outcome(result: Outcome, as_of: date) -> list[Event]:
    """Every change in order, then that nothing is owed any more."""
    events: list[Event] = [changed(change, as_of) for change in result.changes]
    if result.settled:
        claim = result.claim
        events.append(
            ClaimSettled(
                event_id=uuid5(claim.claim_id, f"claim.settled:{claim.claim_version}"),
                creditor_id=claim.creditor_id,
                case_id=claim.case_id,
                claim_id=claim.claim_id,
                claim_version=claim.claim_version,
                cause=result.settled,
                as_of=as_of,
                currency=claim.currency,
            )
        )
    return events


def changed(change: Change, as_of: date) -> ClaimChanged:
    claim = change.claim
    return ClaimChanged(
        event_id=uuid5(claim.claim_id, f"claim.changed:{claim.claim_version}"),
        creditor_id=claim.creditor_id,
        case_id=claim.case_id,
        claim_id=claim.claim_id,
        claim_version=claim.claim_version,
        cause=change.kind,
        cause_id=change.cause_id,
        as_of=as_of,
        currency=claim.currency,
        parts=parts(change.parts),
        ignored_minor=change.ignored_minor,
        corrects=change.corrects,
        interest_warnings=change.warnings,
        balance=balance(claim),
    )


def registered(arrival: Arrival, claim: Claim | None) -> PaymentRegistered:
    """`claim` is None for money in the queue, and for a payment of several claims."""
    line = arrival.transaction
    return PaymentRegistered(
        event_id=uuid5(arrival.payment_id, "payment.registered"),
        payment_id=arrival.payment_id,
        account_id=arrival.account_id,
        amount_minor=line.amount_minor,
        currency=line.currency,
        booking_date=line.booking_date,
        value_date=line.value_date,
        source=arrival.told_source,
        creditor_id=claim.creditor_id if claim else None,
        case_id=claim.case_id if claim else None,
        claim_id=claim.claim_id if claim else None,
    )


def unmatched(arrival: Arrival, reason: UnmatchedReason) -> PaymentUnmatched:
    return PaymentUnmatched(
        event_id=uuid5(arrival.payment_id, "payment.unmatched"),
        payment_id=arrival.payment_id,
        account_id=arrival.account_id,
        amount_minor=arrival.transaction.amount_minor,
        currency=arrival.transaction.currency,
        reason=reason,
        booking_date=arrival.transaction.booking_date,
    )


def allocated(arrival: Arrival, decision: Decision, share: Allotted, as_of: date) -> PaymentAllocated:
    claim = share.claim
    allocation_id = decision.allocation_id(share)
    return PaymentAllocated(
        event_id=uuid5(allocation_id, "payment.allocated"),
        creditor_id=claim.creditor_id,
        case_id=claim.case_id,
        payment_id=arrival.payment_id,
        allocation_id=allocation_id,
        claim_id=claim.claim_id,
        account_id=arrival.account_id,
        invoice_number=claim.invoice_number,
        payment_reference=claim.payment_reference,
        amount_minor=share.amount_minor,
        currency=claim.currency,
        parts=parts(share.allocation.parts),
        surplus_minor=share.allocation.surplus_minor,
        stage=claim.stage,
        value_date=arrival.transaction.value_date,
        as_of=as_of,
        collected_before=decision.collected_before,
    )


def disowned(decision: OfficeDecision, payment: Any, as_of: date) -> PaymentDisowned:
    """`payment` as it lay in the queue before."""
    return PaymentDisowned(
        event_id=uuid5(decision.decision_id, "payment.disowned"),
        payment_id=payment.payment_id,
        account_id=payment.account_id,
        amount_minor=payment.unmatched_minor,
        currency=payment.currency,
        as_of=as_of,
    )


def reversed_(
    arrival: Arrival, original: Original, claims: Mapping[UUID, Claim], as_of: date
) -> list[tuple[PaymentReversed, Covered | None]]:
    """One fact for each claim the payment had covered, what had lain in the queue with the first; at least one."""
    told: list[tuple[PaymentReversed, Covered | None]] = []
    for place, covered in enumerate(original.covered or (None,)):
        unmatched_minor = 0 if place else original.unmatched_minor
        claim = claims[covered.claim_id] if covered else None
        reversal_id = uuid5(arrival.payment_id, str(covered.claim_id)) if covered and place else arrival.payment_id
        fact = PaymentReversed(
            event_id=uuid5(reversal_id, "payment.reversed"),
            reversal_id=reversal_id,
            payment_id=original.payment_id,
            account_id=original.account_id,
            amount_minor=(covered.amount_minor if covered else 0) + unmatched_minor,
            currency=original.currency,
            reason=arrival.transaction.return_reason or "REVERSED_BY_BANK",
            as_of=as_of,
            creditor_id=claim.creditor_id if claim else None,
            case_id=claim.case_id if claim else None,
            claim_id=claim.claim_id if claim else None,
            allocation_id=covered.allocation_id if covered else None,
            invoice_number=claim.invoice_number if claim else None,
            parts=parts(covered.parts) if covered else (),
            surplus_minor=covered.surplus_minor if covered else 0,
            unmatched_minor=unmatched_minor,
            not_ours_minor=0 if place else original.not_ours_minor,
            stage=covered.stage if covered else None,
            collected_before=covered.collected_before if covered else False,
        )
        told.append((fact, covered))
    return told


def balance(claim: Claim) -> Balance:
    return Balance(
        principal_minor=claim.owed.principal_minor,
        interest_minor=claim.owed.interest_minor,
        fees_minor=claim.owed.fees_minor,
    )


def parts(values: Iterable[owed.Part]) -> tuple[Part, ...]:
    return tuple(Part(component=component, amount_minor=amount_minor) for component, amount_minor in values)


def traces(claims: Iterable[Claim]) -> dict[str, str | None]:
    """Each case's own trace, for facts that did not come by a message of that case."""
    return {str(claim.case_id): claim.traceparent for claim in claims}


def entries_of(changes: Sequence[Change]) -> list[Entry]:
    return [entry for change in changes for entry in change.entries]
