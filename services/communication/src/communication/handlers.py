"""What communication listens to: one function per topic, each with a whole batch."""

from collections.abc import Sequence

from communication.use_cases import contacts, distribution, letters, recalls, system_messages
from contracts import (
    AgreementActivated,
    CaseClosed,
    CaseHeld,
    CaseResumed,
    ClaimChanged,
    ClaimCharged,
    ClaimSettled,
    CreditorOnboarded,
    DebtorRecorded,
    InvoiceCreated,
)
from delivery import Consumer, follow_test_clock
from runtime.database import Session

consumer = Consumer("communication")


@consumer.on(CreditorOnboarded)
async def on_creditor_onboarded(session: Session, events: Sequence[CreditorOnboarded]) -> None:
    await contacts.record_creditors(session, events)


@consumer.on(AgreementActivated)
async def on_agreement_activated(session: Session, events: Sequence[AgreementActivated]) -> None:
    await contacts.record_agreements(session, events)


@consumer.on(DebtorRecorded)
async def on_debtor_recorded(session: Session, events: Sequence[DebtorRecorded]) -> None:
    await contacts.record_debtors(session, events)


@consumer.on(InvoiceCreated)
async def on_invoice_created(session: Session, events: Sequence[InvoiceCreated]) -> None:
    await distribution.distribute_invoices(session, events)


@consumer.on(ClaimCharged)
async def on_claim_charged(session: Session, events: Sequence[ClaimCharged]) -> None:
    await letters.queue_step_letters(session, events)


@consumer.on(ClaimChanged)
async def on_claim_changed(session: Session, events: Sequence[ClaimChanged]) -> None:
    await recalls.follow_claims(session, events)
    await system_messages.note_claims(session, events)


@consumer.on(ClaimSettled)
async def on_claim_settled(session: Session, events: Sequence[ClaimSettled]) -> None:
    await recalls.follow_claims(session, events)
    await system_messages.note_claims(session, events)


@consumer.on(CaseHeld)
async def on_case_held(session: Session, events: Sequence[CaseHeld]) -> None:
    await recalls.follow_holds(session, events)
    await system_messages.note_states(session, events)


@consumer.on(CaseResumed)
async def on_case_resumed(session: Session, events: Sequence[CaseResumed]) -> None:
    await recalls.follow_holds(session, events)
    await system_messages.note_states(session, events)


@consumer.on(CaseClosed)
async def on_case_closed(session: Session, events: Sequence[CaseClosed]) -> None:
    await recalls.follow_closings(session, events)
    await system_messages.note_states(session, events)


follow_test_clock(consumer)
