"""Promises, plans, disputes, flags and write-offs against a real database."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from services.lifecycle.tests.factories import DUE, a_change, a_settlement, an_action, an_agreement, an_invoice
from sqlalchemy import text

from contracts import Balance, CaseStepReached
from lifecycle import queries
from lifecycle.domain import work
from lifecycle.domain.arrangements import Plan
from lifecycle.domain.case import Case
from lifecycle.use_cases.actions import apply_actions
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.claims import apply_claim_facts
from lifecycle.use_cases.dispute_deadlines import warn_of_disputes
from lifecycle.use_cases.reviews import review_cases
from lifecycle.use_cases.work import do_work, flag_debtor, lift_debtor_flag
from runtime.database import Database, Session

NUMBER = 100_001
DEBTOR = UUID("00000000-0000-4000-8000-0000000000d1")
DAY = date(2025, 10, 15)


async def opened(session: Session, count: int = 1) -> UUID:
    """Cases of one debtor; returns their creditor."""
    await copy_agreements(session, [an_agreement()])
    await open_cases(session, [an_invoice(NUMBER + number, debtor_id=DEBTOR) for number in range(count)])
    return (await the_case(session)).creditor_id


async def the_case(session: Session, number: int = NUMBER) -> Case:
    return (await queries.lock_cases(session, [number]))[number]


async def entries(session: Session, kind: str) -> list[str]:
    wanted = {"kind": kind}
    return list(
        (
            await session.execute(
                text("SELECT text FROM timeline_entry WHERE kind = :kind ORDER BY case_id, position"), wanted
            )
        ).scalars()
    )


async def topics(session: Session) -> list[str]:
    return list((await session.execute(text("SELECT aggregatetype FROM outbox ORDER BY position"))).scalars())


def paid(version: int, paid_minor: int, owed_minor: int, day: date, interest_minor: int = 0, **changes: Any) -> Any:
    """A payment's change; `owed_minor` is the principal left."""
    told = a_change(version, owed_minor, day, **changes)
    parts = (told.parts[0].model_copy(update={"amount_minor": -paid_minor}),)
    balance = Balance(principal_minor=owed_minor, interest_minor=interest_minor, fees_minor=0)
    return told.model_copy(update={"parts": parts, "balance": balance})


async def test_a_promise_is_kept_by_the_money_though_interest_ran_on(session: Session) -> None:
    creditor = await opened(session)
    await do_work(session, creditor, NUMBER, lambda case: work.promise(case, 60_000, date(2025, 11, 10), DAY), DAY)

    interest = a_change(2, 100_000, date(2025, 10, 20), cause="INTEREST_ACCRUED")
    booked = interest.model_copy(update={"balance": Balance(principal_minor=100_000, interest_minor=450, fees_minor=0)})
    await apply_claim_facts(session, [booked, paid(3, 60_000, 40_000, date(2025, 10, 20), interest_minor=450)])

    assert (await the_case(session)).situation.status == "ACTIVE"
    assert await entries(session, "RESUMED") == ["The promise to pay was kept"]


@pytest.mark.parametrize("late_first", [False, True], ids=["in order", "the later payment first"])
async def test_a_plan_counts_payments_in_whatever_order_they_come(session: Session, late_first: bool) -> None:
    creditor = await opened(session)
    first = date(2025, 11, 1)
    plan = lambda case: work.propose_plan(case, 4, first, 30, 0, date(2025, 10, 25), DAY)  # noqa: E731
    await do_work(session, creditor, NUMBER, plan, DAY)
    await do_work(session, creditor, NUMBER, work.accept_plan, DAY)

    facts = [paid(2, 25_000, 75_000, first, interest_minor=90), paid(3, 25_000, 50_000, first, interest_minor=180)]
    await apply_claim_facts(session, list(reversed(facts)) if late_first else facts)
    await review_cases(session, date(2025, 11, 2))

    case = await the_case(session)
    assert isinstance(case.arrangement, Plan)
    assert (case.arrangement.received_minor, case.situation.status) == (50_000, "ON_PLAN")
    assert case.situation.hold_until_date == date(2025, 12, 31)  # two are covered, the third is due then


async def test_an_instalment_that_was_taken_back_is_missed(session: Session) -> None:
    creditor = await opened(session)
    first = date(2025, 11, 1)
    plan = lambda case: work.propose_plan(case, 4, first, 30, 0, date(2025, 10, 25), DAY)  # noqa: E731
    await do_work(session, creditor, NUMBER, plan, DAY)
    await do_work(session, creditor, NUMBER, work.accept_plan, DAY)
    back = a_change(3, 100_000, first, cause="PAYMENT_REVERSED")
    back = back.model_copy(update={"parts": (back.parts[0].model_copy(update={"amount_minor": 25_000}),)})
    await apply_claim_facts(session, [paid(2, 25_000, 75_000, DAY), back])

    await review_cases(session, date(2025, 11, 2))

    assert (await the_case(session)).situation.status == "ACTIVE"
    assert "missed" in (await entries(session, "RESUMED"))[0]


async def test_a_plan_asked_for_by_the_creditor_is_made_month_by_month(session: Session) -> None:
    await opened(session)
    wish: dict[str, Any] = {"instalment_count": 3, "first_instalment_date": date(2025, 10, 31)}
    await apply_actions(session, [an_action("PAYMENTPLAN", DAY, instalment_every="MONTH", **wish)])

    case = await the_case(session)
    assert isinstance(case.arrangement, Plan)
    assert case.arrangement.accepted
    assert [(part.due_date, part.amount_minor) for part in case.arrangement.instalments] == [
        (date(2025, 10, 31), 33_333),
        (date(2025, 11, 30), 33_333),
        (date(2025, 12, 31), 33_334),
    ]
    assert (case.situation.status, case.situation.hold_until_date) == ("ON_PLAN", date(2025, 11, 3))


async def test_a_plan_that_cannot_be_made_is_refused_on_the_case(session: Session) -> None:
    await opened(session)
    await apply_actions(
        session,
        [
            an_action("PAYMENTPLAN", DAY, instalment_count=3),
            an_action(
                "PAYMENTPLAN",
                DAY,
                instalment_count=3,
                first_instalment_date=DAY - timedelta(days=1),
                instalment_every="WEEK",
            ),
        ],
    )

    assert (await the_case(session)).situation.status == "ACTIVE"
    refused = await entries(session, "ACTION_REFUSED")
    assert "numberOfInstalments, firstInstalmentDate and instalmentEvery together" in refused[0]
    assert "lies before the day of the request" in refused[1]


@pytest.mark.parametrize("settled_first", [False, True], ids=["payment first", "settlement first"])
async def test_a_promise_kept_by_paying_all_leaves_no_hold_behind_in_whatever_order_it_is_told(
    session: Session, settled_first: bool
) -> None:
    creditor = await opened(session)
    await do_work(session, creditor, NUMBER, lambda case: work.promise(case, 60_000, date(2025, 11, 10), DAY), DAY)
    facts = [paid(2, 100_000, 0, DAY), a_settlement(2, DAY)]
    await apply_claim_facts(session, list(reversed(facts)) if settled_first else facts)
    await apply_claim_facts(session, [a_change(3, 100_000, DAY, cause="PAYMENT_REVERSED")])

    assert (await the_case(session)).situation.status == "ACTIVE"
    told = [topic for topic in await topics(session) if topic in ("case.held", "case.resumed", "case.closed")]
    assert told == ["case.held", "case.resumed", "case.closed"]


async def test_case_workers_are_warned_of_a_dispute_before_and_after_its_deadline(session: Session) -> None:
    creditor = await opened(session, count=2)
    deadline = date(2025, 11, 10)
    for number in (NUMBER, NUMBER + 1):
        raise_it = lambda case: work.dispute(case, "Never ordered", [], None, deadline, DAY)  # noqa: E731
        await do_work(session, creditor, number, raise_it, DAY)
    answered = date(2025, 11, 4)
    warned = {days: await warn_of_disputes(session, deadline - timedelta(days=days)) for days in (8, 7, 6)}
    await do_work(
        session, creditor, NUMBER + 1, lambda case: work.resolve_dispute(case, "REJECTED", answered), answered
    )
    warned |= {days: await warn_of_disputes(session, deadline - timedelta(days=days)) for days in (1, 0, -1, -2)}

    assert warned == {8: 0, 7: 2, 6: 0, 1: 2, 0: 0, -1: 1, -2: 0}
    told = [words for words in await entries(session, "DISPUTED") if "answered" in words]
    assert told[:3] == [
        "The dispute is to be answered by 2025-11-10, in 7 days",
        "The dispute is to be answered by 2025-11-10, in 1 day",
        "The dispute was to be answered by 2025-11-10 and was not",
    ]
    assert len(told) == 4  # the other case was warned of once, before its dispute was answered


async def test_the_step_of_a_partly_disputed_claim_tells_what_its_letter_must_not_ask_for(session: Session) -> None:
    creditor = await opened(session)
    raise_it = lambda case: work.dispute(case, "One item", [], 30_000, None, DUE)  # noqa: E731
    await do_work(session, creditor, NUMBER, raise_it, DUE)
    await review_cases(session, DAY)

    payload = await session.execute(text("SELECT payload FROM outbox WHERE aggregatetype = 'case.step.reached'"))
    assert CaseStepReached.model_validate_json(payload.scalar_one()).disputed_minor == 30_000


async def test_a_vulnerable_debtor_is_marked_on_every_case_until_the_flag_is_lifted(session: Session) -> None:
    creditor = await opened(session, count=2)
    await flag_debtor(session, creditor, DEBTOR, "VULNERABLE", "", DAY)
    await open_cases(session, [an_invoice(NUMBER + 2, debtor_id=DEBTOR)])
    numbers = [NUMBER, NUMBER + 1, NUMBER + 2]
    assert [(await the_case(session, number)).situation.debtor_vulnerable for number in numbers] == [True] * 3

    await lift_debtor_flag(session, creditor, DEBTOR, "VULNERABLE", DAY)
    assert [(await the_case(session, number)).situation.debtor_vulnerable for number in numbers] == [False] * 3


async def test_a_flag_set_while_the_case_was_closed_holds_it_when_its_payment_is_taken_back(session: Session) -> None:
    creditor = await opened(session)
    await apply_claim_facts(session, [a_settlement(2, DAY)])
    await flag_debtor(session, creditor, DEBTOR, "DECEASED", "", DAY)

    await apply_claim_facts(session, [a_change(3, 100_000, DAY, cause="PAYMENT_REVERSED")])

    case = await the_case(session)
    assert (case.situation.status, case.hold_reason) == ("PAUSED", "FLAG")
    assert (await topics(session))[-1] == "case.held"


async def test_a_flag_lifted_while_the_case_was_closed_does_not_hold_it_for_ever(session: Session) -> None:
    creditor = await opened(session)
    await flag_debtor(session, creditor, DEBTOR, "INSOLVENT", "", DAY)
    await apply_claim_facts(session, [a_settlement(2, DAY)])
    await lift_debtor_flag(session, creditor, DEBTOR, "INSOLVENT", DAY)

    await apply_claim_facts(session, [a_change(3, 100_000, DAY, cause="PAYMENT_REVERSED")])

    assert (await the_case(session)).situation.status == "ACTIVE"
    assert (await topics(session)).count("case.resumed") == 1


async def test_a_written_off_claim_opens_its_case_only_when_the_write_off_is_taken_back(database: Database) -> None:
    async with database.transaction() as session:
        creditor = await opened(session, count=2)
        await apply_claim_facts(session, [a_settlement(5, DAY, cause="WRITTEN_OFF")])
        # the other is closed by the office while all of it is owed; a payment that was on its way comes after
        await do_work(session, creditor, NUMBER + 1, lambda case: work.close(case, "WRITTEN_OFF", DAY), DAY)
        late = [a_change(4, 60_000, DAY), a_change(2, 60_000, DAY, NUMBER + 1)]
        await apply_claim_facts(session, late)
        closed = [(await the_case(session, number)).close_code for number in (NUMBER, NUMBER + 1)]
        assert closed == ["WRITTEN_OFF", "WRITTEN_OFF"]

        await apply_claim_facts(session, [a_change(6, 100_000, DAY, cause="WRITTEN_OFF")])
        assert (await the_case(session)).situation.status == "ACTIVE"


async def test_days_without_a_rate_are_shown_on_the_case(session: Session) -> None:
    await opened(session)
    warned = a_change(2, 100_000, DAY, cause="INTEREST_ACCRUED").model_copy(
        update={"interest_warnings": ("No rate on file from 2026-07-01: the last one was carried on.",)}
    )
    await apply_claim_facts(session, [warned])
    assert "No rate on file from 2026-07-01" in (await entries(session, "BALANCE"))[0]


async def test_a_dispute_keeps_the_id_that_what_is_credited_for_it_will_bear(session: Session) -> None:
    creditor = await opened(session)
    dispute_id = uuid4()
    raise_it = lambda case: work.dispute(case, "Wrong", [], None, None, DAY, dispute_id=dispute_id)  # noqa: E731
    case = await do_work(session, creditor, NUMBER, raise_it, DAY)
    assert case.arrangement == (await the_case(session)).arrangement
    objection = an_action("OBJECTION", DAY, NUMBER, comment="Wrong")
    await do_work(session, creditor, NUMBER, lambda found: work.resolve_dispute(found, "REJECTED", DAY), DAY)
    await apply_actions(session, [objection])
    raised = (await the_case(session)).arrangement
    assert raised is not None
    assert (raised.kind, getattr(raised, "dispute_id", None)) == ("DISPUTE", objection.action_id)
