"""What is announced of a transfer: a payout of a settlement, or a refund; with ids that a repetition cannot change."""

from datetime import date
from typing import Any
from uuid import uuid5

from contracts import Event, PayoutConfirmed, PayoutFailed, PayoutInitiated, RefundFailed, RefundPaid, RefundSent
from settlement.queries.payouts import Payout


def sent(payout: Payout, day: date) -> Event:
    """It stands in a payment order."""
    if payout.kind == "REFUND":
        return RefundSent(event_id=uuid5(payout.payout_id, "refund.sent"), requested_date=day, **_of_refund(payout))
    return PayoutInitiated(
        event_id=uuid5(payout.payout_id, "payout.initiated"), requested_date=day, **_of_payout(payout)
    )


def confirmed(payout: Payout, booking_date: date) -> Event:
    """The bank debited it."""
    if payout.kind == "REFUND":
        return RefundPaid(
            event_id=uuid5(payout.payout_id, "refund.paid"), booking_date=booking_date, **_of_refund(payout)
        )
    return PayoutConfirmed(
        event_id=uuid5(payout.payout_id, "payout.confirmed"), booking_date=booking_date, **_of_payout(payout)
    )


def failed(payout: Payout, reason: str, day: date, *, returned: bool) -> Event:
    """It was refused, by the bank or before it got there; or it came back."""
    told: dict[str, Any] = {"reason_code": reason or "NARR", "returned": returned, "as_of": day}
    if payout.kind == "REFUND":
        return RefundFailed(event_id=uuid5(payout.payout_id, "refund.failed"), **told, **_of_refund(payout))
    return PayoutFailed(event_id=uuid5(payout.payout_id, "payout.failed"), **told, **_of_payout(payout))


def _of_payout(payout: Payout) -> dict[str, Any]:
    names = ("creditor_id", "payout_id", "settlement_id", "kind", "attempt", "account_id", "amount_minor", "currency")
    return {name: getattr(payout, name) for name in (*names, "end_to_end_id", "part")}


def _of_refund(payout: Payout) -> dict[str, Any]:
    names = ("refund_id", "payment_id", "account_id", "amount_minor", "currency", "end_to_end_id")
    return {name: getattr(payout, name) for name in names} | {"source": payout.refund_source}
