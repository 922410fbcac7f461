"""Invoices that could not be distributed, and the mails that tell their creditors once a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.record import Record
from runtime.database import Session, columns

_SAVE_FAILURES = text(
    """
    INSERT INTO distribution_failure (message_id, creditor_id, case_id, channel, reason, day)
    SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:creditor_id AS uuid[]), CAST(:case_id AS bigint[]),
        CAST(:channel AS text[]), CAST(:reason AS text[]), CAST(:day AS date[])) AS new (id) ORDER BY id
    ON CONFLICT DO NOTHING
    """
)
# who does not want to be told has been told nothing, and is not told later either
_QUEUE_SUMMARIES = text(
    """
    WITH untold AS (
        UPDATE distribution_failure SET told_on = :day WHERE told_on IS NULL AND day < :day
        RETURNING message_id, creditor_id, case_id, channel, reason
    )
    INSERT INTO failure_summary (summary_id, creditor_id, day, failures)
    SELECT CAST(md5(u.creditor_id || ' ' || CAST(:day AS date)) AS uuid), u.creditor_id, :day,
        jsonb_agg(jsonb_build_object('invoice_number', i.invoice_number, 'case_id', u.case_id, 'channel', u.channel,
            'reason', u.reason) ORDER BY i.invoice_number, u.message_id)
    FROM untold u JOIN invoice i ON i.case_id = u.case_id LEFT JOIN agreement a ON a.creditor_id = u.creditor_id
    WHERE coalesce(a.failure_summary, true) GROUP BY u.creditor_id
    ON CONFLICT (creditor_id, day) DO NOTHING
    """
)
_LEASE = text(
    """
    WITH taken AS (
        UPDATE failure_summary SET leased_until = clock_timestamp() + make_interval(secs => :lease_seconds),
            attempts = attempts + 1
        WHERE summary_id IN (
            SELECT summary_id FROM failure_summary WHERE status = 'QUEUED' AND next_try_at <= clock_timestamp()
                AND (leased_until IS NULL OR leased_until <= clock_timestamp())
            ORDER BY next_try_at LIMIT :limit FOR UPDATE SKIP LOCKED)
        RETURNING *
    )
    SELECT taken.summary_id, taken.day, taken.failures, taken.attempts, c.name, c.email, c.language_code
    FROM taken JOIN creditor c USING (creditor_id) ORDER BY taken.day, taken.summary_id
    """
)
_RECORD = text(
    """
    UPDATE failure_summary f SET status = o.status, reason = o.reason, leased_until = NULL,
        attempts = f.attempts - o.untried, next_try_at = clock_timestamp() + make_interval(secs => o.pause_seconds),
        sent_at = CASE o.status WHEN 'SENT' THEN clock_timestamp() END
    FROM unnest(CAST(:summary_id AS uuid[]), CAST(:status AS text[]), CAST(:reason AS text[]),
        CAST(:pause_seconds AS double precision[]), CAST(:untried AS integer[]))
        AS o (summary_id, status, reason, pause_seconds, untried)
    WHERE f.summary_id = o.summary_id AND f.status = 'QUEUED'
    """
)


async def save_failures(session: Session, rows: Sequence[Record]) -> None:
    """Note invoices that no channel is left for; a repeated one changes nothing."""
    if rows:
        names = ("message_id", "creditor_id", "case_id", "channel", "reason", "day")
        await session.execute(_SAVE_FAILURES, columns(rows, *names))


async def queue_summaries(session: Session, day: date) -> None:
    """One mail for each creditor with failures of the days before `day` that it has not been told of."""
    await session.execute(_QUEUE_SUMMARIES, {"day": day})


async def lease_summaries(session: Session, limit: int, lease_seconds: int) -> Sequence[Row[Any]]:
    """Reserve mails for one try, with what they are written from."""
    wanted = {"limit": limit, "lease_seconds": float(lease_seconds)}
    return (await session.execute(_LEASE, wanted)).all()


async def record_summaries(session: Session, rows: Sequence[Record]) -> None:
    await session.execute(_RECORD, columns(rows, "summary_id", "status", "reason", "pause_seconds", "untried"))
