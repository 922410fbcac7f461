"""What became of messages after they left: delivered, bounced, opened, clicked."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.record import Record
from runtime.database import Session, columns

_LOCK_REPORTED = text(
    """
    SELECT m.message_id, m.case_id, m.creditor_id, m.debtor_id, m.category, m.channel, m.template, m.step_key,
        m.status, m.progress, m.content, m.traceparent, m.letter_group, i.invoice_id, d.country_code, d.einvoice_address,
        coalesce(p.email_address, d.email) AS email, coalesce(p.phone_number, d.phone) AS phone
    FROM message m JOIN invoice i USING (case_id) JOIN debtor d ON d.debtor_id = m.debtor_id
        LEFT JOIN preference p ON p.debtor_id = m.debtor_id
    WHERE m.direction = 'OUTBOUND' AND (m.message_id = ANY(CAST(:message_ids AS uuid[]))
        OR m.status = 'SENT' AND (m.letter_group, m.channel) IN (SELECT e.letter_group, e.channel FROM message e
            WHERE e.message_id = ANY(CAST(:message_ids AS uuid[])) AND e.letter_group IS NOT NULL AND e.status = 'SENT'))
    ORDER BY m.message_id FOR UPDATE OF m
    """
)
_SAVE_REPORTS = text(
    """
    WITH report AS (
        SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:kind AS text[]), CAST(:detail AS text[]),
            CAST(:progress AS text[])) WITH ORDINALITY AS r (message_id, kind, detail, progress, place)
    ), changed AS (
        UPDATE message m SET progress = r.progress,
            reason = CASE WHEN r.kind IN ('BOUNCED', 'FAILED') THEN r.detail ELSE m.reason END
        FROM (SELECT DISTINCT ON (message_id) * FROM report ORDER BY message_id, place DESC) r
        WHERE m.message_id = r.message_id
    )
    INSERT INTO delivery_event (message_id, kind, detail) SELECT message_id, kind, detail FROM report ORDER BY place
    """
)


async def lock_reported(session: Session, message_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    """The messages that reports are about, and those that left in the same letter; unknown ids are left out."""
    return (await session.execute(_LOCK_REPORTED, {"message_ids": list(message_ids)})).all()


async def save_reports(session: Session, rows: Sequence[Record]) -> None:
    """Add the events in their order, and say how far each message has come by its last."""
    await session.execute(_SAVE_REPORTS, columns(rows, "message_id", "kind", "detail", "progress"))
