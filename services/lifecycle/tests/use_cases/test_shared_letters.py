"""Claims of one debtor reach a step on the same day: one letter, one fee, each step once."""

import asyncio
from datetime import date
from uuid import uuid4

from services.lifecycle.tests.factories import an_agreement, an_invoice
from sqlalchemy import text

from contracts import CaseStepReached
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.reviews import review_cases
from runtime.database import Database

DAY = date(2025, 10, 15)
MINE, YOURS = uuid4(), uuid4()


async def opened(database: Database, *, group_letters: bool = True) -> None:
    agreed = an_agreement()
    terms = agreed.agreement.model_copy(update={"group_letters": group_letters})
    invoices = [an_invoice(number, debtor_id=MINE if number % 3 else YOURS) for number in range(100_001, 100_010)]
    async with database.transaction() as session:
        await copy_agreements(session, [agreed.model_copy(update={"agreement": terms})])
        await open_cases(session, invoices)


async def swept(database: Database, limit: int = 2_000) -> None:
    while True:
        async with database.transaction() as session:
            if not await review_cases(session, DAY, limit):
                return


async def told(database: Database) -> list[CaseStepReached]:
    statement = "SELECT payload FROM outbox WHERE aggregatetype = 'case.step.reached' ORDER BY aggregateid"
    async with database.transaction() as session:
        payloads = (await session.execute(text(statement))).scalars().all()
    return [CaseStepReached.model_validate_json(payload) for payload in payloads]


async def test_claims_of_a_debtor_share_a_letter_and_its_fee(database: Database) -> None:
    await opened(database)
    await swept(database)

    steps = await told(database)
    sizes = {step.letter_group.group_id: step.letter_group.size for step in steps if step.letter_group}
    assert len(steps) == 9
    assert sorted(sizes.values()) == [3, 6]
    assert [step.case_id for step in steps if step.charges] == [100_001, 100_002]
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT text FROM timeline_entry WHERE kind = 'STEP' AND case_id = 100005"))
        assert rows.scalar_one().endswith("no fee. The letter is shared: its fee is charged on case 100002")


async def test_without_the_agreement_each_claim_has_its_letter_and_fee(database: Database) -> None:
    await opened(database, group_letters=False)
    await swept(database)

    assert all(step.letter_group is None for step in await told(database))
    assert all(step.charges for step in await told(database))


async def test_sweeps_that_share_the_work_never_part_a_debtor(database: Database) -> None:
    await opened(database)

    await asyncio.gather(*(swept(database, limit=1) for _ in range(3)))

    steps = await told(database)
    sizes = [step.letter_group.size for step in steps if step.letter_group]
    assert (len(steps), sorted(sizes)) == (9, [3] * 3 + [6] * 6)
    assert len([step for step in steps if step.charges]) == 2


async def test_a_sweep_waits_for_a_claim_that_a_fact_holds_rather_than_send_two_letters(database: Database) -> None:
    await opened(database)
    async with database.transaction() as holder:
        await holder.execute(text('SELECT FROM "case" WHERE case_id = 100004 FOR UPDATE'))
        async with database.transaction() as session:
            assert await review_cases(session, DAY) > 0
        assert {step.case_id for step in await told(database)} == {100_002, 100_005, 100_008}

    await swept(database)
    assert len({step.letter_group.group_id for step in await told(database) if step.letter_group}) == 2
