"""Kafka in: creditors, agreements and invoices, allocations and reversals, refunds, the test clock."""

from collections.abc import Sequence

from contracts import (
    AgreementActivated,
    CreditorOnboarded,
    InvoiceCreated,
    PaymentAllocated,
    PaymentReversed,
    RefundRequested,
)
from delivery import Consumer, follow_test_clock
from runtime.database import Session
from settlement.domain.rundays import Schedule, next_run_day
from settlement.queries.agreements import save_agreements, save_creditors
from settlement.queries.lines import save_invoices
from settlement.use_cases.accrue import accrue_allocations, accrue_reversals
from settlement.use_cases.refunds import take_refunds

consumer = Consumer("settlement")


@consumer.on(CreditorOnboarded)
async def on_creditor_onboarded(session: Session, events: Sequence[CreditorOnboarded]) -> None:
    await save_creditors(session, events)


@consumer.on(AgreementActivated)
async def on_agreement_activated(session: Session, events: Sequence[AgreementActivated]) -> None:
    for event in events:
        # An unknown jurisdiction has no banking days; refused here, or it would stop every creditor's run.
        next_run_day(Schedule.of(event.agreement), event.agreement.jurisdiction, event.valid_from)
    await save_agreements(session, events)


@consumer.on(InvoiceCreated)
async def on_invoice_created(session: Session, events: Sequence[InvoiceCreated]) -> None:
    await save_invoices(session, events)


# An allocation needs no agreement to be kept: a run takes the lines of creditors whose agreement it knows.
@consumer.on(PaymentAllocated)
async def on_payment_allocated(session: Session, events: Sequence[PaymentAllocated]) -> None:
    await accrue_allocations(session, events)


@consumer.on(PaymentReversed)
async def on_payment_reversed(session: Session, events: Sequence[PaymentReversed]) -> None:
    await accrue_reversals(session, events)


@consumer.on(RefundRequested)
async def on_refund_requested(session: Session, events: Sequence[RefundRequested]) -> None:
    await take_refunds(session, events)


follow_test_clock(consumer)
