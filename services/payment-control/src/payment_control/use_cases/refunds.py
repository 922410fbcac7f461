"""Pay money back: a person asks, a second one agrees above the limit, settlement transfers, and its word is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from bankfiles import AccountRefused, payee_bic, payee_iban
from contracts import RefundFailed, RefundPaid, RefundRequested, RefundSent
from delivery import publish, trace_of, traced
from payment_control.domain.decisions import DecisionConflict, DecisionRefused, OfficeDecision
from payment_control.domain.refunds import Payee, Refund, checked_amount, moves, take_from
from payment_control.queries import decisions as decision_queries
from payment_control.queries import refunds as queries
from payment_control.use_cases.second_person import Word, ask, decision_of, find_known, lock_payment
from runtime.database import Session

RefundTold = RefundSent | RefundPaid | RefundFailed


class RefundUnknown(LookupError):
    """Settlement tells of a refund that was never asked for; the message is parked for a person to look at."""


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """How much of a payment goes back to whom; without payee to the account it came from, without amount all of it."""

    payment_id: UUID
    amount_minor: int | None = None
    currency: str | None = None
    case_id: int | None = None
    payee_name: str | None = None
    payee_account: str | None = None
    payee_bic: str | None = None
    message: str = ""

    @property
    def digest(self) -> str:
        """What was asked, for telling a repeat from something else without storing the payee twice."""
        return sha256(repr(self).encode()).hexdigest()


async def ask_refund(
    session: Session, word: Word, asked: RefundAsked, today: date, limits: Mapping[str, int]
) -> OfficeDecision:
    """A refund from the queue, from what is not ours, or of a debtor's surplus; above the limit it waits."""
    payment = await lock_payment(session, asked.payment_id)
    decision = decision_of(word, "REFUND", payment.payment_id, 0, payment.currency, {"asked": asked.digest})
    if known := await find_known(session, decision):
        return known
    if asked.currency not in (None, payment.currency):
        raise DecisionRefused(f"currency: the payment is in {payment.currency}, not in {asked.currency}")
    taken = take_from(await queries.find_lying(session, payment), asked.case_id)
    amount_minor = checked_amount(asked.amount_minor, taken)
    payee = _payee(asked, payment)
    decision = await ask(session, replace(decision, amount_minor=amount_minor), limits)

    refund = Refund(
        word.decision_id,
        payment.payment_id,
        taken.source,
        taken.surplus.allocation_id if taken.surplus else None,
        payment.account_id,
        amount_minor,
        payment.currency,
        payee,
        asked.message or f"Refund {payment.reference}".strip(),
        "REQUESTED",
        today,
        traceparent=trace_of(str(word.decision_id)),
    )
    await decision_queries.save_decision(session, decision)
    await queries.save_refunds(session, [refund])
    if decision.status == "DONE":
        await _release(session, refund, today)
    return decision


async def release_refund(session: Session, refund_id: UUID, today: date) -> None:
    """The second person agreed: the money leaves where it lies, if it still lies there."""
    refund = (await queries.lock_refunds(session, {refund_id}))[refund_id]
    payment = await lock_payment(session, refund.payment_id)
    lying = await queries.find_lying(session, payment)
    left: dict[str, int] = {"QUEUE": lying.unmatched_minor, "NOT_OURS": lying.not_ours_minor}
    left["SURPLUS"] = sum(one.left_minor for one in lying.surpluses if one.allocation_id == refund.allocation_id)
    if payment.status == "REVERSED" or left[refund.source] < refund.amount_minor:
        raise DecisionConflict("The money does not lie there any more; decline the refund and look at the payment.")
    await _release(session, refund, today)


async def drop_refund(session: Session, refund_id: UUID) -> None:
    """It was declined; nothing had been moved."""
    refunds = await queries.lock_refunds(session, {refund_id})
    await queries.save_refunds(session, [replace(refund, status="DECLINED") for refund in refunds.values()])


async def follow_refunds(session: Session, events: Sequence[RefundTold]) -> None:
    """What settlement says of refunds; one that failed lies where it came from again, once."""
    refunds = await queries.lock_refunds(session, {event.refund_id for event in events})
    failed: list[Refund] = []
    for event in events:
        if event.refund_id not in refunds:
            raise RefundUnknown(f"{event.topic} {event.event_id}: there is no refund {event.refund_id}")
        refund = refunds[event.refund_id]
        moved = _moved(refund, event)
        refunds[event.refund_id] = moved
        if moved.status == "FAILED" and refund.status != "FAILED":
            failed.append(moved)
    await queries.save_refunds(session, refunds.values())
    await queries.put_back(session, failed)


def _moved(refund: Refund, event: RefundTold) -> Refund:
    if isinstance(event, RefundSent):
        known = replace(refund, end_to_end_id=event.end_to_end_id)
        return replace(known, status="SENT") if moves(refund.status, "SENT") else known
    if isinstance(event, RefundPaid):
        known = replace(refund, end_to_end_id=event.end_to_end_id, booking_date=event.booking_date)
        return replace(known, status="PAID") if moves(refund.status, "PAID") else known
    if not moves(refund.status, "FAILED"):
        return refund
    return replace(
        refund,
        status="FAILED",
        end_to_end_id=event.end_to_end_id,
        failed_date=event.as_of,
        reason_code=event.reason_code,
    )


async def _release(session: Session, refund: Refund, today: date) -> None:
    await queries.save_refunds(session, [replace(refund, status="APPROVED")])
    await queries.take_out(session, [refund])
    with traced({str(refund.refund_id): refund.traceparent}):
        await publish(session, [_requested(refund, today)])


def _payee(asked: RefundAsked, payment: Any) -> Payee:
    """Whom the office names, or whoever paid."""
    account = asked.payee_account or payment.payer_account
    name = asked.payee_name or payment.payer_name
    if not account:
        raise DecisionRefused("payee.account: the bank did not tell the account the money came from; name one")
    if not name.strip():
        raise DecisionRefused("payee.name: the bank did not tell who paid; name the payee")
    try:
        iban = payee_iban(account, payment.currency)
    except AccountRefused as refused:
        raise DecisionRefused(f"payee.account: {refused}") from refused
    try:
        return Payee(name, iban, payee_bic(asked.payee_bic) if asked.payee_bic else None)
    except AccountRefused as refused:
        raise DecisionRefused(f"payee.bic: {refused}") from refused


def _requested(refund: Refund, today: date) -> RefundRequested:
    return RefundRequested(
        event_id=uuid5(refund.refund_id, "refund.requested"),
        refund_id=refund.refund_id,
        payment_id=refund.payment_id,
        source=refund.source,
        account_id=refund.account_id,
        amount_minor=refund.amount_minor,
        currency=refund.currency,
        payee_name=refund.payee.name,
        payee_iban=refund.payee.iban,
        payee_bic=refund.payee.bic,
        message=refund.message,
        requested_date=today,
    )
