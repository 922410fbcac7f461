"""What is announced: claims and payments as events, with ids that a repetition cannot change."""

from collections.abc import Iterable, Sequence
from datetime import date
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
    PaymentRegistered,
    PaymentReversed,
    PaymentUnmatched,
    UnmatchedReason,
)
from payment_control.domain import claim as rules
from payment_control.domain.accounts import Arrival
from payment_control.domain.claim import Change, Claim, Outcome, StepCharge
from payment_control.queries.bank_files import Original


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
        balance=balance(claim),
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
        balance=balance(claim),
    )


def registered(arrival: Arrival, claim: Claim | None) -> PaymentRegistered:
    line = arrival.transaction
    return PaymentRegistered(
        event_id=uuid5(arrival.payment_id, "payment.registered"),
        payment_id=arrival.payment_id,
        account_id=arrival.account_id,
        amount_minor=line.amount_minor,
        currency=line.currency,
        booking_date=line.booking_date,
        value_date=line.value_date,
        source=arrival.source,
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


def allocated(
    arrival: Arrival, claim: Claim, allocation_id: UUID, allocation: rules.Allocation, as_of: date
) -> PaymentAllocated:
    """`claim` is the claim as the payment found it."""
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
        amount_minor=arrival.transaction.amount_minor,
        currency=claim.currency,
        parts=parts(allocation.parts),
        surplus_minor=allocation.surplus_minor,
        stage=claim.stage,
        value_date=arrival.transaction.value_date,
        as_of=as_of,
    )


def reversed_(arrival: Arrival, original: Original, claim: Claim | None, as_of: date) -> PaymentReversed:
    """What the reversed payment had covered, and where it stood; `claim` is None for money never allocated."""
    return PaymentReversed(
        event_id=uuid5(arrival.payment_id, "payment.reversed"),
        reversal_id=arrival.payment_id,
        payment_id=original.payment_id,
        account_id=original.account_id,
        amount_minor=original.amount_minor,
        currency=original.currency,
        reason=arrival.transaction.return_reason or "REVERSED_BY_BANK",
        as_of=as_of,
        creditor_id=claim.creditor_id if claim else None,
        case_id=claim.case_id if claim else None,
        claim_id=claim.claim_id if claim else None,
        allocation_id=original.allocation_id,
        invoice_number=claim.invoice_number if claim else None,
        parts=parts(original.parts),
        surplus_minor=original.surplus_minor,
        unmatched_minor=original.unmatched_minor,
        stage=original.stage,
    )


def balance(claim: Claim) -> Balance:
    return Balance(
        principal_minor=claim.owed.principal_minor,
        interest_minor=claim.owed.interest_minor,
        fees_minor=claim.owed.fees_minor,
    )


def parts(values: Iterable[rules.Part]) -> tuple[Part, ...]:
    return tuple(Part(component=component, amount_minor=amount_minor) for component, amount_minor in values)


def traces(claims: Iterable[Claim]) -> dict[str, str | None]:
    """Each case's own trace, for facts that did not come by a message of that case."""
    return {str(claim.case_id): claim.traceparent for claim in claims}


def entries_of(changes: Sequence[Change]) -> list[rules.Entry]:
    return [entry for change in changes for entry in change.entries]
