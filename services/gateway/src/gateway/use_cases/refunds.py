"""Money back to whoever paid it: handed to payment control in minor units."""

from typing import Any
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.decisions import DecisionRead, decision_read
from gateway.schemas.refunds import RefundOrder, RefundRead, SurplusRead
from gateway.schemas.wire import Faults, major

_CONTROL = "payment-control"


async def refund_payment(
    downstream: Downstream, decision_id: UUID, person: str, payment_id: UUID, body: RefundOrder
) -> DecisionRead:
    """Pay all or a part of what lies there back."""
    payee = body.payee
    order: dict[str, Any] = {
        "decision_id": str(decision_id),
        "person": person,
        "reason": body.reason,
        "amount_minor": _amount(body),
        "currency": body.currency,
        "case_id": body.case_id,
        "payee": {"name": payee.name, "account": payee.account, "bic": payee.bic} if payee else None,
        "message": body.message,
    }
    return decision_read(await downstream.post(_CONTROL, f"/internal/payments/{payment_id}/refund", None, order))


async def list_refunds(downstream: Downstream, status: str | None) -> list[RefundRead]:
    rows = await downstream.get(_CONTROL, "/internal/refunds", None, {"status": status})
    return [RefundRead.model_validate(row | _major(row, "amount_minor")) for row in rows]


async def list_surpluses(downstream: Downstream, limit: int) -> list[SurplusRead]:
    rows = await downstream.get(_CONTROL, "/internal/surpluses", None, {"limit": limit})
    return [SurplusRead.model_validate(row | _major(row, "left_minor")) for row in rows]


def _amount(body: RefundOrder) -> int | None:
    """None: all of it."""
    faults = Faults()
    if body.currency is not None:
        faults.currency("currency", body.currency)
    if body.amount is None:
        faults.raise_if_any()
        return None
    if body.currency is None:
        faults.add("currency", "is needed to say what the amount is in")
    if body.amount <= 0:
        faults.add("amount", "must be above zero")
    minor = faults.minor("amount", body.amount, body.currency or "EUR")
    faults.raise_if_any()
    return minor


def _major(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {"amount": major(row[name], row["currency"])}
