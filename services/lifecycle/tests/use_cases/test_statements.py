"""One case and many take the same number of statements."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from services.lifecycle.tests.factories import CREDITOR, an_action, an_agreement, an_invoice
from services.lifecycle.tests.properties.histories import PATIENT, document
from sqlalchemy import event

from lifecycle.domain import work
from lifecycle.override_queries import Target
from lifecycle.use_cases.actions import apply_actions
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.dispute_deadlines import warn_of_disputes
from lifecycle.use_cases.overrides import remove_override, set_override
from lifecycle.use_cases.reviews import review_cases
from lifecycle.use_cases.work import do_work, flag_debtor, lift_debtor_flag
from runtime.database import Database, Session

DEBTOR = UUID("00000000-0000-4000-8000-0000000000d1")
DAY = date(2025, 10, 15)
END = date(2025, 10, 20)
Work = Callable[[Session, list[int]], Awaitable[object]]


async def end_of_holds(session: Session, numbers: list[int]) -> None:
    """Each case has a letter that its pause kept from leaving."""
    assert await review_cases(session, END + timedelta(days=1)) == len(numbers)


async def a_policy_set_and_removed(session: Session, numbers: list[int]) -> None:
    target = Target(CREDITOR, debtor_id=DEBTOR)
    await set_override(session, target, document(PATIENT), "", DAY)
    assert await remove_override(session, target, "", DAY)


async def a_flag_set_and_lifted(session: Session, numbers: list[int]) -> None:
    assert len(await flag_debtor(session, CREDITOR, DEBTOR, "VULNERABLE", "", DAY)) == len(numbers)
    assert await lift_debtor_flag(session, CREDITOR, DEBTOR, "VULNERABLE", DAY)


async def new_cases_of_the_debtor(session: Session, numbers: list[int]) -> None:
    await open_cases(session, [an_invoice(900_000 + number, debtor_id=DEBTOR) for number in numbers])


async def warnings_of_disputes(session: Session, numbers: list[int]) -> None:
    assert await warn_of_disputes(session, END) == len(numbers)


async def paused(session: Session, numbers: list[int]) -> None:
    await apply_actions(session, [an_action("PAUSE", DAY, number, until_date=END) for number in numbers])


async def disputed(session: Session, numbers: list[int]) -> None:
    for number in numbers:
        raise_it = lambda case: work.dispute(case, "Wrong", [], None, END, DAY)  # noqa: E731
        await do_work(session, CREDITOR, number, raise_it, DAY)


async def nothing(session: Session, numbers: list[int]) -> None:
    """The cases are as they are."""


async def counted(database: Database, work: Work, numbers: list[int]) -> int:
    """How many statements the work sends to the database."""
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    async with database.transaction() as session:
        await work(session, numbers)
    return len(statements)


@pytest.mark.parametrize(
    ("before", "work"),
    [
        pytest.param(paused, end_of_holds, id="holds that end"),
        pytest.param(nothing, a_policy_set_and_removed, id="a debtor's policy"),
        pytest.param(nothing, a_flag_set_and_lifted, id="a debtor's flag"),
        pytest.param(nothing, new_cases_of_the_debtor, id="new cases"),
        pytest.param(disputed, warnings_of_disputes, id="warnings of disputes"),
    ],
)
async def test_many_cases_take_as_many_statements_as_one(
    databases_pair: tuple[Database, Database], before: Work, work: Work
) -> None:
    counts: list[int] = []
    for database, count in zip(databases_pair, (1, 60), strict=True):
        numbers = [100_001 + number for number in range(count)]
        async with database.transaction() as session:
            await copy_agreements(session, [an_agreement()])
            await open_cases(session, [an_invoice(number, debtor_id=DEBTOR) for number in numbers])
            assert await review_cases(session, DAY) == count
            await before(session, numbers)
        counts.append(await counted(database, work, numbers))
    assert counts[0] == counts[1]
    assert counts[0] > 1
