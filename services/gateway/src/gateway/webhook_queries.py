"""SQL of webhooks: subscriptions, what is to be delivered, and what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from delivery import wake
from runtime.database import Session, columns


@dataclass(frozen=True, slots=True)
class Subscription:
    """A creditor's address for events."""

    subscription_id: UUID
    creditor_id: UUID
    url: str
    events: list[str]
    secret_version: int
    is_active: bool
    disabled_reason: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery whose time has come, with where it goes."""

    delivery_id: UUID
    subscription_id: UUID
    creditor_id: UUID
    event: str
    payload: dict[str, Any]
    is_replay: bool
    attempts: int
    url: str
    secret_version: int


@dataclass(frozen=True, slots=True)
class Logged:
    """A line of the delivery log."""

    delivery_id: UUID
    subscription_id: UUID
    case_id: int | None
    event: str
    payload: dict[str, Any]
    status: str
    created_at: datetime
    delivered_at: datetime | None
    attempts: int
    last_response_code: int | None
    last_error: str | None


_SUBSCRIPTION = (
    "subscription_id, creditor_id, url, events, secret_version, is_active, disabled_reason, created_at, updated_at"
)


async def count_subscriptions(session: Session, creditor_id: UUID) -> int:
    found = await session.execute(
        text("SELECT count(*) FROM webhook_subscription WHERE creditor_id = :creditor_id"), {"creditor_id": creditor_id}
    )
    return found.scalar_one()


async def add_subscription(
    session: Session, subscription_id: UUID, creditor_id: UUID, environment: str, url: str, events: Sequence[str]
) -> Subscription:
    """The stored subscription; the same id again changes nothing."""
    await session.execute(
        text(
            "INSERT INTO webhook_subscription (subscription_id, creditor_id, environment, url, events)"
            " VALUES (:id, :creditor_id, :environment, :url, :events) ON CONFLICT DO NOTHING"
        ),
        {
            "id": subscription_id,
            "creditor_id": creditor_id,
            "environment": environment,
            "url": url,
            "events": list(events),
        },
    )
    found = await find_subscription(session, creditor_id, subscription_id)
    assert found is not None
    return found


async def find_subscription(session: Session, creditor_id: UUID, subscription_id: UUID) -> Subscription | None:
    found = await session.execute(
        text(
            f"SELECT {_SUBSCRIPTION} FROM webhook_subscription"
            " WHERE creditor_id = :creditor_id AND subscription_id = :id"
        ),
        {"creditor_id": creditor_id, "id": subscription_id},
    )
    row = found.one_or_none()
    return Subscription(*row) if row else None


async def list_subscriptions(session: Session, creditor_id: UUID) -> list[Subscription]:
    rows = await session.execute(
        text(
            f"SELECT {_SUBSCRIPTION} FROM webhook_subscription WHERE creditor_id = :creditor_id"
            " ORDER BY created_at, subscription_id"
        ),
        {"creditor_id": creditor_id},
    )
    return [Subscription(*row) for row in rows]


async def change_subscription(
    session: Session, creditor_id: UUID, subscription_id: UUID, *, url: str | None, is_active: bool | None, renew: bool
) -> Subscription | None:
    """Change what is given; activating forgets earlier failures. None if the creditor has no such subscription."""
    changed = await session.execute(
        text(
            f"""
            UPDATE webhook_subscription SET
                url = coalesce(:url, url),
                is_active = coalesce(:is_active, is_active),
                disabled_reason = CASE WHEN CAST(:is_active AS boolean) THEN NULL ELSE disabled_reason END,
                failures_in_a_row = CASE WHEN CAST(:is_active AS boolean) THEN 0 ELSE failures_in_a_row END,
                secret_version = secret_version + CAST(:renew AS integer),
                updated_at = now()
            WHERE creditor_id = :creditor_id AND subscription_id = :id RETURNING {_SUBSCRIPTION}
            """
        ),
        {
            "creditor_id": creditor_id,
            "id": subscription_id,
            "url": url,
            "is_active": is_active,
            "renew": int(renew),
        },
    )
    row = changed.one_or_none()
    return Subscription(*row) if row else None


async def drop_subscription(session: Session, creditor_id: UUID, subscription_id: UUID) -> bool:
    """Remove it with its log; False if the creditor has no such subscription."""
    dropped = await session.execute(
        text("DELETE FROM webhook_subscription WHERE creditor_id = :creditor_id AND subscription_id = :id RETURNING 1"),
        {"creditor_id": creditor_id, "id": subscription_id},
    )
    return dropped.one_or_none() is not None


async def list_wanted(session: Session, creditor_ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    """(creditor, event) of the active subscriptions of these creditors."""
    rows = await session.execute(
        text(
            "SELECT DISTINCT creditor_id, unnest(events) AS event FROM webhook_subscription"
            " WHERE is_active AND creditor_id = ANY (:creditor_ids)"
        ),
        {"creditor_ids": list(creditor_ids)},
    )
    return {(row.creditor_id, row.event) for row in rows}


async def add_deliveries(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """One delivery per fact and active subscription to it, in one statement; its id follows from both.

    Rows hold event_id, creditor_id, event, case_id and payload (JSON text).
    """
    added = await session.execute(
        text(
            """
            INSERT INTO webhook_delivery (delivery_id, subscription_id, event, case_id, payload)
            SELECT CAST(md5(fact.event_id::text || s.subscription_id::text) AS uuid), s.subscription_id, fact.event,
                fact.case_id, CAST(fact.payload AS jsonb)
            FROM unnest(CAST(:event_id AS uuid[]), CAST(:creditor_id AS uuid[]), CAST(:event AS text[]),
                CAST(:case_id AS bigint[]), CAST(:payload AS text[]))
                AS fact (event_id, creditor_id, event, case_id, payload)
            JOIN webhook_subscription s ON s.creditor_id = fact.creditor_id AND s.is_active
                AND fact.event = ANY (s.events)
            ON CONFLICT DO NOTHING RETURNING 1
            """
        ),
        columns(rows, "event_id", "creditor_id", "event", "case_id", "payload"),
    )
    if added.all():
        wake(session, "webhooks")


async def lease_due(session: Session, limit: int, lease_seconds: float) -> list[Due]:
    """Take due deliveries; until the lease ends no other process takes them."""
    rows = await session.execute(
        text(
            """
            WITH due AS (
                SELECT d.delivery_id FROM webhook_delivery d
                JOIN webhook_subscription s USING (subscription_id)
                WHERE d.status = 'PENDING' AND d.next_attempt_at <= clock_timestamp() AND s.is_active
                ORDER BY d.next_attempt_at, d.delivery_id LIMIT :limit FOR UPDATE OF d SKIP LOCKED
            )
            UPDATE webhook_delivery d SET attempts = attempts + 1,
                next_attempt_at = clock_timestamp() + make_interval(secs => :lease_seconds)
            FROM due, webhook_subscription s
            WHERE d.delivery_id = due.delivery_id AND s.subscription_id = d.subscription_id
            RETURNING d.delivery_id, d.subscription_id, s.creditor_id, d.event, d.payload, d.is_replay, d.attempts,
                s.url, s.secret_version
            """
        ),
        {"limit": limit, "lease_seconds": lease_seconds},
    )
    return [Due(*row) for row in rows]


async def record_outcomes(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """What came of each attempt, in one statement. Rows hold delivery_id, status, code, error, pause_seconds."""
    await session.execute(
        text(
            """
            UPDATE webhook_delivery d SET status = o.status, last_response_code = o.code, last_error = o.error,
                delivered_at = CASE WHEN o.status = 'DELIVERED' THEN clock_timestamp() END,
                next_attempt_at = clock_timestamp() + make_interval(secs => o.pause_seconds)
            FROM unnest(CAST(:delivery_id AS uuid[]), CAST(:status AS text[]), CAST(:code AS integer[]),
                CAST(:error AS text[]), CAST(:pause_seconds AS float8[]))
                AS o (delivery_id, status, code, error, pause_seconds)
            WHERE d.delivery_id = o.delivery_id
            """
        ),
        columns(rows, "delivery_id", "status", "code", "error", "pause_seconds"),
    )


async def note_health(session: Session, rows: Sequence[dict[str, Any]], most_failures: int) -> None:
    """Count failures in a row and switch off who is gone. Rows hold subscription_id, failed, delivered, gone."""
    await session.execute(
        text(
            """
            UPDATE webhook_subscription s SET
                failures_in_a_row = CASE WHEN o.delivered THEN 0 ELSE s.failures_in_a_row + o.failed END,
                is_active = s.is_active AND NOT o.gone
                    AND (o.delivered OR s.failures_in_a_row + o.failed < :most_failures),
                disabled_reason = CASE
                    WHEN o.gone THEN 'Endpoint returned 410 Gone'
                    WHEN NOT o.delivered AND s.failures_in_a_row + o.failed >= :most_failures
                        THEN format('%s deliveries in a row failed', :most_failures)
                    ELSE s.disabled_reason END
            FROM unnest(CAST(:subscription_id AS uuid[]), CAST(:failed AS integer[]), CAST(:delivered AS boolean[]),
                CAST(:gone AS boolean[])) AS o (subscription_id, failed, delivered, gone)
            WHERE s.subscription_id = o.subscription_id
            """
        ),
        columns(rows, "subscription_id", "failed", "delivered", "gone") | {"most_failures": most_failures},
    )


async def list_deliveries(
    session: Session, creditor_id: UUID, *, case_id: int | None, since: datetime | None, limit: int
) -> list[Logged]:
    """The log, newest first."""
    rows = await session.execute(
        text(
            """
            SELECT d.delivery_id, d.subscription_id, d.case_id, d.event, d.payload, d.status, d.created_at,
                d.delivered_at, d.attempts, d.last_response_code, d.last_error
            FROM webhook_delivery d JOIN webhook_subscription s USING (subscription_id)
            WHERE s.creditor_id = :creditor_id AND (CAST(:case_id AS bigint) IS NULL OR d.case_id = :case_id)
                AND (CAST(:since AS timestamptz) IS NULL OR d.created_at >= :since)
            ORDER BY d.created_at DESC, d.delivery_id LIMIT :limit
            """
        ),
        {"creditor_id": creditor_id, "case_id": case_id, "since": since, "limit": limit},
    )
    return [Logged(*row) for row in rows]


async def replay_delivery(session: Session, creditor_id: UUID, delivery_id: UUID) -> tuple[UUID, str] | None:
    """Queue the identical payload again as a first attempt: its subscription and event, None if there is no such."""
    found = await session.execute(
        text(
            """
            UPDATE webhook_delivery d SET status = 'PENDING', attempts = 0, is_replay = true,
                next_attempt_at = clock_timestamp(), delivered_at = NULL
            FROM webhook_subscription s
            WHERE d.delivery_id = :delivery_id AND s.subscription_id = d.subscription_id
                AND s.creditor_id = :creditor_id
            RETURNING d.subscription_id, d.event
            """
        ),
        {"delivery_id": delivery_id, "creditor_id": creditor_id},
    )
    row = found.one_or_none()
    if row:
        wake(session, "webhooks")
    return (row[0], row[1]) if row else None


async def forget_deliveries(session: Session, older_than: timedelta, limit: int) -> int:
    """Drop finished deliveries past their keeping time; says how many."""
    dropped = await session.execute(
        text(
            """
            DELETE FROM webhook_delivery WHERE delivery_id IN (
                SELECT delivery_id FROM webhook_delivery
                WHERE status <> 'PENDING' AND created_at < now() - CAST(:older_than AS interval)
                LIMIT :limit FOR UPDATE SKIP LOCKED
            ) RETURNING 1
            """
        ),
        {"older_than": older_than, "limit": limit},
    )
    return len(dropped.all())
