"""How invoices reached their debtors."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from runtime.database import Session

_LIST_DISTRIBUTION = text(
    """
    SELECT DISTINCT ON (i.invoice_date, i.case_id) i.invoice_number, i.invoice_date, i.case_id, i.payment_control,
        m.channel, m.status, m.reason, m.sent_at, m.message_id, m.progress,
        (SELECT json_agg(json_build_object('channel', a.channel, 'status', a.status, 'progress', a.progress,
            'reason', a.reason, 'queued_at', a.queued_at, 'sent_at', a.sent_at) ORDER BY a.queued_at, a.message_id)
         FROM message a WHERE a.case_id = i.case_id AND a.category = 'invoice' AND a.direction = 'OUTBOUND') AS attempts
    FROM invoice i JOIN message m ON m.case_id = i.case_id AND m.category = 'invoice' AND m.direction = 'OUTBOUND'
    WHERE i.creditor_id = :creditor_id
        AND (CAST(:invoice_number AS text) IS NULL OR i.invoice_number = :invoice_number)
        AND (CAST(:from_invoice_date AS date) IS NULL OR i.invoice_date >= :from_invoice_date)
        AND (CAST(:to_invoice_date AS date) IS NULL OR i.invoice_date <= :to_invoice_date)
    ORDER BY i.invoice_date, i.case_id, m.queued_at DESC
    LIMIT :limit OFFSET :offset
    """
)


async def list_distribution(
    session: Session,
    creditor_id: UUID,
    invoice_number: str | None,
    from_invoice_date: date | None,
    to_invoice_date: date | None,
    limit: int,
    offset: int,
) -> Sequence[Row[Any]]:
    """The latest invoice message of each of the creditor's invoices, by invoice date."""
    parameters = {
        "creditor_id": creditor_id,
        "invoice_number": invoice_number,
        "from_invoice_date": from_invoice_date,
        "to_invoice_date": to_invoice_date,
        "limit": limit,
        "offset": offset,
    }
    return (await session.execute(_LIST_DISTRIBUTION, parameters)).all()
