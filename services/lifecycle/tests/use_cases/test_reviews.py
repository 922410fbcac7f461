"""The sweep against a real database: rows, timeline and outbox."""

import asyncio
from collections import Counter
from datetime import date, timedelta

from services.lifecycle.tests.factories import DUE, a_change, a_settlement, an_action, an_agreement, an_invoice
from sqlalchemy import text

from contracts import CaseStepReached
from lifecycle.use_cases.actions import apply_actions
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.claims import apply_claim_facts
from lifecycle.use_cases.reviews import review_cases
from runtime.database import Database, Session
from testkit import eventually


async def opened(session: Session, count: int = 1) -> None:
    await copy_agreements(session, [an_agreement()])
    await open_cases(session, [an_invoice(100_001 + number) for number in range(count)])


async def sweep(session: Session, first: date, last: date) -> None:
    day = first
    while day <= last:
        while await review_cases(session, day):
            pass
        day += timedelta(days=1)


async def outbox(session: Session) -> list[tuple[str, str]]:
    rows = await session.execute(text("SELECT aggregatetype, aggregateid FROM outbox ORDER BY position"))
    return [(row.aggregatetype, row.aggregateid) for row in rows]


async def steps(session: Session) -> list[tuple[str, date]]:
    rows = await session.execute(text("SELECT step_key, as_of FROM case_step ORDER BY case_id, level"))
    return [(row.step_key, row.as_of) for row in rows]


async def test_a_case_left_alone_for_three_months_is_told_step_by_step(session: Session) -> None:
    await opened(session)

    await sweep(session, DUE, date(2025, 12, 31))

    assert [topic for topic, _ in await outbox(session)] == [
        "case.opened",
        "case.overdue",
        "case.step.reached",
        "case.step.reached",
        "case.step.reached",
        "case.transferred",
        "case.step.reached",
    ]
    assert await steps(session) == [
        ("100001:1:1", date(2025, 10, 15)),
        ("100001:1:2", date(2025, 10, 30)),
        ("100001:1:3", date(2025, 11, 14)),
        ("100001:1:4", date(2025, 12, 27)),
    ]
    row = (await session.execute(text('SELECT stage, level, next_review_date FROM "case"'))).one()
    assert tuple(row) == ("COLLECTION", 4, None)


async def test_the_step_that_is_told_carries_its_charges_and_the_light_salary_counts_in_the_heavy(
    session: Session,
) -> None:
    await opened(session)

    await sweep(session, DUE, date(2025, 12, 31))

    payloads = await session.execute(
        text("SELECT payload FROM outbox WHERE aggregatetype = 'case.step.reached' ORDER BY position")
    )
    told = [CaseStepReached.model_validate_json(payload) for payload in payloads.scalars()]
    assert [(item.level, [(fee.code, fee.amount_minor) for fee in item.charges]) for item in told] == [
        (1, [("purring", 3_500)]),
        (2, [("inkassovarsel", 3_500)]),
        (3, [("inkassosalaer_lett", 24_500)]),
        (4, [("inkassosalaer_tung", 24_500)]),
    ]
    assert told[0].deadline_date == date(2025, 10, 29)


async def test_two_sweeps_at_once_and_a_hundred_in_a_row_take_each_step_once(database: Database) -> None:
    async with database.transaction() as session:
        await opened(session, count=60)
    day = date(2025, 10, 15)

    async def one_sweep() -> int:
        handled = 0
        while True:
            async with database.transaction() as session:
                count = await review_cases(session, day, limit=10)
            handled += count
            if not count:
                return handled

    handled = await asyncio.gather(*(one_sweep() for _ in range(3)))
    for _ in range(100):
        async with database.transaction() as session:
            assert await review_cases(session, day) == 0

    async with database.transaction() as session:
        assert sum(handled) == 60
        assert len(await steps(session)) == 60
        told = Counter(await outbox(session))
        assert {count for (topic, _), count in told.items() if topic == "case.step.reached"} == {1}
        assert sum(1 for topic, _ in told if topic == "case.step.reached") == 60


async def test_a_payment_that_holds_the_case_during_the_sweep_stops_the_step(database: Database) -> None:
    async with database.transaction() as session:
        await opened(session)
    paid = asyncio.Event()

    async def pay() -> None:
        async with database.transaction() as session:
            await apply_claim_facts(session, [a_settlement(2, date(2025, 10, 15))])
            paid.set()
            await eventually(lambda: somebody_waits(database))

    async def sweep_once() -> int:
        await paid.wait()
        async with database.transaction() as session:
            return await review_cases(session, date(2025, 10, 15))

    _, handled = await asyncio.gather(pay(), sweep_once())

    async with database.transaction() as session:
        assert handled == 0
        assert await steps(session) == []


async def somebody_waits(database: Database) -> bool:
    async with database.transaction() as session:
        blocked = await session.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )
        )
        return blocked.scalar_one() > 0


async def test_days_caught_up_later_give_the_same_steps_as_days_done_in_time(
    databases_pair: tuple[Database, Database],
) -> None:
    in_time, late = databases_pair
    for database, last_days in (
        (in_time, [DUE + timedelta(days=n) for n in range(60)]),
        (late, [DUE + timedelta(days=59)]),
    ):
        async with database.transaction() as session:
            await opened(session, count=3)
            swept = DUE - timedelta(days=1)
            for day in last_days:  # `day` is when the machine is up; it does every day since the last, in order
                await sweep(session, swept + timedelta(days=1), day)
                swept = day

    async with in_time.transaction() as one, late.transaction() as other:
        assert await steps(one) == await steps(other)
        assert await outbox(one) == await outbox(other)


async def test_a_pause_ends_by_itself_and_is_told(session: Session) -> None:
    await opened(session)
    await apply_actions(session, [an_action("PAUSE", date(2025, 10, 10), until_date=date(2025, 11, 9))])

    await sweep(session, DUE, date(2025, 11, 12))

    assert [topic for topic, _ in await outbox(session)] == [
        "case.opened",
        "case.held",
        "case.overdue",
        "case.resumed",
        "case.step.reached",
    ]
    assert await steps(session) == [("100001:1:1", date(2025, 11, 11))]


async def test_a_credit_note_that_leaves_a_small_balance_ends_the_reminders(session: Session) -> None:
    await opened(session)
    await sweep(session, DUE, date(2025, 10, 20))
    await apply_claim_facts(session, [a_change(2, 0, date(2025, 10, 21), fees_minor=3_500, cause="CREDITED")])

    await sweep(session, date(2025, 10, 21), date(2026, 1, 31))

    assert len(await steps(session)) == 1


async def test_a_case_the_law_cannot_answer_for_fails_alone(session: Session) -> None:
    await opened(session, count=2)
    await session.execute(text("UPDATE \"case\" SET policy_code = 'gone' WHERE case_id = 100001"))

    await sweep(session, DUE, date(2025, 10, 15))

    rows = await session.execute(text('SELECT status, level FROM "case" ORDER BY case_id'))
    assert [tuple(row) for row in rows] == [("FAILED", 0), ("ACTIVE", 1)]
    entry = await session.execute(text("SELECT text FROM timeline_entry WHERE kind = 'FAILED'"))
    assert "gone" in entry.scalar_one()


async def test_a_steps_trace_is_the_one_the_case_was_opened_in(session: Session) -> None:
    await opened(session)
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await session.execute(text('UPDATE "case" SET traceparent = :traceparent'), {"traceparent": traceparent})

    await sweep(session, DUE, date(2025, 10, 15))

    found = await session.execute(text("SELECT DISTINCT traceparent FROM outbox WHERE aggregatetype <> 'case.opened'"))
    assert found.scalars().all() == [traceparent]


async def test_a_step_that_is_stored_is_never_told_again_even_if_the_case_forgot_it(session: Session) -> None:
    await opened(session)
    await sweep(session, DUE, date(2025, 10, 15))
    await session.execute(text("UPDATE \"case\" SET level = 0, last_step_date = NULL, next_review_date = '2025-10-16'"))

    await sweep(session, date(2025, 10, 16), date(2025, 10, 16))

    assert [topic for topic, _ in await outbox(session)].count("case.step.reached") == 1
    assert await steps(session) == [("100001:1:1", date(2025, 10, 15))]
    assert (await session.execute(text('SELECT level FROM "case"'))).scalar_one() == 1
