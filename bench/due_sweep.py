"""Lifecycle's review timer over due cases, against one SQL statement that is told what the rules would decide."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from typing import Any

import asyncpg
from measuring import Comparison, Sample, Variant, compare, expect
from portfolio import DUE, OVERDUE, an_agreement, invoices
from rig import PROGRAMS, Rig
from sqlalchemy import text

from fordring.stack.postgres import plain_url
from lifecycle.main import MIGRATIONS
from lifecycle.queries import lock_due_cases
from lifecycle.timers import timers
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.reviews import LIMIT, Review, review, review_cases
from runtime.clock import run_timers
from runtime.database import Database
from runtime.migrations import migrate

DAY = DUE + timedelta(days=14)
"""The first reminder falls due."""

PLAIN_SQL = """
WITH due AS (
    SELECT case_id FROM "case" WHERE next_review_date <= $1 ORDER BY case_id LIMIT $2 FOR UPDATE SKIP LOCKED
), changed AS (
    UPDATE "case" c SET stage = $3, level = c.level + 1, last_step_date = $1, last_deadline_date = $4,
        next_review_date = $5
    FROM due WHERE c.case_id = due.case_id RETURNING c.*
), step AS (
    INSERT INTO case_step (step_key, case_id, level, step_code, as_of, deadline_date, charges)
    SELECT case_id || ':' || policy_version || ':' || level, case_id, level, $6, $1, $4, $7 FROM changed
), entry AS (
    INSERT INTO timeline_entry (case_id, entry_date, at, kind, text, who, ids)
    SELECT case_id, $1, now(), 'STEP', $8, 'Fordring',
        jsonb_build_object('step_key', case_id || ':' || policy_version || ':' || level) FROM changed
)
INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, time, source, dataschema)
SELECT gen_random_uuid(), 'case.step.reached', case_id::text, 'fordring.case.step.reached',
    convert_to(jsonb_build_object('event_id', gen_random_uuid(), 'occurred_at', now(), 'creditor_id', creditor_id,
        'case_id', case_id, 'claim_id', claim_id, 'step_key', case_id || ':' || policy_version || ':' || level,
        'policy_code', policy_code, 'policy_version', policy_version, 'level', level, 'step_code', $6::text,
        'stage', stage, 'as_of', $1::date, 'deadline_date', $4::date, 'channel', 'EMAIL', 'template', 'no_purring',
        'charges', $7::jsonb, 'accrue_interest', interest_enabled)::text, 'UTF8'),
    now(), '/fordring/lifecycle', 'urn:fordring:event:case.step.reached:1'
FROM changed
"""

FINGERPRINTS = {
    "cases": """SELECT md5(string_agg(c::text, ';' ORDER BY case_id)) FROM "case" c""",
    "steps": "SELECT md5(string_agg(s::text, ';' ORDER BY case_id)) FROM case_step s",
}
"""Every column of every row: both ways must leave the same."""


async def measure(rig: Rig, rounds: int, progress: Callable[[str], None]) -> Comparison:
    many, few = rig.size(20_000, 2_000), rig.size(1_000, 100)

    async def overdue_cases(url: str) -> None:
        await prepare(url, many)

    progress("Sweep of due cases: opening cases")
    wanted = await rehearse(rig, overdue_cases, many)
    return await compare(
        "Sweep of due cases",
        "cases",
        [
            Variant(f"one SQL statement per {LIMIT:,} cases", lambda: sweep_plainly(rig, overdue_cases, many, wanted)),
            Variant(f"review timer ({LIMIT:,} per transaction)", lambda: sweep(rig, overdue_cases, many, wanted)),
            Variant("review, one case per transaction", lambda: sweep_singly(rig, overdue_cases, few)),
        ],
        rounds,
        PROGRAMS,
        progress,
    )


async def prepare(url: str, count: int) -> None:
    """`count` cases that are overdue since the day after their due date, all to be reminded on `DAY`."""
    database = Database(url, pool_size=1)
    await migrate(database, MIGRATIONS)
    events = invoices(count)
    async with database.transaction() as session:
        await copy_agreements(session, [an_agreement()])
        for start in range(0, count, LIMIT):
            await open_cases(session, events[start : start + LIMIT])
        while await review_cases(session, OVERDUE):
            pass
        await session.execute(text("TRUNCATE outbox, timeline_entry"))
        await session.execute(
            text("INSERT INTO clock VALUES (1, :day, :before)"), {"day": DAY, "before": DAY - timedelta(days=1)}
        )
    async with database.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("VACUUM (FULL, ANALYZE)"))
    await database.close()


async def rehearse(rig: Rig, prepared: Callable[[str], Any], count: int) -> dict[str, str]:
    """What the tables look like once the rules were followed."""
    url = await rig.databases.fresh(prepared)
    database = Database(url, pool_size=2)
    await run_timers(database, list(timers))
    await database.close()
    await expect_work(rig, url, count)
    found = {name: await rig.fetch(url, statement) for name, statement in FINGERPRINTS.items()}
    await rig.databases.drop(url)
    return found


async def sweep(rig: Rig, prepared: Callable[[str], Any], count: int, wanted: dict[str, str]) -> Sample:
    """The service's own timer, as its process runs it: one due day until nothing is left, then the day is closed."""
    url = await rig.databases.fresh(prepared)
    database = await connected(url)
    await rig.settle()

    meter = rig.meter()
    closed = await run_timers(database, list(timers))
    sample = meter.stop(count)

    await database.close()
    expect("days closed", closed, 1)
    await finish(rig, url, count, wanted)
    return sample


async def sweep_plainly(rig: Rig, prepared: Callable[[str], Any], count: int, wanted: dict[str, str]) -> Sample:
    url = await rig.databases.fresh(prepared)
    arguments = await told_decision(url)
    connection = await asyncpg.connect(plain_url(url), server_settings={"jit": "off"})
    await rig.settle()

    meter = rig.meter()
    while await connection.execute(PLAIN_SQL, DAY, LIMIT, *arguments) != "INSERT 0 0":
        pass
    sample = meter.stop(count)

    await connection.close()
    await finish(rig, url, count, wanted)
    return sample


async def sweep_singly(rig: Rig, prepared: Callable[[str], Any], count: int) -> Sample:
    url = await rig.databases.fresh(prepared)
    database = await connected(url)
    await rig.settle()

    meter = rig.meter()
    for _ in range(count):
        async with database.transaction() as session:
            expect("cases reviewed", await review_cases(session, DAY, limit=1), 1)
    sample = meter.stop(count)

    await database.close()
    await expect_work(rig, url, count)
    await rig.databases.drop(url)
    return sample


async def connected(url: str) -> Database:
    database = Database(url, pool_size=2)
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))
    return database


async def told_decision(url: str) -> tuple[str, date | None, date | None, str, str, str]:
    """What the rules say of one case, for a statement that knows no rules: all cases here are alike."""
    database = Database(url, pool_size=1)
    async with database.transaction() as session:
        [case] = await lock_due_cases(session, DAY, 1)
        await session.rollback()
    await database.close()
    outcome: Review = review(case, DAY, ())
    taken, after = outcome.step_taken, outcome.after
    assert taken is not None  # the first reminder is due
    charges = json.dumps([asdict(charge) for charge in taken.charges])
    words = f"Step {taken.level}, {taken.step_code}: to be paid by {taken.deadline_date}; charged purring 35.00 NOK"
    return after.situation.stage, taken.deadline_date, after.next_review_date, taken.step_code, charges, words


async def finish(rig: Rig, url: str, count: int, wanted: dict[str, str]) -> None:
    await expect_work(rig, url, count)
    for name, statement in FINGERPRINTS.items():
        expect(f"fingerprint of the {name}", await rig.fetch(url, statement), wanted[name])
    await rig.databases.drop(url)


async def expect_work(rig: Rig, url: str, count: int) -> None:
    """A step, an entry and a fact for every case, and nothing more."""
    for table in ("case_step", "timeline_entry", "outbox"):
        expect(f"rows of {table}", await rig.fetch(url, f"SELECT count(*) FROM {table}"), count)
    moved = await rig.fetch(url, """SELECT count(*) FROM "case" WHERE stage = 'REMINDER' AND level = 1""")
    expect("cases reminded", moved, count)
