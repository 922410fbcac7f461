"""What people and other services look at: allocated payments, the queue, the sums."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from runtime.database import Session

_PAYMENTS = text(
    """
    SELECT p.payment_id, c.case_id, c.invoice_number, c.payment_reference AS invoice_payment_reference,
        p.reference AS original_payment_reference, p.payer_name, p.booking_date, p.value_date,
        a.principal_minor + a.interest_minor + a.reminder_fee_minor + a.collection_fee_minor + a.compensation_minor
            + a.surplus_minor AS amount_minor,
        p.currency
    FROM claim c JOIN allocation a USING (claim_id) JOIN payment p ON p.payment_id = a.payment_id
    WHERE c.creditor_id = :creditor_id AND NOT a.reversed
        AND p.booking_date BETWEEN coalesce(CAST(:from_date AS date), '-infinity')
            AND coalesce(CAST(:to_date AS date), 'infinity')
    ORDER BY p.booking_date, p.payment_id, c.case_id
    """
)
_QUEUE = text(
    """
    SELECT * FROM (
        SELECT payment_id AS line_id, 'PAYMENT' AS kind, reason, account_id, unmatched_minor AS amount_minor, currency, booking_date,
            value_date, reference
        FROM payment WHERE status = 'UNMATCHED'
        UNION ALL
        SELECT reversal_id, 'REVERSAL', reason, account_id, amount_minor, currency, booking_date, value_date, reference
        FROM reversal WHERE payment_id IS NULL) AS queue
    WHERE reason = coalesce(CAST(:reason AS text), reason)
        AND currency = coalesce(CAST(:currency AS text), currency)
        AND account_id = coalesce(CAST(:account_id AS text), account_id)
        AND (CAST(:after_date AS date) IS NULL OR (booking_date, line_id) > (:after_date, CAST(:after_id AS uuid)))
    ORDER BY booking_date, line_id LIMIT :limit
    """
)
_SUMS = text(
    """
    SELECT currency, count(*) AS payments, sum(amount_minor)::bigint AS received_minor,
        coalesce(sum(allocated_minor) FILTER (WHERE status <> 'REVERSED'), 0)::bigint AS allocated_minor,
        coalesce(sum(surplus_minor) FILTER (WHERE status <> 'REVERSED'), 0)::bigint AS surplus_minor,
        coalesce(sum(refunded_minor) FILTER (WHERE status <> 'REVERSED'), 0)::bigint AS refunded_minor,
        coalesce(sum(unmatched_minor) FILTER (WHERE status <> 'REVERSED'), 0)::bigint AS unmatched_minor,
        coalesce(sum(not_ours_minor) FILTER (WHERE status <> 'REVERSED'), 0)::bigint AS not_ours_minor,
        coalesce(sum(amount_minor) FILTER (WHERE status = 'REVERSED'), 0)::bigint AS reversed_minor
    FROM payment GROUP BY currency ORDER BY currency
    """
)
_COUNTS = text(
    """
    SELECT (SELECT coalesce(jsonb_object_agg(status, n), '{}')
            FROM (SELECT status, count(*) AS n FROM payment GROUP BY status) AS by_status) AS by_status,
        (SELECT coalesce(jsonb_object_agg(reason, n), '{}')
            FROM (SELECT reason, count(*) AS n FROM payment WHERE status = 'UNMATCHED' GROUP BY reason) AS by_reason)
            AS unmatched_by_reason,
        (SELECT count(*) FROM reversal WHERE payment_id IS NULL) AS unmatched_reversals,
        (SELECT coalesce(jsonb_object_agg(status, n), '{}')
            FROM (SELECT status, count(*) AS n FROM bank_file GROUP BY status) AS by_file) AS files_by_status
    """
)


async def list_payments(
    session: Session, creditor_id: UUID, from_date: date | None, to_date: date | None
) -> Sequence[Any]:
    """The creditor's allocated payments booked in the interval, oldest first; of a shared one the creditor's parts."""
    rows = await session.execute(_PAYMENTS, {"creditor_id": creditor_id, "from_date": from_date, "to_date": to_date})
    return rows.all()


async def list_queue(
    session: Session,
    limit: int,
    *,
    reason: str | None = None,
    currency: str | None = None,
    account_id: str | None = None,
    after: tuple[date, UUID] | None = None,
) -> Sequence[Any]:
    """Money and reversals that belong to no claim or payment we could name, oldest first; `after`: the last one seen."""
    after_date, after_id = after or (None, None)
    wanted = {"reason": reason, "currency": currency, "account_id": account_id}
    return (
        await session.execute(_QUEUE, wanted | {"after_date": after_date, "after_id": after_id, "limit": limit})
    ).all()


async def list_sums(session: Session) -> Sequence[Any]:
    """Per currency: received = allocated + surplus + refunded + not ours + unmatched + reversed."""
    return (await session.execute(_SUMS)).all()


async def get_counts(session: Session) -> Any:
    return (await session.execute(_COUNTS)).one()
