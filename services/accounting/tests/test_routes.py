"""What the gateway may read, and for whom."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from accounting_factories import (
    CASE_ID,
    CREDITOR_ID,
    a_claim_charged,
    a_payment,
    a_payout,
    a_settlement,
    an_invoice,
)
from httpx import AsyncClient

from accounting.use_cases.post_vouchers import keep_invoices, post_vouchers
from runtime.database import Database

Client = Callable[[UUID | None], AsyncClient]
INVOICE = an_invoice()
SETTLEMENT = a_settlement()
PAYOUT = a_payout("CREDITOR", SETTLEMENT.net_minor, settlement_id=SETTLEMENT.settlement_id)
OTHERS = uuid4()


@pytest.fixture(autouse=True)
async def booked(database: Database) -> None:
    facts = [INVOICE, a_claim_charged(), a_payment(), SETTLEMENT, PAYOUT]
    others = an_invoice(creditor_id=OTHERS, case_id=CASE_ID + 1, currency="EUR")
    async with database.transaction() as session:
        await keep_invoices(session, [INVOICE, others])
        await post_vouchers(session, [*facts, others])


async def test_a_creditor_reads_the_balances_of_their_own_book(client: Client) -> None:
    answer = await client(CREDITOR_ID).get("/internal/balances", params={"book": "CREDITOR"})
    assert answer.status_code == 200
    assert answer.json()["balances"][0] == {
        "creditor_id": str(CREDITOR_ID),
        "account_code": "1500",
        "account_number": "1500",
        "account_name": "Receivables",
        "kind": "ASSET",
        "currency": "NOK",
        "balance_minor": 125_000,
    }
    assert {row["creditor_id"] for row in answer.json()["balances"]} == {str(CREDITOR_ID)}


@pytest.mark.parametrize("book", ["CLIENT_MONEY", "OWN"])
async def test_the_offices_books_are_closed_to_creditors(client: Client, book: str) -> None:
    answer = await client(CREDITOR_ID).get("/internal/balances", params={"book": book})
    assert answer.status_code == 403
    assert "book=CREDITOR" in answer.json()["detail"]


async def test_the_house_reads_every_book(client: Client) -> None:
    house = client(None)
    client_money = (await house.get("/internal/balances", params={"book": "CLIENT_MONEY"})).json()["balances"]
    assert sum(row["balance_minor"] for row in client_money) == 0
    assert {row["account_code"]: row["account_name"] for row in client_money}["1930:client-nok"] == (
        "Client funds client-nok"
    )
    creditors = (await house.get("/internal/balances", params={"book": "CREDITOR"})).json()["balances"]
    assert {row["creditor_id"] for row in creditors} == {str(CREDITOR_ID), str(OTHERS)}


async def test_a_creditor_reads_the_vouchers_of_a_case(client: Client) -> None:
    answer = await client(CREDITOR_ID).get("/internal/vouchers", params={"case_id": CASE_ID})
    invoice, charges = answer.json()["vouchers"]
    assert (invoice["fact"], invoice["fact_id"], invoice["total_minor"]) == (
        "invoice.created",
        str(INVOICE.event_id),
        125_000,
    )
    assert [(line["account_code"], line["debit_minor"], line["credit_minor"]) for line in invoice["lines"]] == [
        ("1500", 125_000, 0),
        ("3000", 0, 100_000),
        ("2700", 0, 25_000),
    ]
    assert {line["invoice_number"] for line in charges["lines"]} == {"2025-1"}


async def test_a_settlement_is_read_with_its_payout(client: Client) -> None:
    params = {"settlement_id": str(SETTLEMENT.settlement_id)}
    answer = await client(CREDITOR_ID).get("/internal/vouchers", params=params)
    assert [voucher["fact"] for voucher in answer.json()["vouchers"]] == ["settlement.created", "payout.confirmed"]


async def test_a_fact_is_read_by_its_id(client: Client) -> None:
    answer = await client(CREDITOR_ID).get("/internal/vouchers", params={"fact_id": str(PAYOUT.event_id)})
    [voucher] = answer.json()["vouchers"]
    assert [line["account_name"] for line in voucher["lines"]] == ["Bank", "Payout underway"]


@pytest.mark.parametrize(
    ("owned", "missing"),
    [
        pytest.param({"case_id": CASE_ID}, {"case_id": 999_999}, id="case"),
        pytest.param(
            {"settlement_id": str(SETTLEMENT.settlement_id)}, {"settlement_id": str(uuid4())}, id="settlement"
        ),
        pytest.param({"fact_id": str(INVOICE.event_id)}, {"fact_id": str(uuid4())}, id="fact"),
    ],
)
async def test_anothers_vouchers_answer_exactly_like_missing_ones(
    client: Client, owned: dict[str, str], missing: dict[str, str]
) -> None:
    other = client(OTHERS)
    foreign, unknown = [await other.get("/internal/vouchers", params=params) for params in (owned, missing)]
    assert (foreign.status_code, foreign.text) == (unknown.status_code, unknown.text) == (200, '{"vouchers":[]}')


@pytest.mark.parametrize("params", [{}, {"case_id": "1", "fact_id": str(uuid4())}, {"case_id": str(2**63)}])
async def test_a_question_about_nothing_or_too_much_is_refused(client: Client, params: dict[str, str]) -> None:
    answer = await client(CREDITOR_ID).get("/internal/vouchers", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_house_counts_vouchers_and_finds_none_unbalanced(client: Client) -> None:
    counts = (await client(None).get("/internal/voucher-counts")).json()
    assert (counts["vouchers"], counts["unbalanced"]) == (9, 0)
    assert {
        "book": "OWN",
        "fact": "settlement.created",
        "currency": "NOK",
        "vouchers": 1,
        "lines": 4,
        "total_minor": 14_688,
        "unbalanced": 0,
    } in counts["counts"]


async def test_a_creditor_may_not_count_the_books(client: Client) -> None:
    assert (await client(CREDITOR_ID).get("/internal/voucher-counts")).status_code == 403
