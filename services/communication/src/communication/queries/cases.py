"""A case as a free message, a document or a note needs it: whose it is, how to reach the debtor, what stops it."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from runtime.database import Session

_FIND_CASES = text(
    """
    SELECT i.case_id, i.invoice_id, i.creditor_id, i.debtor_id, i.invoice_number, i.payment_reference, i.traceparent,
        d.name, d.kind, d.country_code, d.erased_at, d.legal_hold, c.email AS creditor_email, c.name AS creditor_name,
        coalesce(p.preferred_language, d.language_code) AS language_code,
        coalesce(p.email_address, d.email) AS email, coalesce(p.phone_number, d.phone) AS phone,
        coalesce(s.settled, false) AS settled, coalesce(s.closed, false) AS closed, coalesce(s.held, false) AS held,
        coalesce(s.hold_reason, '') AS hold_reason,
        p.debtor_id IS NOT NULL AS has_wishes, p.allow_email, p.allow_sms, p.do_not_contact, p.effective_date,
        p.exceptions, p.hours_start, p.hours_end, p.hours_timezone
    FROM invoice i JOIN debtor d ON d.debtor_id = i.debtor_id JOIN creditor c ON c.creditor_id = i.creditor_id
        LEFT JOIN case_state s ON s.case_id = i.case_id LEFT JOIN preference p ON p.debtor_id = i.debtor_id
    WHERE i.case_id = ANY(CAST(:case_ids AS bigint[]))
        AND (CAST(:creditor_id AS uuid) IS NULL OR i.creditor_id = :creditor_id)
    """
)
_LOCK_CASE_STATE = text(
    """
    INSERT INTO case_state AS s (case_id) VALUES (:case_id)
    ON CONFLICT (case_id) DO UPDATE SET case_id = excluded.case_id
    """
)
_COUNT_SENT = text(
    """
    SELECT debtor_id, sum(contacts)::integer AS sent, min(sent_at) AS first_at FROM message
    WHERE debtor_id = ANY(CAST(:debtor_ids AS uuid[])) AND direction = 'OUTBOUND' AND channel IN ('EMAIL', 'SMS')
        AND (status = 'SENT' AND sent_at > clock_timestamp() - interval '7 days'
            OR status = 'QUEUED' AND (:with_queued OR leased_until > clock_timestamp()))
        AND category NOT IN ('invoice', 'payment_confirmation', 'notice', 'legal_notice')
    GROUP BY debtor_id
    """
)


async def find_cases(session: Session, creditor_id: UUID | None, case_ids: Collection[int]) -> Sequence[Row[Any]]:
    """The cases among these that belong to the creditor; without a creditor, of anybody."""
    parameters = {"creditor_id": creditor_id, "case_ids": list(case_ids)}
    return (await session.execute(_FIND_CASES, parameters)).all()


async def lock_case_state(session: Session, case_id: int) -> None:
    """Have settlements and holds of the case wait: what is queued now is seen by the recall that comes after."""
    await session.execute(_LOCK_CASE_STATE, {"case_id": case_id})


async def count_sent_this_week(
    session: Session, debtor_ids: Collection[UUID], *, with_queued: bool
) -> dict[UUID, Row[Any]]:
    """By debtor: how many people capped messages reached in the last 7 days or are reaching now, and when the first left.

    With those that wait to be sent where another is asked for; without where these themselves are judged.
    """
    rows = await session.execute(_COUNT_SENT, {"debtor_ids": list(debtor_ids), "with_queued": with_queued})
    return {row.debtor_id: row for row in rows}
