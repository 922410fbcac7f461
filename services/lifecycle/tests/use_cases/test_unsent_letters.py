"""A hold that comes between a step and its letter: the letter is owed when the case goes on."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from services.lifecycle.tests.factories import a_letter, an_action, an_agreement, an_invoice
from sqlalchemy import text

from contracts import CaseResumed
from lifecycle.use_cases.actions import apply_actions
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.reviews import review_cases
from lifecycle.use_cases.timeline import record_messages
from lifecycle.use_cases.work import flag_debtor, lift_debtor_flag
from runtime.database import Session

DEBTOR = UUID("00000000-0000-4000-8000-0000000000d1")
STEP = date(2025, 10, 15)
END = date(2025, 11, 9)


async def reminded(session: Session, count: int = 1) -> UUID:
    """Cases with a first step taken; returns their creditor."""
    await copy_agreements(session, [an_agreement()])
    invoices = [an_invoice(100_001 + number, debtor_id=DEBTOR) for number in range(count)]
    await open_cases(session, invoices)
    assert await review_cases(session, STEP) == count
    return invoices[0].creditor_id


async def sweep(session: Session, first: date, last: date) -> None:
    day = first
    while day <= last:
        await review_cases(session, day)
        day += timedelta(days=1)


async def resumptions(session: Session) -> list[CaseResumed]:
    rows = await session.execute(
        text("SELECT payload FROM outbox WHERE aggregatetype = 'case.resumed' ORDER BY position")
    )
    return [CaseResumed.model_validate_json(payload) for payload in rows.scalars()]


async def steps(session: Session) -> list[tuple[str, date]]:
    rows = await session.execute(text("SELECT step_key, as_of FROM case_step ORDER BY case_id, level"))
    return [(row.step_key, row.as_of) for row in rows]


@pytest.mark.parametrize("ended_by", ["its last day", "the creditor", "the flag's end"])
async def test_a_letter_that_did_not_leave_is_owed_with_a_new_deadline(session: Session, ended_by: str) -> None:
    creditor = await reminded(session)
    if ended_by == "the flag's end":
        await flag_debtor(session, creditor, DEBTOR, "DECEASED", "", STEP)
        await lift_debtor_flag(session, creditor, DEBTOR, "DECEASED", END + timedelta(days=1))
    else:
        until = END if ended_by == "its last day" else None
        await apply_actions(session, [an_action("PAUSE", STEP, until_date=until)])
        if until is None:
            await apply_actions(session, [an_action("RESUME", END + timedelta(days=1))])
    await sweep(session, STEP + timedelta(days=1), date(2025, 12, 31))

    [told] = await resumptions(session)
    resumed = END + timedelta(days=1)
    assert (told.as_of, told.step_key) == (resumed, "100001:1:1")
    assert told.deadline_date is not None
    assert told.deadline_date >= resumed + timedelta(days=14)  # inkassoloven section 9: fourteen days
    # the step is not taken again, and the next waits for the deadline that the letter now gives
    taken = await steps(session)
    assert [key for key, _ in taken[:2]] == ["100001:1:1", "100001:1:2"]
    assert taken[1][1] > told.deadline_date


async def test_a_letter_that_left_before_the_hold_is_not_owed_again(session: Session) -> None:
    await reminded(session)
    await record_messages(session, [a_letter(STEP).model_copy(update={"step_key": "100001:1:1"})])
    await apply_actions(session, [an_action("PAUSE", STEP, until_date=END)])
    await sweep(session, STEP, date(2025, 12, 31))

    [told] = await resumptions(session)
    assert (told.step_key, told.deadline_date) == (None, None)


async def test_a_case_held_before_its_first_letter_owes_none(session: Session) -> None:
    await copy_agreements(session, [an_agreement()])
    await open_cases(session, [an_invoice()])
    await apply_actions(session, [an_action("PAUSE", date(2025, 10, 2), until_date=END)])
    await sweep(session, date(2025, 10, 2), END + timedelta(days=1))
    assert [told.step_key for told in await resumptions(session)] == [None]
