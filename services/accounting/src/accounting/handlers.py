"""Kafka in: every fact about money goes to the books."""

from collections.abc import Sequence

from accounting.use_cases.post_vouchers import keep_invoices, open_charts, post_vouchers
from contracts import (
    ClaimChanged,
    ClaimCharged,
    CreditorOnboarded,
    InvoiceCreated,
    PaymentAllocated,
    PaymentDisowned,
    PaymentRegistered,
    PaymentReversed,
    PayoutConfirmed,
    PayoutFailed,
    RefundFailed,
    RefundPaid,
    SettlementCreated,
)
from delivery import Consumer, follow_test_clock
from runtime.database import Session

consumer = Consumer("accounting")


@consumer.on(CreditorOnboarded)
async def on_creditors_onboarded(session: Session, events: Sequence[CreditorOnboarded]) -> None:
    await open_charts(session, events)


@consumer.on(InvoiceCreated)
async def on_invoices_created(session: Session, events: Sequence[InvoiceCreated]) -> None:
    await keep_invoices(session, events)
    await post_vouchers(session, events)


@consumer.on(ClaimCharged)
async def on_claims_charged(session: Session, events: Sequence[ClaimCharged]) -> None:
    await post_vouchers(session, events)


@consumer.on(ClaimChanged)
async def on_claims_changed(session: Session, events: Sequence[ClaimChanged]) -> None:
    await post_vouchers(session, events)


@consumer.on(PaymentRegistered)
async def on_payments_registered(session: Session, events: Sequence[PaymentRegistered]) -> None:
    await post_vouchers(session, events)


@consumer.on(PaymentAllocated)
async def on_payments_allocated(session: Session, events: Sequence[PaymentAllocated]) -> None:
    await post_vouchers(session, events)


@consumer.on(PaymentReversed)
async def on_payments_reversed(session: Session, events: Sequence[PaymentReversed]) -> None:
    await post_vouchers(session, events)


@consumer.on(PaymentDisowned)
async def on_payments_disowned(session: Session, events: Sequence[PaymentDisowned]) -> None:
    await post_vouchers(session, events)


@consumer.on(RefundPaid)
async def on_refunds_paid(session: Session, events: Sequence[RefundPaid]) -> None:
    await post_vouchers(session, events)


@consumer.on(RefundFailed)
async def on_refunds_failed(session: Session, events: Sequence[RefundFailed]) -> None:
    await post_vouchers(session, events)


@consumer.on(SettlementCreated)
async def on_settlements_created(session: Session, events: Sequence[SettlementCreated]) -> None:
    await post_vouchers(session, events)


@consumer.on(PayoutConfirmed)
async def on_payouts_confirmed(session: Session, events: Sequence[PayoutConfirmed]) -> None:
    await post_vouchers(session, events)


@consumer.on(PayoutFailed)
async def on_payouts_failed(session: Session, events: Sequence[PayoutFailed]) -> None:
    await post_vouchers(session, events)


follow_test_clock(consumer)
