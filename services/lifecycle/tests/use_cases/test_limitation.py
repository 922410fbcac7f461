"""The limitation clock of many cases at once."""

from datetime import date

import pytest
from services.lifecycle.tests.factories import DUE, a_letter, an_agreement, an_invoice
from sqlalchemy import event, text

from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.limitation import warn_of_limitation
from lifecycle.use_cases.timeline import record_messages
from runtime.database import Database, Session

DAY = date(2025, 10, 15)


async def dates(session: Session) -> list[tuple[date | None, date | None]]:
    rows = await session.execute(text('SELECT limitation_date, limitation_alert_date FROM "case" ORDER BY case_id'))
    return [(row.limitation_date, row.limitation_alert_date) for row in rows]


@pytest.mark.parametrize(
    ("policy_code", "jurisdiction", "last"),
    [
        # preskriptionslagen s.2(2), s.5: three years, anew from a written demand
        pytest.param("se_consumer", "SE", date(2028, 10, 15), id="Sweden: a demand interrupts"),
        # laki velan vanhentumisesta s.10: three years from a demand that is free of form
        pytest.param("fi_consumer", "FI", date(2028, 10, 15), id="Finland: a demand interrupts"),
        # foreldelsesloven s.15: a demand is none of what interrupts
        pytest.param("no_consumer", "NO", date(2028, 10, 1), id="Norway: it does not"),
        # BGB s.204: neither is it in Germany; the period ends with its third year
        pytest.param("de_consumer", "DE", date(2028, 12, 31), id="Germany: it does not"),
    ],
)
async def test_a_letter_that_left_interrupts_where_a_demand_does(
    session: Session, policy_code: str, jurisdiction: str, last: date
) -> None:
    await copy_agreements(session, [an_agreement(policy_code, jurisdiction)])
    await open_cases(session, [an_invoice(invoice_date=date(2025, 9, 15))])
    reminder = a_letter(DAY).model_copy(update={"step_key": "100001:1:1"})
    await record_messages(session, [reminder])
    await record_messages(session, [reminder, a_letter(date(2025, 11, 1))])  # the invoice's own letter is no demand
    assert [found for found, _ in await dates(session)] == [last]


async def test_a_case_from_before_limitation_was_kept_gets_its_date_and_warns_nobody_yet(session: Session) -> None:
    await copy_agreements(session, [an_agreement(), an_agreement("eu_business", "EU", version=2)])
    await open_cases(session, [an_invoice(), an_invoice(100_002, agreement_version=2, debtor_kind="BUSINESS")])
    # as the migration leaves cases of before
    await session.execute(
        text("UPDATE \"case\" SET limitation_date = NULL, arose_date = NULL, limitation_alert_date = '0001-01-01'")
    )
    assert [await warn_of_limitation(session, DAY) for _ in range(2)] == [2, 0]
    # the directive says nothing of limitation: no date is guessed
    assert await dates(session) == [(date(2028, 10, 1), date(2028, 7, 3)), (None, None)]
    warned = await session.execute(text("SELECT count(*) FROM timeline_entry WHERE kind = 'LIMITATION'"))
    assert warned.scalar_one() == 0


async def test_demands_on_a_thousand_cases_take_as_many_statements_as_on_one(database: Database) -> None:
    async with database.transaction() as session:
        await copy_agreements(session, [an_agreement("se_consumer", "SE")])
        await open_cases(session, [an_invoice(100_001 + number) for number in range(1_000)])
    counts: list[int] = []
    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *told: statements.append(told[2]))
    for first, count in ((100_001, 1), (100_001, 1_000)):
        letters = [
            a_letter(DAY, first + number).model_copy(update={"step_key": f"{first + number}:1:1"})
            for number in range(count)
        ]
        async with database.transaction() as session:
            before = len(statements)
            await record_messages(session, letters)
            counts.append(len(statements) - before)
    assert counts[0] == counts[1]
    async with database.transaction() as session:
        assert {last for last, _ in await dates(session)} == {date(2028, 10, 15)}
    assert DUE < DAY
