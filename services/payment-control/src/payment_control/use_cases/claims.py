"""Claims open, move on, are charged, and close."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar
from uuid import UUID

from contracts import (
    ActionRequested,
    Agreement,
    AgreementActivated,
    CaseClosed,
    CaseEvent,
    CaseOverdue,
    CaseStepReached,
    Event,
    InvoiceCreated,
)
from delivery import publish, release, trace_of, wait_for
from payment_control.domain.charges import FeeCharge, charge_step
from payment_control.domain.claim import Claim, close, later_stage
from payment_control.domain.entries import Outcome, opening_entry
from payment_control.domain.owed import OpenItems
from payment_control.domain.payment import credit, pay_directly
from payment_control.queries import claims as queries
from payment_control.queries.claims import ClaimEntries
from payment_control.use_cases import facts
from payment_control.use_cases.bank_files import place_strays
from runtime.database import Session
from statutes import allocation_order

E = TypeVar("E", bound=CaseEvent)


class AccountMissing(ValueError):
    """The agreement names no client-funds account for the invoice's currency."""


class ChargeInOtherCurrency(ValueError):
    """A step charges in a currency other than the claim's."""


async def keep_agreements(session: Session, events: Sequence[AgreementActivated]) -> None:
    """Keep the terms; invoices that waited for them are opened."""
    await queries.save_agreements(session, events)
    await release(session, {f"agreement:{event.creditor_id}" for event in events})


async def open_claims(session: Session, events: Sequence[InvoiceCreated], today: date) -> None:
    """One claim per invoice under payment control; facts and money that came before it are taken up."""
    agreements = await queries.list_agreements(
        session, {(event.creditor_id, event.agreement_version) for event in events}
    )
    missing = {
        event.event_id: f"agreement:{event.creditor_id}"
        for event in events
        if event.payment_control and (event.creditor_id, event.agreement_version) not in agreements
    }
    await wait_for(session, missing, events)

    ready = [event for event in events if event.event_id not in missing]
    claims = [
        _opened(event, agreements[event.creditor_id, event.agreement_version])
        for event in ready
        if event.payment_control
    ]
    untracked = {event.case_id for event in ready if not event.payment_control}

    if claims:
        new = await queries.open_claims(session, claims)
        opened = [claim for claim in claims if claim.claim_id in new]
        accepted = {event.invoice_id: event.accepted_date for event in ready}
        await queries.add_entries(
            session, [ClaimEntries(claim, [opening_entry(claim, accepted[claim.claim_id])]) for claim in opened]
        )
        await place_strays(session, opened, today)
    if untracked:
        await queries.save_untracked(session, untracked)
    await release(session, {f"case:{event.case_id}" for event in ready})


async def note_overdue(session: Session, events: Sequence[CaseOverdue]) -> None:
    """The claim's stage moves forward to overdue."""
    claims = await _lock(session, events)
    for event in events:
        if claim := claims.get(event.case_id):
            claims[event.case_id] = replace(claim, stage=later_stage(claim.stage, "OVERDUE"))
    await queries.save_claims(session, claims.values())


async def charge_steps(session: Session, events: Sequence[CaseStepReached]) -> None:
    """Book each step's fees and interest once; a claim on which nothing is owed is not charged."""
    claims = await _lock(session, events)
    booked = await queries.list_charged(session, {event.step_key for event in events})

    announced: list[Event] = []
    entries: list[ClaimEntries] = []
    steps: dict[str, UUID] = {}
    for event in events:
        claim = claims.get(event.case_id)
        if claim is None or claim.status != "OPEN" or event.step_key in booked or event.step_key in steps:
            continue
        step = charge_step(
            claim,
            _fees(event, claim),
            event.stage,
            event.as_of,
            accrue=event.accrue_interest,
            cause_id=event.event_id,
        )
        claims[event.case_id] = step.claim
        steps[event.step_key] = claim.claim_id
        entries.append(ClaimEntries(step.claim, step.entries))
        announced.append(facts.charged(event, step))

    await queries.save_claims(session, [claim for claim in claims.values() if claim.claim_id in steps.values()])
    await queries.add_entries(session, entries)
    await queries.save_charged(session, steps)
    await publish(session, announced)


async def perform_actions(session: Session, events: Sequence[ActionRequested]) -> None:
    """Direct payments and credit notes lower the principal; every other action is lifecycle's."""
    own = [event for event in events if event.code in ("DIRECTPAYMENT", "CREDITNOTE")]
    if not own:
        return
    claims = await _lock(session, own)

    announced: list[Event] = []
    entries: list[ClaimEntries] = []
    for event in own:
        if claim := claims.get(event.case_id):
            outcome = _perform(event, claim)
            claims[event.case_id] = outcome.claim
            entries.append(ClaimEntries(outcome.claim, facts.entries_of(outcome.changes)))
            announced += facts.outcome(outcome, event.requested_date)

    await queries.save_claims(session, claims.values())
    await queries.add_entries(session, entries)
    await publish(session, announced)


async def close_claims(session: Session, events: Sequence[CaseClosed]) -> None:
    """A closed case's claim keeps its balance; money that comes later waits in the queue."""
    claims = await _lock(session, events)
    for event in events:
        if claim := claims.get(event.case_id):
            claims[event.case_id] = close(claim, event.close_code, event.closing_version)
    await queries.save_claims(session, claims.values())


async def _lock(session: Session, events: Sequence[E]) -> dict[int, Claim]:
    """The events' claims; an event whose invoice has not come yet waits for it."""
    claims = await queries.lock_claims_of_cases(session, {event.case_id for event in events})
    absent = {event.case_id for event in events} - claims.keys()
    if absent:
        absent -= await queries.list_untracked(session, absent)
        missing = {event.event_id: f"case:{event.case_id}" for event in events if event.case_id in absent}
        await wait_for(session, missing, events)
    return claims


def _opened(event: InvoiceCreated, agreement: Agreement) -> Claim:
    account_id = agreement.incoming_account_by_currency.get(event.currency)
    if account_id is None:
        raise AccountMissing(f"agreement version {event.agreement_version} has no account for {event.currency}")
    allocation_order(agreement.jurisdiction, event.debtor_kind)  # without law on file no claim: payments rely on it
    return Claim(
        claim_id=event.invoice_id,
        case_id=event.case_id,
        creditor_id=event.creditor_id,
        debtor_id=event.debtor_id,
        invoice_number=event.invoice_number,
        payment_reference=event.payment_reference,
        reference_scheme=agreement.reference_scheme,
        account_id=account_id,
        currency=event.currency,
        jurisdiction=agreement.jurisdiction,
        debtor_kind=event.debtor_kind,
        due_date=event.due_date,
        owed=OpenItems(principal_minor=event.gross_minor),
        original_minor=event.gross_minor,
        claim_version=1,
        stage="INVOICED",
        status="OPEN",
        interest_enabled=agreement.interest_enabled,
        interest_runs=False,
        interest_through=event.due_date,
        small_balance_minor=agreement.small_balance_minor,
        traceparent=trace_of(event.case_id),
        allocation_order="|".join(name.lower() for name in agreement.allocation_order or ()),
        accept_low_confidence=agreement.accept_low_confidence,
    )


def _fees(event: CaseStepReached, claim: Claim) -> list[FeeCharge]:
    """What the debtor owes of each charge: the fee and the VAT the creditor cannot deduct."""
    for charge in event.charges:
        if charge.currency != claim.currency:
            raise ChargeInOtherCurrency(f"step {event.step_key} charges {charge.currency}, not {claim.currency}")
    return [
        FeeCharge(
            charge.component, charge.amount_minor + charge.vat_minor, charge.statute_row, charge.code, charge.vat_minor
        )
        for charge in event.charges
    ]


def _perform(event: ActionRequested, claim: Claim) -> Outcome:
    assert event.amount_minor is not None, f"action {event.action_id} has no amount; intake demands one"
    if event.code == "CREDITNOTE":
        return credit(claim, event.amount_minor, event.requested_date, event.action_id)
    paid_date = event.payment_date or event.requested_date
    return pay_directly(claim, event.amount_minor, paid_date, event.requested_date, event.action_id)
