"""A creditor's own book: account numbers, closed periods, reversals."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from accounting_factories import (
    CASE_ID,
    CREDITOR_ID,
    DAY,
    a_claim_changed,
    a_claim_charged,
    a_creditor,
    a_payment,
    an_invoice,
    balances,
    parts,
    records,
)
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from accounting.domain.posting import book
from accounting.domain.reversal import Posted, reverse
from accounting.domain.voucher import Line
from accounting.handlers import consumer
from accounting.use_cases.books import close_period
from accounting.use_cases.post_vouchers import post_vouchers
from runtime.database import Database

Client = Callable[[UUID | None], AsyncClient]
TODAY = date(2025, 12, 1)


@pytest.fixture(autouse=True)
async def opened(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO clock VALUES (1, :day, :day)"), {"day": TODAY})
    await consumer.handle(database, records([a_creditor(), an_invoice()]))


async def close(client: AsyncClient, through: str) -> int:
    return (await client.post("/internal/closed-periods", json={"closed_through": through})).status_code


async def dates(database: Database) -> list[tuple[str, date, date | None]]:
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT fact, voucher_date, fact_date FROM voucher ORDER BY voucher_number"))
        return [(row[0], row[1], row[2]) for row in rows]


async def test_an_account_is_called_what_the_creditors_own_system_calls_it(client: Client) -> None:
    mine = client(CREDITOR_ID)
    named = {"code": "1500", "account_number": "1701", "vat_code": "20", "vat_basis_points": 2_550, "text": "Kunder"}
    answer = await mine.post("/internal/accounts", json={"accounts": [named]})
    accounts = {account["code"]: account for account in answer.json()["accounts"]}
    assert accounts["1500"] == named | {"name": "Receivables", "kind": "ASSET"}
    assert accounts["3000"]["account_number"] == "3000"

    [voucher] = (await mine.get("/internal/vouchers", params={"case_id": CASE_ID})).json()["vouchers"]
    assert [line["account_number"] for line in voucher["lines"]] == ["1701", "3000", "2700"]


async def test_an_unknown_account_changes_none(client: Client) -> None:
    mine = client(CREDITOR_ID)
    wanted = [{"code": "1500", "account_number": "1701"}, {"code": "9999", "account_number": "1"}]
    answer = await mine.post("/internal/accounts", json={"accounts": wanted})
    assert (answer.status_code, "9999" in answer.json()["detail"]) == (422, True)
    accounts = (await mine.get("/internal/accounts")).json()["accounts"]
    assert all(account["account_number"] == account["code"] for account in accounts)


async def test_what_belongs_to_a_closed_period_is_booked_on_the_first_open_day_with_a_note(
    client: Client, database: Database
) -> None:
    mine = client(CREDITOR_ID)
    assert await close(mine, "2025-11-30") == 200
    await consumer.handle(database, records([a_claim_charged(), a_payment()]))

    assert await dates(database) == [
        ("invoice.created", DAY, None),
        ("claim.charged", date(2025, 12, 1), DAY),
        ("payment.registered", DAY, None),  # the office's books are still open
    ]
    charges = (await mine.get("/internal/vouchers", params={"case_id": CASE_ID})).json()["vouchers"][1]
    assert charges["text"] == "Charges of REMINDER_1 (of 2025-11-05, period closed)"


async def test_the_office_closes_its_own_two_books(client: Client, database: Database) -> None:
    assert await close(client(None), "2025-11-30") == 200
    await consumer.handle(database, records([a_payment(), a_claim_charged()]))
    assert (await dates(database))[1:] == [
        ("claim.charged", DAY, None),
        ("payment.registered", date(2025, 12, 1), DAY),
    ]
    periods = (await client(None).get("/internal/closed-periods")).json()["periods"]
    assert [(period["book"], period["closed_on"]) for period in periods] == [
        ("CLIENT_MONEY", "2025-12-01"),
        ("OWN", "2025-12-01"),
    ]
    assert (await client(CREDITOR_ID).get("/internal/closed-periods")).json() == {"periods": []}


@pytest.mark.parametrize("through", ["2025-11-30", "2025-11-29"])
async def test_a_closed_period_is_never_opened_again(client: Client, through: str) -> None:
    mine = client(CREDITOR_ID)
    assert await close(mine, "2025-11-30") == 200
    assert await close(mine, through) == 409


async def test_a_day_that_is_not_over_cannot_be_closed(client: Client) -> None:
    assert await close(client(CREDITOR_ID), TODAY.isoformat()) == 422


async def test_the_database_itself_refuses_vouchers_of_closed_periods_and_their_opening(
    client: Client, database: Database
) -> None:
    assert await close(client(None), "2025-11-30") == 200
    with pytest.raises(IntegrityError, match="its book is closed through 2025-11-30"):
        async with database.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO voucher (voucher_id, book, fact, fact_id, currency, voucher_date, text, total_minor)"
                    " VALUES (:id, 'OWN', 'payout.confirmed', :id, 'NOK', :day, '', 1)"
                ),
                {"id": uuid4(), "day": DAY},
            )
    with pytest.raises(DBAPIError, match="never opened again"):
        async with database.transaction() as session:
            await session.execute(text("DELETE FROM closed_period"))


async def test_closing_waits_for_postings_under_way(database: Database) -> None:
    async with database.transaction() as posting:
        await post_vouchers(posting, [a_claim_charged()])

        async def close_meanwhile() -> None:
            async with database.transaction() as closing:
                await close_period(closing, CREDITOR_ID, date(2025, 11, 30))

        waiting = asyncio.create_task(close_meanwhile())
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
    await waiting
    assert ("claim.charged", DAY, None) in await dates(database)


async def test_a_voucher_is_taken_back_once_in_an_open_period(client: Client, database: Database) -> None:
    mine = client(CREDITOR_ID)
    [sale] = (await mine.get("/internal/vouchers", params={"case_id": CASE_ID})).json()["vouchers"]
    path = f"/internal/vouchers/{sale['voucher_number']}/reversal"
    answer = await mine.post(path, json={"reason": "entered twice"})
    [reversal] = answer.json()["vouchers"]
    assert (reversal["reverses"], reversal["voucher_date"], reversal["fact"]) == (
        sale["voucher_id"],
        TODAY.isoformat(),
        "voucher.reversed",
    )
    assert [(line["debit_minor"], line["credit_minor"]) for line in reversal["lines"]] == [
        (line["credit_minor"], line["debit_minor"]) for line in sale["lines"]
    ]
    again = await mine.post(path, json={"reason": "entered twice"})
    assert (again.status_code, f"by voucher {reversal['voucher_number']}" in again.json()["detail"]) == (409, True)

    restored = await mine.post(f"/internal/vouchers/{reversal['voucher_number']}/reversal", json={"reason": "right"})
    assert restored.status_code == 200
    sums = (await mine.get("/internal/balances", params={"book": "CREDITOR"})).json()["balances"]
    assert {row["account_code"]: row["balance_minor"] for row in sums}["1500"] == 125_000


async def test_anothers_voucher_cannot_be_reversed(client: Client) -> None:
    [sale] = (await client(CREDITOR_ID).get("/internal/vouchers", params={"case_id": CASE_ID})).json()["vouchers"]
    other = client(uuid4())
    foreign = await other.post(f"/internal/vouchers/{sale['voucher_number']}/reversal", json={"reason": "x"})
    missing = await other.post("/internal/vouchers/999999/reversal", json={"reason": "x"})
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["detail"].replace(str(sale["voucher_number"]), "999999") == missing.json()["detail"]


async def test_balances_are_told_for_any_day(client: Client, database: Database) -> None:
    await consumer.handle(database, records([a_claim_charged(as_of=date(2025, 11, 20))]))
    mine = client(CREDITOR_ID)

    async def interest(as_of: str) -> int:
        answer = await mine.get("/internal/balances", params={"book": "CREDITOR", "as_of": as_of})
        return {row["account_code"]: row["balance_minor"] for row in answer.json()["balances"]}.get("1510", 0)

    assert (await interest("2025-11-19"), await interest("2025-11-20")) == (0, 925)


@given(
    minors=st.lists(st.integers(-(10**9), 10**9).filter(bool), min_size=1, max_size=6),
    day=st.dates(date(2025, 1, 1), date(2026, 1, 1)),
    closed=st.none() | st.dates(date(2025, 1, 1), date(2026, 1, 1)),
)
def test_a_voucher_and_its_reversal_leave_nothing_wherever_they_are_dated(
    minors: list[int], day: date, closed: date | None
) -> None:
    lines = [*(Line("1500", minor) for minor in minors), *(Line("3000", -minor) for minor in minors)]
    posted = Posted(uuid4(), 1, CREDITOR_ID, "NOK", CASE_ID, "2025-1", None, "SALE", tuple(lines))
    taken_back = reverse(posted, "why", day).outside(closed)
    sums: dict[str, int] = {"1500": 0, "3000": 0}
    for line in (*posted.lines, *taken_back.lines):
        sums[line.account_code] += line.amount_minor
    assert set(sums.values()) == {0}
    assert taken_back.origin.voucher_date == (day if closed is None or day > closed else closed + timedelta(days=1))


def test_principal_given_up_without_a_credit_note_is_a_loss_because_sales_keep_their_vat() -> None:
    for cause in ("WAIVED", "SMALL_BALANCE", "WRITTEN_OFF"):
        booked = book(a_claim_changed(cause=cause, parts=parts(PRINCIPAL=-500)), {})
        assert balances(booked, "CREDITOR") == {"7830": 500, "1500": -500}
