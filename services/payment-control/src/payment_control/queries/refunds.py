"""SQL of refunds: where a payment's money lies, the transfers back, and what they move."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import text

from payment_control.domain.refunds import Lying, Payee, Refund, Surplus
from runtime.database import Session, columns

_LIVE = "('APPROVED', 'SENT', 'PAID')"
_SURPLUSES = f"""
    SELECT a.allocation_id, a.payment_id, a.claim_id, c.case_id, c.creditor_id, c.debtor_id, c.invoice_number,
        p.account_id, p.currency, p.booking_date, a.surplus_minor,
        a.surplus_minor - coalesce((SELECT sum(r.amount_minor) FROM refund r
            WHERE r.allocation_id = a.allocation_id AND r.status IN {_LIVE}), 0)::bigint AS left_minor
    FROM allocation a JOIN payment p USING (payment_id) JOIN claim c ON c.claim_id = a.claim_id
    WHERE NOT a.reversed AND a.surplus_minor > 0
"""
_OF_PAYMENT = text(f"{_SURPLUSES} AND a.payment_id = :payment_id ORDER BY c.case_id")
_OPEN_SURPLUSES = text(
    f"SELECT * FROM ({_SURPLUSES}) AS surplus WHERE left_minor > 0 ORDER BY booking_date, allocation_id LIMIT :limit"
)
_TYPES = {
    "refund_id": "uuid",
    "payment_id": "uuid",
    "source": "text",
    "allocation_id": "uuid",
    "account_id": "text",
    "amount_minor": "bigint",
    "currency": "text",
    "payee_name": "text",
    "payee_iban": "text",
    "payee_bic": "text",
    "message": "text",
    "status": "text",
    "requested_date": "date",
    "end_to_end_id": "text",
    "booking_date": "date",
    "failed_date": "date",
    "reason_code": "text",
    "traceparent": "text",
}
_MOVED = ("status", "end_to_end_id", "booking_date", "failed_date", "reason_code")
_SAVE = text(
    f"""
    INSERT INTO refund ({", ".join(_TYPES)})
    SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _TYPES.items())})
    ON CONFLICT (refund_id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _MOVED)}
    """
)
_LOCK = text("SELECT * FROM refund WHERE refund_id = ANY(CAST(:ids AS uuid[])) ORDER BY refund_id FOR UPDATE")
_LIST = text(
    """
    SELECT r.*, c.case_id FROM refund r LEFT JOIN allocation a USING (allocation_id)
        LEFT JOIN claim c ON c.claim_id = a.claim_id
    WHERE r.status = coalesce(CAST(:status AS text), r.status)
    ORDER BY r.requested_date DESC, r.refund_id LIMIT 500
    """
)
# One statement for both ways: positive amounts leave a payment's sums, negative ones come back to where they lay.
_MOVE = text(
    """
    WITH moved AS (
        SELECT payment_id, sum(amount_minor)::bigint AS total,
            coalesce(sum(amount_minor) FILTER (WHERE source = 'QUEUE'), 0)::bigint AS queue,
            coalesce(sum(amount_minor) FILTER (WHERE source = 'NOT_OURS'), 0)::bigint AS not_ours,
            coalesce(sum(amount_minor) FILTER (WHERE source = 'SURPLUS'), 0)::bigint AS surplus
        FROM unnest(CAST(:payment_id AS uuid[]), CAST(:source AS text[]), CAST(:amount_minor AS bigint[]))
            AS new (payment_id, source, amount_minor)
        GROUP BY payment_id
    )
    UPDATE payment p SET refunded_minor = p.refunded_minor + moved.total,
        unmatched_minor = p.unmatched_minor - moved.queue, not_ours_minor = p.not_ours_minor - moved.not_ours,
        surplus_minor = p.surplus_minor - moved.surplus,
        reason = CASE WHEN moved.queue < 0 THEN 'REFUND_FAILED' ELSE p.reason END,
        status = CASE WHEN p.status = 'REVERSED' THEN p.status
            WHEN p.unmatched_minor > moved.queue THEN 'UNMATCHED'
            WHEN p.not_ours_minor > moved.not_ours THEN 'NOT_OURS'
            WHEN p.allocated_minor + p.surplus_minor > moved.surplus THEN 'ALLOCATED'
            ELSE 'REFUNDED' END
    FROM moved WHERE p.payment_id = moved.payment_id
    """
)


async def find_lying(session: Session, payment: Any) -> Lying:
    """A locked payment's money that may go back."""
    rows = await session.execute(_OF_PAYMENT, {"payment_id": payment.payment_id})
    surpluses = tuple(Surplus(row.allocation_id, row.claim_id, row.case_id, row.left_minor) for row in rows)
    return Lying(payment.payment_id, payment.status, payment.unmatched_minor, payment.not_ours_minor, surpluses)


async def save_refunds(session: Session, refunds: Collection[Refund]) -> None:
    """New refunds, and how known ones stand now."""
    if refunds:
        rows = [
            {name: value for name, value in asdict(refund).items() if name != "payee"}
            | {f"payee_{name}": value for name, value in asdict(refund.payee).items()}
            for refund in refunds
        ]
        await session.execute(_SAVE, columns(rows, *_TYPES))


async def lock_refunds(session: Session, refund_ids: Collection[UUID]) -> dict[UUID, Refund]:
    """By id, held until the transaction ends."""
    rows = await session.execute(_LOCK, {"ids": list(refund_ids)})
    return {row.refund_id: _refund(row) for row in rows}


async def list_refunds(session: Session, status: str | None) -> Sequence[Any]:
    """The newest 500, of one status or all."""
    return (await session.execute(_LIST, {"status": status})).all()


async def list_surpluses(session: Session, limit: int) -> Sequence[Any]:
    """Debtors' money on claims that were paid too much, oldest first."""
    return (await session.execute(_OPEN_SURPLUSES, {"limit": limit})).all()


async def take_out(session: Session, refunds: Collection[Refund]) -> None:
    """The money of approved refunds leaves where it lay."""
    await _move(session, refunds, 1)


async def put_back(session: Session, refunds: Collection[Refund]) -> None:
    """The money of failed refunds lies where it lay before; a line of the queue says so."""
    await _move(session, refunds, -1)


async def _move(session: Session, refunds: Collection[Refund], sign: int) -> None:
    if refunds:
        await session.execute(
            _MOVE,
            {
                "payment_id": [refund.payment_id for refund in refunds],
                "source": [refund.source for refund in refunds],
                "amount_minor": [sign * refund.amount_minor for refund in refunds],
            },
        )


def _refund(row: Any) -> Refund:
    return Refund(
        row.refund_id,
        row.payment_id,
        row.source,
        row.allocation_id,
        row.account_id,
        row.amount_minor,
        row.currency,
        Payee(row.payee_name, row.payee_iban, row.payee_bic),
        row.message,
        row.status,
        row.requested_date,
        row.end_to_end_id,
        row.booking_date,
        row.failed_date,
        row.reason_code,
        row.traceparent,
    )
