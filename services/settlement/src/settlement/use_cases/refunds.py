"""Money that goes back to whoever paid it leaves by the payment orders that pay creditors."""

from collections.abc import Sequence
from typing import Any

from contracts import RefundRequested
from delivery import trace_of
from runtime.database import Session
from settlement.domain.payouts import refund_end_to_end_id_of, refund_payout_id_of
from settlement.queries import payouts as queries


async def take_refunds(session: Session, events: Sequence[RefundRequested]) -> None:
    """One transfer per refund, for the next payment order of its account; its ids follow from the refund's."""
    await queries.save_refunds(session, [_transfer(event) for event in events])


def _transfer(event: RefundRequested) -> dict[str, Any]:
    return {
        "payout_id": refund_payout_id_of(event.refund_id),
        "kind": "REFUND",
        "part": 0,
        "attempt": 1,
        "account_id": event.account_id,
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "iban": event.payee_iban,
        "bic": event.payee_bic,
        "name": event.payee_name,
        "end_to_end_id": refund_end_to_end_id_of(event.refund_id),
        "initiated_date": event.requested_date,
        "status": "INITIATED",
        "refund_id": event.refund_id,
        "payment_id": event.payment_id,
        "refund_source": event.source,
        "remittance_text": event.message,
        "traceparent": trace_of(event.key),
    }
