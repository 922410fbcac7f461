"""Cases that somebody looks at before a collector gets them: manual ones, exhausted ones, ones that came back."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from services.lifecycle.tests.collectors import (
    EXHAUSTED,
    a_collector,
    collector_settings,
    configure,
    entries,
    exhaust_dunning,
    go_to,
    rows,
    states,
    sweep,
    told,
    where,
)
from services.lifecycle.tests.factories import ACCEPTED, CREDITOR, a_change, a_settlement, an_agreement, an_invoice

from lifecycle.couriers import CollectorCourier
from lifecycle.domain import work
from lifecycle.domain.collectors import Conditions
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.claims import apply_claim_facts
from lifecycle.use_cases.handovers import approve_case, prepare_case, return_overdue
from lifecycle.use_cases.work import do_work, flag_debtor, lift_debtor_flag
from runtime.database import Database

CASE = 100_001


@pytest.fixture
async def courier(database: Database, tmp_path: Path) -> AsyncGenerator[CollectorCourier]:
    courier = CollectorCourier(collector_settings(tmp_path))
    yield courier
    await courier.close()


async def open_manual_case(database: Database) -> None:
    async with database.transaction() as session:
        await copy_agreements(session, [an_agreement()])
        await open_cases(session, [an_invoice(CASE, manual_review=True, invoice_type="COLLECTION")])


async def prepare(database: Database) -> None:
    async with database.transaction() as session:
        await prepare_case(session, CREDITOR, CASE, "", ACCEPTED)


async def approve(database: Database) -> None:
    async with database.transaction() as session:
        await approve_case(session, CREDITOR, CASE, "", EXHAUSTED)


async def test_a_manual_case_waits_for_review_and_then_goes_to_its_collector(
    database: Database, courier: CollectorCourier
) -> None:
    await configure(database, a_collector(skip_review=False, conditions=Conditions(sources=("API",))))
    await open_manual_case(database)
    await prepare(database)
    assert await where(database) == ("REVIEWING", "INVOICED", False)
    assert await courier.deliver_due(database) == 0
    await approve(database)
    assert await where(database) == ("PENDING", "INVOICED", True)
    await sweep(database, ACCEPTED, EXHAUSTED)  # no day starts a case that waits for its collector
    assert await where(database) == ("PENDING", "INVOICED", True)
    assert await courier.deliver_due(database) == 1
    await sweep(database, EXHAUSTED + timedelta(days=1), EXHAUSTED + timedelta(days=1))
    assert await where(database) == ("ACTIVE", "COLLECTION", True)
    assert len(await told(database, "case.overdue")) == 1
    assert await told(database, "case.step.reached") == []


async def test_a_manual_case_of_a_collector_that_wants_no_review_goes_straight_to_pending(
    database: Database, courier: CollectorCourier
) -> None:
    await configure(database, a_collector())
    await open_manual_case(database)
    await prepare(database)
    assert await where(database) == ("PENDING", "INVOICED", True)
    assert await courier.deliver_due(database) == 1


async def test_without_a_collector_that_fits_a_manual_case_is_reviewed_and_worked_by_the_office(
    database: Database, courier: CollectorCourier
) -> None:
    await configure(database, a_collector(conditions=Conditions(sources=("DUNNING",))))
    await open_manual_case(database)
    await prepare(database)
    assert await where(database) == ("REVIEWING", "INVOICED", False)
    await approve(database)
    assert await where(database) == ("PENDING", "INVOICED", False)
    assert await states(database) == []


async def test_a_case_sent_back_from_review_is_chosen_for_anew(database: Database) -> None:
    await configure(database, a_collector(skip_review=False))
    await open_manual_case(database)
    await prepare(database)
    async with database.transaction() as session:
        await do_work(session, CREDITOR, CASE, work.send_back, ACCEPTED)
    assert await states(database) == ["CANCELLED"]
    await prepare(database)
    assert await states(database) == ["CANCELLED", "REVIEW"]


async def test_exhausted_dunning_waits_for_review_where_the_collector_wants_one(
    database: Database, courier: CollectorCourier
) -> None:
    await configure(database, a_collector(skip_review=False))
    await exhaust_dunning(database)
    assert await where(database) == ("REVIEWING", "NOTICE", False)
    assert await entries(database) == ["Dunning is exhausted: waits for review before it goes to nordinkasso"]
    assert len(await told(database, "case.step.reached")) == 2
    await approve(database)
    assert await courier.deliver_due(database) == 1
    assert await where(database) == ("ACTIVE", "COLLECTION", True)


async def test_a_case_the_reviewer_rejects_never_goes_to_the_collector(
    database: Database, courier: CollectorCourier
) -> None:
    await configure(database, a_collector(skip_review=False))
    await exhaust_dunning(database)
    async with database.transaction() as session:
        await do_work(session, CREDITOR, CASE, lambda case: work.reject(case, EXHAUSTED), EXHAUSTED)
    assert await states(database) == ["CANCELLED"]
    assert await courier.deliver_due(database) == 0


async def test_our_own_collection_takes_the_step_the_day_after_its_review(database: Database) -> None:
    await configure(database, a_collector("House", adapter="OWN", skip_review=False))
    await exhaust_dunning(database)
    await approve(database)
    await sweep(database, EXHAUSTED + timedelta(days=1), EXHAUSTED + timedelta(days=1))
    assert await where(database) == ("ACTIVE", "COLLECTION", False)
    assert await states(database) == ["OWN"]
    assert await entries(database, "TRANSFERRED") == ["The case went to our own collection, house"]


async def test_a_collector_that_gave_a_case_back_is_not_asked_again(
    database: Database, courier: CollectorCourier
) -> None:
    await configure(database, a_collector(processing_days=30), a_collector("Second", priority=20))
    await exhaust_dunning(database)
    await courier.deliver_due(database)
    day = EXHAUSTED + timedelta(days=31)
    await go_to(database, day)
    async with database.transaction() as session:
        assert await return_overdue(session, day) == 1
    await approve(database)
    found = await rows(database, "SELECT collector, state FROM handover ORDER BY number")
    assert found == [("nordinkasso", "RETURNED"), ("second", "QUEUED")]


@pytest.mark.parametrize("prepared", [False, True])
async def test_a_manual_case_paid_before_its_review_and_taken_back_does_not_skip_it(
    database: Database, prepared: bool
) -> None:
    await configure(database)
    await open_manual_case(database)
    if prepared:
        await prepare(database)
    before = await where(database)
    async with database.transaction() as session:
        await apply_claim_facts(session, [a_settlement(2, ACCEPTED)])
    async with database.transaction() as session:
        await apply_claim_facts(session, [a_change(3, 100_000, ACCEPTED, cause="PAYMENT_REVERSED")])
    assert await where(database) == before
    await sweep(database, ACCEPTED, EXHAUSTED)
    assert await where(database) == before


async def test_a_flagged_debtors_case_does_not_leave_until_the_flag_is_lifted(
    database: Database, courier: CollectorCourier
) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database)
    [(debtor,)] = await rows(database, 'SELECT debtor_id FROM "case"')
    async with database.transaction() as session:
        await flag_debtor(session, CREDITOR, debtor, "DECEASED", "", EXHAUSTED)
    assert await courier.deliver_due(database) == 0
    async with database.transaction() as session:
        await lift_debtor_flag(session, CREDITOR, debtor, "DECEASED", EXHAUSTED)
    assert await courier.deliver_due(database) == 1
