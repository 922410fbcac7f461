"""A run: what is settled, what waits, and that it happens once."""

import asyncio
from datetime import date
from typing import Any

import pytest

from runtime.database import Database
from settlement.domain.accounts import Accounts
from settlement.use_cases.settle import settle_due

MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2025, 9, day) for day in (1, 2, 3, 4))
NEXT_WEDNESDAY = date(2025, 9, 10)

SETTLEMENTS = "SELECT * FROM settlement ORDER BY settlement_number"
PROVEN = """
    SELECT settlement.allocated_minor = sum(line.allocated_minor)
        AND settlement.principal_minor = sum(line.principal_minor)
        AND settlement.fee_share_minor = sum(line.fee_share_minor)
        AND settlement.commission_minor = sum(line.commission_minor)
        AND settlement.vat_minor = sum(line.vat_minor) AS sums_agree
    FROM settlement JOIN accrual_line AS line USING (settlement_id) GROUP BY settlement.settlement_id
"""


@pytest.fixture
async def known(office: Any, facts: Any) -> None:
    await office.hear(facts.onboarded(), facts.activated())


async def test_a_week_is_settled_on_the_agreed_weekday(office: Any, facts: Any, known: None) -> None:
    await office.hear(
        facts.allocated(1, PRINCIPAL=131_310, INTEREST=925, REMINDER_FEE=3_500),
        facts.allocated(2, stage="COLLECTION", PRINCIPAL=200_000, COLLECTION_FEE=70_000),
    )
    assert await office.run(TUESDAY) == [0, 0, 0]
    assert await office.run(WEDNESDAY) == [1, 0, 2]
    assert await office.run(THURSDAY) == [0, 0, 0]

    [told] = await office.told("settlement.created")
    assert told | {"event_id": "", "occurred_at": "", "settlement_id": ""} == {
        "event_id": "",
        "occurred_at": "",
        "settlement_id": "",
        "creditor_id": str(facts.creditor_id),
        "settlement_number": 202509030001,
        "settlement_date": "2025-09-03",
        "currency": "NOK",
        "account_id": "CLIENT-NOK",
        "line_count": 2,
        "allocated_minor": 405_735,
        "principal_minor": 331_310,
        "interest_minor": 925,
        "fees_minor": 73_500,
        "fee_share_minor": 71_750,
        "commission_minor": 10_000,
        "vat_minor": 438 + 20_000,
        "own_share_minor": 102_188,
        "net_minor": 303_547,
    }
    creditor, own = await office.rows("SELECT * FROM payout ORDER BY kind")
    assert (creditor.amount_minor, creditor.iban, creditor.end_to_end_id) == (
        303_547,
        "NO8615030002313",
        "202509030001-C1",
    )
    assert (own.amount_minor, own.iban, own.end_to_end_id) == (102_188, "NO6399901000022", "202509030001-O1")
    assert await office.rows(PROVEN) == [(True,)]


async def test_a_second_run_of_the_day_finds_nothing_to_do(office: Any, facts: Any, known: None) -> None:
    await office.hear(facts.allocated(1))
    await office.run(WEDNESDAY)
    await office.hear(facts.allocated(2))
    assert await office.run(WEDNESDAY) == [0, 0, 0]
    assert len(await office.rows(SETTLEMENTS)) == 1
    assert await office.run(NEXT_WEDNESDAY) == [1, 0, 1]


async def test_two_sessions_at_once_settle_once(
    database: Database, office: Any, facts: Any, accounts: Accounts, known: None
) -> None:
    await office.hear(*(facts.allocated(number) for number in range(1, 21)))

    async def settle() -> int:
        async with database.transaction() as session:
            return await settle_due(session, WEDNESDAY, accounts)

    assert sorted(await asyncio.gather(settle(), settle(), settle())) == [0, 0, 1]
    [settled] = await office.rows(SETTLEMENTS)
    assert (settled.line_count, settled.allocated_minor) == (20, 2_000_000)


async def test_each_currency_and_account_is_settled_apart(office: Any, facts: Any, known: None) -> None:
    await office.hear(
        facts.allocated(1),
        facts.allocated(2, account_id="CLIENT-NOK-2"),
        facts.allocated(3, account_id="CLIENT-SEK", currency="SEK"),
        facts.allocated(4, account_id="NOT-OURS"),
    )
    await office.run(WEDNESDAY)
    settled = await office.rows(SETTLEMENTS)
    assert [(row.currency, row.account_id) for row in settled] == [
        ("NOK", "CLIENT-NOK"),
        ("NOK", "CLIENT-NOK-2"),
        ("SEK", "CLIENT-SEK"),
    ]
    assert len(await office.rows("SELECT * FROM payment_order")) == 3


async def test_only_what_came_up_to_the_day_is_settled(office: Any, facts: Any, known: None) -> None:
    await office.hear(facts.allocated(1, as_of=WEDNESDAY), facts.allocated(2, as_of=THURSDAY))
    await office.run(WEDNESDAY)
    assert (await office.one(SETTLEMENTS)).line_count == 1


async def test_a_negative_sum_is_carried_forward(office: Any, facts: Any, known: None) -> None:
    first = facts.allocated(1, PRINCIPAL=50_000)
    await office.hear(first)
    await office.run(WEDNESDAY)
    await office.hear(facts.reversed(first, as_of=THURSDAY))
    assert await office.run(NEXT_WEDNESDAY) == [1, 0, 0]
    assert len(await office.rows(SETTLEMENTS)) == 1

    await office.hear(facts.allocated(2, PRINCIPAL=80_000, as_of=date(2025, 9, 12)))
    await office.run(date(2025, 9, 17))
    _, later = await office.rows(SETTLEMENTS)
    assert (later.line_count, later.allocated_minor, later.net_minor) == (2, 30_000, 30_000)


async def test_a_reversal_gives_back_what_was_kept_whatever_the_agreement_says_by_then(
    office: Any, facts: Any, known: None
) -> None:
    first = facts.allocated(1, stage="COLLECTION", PRINCIPAL=100_000, REMINDER_FEE=3_500)
    await office.hear(first)
    await office.run(WEDNESDAY)
    await office.hear(facts.activated(version=2, commission=2_000, reminder_fee_share=0))
    await office.hear(facts.reversed(first), facts.allocated(2, stage="COLLECTION", PRINCIPAL=1_000_000))
    await office.run(NEXT_WEDNESDAY)
    shares = await office.rows(
        "SELECT kind, agreement_version, fee_share_minor, commission_minor, vat_minor FROM accrual_line ORDER BY line_id"
    )
    assert ("ALLOCATION", 1, 1_750, 5_000, 1_688) in shares
    assert ("REVERSAL", 1, -1_750, -5_000, -1_688) in shares
    assert ("ALLOCATION", 2, 0, 200_000, 50_000) in shares


async def test_our_negative_share_waits_and_the_creditor_is_paid_no_more_than_was_allocated(
    office: Any, facts: Any, known: None
) -> None:
    first = facts.allocated(1, PRINCIPAL=100_000, REMINDER_FEE=3_500)
    await office.hear(first)
    await office.run(WEDNESDAY)
    await office.hear(facts.reversed(first), facts.allocated(2, PRINCIPAL=500_000))
    await office.run(NEXT_WEDNESDAY)
    _, second = await office.rows(SETTLEMENTS)
    assert (second.allocated_minor, second.own_share_minor, second.net_minor) == (396_500, 0, 396_500)

    await office.hear(facts.allocated(3, REMINDER_FEE=7_000))
    await office.run(date(2025, 9, 17))
    _, _, third = await office.rows(SETTLEMENTS)
    assert (third.fee_share_minor, third.vat_minor) == (3_500 - 1_750, 875 - 438)
    assert third.net_minor == 7_000 - 1_750 - 437
    assert await office.rows(PROVEN) == [(True,)] * 3
    assert [row.kind for row in await office.rows("SELECT kind FROM payout WHERE attempt = 1 ORDER BY kind")] == [
        "CREDITOR",
        "CREDITOR",
        "CREDITOR",
        "OWN",
        "OWN",
    ]


async def test_money_of_a_creditor_without_agreement_waits_for_it(office: Any, facts: Any) -> None:
    await office.hear(facts.allocated(1))
    assert await office.run(WEDNESDAY) == [0, 0, 0]
    await office.hear(facts.activated())
    assert await office.run(NEXT_WEDNESDAY) == [1, 0, 1]


async def test_the_number_of_statements_does_not_grow_with_the_lines(office: Any, facts: Any, known: None) -> None:
    await office.hear(facts.allocated(1))
    with office.counted() as for_one:
        await office.run(WEDNESDAY)
    await office.hear(*(facts.allocated(number) for number in range(2, 1_002)))
    with office.counted() as for_many:
        await office.run(NEXT_WEDNESDAY)
    assert (await office.rows(SETTLEMENTS))[1].line_count == 1_000
    assert len(for_many) == len(for_one)
