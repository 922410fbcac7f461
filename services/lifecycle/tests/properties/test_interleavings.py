"""What arrives while the sweep runs stops that letter; what arrives after it finds a letter that was due."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from uuid import UUID

import pytest
from services.lifecycle.tests.factories import CREDITOR, a_change, a_settlement, an_action, an_agreement, an_invoice
from sqlalchemy import text

from lifecycle.domain import work
from lifecycle.use_cases.actions import apply_actions
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.claims import apply_claim_facts
from lifecycle.use_cases.reviews import review_cases
from lifecycle.use_cases.work import do_work, flag_debtor
from runtime.database import Database, Session
from testkit import eventually

DAY = date(2025, 10, 15)
NUMBER = 100_001
DEBTOR = UUID("00000000-0000-4000-8000-0000000000d1")
Stop = Callable[[Session], Awaitable[object]]


async def pay(session: Session) -> None:
    await apply_claim_facts(session, [a_settlement(2, DAY)])


async def pay_all_but_little(session: Session) -> None:
    await apply_claim_facts(session, [a_change(2, 4_000, DAY)])


async def object_to_it(session: Session) -> None:
    await apply_actions(session, [an_action("OBJECTION", DAY, comment="Never ordered")])


async def pause(session: Session) -> None:
    await apply_actions(session, [an_action("PAUSE", DAY)])


async def promise(session: Session) -> None:
    await do_work(session, CREDITOR, NUMBER, lambda case: work.promise(case, 1_000, DAY, DAY), DAY)


async def flag(session: Session) -> None:
    await flag_debtor(session, CREDITOR, DEBTOR, "DECEASED", "", DAY)


STOPS = pytest.mark.parametrize(
    "stop",
    [
        pytest.param(pay, id="a payment"),
        pytest.param(pay_all_but_little, id="a payment of all but little"),
        pytest.param(object_to_it, id="a dispute"),
        pytest.param(pause, id="a pause"),
        pytest.param(promise, id="a promise"),
        pytest.param(flag, id="a flag of the debtor"),
    ],
)


async def opened(database: Database) -> None:
    async with database.transaction() as session:
        await copy_agreements(session, [an_agreement()])
        await open_cases(session, [an_invoice(NUMBER, debtor_id=DEBTOR)])


async def steps(database: Database) -> list[str]:
    async with database.transaction() as session:
        told = text("SELECT aggregatetype FROM outbox WHERE aggregatetype = 'case.step.reached'")
        stored = text("SELECT step_key FROM case_step")
        taken = list((await session.execute(stored)).scalars())
        assert len(taken) == len((await session.execute(told)).all())
        return taken


async def somebody_waits(database: Database) -> bool:
    async with database.transaction() as session:
        blocked = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return (await session.execute(blocked)).scalar_one() > 0


@STOPS
async def test_what_is_stored_while_the_sweep_waits_for_it_stops_the_letter(database: Database, stop: Stop) -> None:
    await opened(database)
    held = asyncio.Event()

    async def happens() -> None:
        async with database.transaction() as session:
            await stop(session)
            held.set()
            await eventually(lambda: somebody_waits(database))

    async def sweep() -> None:
        await held.wait()
        async with database.transaction() as session:
            await review_cases(session, DAY)

    await asyncio.gather(happens(), sweep())
    async with database.transaction() as session:
        assert await review_cases(session, DAY) == 0
    assert await steps(database) == []


@STOPS
async def test_what_comes_while_the_sweep_holds_the_case_waits_and_the_letter_is_told_once(
    database: Database, stop: Stop
) -> None:
    await opened(database)
    swept = asyncio.Event()

    async def sweep() -> None:
        async with database.transaction() as session:
            assert await review_cases(session, DAY) == 1
            swept.set()
            await eventually(lambda: somebody_waits(database))

    async def happens() -> None:
        await swept.wait()
        async with database.transaction() as session:
            await stop(session)

    await asyncio.gather(sweep(), happens())
    async with database.transaction() as session:
        await review_cases(session, DAY)
    # it was due when it was taken; that its letter does not leave any more is for communication, which hears of both
    assert await steps(database) == [f"{NUMBER}:1:1"]
