"""The business date. Rules never ask for it: it is handed to them as an argument."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import text

from runtime.database import Database, Session, after_commit
from runtime.settings import ServiceSettings

_TIMER_LOCK = 7_201_100
"""Advisory lock: shared by running timers, exclusive for closing a day."""


_wake_timers: list[Callable[[], None]] = []


@dataclass(frozen=True, slots=True)
class Timer:
    """Work that falls due with a date: handles a batch of what is due as of `date`, and says how many it handled."""

    name: str
    run: Callable[[Session, date], Awaitable[int]]


def wall_now() -> datetime:
    """The wall time in UTC; nothing but this function asks for it."""
    return datetime.now(UTC)


def wall_date(time_zone: str) -> date:
    return datetime.now(ZoneInfo(time_zone)).date()


def create_clock_v1(op: Any) -> None:
    """Migration step: the row that holds the business date, and the last day whose timers are all done."""
    op.execute(
        "CREATE TABLE clock (id smallint PRIMARY KEY CHECK (id = 1), business_date date NOT NULL,"
        " done_through date NOT NULL)"
    )


async def start_clock(session: Session, settings: ServiceSettings) -> None:
    """Set the first business date of a new database; an existing one keeps its date."""
    start = settings.clock_start if settings.environment == "test" else None
    await session.execute(
        text("INSERT INTO clock VALUES (1, :start, :start) ON CONFLICT DO NOTHING"),
        {"start": start or wall_date(settings.time_zone)},
    )


async def today(session: Session) -> date:
    """The business date: the wall's in production, the test clock's in the test environment."""
    return (await session.execute(text("SELECT business_date FROM clock"))).scalar_one()


def on_advance(wake: Callable[[], None]) -> None:
    """Have `wake` called after each commit of this process that moved the business date."""
    _wake_timers[:] = [wake]


async def advance_to(session: Session, business_date: date) -> None:
    """Move the business date forward, never back."""
    for wake in _wake_timers:
        after_commit(session, wake)
    await session.execute(
        text("UPDATE clock SET business_date = :day WHERE business_date < :day"), {"day": business_date}
    )


async def follow_wall(database: Database, time_zone: str) -> None:
    """Production: move the business date to the wall's. Says nothing to anybody: each service has its own wall."""
    async with database.transaction() as session:
        if await today(session) < (wall := wall_date(time_zone)):
            await advance_to(session, wall)


async def run_timers(database: Database, timers: list[Timer]) -> int:
    """Do one due day: every timer until nothing is due, then close the day. Says how many days were closed (0 or 1).

    Replicas share a day: their timers skip each other's locked rows, and the day is closed under an exclusive lock. Closing
    looks once more at everything, so it is tried first: on most days nothing is due.
    """
    async with database.reading() as session:
        row = (await session.execute(text("SELECT business_date, done_through FROM clock"))).one()
    if row.done_through >= row.business_date:
        return 0

    day: date = row.done_through + timedelta(days=1)
    if await _close_day(database, timers, day):
        return 1
    for timer in timers:
        while await _run_batch(database, timer, day):
            pass
    return await _close_day(database, timers, day)


async def _run_batch(database: Database, timer: Timer, day: date) -> int:
    async with database.transaction() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": _TIMER_LOCK})
        return await timer.run(session, day)


async def _close_day(database: Database, timers: list[Timer], day: date) -> int:
    async with database.transaction() as session:
        await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _TIMER_LOCK})
        for timer in timers:
            if await timer.run(session, day):
                return 0  # what it did is kept; there may be more
        await session.execute(text("UPDATE clock SET done_through = :day WHERE done_through < :day"), {"day": day})
        return 1
