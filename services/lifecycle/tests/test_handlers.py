"""Kafka in: duplicates, another order, facts that come before their case."""

import asyncio
import random
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from services.lifecycle.tests.factories import (
    a_change,
    a_charge,
    a_letter,
    a_payment,
    a_reversal,
    a_settlement,
    an_action,
    an_agreement,
    an_invoice,
    records,
)
from sqlalchemy import text

import contracts
from contracts import DebtorErased, Event
from lifecycle.handlers import consumer
from lifecycle.use_cases.reviews import review_cases
from runtime.database import Database

STATE = text(
    """
    SELECT status, stage, level, due_date, principal_minor, interest_minor, fees_minor, claim_version, hold_reason,
        hold_until_date, close_code, closed_date, next_review_date
    FROM "case" ORDER BY case_id
    """
)


async def told(database: Database, *batches: Sequence[Event]) -> None:
    for batch in batches:
        await consumer.handle(database, records(batch))


async def state(database: Database) -> list[tuple[Any, ...]]:
    async with database.transaction() as session:
        return [tuple(row) for row in await session.execute(STATE)]


async def entries(database: Database) -> list[str]:
    async with database.transaction() as session:
        found = await session.execute(text("SELECT case_id || ' ' || kind || ' ' || text FROM timeline_entry"))
        return sorted(found.scalars())


async def outbox(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list((await session.execute(text("SELECT aggregatetype FROM outbox ORDER BY position"))).scalars())


def test_it_listens_to_what_the_contracts_promise() -> None:
    assert consumer.topics == contracts.consumed_by("lifecycle")


async def test_an_invoice_waits_for_its_agreement_and_its_facts_for_the_case(database: Database) -> None:
    invoice, letter = an_invoice(), a_letter(date(2025, 9, 15))

    await told(database, [letter, a_change(2, 60_000, date(2025, 9, 20))], [invoice])
    assert await state(database) == []
    await told(database, [an_agreement()])

    [case] = await state(database)
    assert (case[4], case[7]) == (60_000, 2)
    assert len(await entries(database)) == 3
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM waiting"))).scalar_one() == 0


async def test_facts_about_an_invoice_without_case_work_are_dropped_whenever_they_come(database: Database) -> None:
    facts = [a_letter(date(2025, 9, 15)), an_action("COMMENT", date(2025, 9, 15)), a_payment(date(2025, 9, 16))]

    await told(database, facts[:1], [an_invoice(payment_control=False)], facts[1:])

    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM waiting"))).scalar_one() == 0
    assert await state(database) == []
    assert await entries(database) == []


async def test_everything_twice_changes_nothing_the_second_time(database: Database) -> None:
    facts = [
        an_agreement(),
        an_invoice(),
        an_action("PAUSE", date(2025, 9, 20), until_date=date(2025, 12, 1)),
        a_payment(date(2025, 9, 25)),
        a_change(2, 0, date(2025, 9, 25)),
        a_settlement(2, date(2025, 9, 25)),
    ]
    await told(database, facts)
    before = (await state(database), await entries(database), await outbox(database))

    await told(database, facts, list(reversed(facts)), *[[fact] for fact in facts])

    assert (await state(database), await entries(database), await outbox(database)) == before
    assert (await outbox(database)) == ["case.opened", "case.held", "case.closed"]


@pytest.mark.parametrize("seed", range(12))
async def test_facts_of_different_topics_end_in_the_same_state_in_any_order(database: Database, seed: int) -> None:
    shuffle = random.Random(seed)
    facts: list[Event] = []
    for case_id in (100_001, 100_002, 100_003):
        facts += [
            an_invoice(case_id),
            an_action("PAUSE", date(2025, 9, 20), case_id, until_date=date(2025, 12, 1)),
            an_action("OBJECTION", date(2025, 9, 21), case_id),
            an_action("DUEDATE", date(2025, 9, 22), case_id, due_date=date(2025, 10, 20)),
            a_charge(2, f"{case_id}:1:1", date(2025, 9, 23), case_id),
            a_payment(date(2025, 9, 24), case_id),
            a_change(3, 40_000, date(2025, 9, 24), case_id, fees_minor=3_500),
            a_reversal(date(2025, 9, 26), case_id),
            a_change(4, 100_000, date(2025, 9, 26), case_id, fees_minor=3_500, cause="PAYMENT_REVERSED"),
            a_change(5, 70_000, date(2025, 9, 28), case_id, cause="CREDITED"),
            a_letter(date(2025, 9, 23), case_id),
        ]
    facts.append(an_agreement())
    await told(database, in_another_order(facts, shuffle))
    for fact in in_another_order(facts, shuffle)[:10]:
        await told(database, [fact])

    expected = ("DISPUTED", "INVOICED", 0, date(2025, 10, 20), 70_000, 0, 0, 5, "DISPUTE", None, None, None)
    assert await state(database) == [(*expected, date(2025, 10, 21))] * 3
    assert len(await entries(database)) == 33


def in_another_order(facts: list[Event], shuffle: random.Random) -> list[Event]:
    """Shuffled, but in order within a topic and key, as the broker keeps them."""
    lanes: dict[tuple[str, str], list[Event]] = {}
    for fact in facts:
        lanes.setdefault((fact.topic, fact.key), []).append(fact)
    waiting = list(lanes.values())
    order: list[Event] = []
    while waiting:
        lane = shuffle.choice(waiting)
        order.append(lane[0])
        waiting = [rest for other in waiting if (rest := other[1:] if other is lane else other)]
    return order


@pytest.mark.parametrize(
    "order",
    [
        pytest.param([0, 1, 2], id="in order"),
        pytest.param([1, 0, 2], id="settled before the payment is told"),
        pytest.param([2, 0, 1], id="the reversal before everything"),
        pytest.param([0, 2, 1], id="the reversal before the settlement"),
    ],
)
async def test_a_reversal_opens_the_case_again_where_it_stood_in_any_order(
    database: Database, order: list[int]
) -> None:
    await told(database, [an_agreement(), an_invoice()])
    async with database.transaction() as session:
        for day in (date(2025, 10, 2), date(2025, 10, 15)):
            await review_cases(session, day)
    facts = [
        a_change(2, 0, date(2025, 10, 20)),
        a_settlement(2, date(2025, 10, 20)),
        a_change(3, 100_000, date(2025, 11, 3), cause="PAYMENT_REVERSED"),
    ]

    await told(database, *[[facts[number]] for number in order])

    [case] = await state(database)
    assert case[:3] == ("ACTIVE", "REMINDER", 1)
    assert case[-1] == date(2025, 11, 4)  # the day after the reversal, the deadline having passed


async def test_settled_reopened_and_settled_again_ends_closed_though_the_middle_comes_last(database: Database) -> None:
    await told(database, [an_agreement(), an_invoice()])

    await told(
        database,
        [a_settlement(2, date(2025, 10, 20)), a_settlement(4, date(2025, 11, 20), cause="CREDITED")],
        [a_change(3, 100_000, date(2025, 11, 3), cause="PAYMENT_REVERSED")],
    )

    [case] = await state(database)
    assert (case[0], case[10], case[11], case[-1]) == ("CLOSED", "CREDITED", date(2025, 11, 20), None)


async def test_a_refused_action_shows_with_its_reason(database: Database) -> None:
    await told(database, [an_agreement(), an_invoice()])

    await told(database, [an_action("WITHDRAW", date(2025, 9, 20))], [an_action("PAUSE", date(2025, 9, 21))])

    found = await entries(database)
    assert found[0].startswith("100001 ACTION Withdrawn")
    assert "PAUSE refused: the case is CLOSED in stage INVOICED; allowed now: COMMENT" in found[1]
    assert await outbox(database) == ["case.opened", "case.closed"]


async def test_two_consumers_with_the_same_cases_in_opposite_order_do_not_block_each_other(database: Database) -> None:
    await told(database, [an_agreement(), *(an_invoice(100_001 + number) for number in range(20))])
    there: list[Event] = [a_change(2, 90_000, date(2025, 9, 20), 100_001 + number) for number in range(20)]
    back: list[Event] = [an_action("COMMENT", date(2025, 9, 20), 100_020 - number) for number in range(20)]

    await asyncio.gather(told(database, there), told(database, back))

    assert {case[4] for case in await state(database)} == {90_000}


@pytest.mark.parametrize(
    "settled_first", [pytest.param(True, id="settled first"), pytest.param(False, id="changed first")]
)
async def test_a_case_closes_once_though_change_and_settlement_tell_the_same_version(
    database: Database, settled_first: bool
) -> None:
    await told(database, [an_agreement(), an_invoice()])
    facts = [a_change(2, 0, date(2025, 9, 25)), a_settlement(2, date(2025, 9, 25))]

    for fact in reversed(facts) if settled_first else facts:
        await told(database, [fact])

    [case] = await state(database)
    assert (case[0], case[10], case[-1]) == ("CLOSED", "PAID", None)
    assert await outbox(database) == ["case.opened", "case.closed"]


async def test_words_about_an_erased_debtor_go_and_what_happened_stays(database: Database) -> None:
    debtor_id = uuid5(NAMESPACE_URL, "debtor")
    invoice = an_invoice().model_copy(update={"debtor_id": debtor_id})
    comment = an_action("COMMENT", date(2026, 1, 20), comment="is in hospital")
    await told(database, [an_agreement(), invoice], [comment])
    before = await state(database)
    assert any("is in hospital" in entry for entry in await entries(database))
    erased = DebtorErased(debtor_id=debtor_id, creditor_id=invoice.creditor_id, as_of=date(2026, 3, 2))

    await told(database, [erased], [erased])

    assert not any("is in hospital" in entry for entry in await entries(database))
    assert any("ACTION The words of this entry were erased" in entry for entry in await entries(database))
    assert await state(database) == before
