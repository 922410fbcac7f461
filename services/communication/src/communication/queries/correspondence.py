"""Free messages in both directions, their threads, their lists and reports."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.record import Record
from delivery import wake
from runtime.database import Session, columns

_SAVE_THREADS = text(
    """
    INSERT INTO thread (thread_id, case_id, creditor_id, debtor_id, sealed_subject)
    SELECT * FROM unnest(CAST(:thread_id AS uuid[]), CAST(:case_id AS bigint[]), CAST(:creditor_id AS uuid[]),
        CAST(:debtor_id AS uuid[]), CAST(:sealed_subject AS bytea[])) AS new (id) ORDER BY id
    ON CONFLICT (thread_id) DO NOTHING
    """
)
_SAVE_FREE = text(
    """
    WITH new AS (
        INSERT INTO message (message_id, case_id, creditor_id, debtor_id, category, channel, template, content, as_of,
            traceparent, direction, status, sealed, thread_id, priority, sent_by, has_attachments, classification,
            smtp_message_id, sender_verified, contacts, next_try_at)
        SELECT message_id, case_id, creditor_id, debtor_id, category, channel, template, '{}', as_of, traceparent,
            direction, status, sealed, thread_id, priority, sent_by, has_attachments, classification, smtp_message_id,
            sender_verified, contacts,
            coalesce(release_at, clock_timestamp() - CASE priority WHEN 'high' THEN interval '1 day' ELSE '0' END)
        FROM unnest(CAST(:message_id AS uuid[]), CAST(:case_id AS bigint[]), CAST(:creditor_id AS uuid[]),
            CAST(:debtor_id AS uuid[]), CAST(:category AS text[]), CAST(:channel AS text[]), CAST(:template AS text[]),
            CAST(:as_of AS date[]), CAST(:traceparent AS text[]), CAST(:direction AS text[]), CAST(:status AS text[]),
            CAST(:sealed AS bytea[]), CAST(:thread_id AS uuid[]), CAST(:priority AS text[]), CAST(:sent_by AS text[]),
            CAST(:has_attachments AS boolean[]), CAST(:classification AS text[]), CAST(:smtp_message_id AS text[]),
            CAST(:release_at AS timestamptz[]), CAST(:detail AS text[]), CAST(:sender_verified AS boolean[]),
            CAST(:contacts AS integer[])) AS f (message_id, case_id, creditor_id,
            debtor_id, category, channel, template, as_of, traceparent, direction, status, sealed, thread_id, priority,
            sent_by, has_attachments, classification, smtp_message_id, release_at, detail, sender_verified, contacts)
        ON CONFLICT (message_id) DO NOTHING RETURNING message_id, status
    ), noted AS (
        INSERT INTO delivery_event (message_id, kind, detail)
        SELECT new.message_id, new.status, told.detail
        FROM new JOIN unnest(CAST(:message_id AS uuid[]), CAST(:detail AS text[])) AS told (message_id, detail)
            USING (message_id)
    )
    SELECT message_id FROM new
    """
)
_STATUS = """
    CASE WHEN m.progress IS NOT NULL THEN lower(m.progress)
        WHEN m.status = 'RECALLED' THEN 'failed' ELSE lower(m.status) END
"""
_ROWS = f"""
    SELECT m.message_id, m.case_id, m.debtor_id, m.channel, m.direction, m.category, {_STATUS} AS status, m.reason,
        m.sealed, m.thread_id, m.priority, m.sent_by, m.has_attachments, m.classification, m.template,
        coalesce(m.sent_at, m.queued_at) AS at, m.queued_at, m.sent_at,
        CASE m.status WHEN 'QUEUED' THEN m.next_try_at END AS release_at, d.email, d.name, m.sender_verified,
        NULL::jsonb AS detail
    FROM message m JOIN debtor d ON d.debtor_id = m.debtor_id
"""
_SYSTEM_ROWS = """
    SELECT y.message_id, y.case_id, NULL::uuid, 'SYSTEM', 'OUTBOUND', y.kind, 'sent', '', NULL::bytea, NULL::uuid,
        'normal', 'System', false, NULL::text, y.kind, y.at, y.at, y.at, NULL::timestamptz, NULL::text, NULL::text,
        NULL::boolean, y.detail
    FROM system_message y
"""
_FILTERED = f"""
    WITH found AS (
        SELECT * FROM ({_ROWS} WHERE m.case_id = :case_id UNION ALL {_SYSTEM_ROWS} WHERE y.case_id = :case_id) r
        WHERE (CAST(:channel AS text) IS NULL OR channel = :channel)
            AND (CAST(:direction AS text) IS NULL OR direction = :direction)
            AND (CAST(:status AS text) IS NULL OR status = :status)
            AND (CAST(:category AS text) IS NULL OR category = :category)
            AND (CAST(:date_from AS date) IS NULL OR at >= CAST(:date_from AS date))
            AND (CAST(:date_to AS date) IS NULL OR at < CAST(:date_to AS date) + 1)
    )
"""
_LIST_CORRESPONDENCE = text(
    _FILTERED
    + """
    SELECT found.*, total.count AS total_count FROM (SELECT count(*) AS count FROM found) total
    LEFT JOIN LATERAL (
        SELECT * FROM found
        WHERE CAST(:before_at AS timestamptz) IS NULL
            OR (at, message_id) < (CAST(:before_at AS timestamptz), CAST(:before_id AS uuid))
        ORDER BY at DESC, message_id DESC LIMIT :limit
    ) found ON true
    ORDER BY at DESC, message_id DESC
    """
)
_FIND_MESSAGE = text(f"{_ROWS} WHERE m.creditor_id = :creditor_id AND m.message_id = :message_id")
_LIST_EVENTS = text("SELECT kind, detail, at FROM delivery_event WHERE message_id = :message_id ORDER BY position")
_LIST_THREADS = text(
    """
    SELECT t.thread_id, t.sealed_subject, t.status, count(m.message_id) AS message_count,
        max(coalesce(m.sent_at, m.queued_at)) AS last_message_at, array_agg(m.sealed) AS sealed
    FROM thread t JOIN message m USING (thread_id)
    WHERE t.creditor_id = :creditor_id AND t.case_id = :case_id
    GROUP BY t.thread_id ORDER BY last_message_at DESC
    """
)
_FIND_THREAD = text("SELECT * FROM thread WHERE creditor_id = :creditor_id AND thread_id = :thread_id")
_SET_THREAD_STATUS = text("UPDATE thread SET status = :status WHERE thread_id = :thread_id")
# as they were written: mails leave over several connections at once, so the order of leaving says nothing
_LIST_THREAD_MESSAGES = text(f"{_ROWS} WHERE m.thread_id = :thread_id ORDER BY m.queued_at, m.message_id")
_SAVE_SYSTEM = text(
    """
    INSERT INTO system_message (message_id, case_id, kind, detail, as_of)
    SELECT * FROM unnest(CAST(:message_id AS uuid[]), CAST(:case_id AS bigint[]), CAST(:kind AS text[]),
        CAST(:detail AS jsonb[]), CAST(:as_of AS date[]))
    ON CONFLICT (message_id) DO NOTHING
    """
)
_SAVE_DEADLINES = text(
    """
    INSERT INTO system_message (message_id, case_id, kind, detail, as_of)
    SELECT md5(m.message_id || ':deadline')::uuid, m.case_id, 'deadline_approaching',
        jsonb_build_object('deadline_date', m.content ->> 'deadline_date', 'step_key', m.step_key), :day
    FROM message m LEFT JOIN case_state s USING (case_id)
    WHERE m.step_key IS NOT NULL AND m.content ->> 'deadline_date' = :deadline AND m.status = 'SENT'
        AND NOT (coalesce(s.settled, false) OR coalesce(s.closed, false) OR coalesce(s.held, false))
    ON CONFLICT (message_id) DO NOTHING
    """
)


async def save_threads(session: Session, rows: Sequence[Record]) -> None:
    """Begin conversations; one that is there already goes on."""
    if rows:
        names = ("thread_id", "case_id", "creditor_id", "debtor_id", "sealed_subject")
        await session.execute(_SAVE_THREADS, columns(rows, *names))


async def save_correspondence(session: Session, rows: Sequence[Record]) -> set[UUID]:
    """Keep sealed messages with a first event each; returns those that are new."""
    names = ("message_id", "case_id", "creditor_id", "debtor_id", "category", "channel", "template", "as_of")
    names += ("traceparent", "direction", "status", "sealed", "thread_id", "priority", "sent_by", "has_attachments")
    names += ("classification", "smtp_message_id", "release_at", "detail", "sender_verified", "contacts")
    wake(session, *{row["channel"].lower() for row in rows if row["status"] == "QUEUED"})
    return set((await session.execute(_SAVE_FREE, columns(rows, *names))).scalars())


async def list_correspondence(session: Session, filters: Mapping[str, Any]) -> Sequence[Row[Any]]:
    """A page of a case's messages, the newest first; each row, also an empty one, has the count of all that fit."""
    return (await session.execute(_LIST_CORRESPONDENCE, dict(filters))).all()


async def find_message(session: Session, creditor_id: UUID, message_id: UUID) -> Row[Any] | None:
    parameters = {"creditor_id": creditor_id, "message_id": message_id}
    return (await session.execute(_FIND_MESSAGE, parameters)).one_or_none()


async def list_events(session: Session, message_id: UUID) -> Sequence[Row[Any]]:
    return (await session.execute(_LIST_EVENTS, {"message_id": message_id})).all()


async def list_threads(session: Session, creditor_id: UUID, case_id: int) -> Sequence[Row[Any]]:
    return (await session.execute(_LIST_THREADS, {"creditor_id": creditor_id, "case_id": case_id})).all()


async def find_thread(session: Session, creditor_id: UUID, thread_id: UUID) -> Row[Any] | None:
    parameters = {"creditor_id": creditor_id, "thread_id": thread_id}
    return (await session.execute(_FIND_THREAD, parameters)).one_or_none()


async def set_thread_status(session: Session, thread_id: UUID, status: str) -> None:
    await session.execute(_SET_THREAD_STATUS, {"thread_id": thread_id, "status": status})


async def list_thread_messages(session: Session, thread_id: UUID) -> Sequence[Row[Any]]:
    return (await session.execute(_LIST_THREAD_MESSAGES, {"thread_id": thread_id})).all()


async def save_system_messages(session: Session, rows: Sequence[Record]) -> None:
    """Note facts for those who read along; a repeated fact is noted once."""
    if rows:
        await session.execute(_SAVE_SYSTEM, columns(rows, "message_id", "case_id", "kind", "detail", "as_of"))


async def save_deadlines(session: Session, day: date, deadline: date) -> None:
    """Note the letters whose deadline is `deadline`, on cases where something is still owed and nothing is on hold."""
    await session.execute(_SAVE_DEADLINES, {"day": day, "deadline": deadline.isoformat()})
