"""Kafka in: one function per topic. A predecessor comes first, so that a batch rarely waits for itself."""

from collections.abc import Sequence

from contracts import (
    ActionRequested,
    AgreementActivated,
    ClaimChanged,
    ClaimCharged,
    ClaimSettled,
    DebtorErased,
    InvoiceCreated,
    InvoiceDistributed,
    MessageFailed,
    MessageSent,
    PaymentRegistered,
    PaymentReversed,
)
from delivery import Consumer, follow_test_clock
from lifecycle.use_cases import actions, cases, claims, erasure, timeline
from runtime.database import Session

consumer = Consumer("lifecycle")


@consumer.on(AgreementActivated)
async def on_agreement_activated(session: Session, events: Sequence[AgreementActivated]) -> None:
    await cases.copy_agreements(session, events)


@consumer.on(InvoiceCreated)
async def on_invoice_created(session: Session, events: Sequence[InvoiceCreated]) -> None:
    await cases.open_cases(session, events)


@consumer.on(InvoiceDistributed)
async def on_invoice_distributed(session: Session, events: Sequence[InvoiceDistributed]) -> None:
    await timeline.record_messages(session, events)


@consumer.on(ActionRequested)
async def on_action_requested(session: Session, events: Sequence[ActionRequested]) -> None:
    await actions.apply_actions(session, events)


@consumer.on(ClaimCharged)
async def on_claim_charged(session: Session, events: Sequence[ClaimCharged]) -> None:
    await claims.apply_claim_facts(session, events)


@consumer.on(DebtorErased)
async def on_debtor_erased(session: Session, events: Sequence[DebtorErased]) -> None:
    await erasure.forget_debtors(session, events)


@consumer.on(PaymentRegistered)
async def on_payment_registered(session: Session, events: Sequence[PaymentRegistered]) -> None:
    await timeline.record_payments(session, events)


@consumer.on(PaymentReversed)
async def on_payment_reversed(session: Session, events: Sequence[PaymentReversed]) -> None:
    await claims.apply_reversals(session, events)


@consumer.on(ClaimSettled)
async def on_claim_settled(session: Session, events: Sequence[ClaimSettled]) -> None:
    await claims.apply_claim_facts(session, events)


@consumer.on(ClaimChanged)
async def on_claim_changed(session: Session, events: Sequence[ClaimChanged]) -> None:
    await claims.apply_claim_facts(session, events)


@consumer.on(MessageSent)
async def on_message_sent(session: Session, events: Sequence[MessageSent]) -> None:
    await timeline.record_messages(session, events)


@consumer.on(MessageFailed)
async def on_message_failed(session: Session, events: Sequence[MessageFailed]) -> None:
    await timeline.record_messages(session, events)


follow_test_clock(consumer)
