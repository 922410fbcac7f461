"""Every SQL statement of the gateway."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy import text

from runtime.database import Session

ClockState = Literal["advancing", "ready"]


@dataclass(frozen=True, slots=True)
class Token:
    """A stored access token; what it opens, and until when."""

    token_hash: str
    partner_code: str
    creditor_id: UUID
    environment: str
    expires_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """What an idempotency key already stands for."""

    body_hash: str
    status: str
    response_status: int | None
    response_body: str | None


@dataclass(frozen=True, slots=True)
class TestClock:
    """The day all services have reached or are about to, and the day they are to reach."""

    __test__ = False

    reached_date: date
    target_date: date
    state: ClockState


async def find_token(session: Session, token_hash: str) -> Token | None:
    found = await session.execute(
        text(
            "SELECT token_hash, partner_code, creditor_id, environment, expires_at, revoked_at"
            " FROM api_token WHERE token_hash = :token_hash"
        ),
        {"token_hash": token_hash},
    )
    row = found.one_or_none()
    return Token(*row) if row else None


async def add_partner(session: Session, code: str) -> None:
    """Record a partner on its first use; its name may be set later."""
    await session.execute(
        text("INSERT INTO partner (code, name) VALUES (:code, :code) ON CONFLICT DO NOTHING"), {"code": code}
    )


async def add_token(session: Session, token: Token, created_at: datetime) -> None:
    """Store a token's hash; the same token again changes nothing."""
    await session.execute(
        text(
            "INSERT INTO api_token (token_hash, partner_code, creditor_id, environment, created_at, expires_at)"
            " VALUES (:token_hash, :partner_code, :creditor_id, :environment, :created_at, :expires_at)"
            " ON CONFLICT DO NOTHING"
        ),
        {
            "token_hash": token.token_hash,
            "partner_code": token.partner_code,
            "creditor_id": token.creditor_id,
            "environment": token.environment,
            "created_at": created_at,
            "expires_at": token.expires_at,
        },
    )


async def revoke_token(session: Session, token_hash: str, revoked_at: datetime) -> None:
    """Have the token end at `revoked_at`, or earlier if it was to end earlier."""
    await session.execute(
        text(
            "UPDATE api_token SET revoked_at = least(coalesce(revoked_at, :revoked_at), :revoked_at)"
            " WHERE token_hash = :token_hash"
        ),
        {"token_hash": token_hash, "revoked_at": revoked_at},
    )


async def start_request(
    session: Session, owner: UUID, key: str, body_hash: str, crashed_after: timedelta
) -> datetime | None:
    """Take the key: new, or left RUNNING with the same body longer than `crashed_after`. None if it is taken."""
    taken = await session.execute(
        text(
            """
            INSERT INTO idempotency_record AS record (owner, key, body_hash, status)
            VALUES (:owner, :key, :body_hash, 'RUNNING')
            ON CONFLICT (owner, key) DO UPDATE SET started_at = now()
            WHERE record.status = 'RUNNING' AND record.body_hash = excluded.body_hash
                AND record.started_at < now() - CAST(:crashed_after AS interval)
            RETURNING started_at
            """
        ),
        {"owner": owner, "key": key, "body_hash": body_hash, "crashed_after": crashed_after},
    )
    return taken.scalar_one_or_none()


async def find_answer(session: Session, owner: UUID, key: str) -> StoredAnswer | None:
    found = await session.execute(
        text(
            "SELECT body_hash, status, response_status, response_body FROM idempotency_record"
            " WHERE owner = :owner AND key = :key"
        ),
        {"owner": owner, "key": key},
    )
    row = found.one_or_none()
    return StoredAnswer(*row) if row else None


async def finish_request(session: Session, owner: UUID, key: str, response_status: int, response_body: str) -> None:
    await session.execute(
        text(
            "UPDATE idempotency_record SET status = 'DONE', response_status = :response_status,"
            " response_body = :response_body WHERE owner = :owner AND key = :key AND status = 'RUNNING'"
        ),
        {"owner": owner, "key": key, "response_status": response_status, "response_body": response_body},
    )


async def free_request(session: Session, owner: UUID, key: str, started_at: datetime) -> None:
    """Give up a key that was taken at `started_at`, unless somebody took it over since."""
    await session.execute(
        text(
            "DELETE FROM idempotency_record"
            " WHERE owner = :owner AND key = :key AND status = 'RUNNING' AND started_at = :started_at"
        ),
        {"owner": owner, "key": key, "started_at": started_at},
    )


async def forget_answers(session: Session, older_than: timedelta, limit: int) -> int:
    """Drop idempotency records past their keeping time; says how many."""
    dropped = await session.execute(
        text(
            """
            DELETE FROM idempotency_record WHERE (owner, key) IN (
                SELECT owner, key FROM idempotency_record
                WHERE started_at < now() - CAST(:older_than AS interval)
                ORDER BY started_at LIMIT :limit FOR UPDATE SKIP LOCKED
            ) RETURNING 1
            """
        ),
        {"older_than": older_than, "limit": limit},
    )
    return len(dropped.all())


async def find_clock(session: Session) -> TestClock | None:
    row = (await session.execute(text("SELECT reached_date, target_date, state FROM test_clock"))).one_or_none()
    return TestClock(*row) if row else None


async def lock_clock(session: Session, today: date) -> TestClock:
    """The test clock, locked; a new one stands at `today`."""
    await session.execute(
        text("INSERT INTO test_clock VALUES (1, :today, :today, 'ready') ON CONFLICT DO NOTHING"), {"today": today}
    )
    row = (await session.execute(text("SELECT reached_date, target_date, state FROM test_clock FOR UPDATE"))).one()
    return TestClock(*row)


async def set_target(session: Session, target_date: date) -> None:
    await session.execute(
        text("UPDATE test_clock SET target_date = :target_date, state = 'advancing'"), {"target_date": target_date}
    )


async def move_clock(session: Session, from_date: date, to_date: date) -> bool:
    """Step from one day to the next; False if somebody else already did."""
    moved = await session.execute(
        text(
            "UPDATE test_clock SET reached_date = :to_date"
            " WHERE reached_date = :from_date AND target_date >= :to_date RETURNING 1"
        ),
        {"from_date": from_date, "to_date": to_date},
    )
    return moved.one_or_none() is not None


async def set_ready(session: Session, reached_date: date) -> None:
    """Say that the target is reached, unless it has moved on meanwhile."""
    await session.execute(
        text(
            "UPDATE test_clock SET state = 'ready' WHERE reached_date = :reached_date AND target_date = :reached_date"
        ),
        {"reached_date": reached_date},
    )
