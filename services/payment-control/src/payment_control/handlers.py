"""Kafka in: agreements and invoices make claims; steps, actions and closings change them; payouts and refunds explain debits."""

from collections.abc import Sequence

from contracts import (
    ActionRequested,
    AgreementActivated,
    CaseClosed,
    CaseCollected,
    CaseOverdue,
    CaseStepReached,
    InvoiceCreated,
    PayoutFailed,
    PayoutInitiated,
    RefundFailed,
    RefundPaid,
    RefundSent,
)
from delivery import Consumer, follow_test_clock
from payment_control.use_cases import claims, client_money, collected, refunds
from runtime.clock import today
from runtime.database import Session

consumer = Consumer("payment-control")


@consumer.on(AgreementActivated)
async def on_agreement_activated(session: Session, events: Sequence[AgreementActivated]) -> None:
    await claims.keep_agreements(session, events)


@consumer.on(InvoiceCreated)
async def on_invoice_created(session: Session, events: Sequence[InvoiceCreated]) -> None:
    await claims.open_claims(session, events, await today(session))


@consumer.on(CaseOverdue)
async def on_case_overdue(session: Session, events: Sequence[CaseOverdue]) -> None:
    await claims.note_overdue(session, events)


@consumer.on(CaseStepReached)
async def on_case_step_reached(session: Session, events: Sequence[CaseStepReached]) -> None:
    await claims.charge_steps(session, events)


@consumer.on(ActionRequested)
async def on_action_requested(session: Session, events: Sequence[ActionRequested]) -> None:
    await claims.perform_actions(session, events)


@consumer.on(CaseCollected)
async def on_case_collected(session: Session, events: Sequence[CaseCollected]) -> None:
    await collected.take_reports(session, events)


@consumer.on(CaseClosed)
async def on_case_closed(session: Session, events: Sequence[CaseClosed]) -> None:
    await claims.close_claims(session, events)


@consumer.on(PayoutInitiated)
async def on_payout_initiated(session: Session, events: Sequence[PayoutInitiated]) -> None:
    await client_money.keep_payouts(session, events)


@consumer.on(PayoutFailed)
async def on_payout_failed(session: Session, events: Sequence[PayoutFailed]) -> None:
    await client_money.keep_payouts(session, events)


@consumer.on(RefundSent)
async def on_refund_sent(session: Session, events: Sequence[RefundSent]) -> None:
    await refunds.follow_refunds(session, events)
    await client_money.keep_payouts(session, events)


@consumer.on(RefundPaid)
async def on_refund_paid(session: Session, events: Sequence[RefundPaid]) -> None:
    await refunds.follow_refunds(session, events)


@consumer.on(RefundFailed)
async def on_refund_failed(session: Session, events: Sequence[RefundFailed]) -> None:
    await refunds.follow_refunds(session, events)
    await client_money.keep_payouts(session, events)


follow_test_clock(consumer)
