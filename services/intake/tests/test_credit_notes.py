"""Credit notes and corrected debtors: what a creditor sets right after the invoice."""

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from intake.settings import Settings
from runtime.database import Database
from runtime.tokens import sign

CREDITOR = UUID("0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c001")


class Desk:
    """The creditor at intake's door."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database) -> None:
        self.client = client
        self.orders = orders
        self.database = database
        self.headers = {"Authorization": f"Bearer {sign(settings, 'gateway', CREDITOR)}"}

    async def hand_in(self, *invoices: dict[str, Any]) -> list[dict[str, Any]]:
        body = {"request_id": str(uuid4()), "invoices": invoices}
        answer = await self.client.post("/internal/invoices", json=body, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    async def ask(self, *actions: dict[str, Any], request_id: UUID | None = None) -> list[dict[str, Any]]:
        body = {"request_id": str(request_id or uuid4()), "actions": actions}
        answer = await self.client.post("/internal/actions", json=body, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    async def told(self, topic: str) -> list[dict[str, Any]]:
        async with self.database.transaction() as session:
            rows = await session.execute(
                text("SELECT payload FROM outbox WHERE aggregatetype = :topic ORDER BY position"), {"topic": topic}
            )
            return [json.loads(payload) for payload in rows.scalars()]

    def note(self, number: str = "K1", **overrides: Any) -> dict[str, Any]:
        credit = {
            "invoice_type": "CREDIT_NOTE",
            "credited_invoice_number": "1001",
            "gross_minor": 25_000,
            "vat_minor": 0,
        }
        return self.orders.invoice(number, **credit | overrides)


@pytest.fixture
async def desk(client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database) -> Desk:
    desk = Desk(client, settings, orders, database)
    answer = await client.post("/internal/creditors", json=orders.creditor(), headers=desk.headers)
    assert answer.status_code == 201, answer.text
    return desk


async def test_a_credit_note_becomes_an_action_on_the_case_of_its_invoice(desk: Desk) -> None:
    invoice, note = await desk.hand_in(desk.orders.invoice("1001"), desk.note())
    assert (note["ok"], note["case_id"], note["invoice_number"]) == (True, invoice["case_id"], "K1")
    [action] = await desk.told("action.requested")
    assert (action["code"], action["amount_minor"], action["reference"]) == ("CREDITNOTE", 25_000, "K1")
    assert len(await desk.told("invoice.created")) == 1


async def test_the_same_note_again_credits_once_and_another_of_its_number_is_a_conflict(desk: Desk) -> None:
    await desk.hand_in(desk.orders.invoice("1001"), desk.note())
    [again] = await desk.hand_in(desk.note())
    [other] = await desk.hand_in(desk.note(gross_minor=30_000))
    assert (again["ok"], other["ok"], other["status"]) == (True, False, 409)
    assert len(await desk.told("action.requested")) == 1


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        pytest.param(
            {"credited_invoice_number": None}, "invoice.references.creditedInvoiceNumber", id="no invoice named"
        ),
        pytest.param(
            {"credited_invoice_number": "77"}, "invoice.references.creditedInvoiceNumber", id="no such invoice"
        ),
        pytest.param({"currency": "SEK"}, "invoice.header.currencyCode", id="another currency"),
    ],
)
async def test_a_credit_note_that_fits_no_invoice_is_refused_and_its_neighbours_are_taken(
    desk: Desk, overrides: dict[str, Any], field: str
) -> None:
    results = await desk.hand_in(desk.note(**overrides), desk.orders.invoice("1001"), desk.note("K2"))
    assert [result["ok"] for result in results] == [False, True, True]
    assert [error["field"] for error in results[0]["errors"]] == [field]


ADDRESS = {"street": "Nygata 2", "postal_code": "5003", "postal_district": "Bergen", "country_code": "NO"}


async def test_a_new_address_and_e_mail_are_told_and_the_case_only_learns_that_they_changed(desk: Desk) -> None:
    await desk.hand_in(desk.orders.invoice("1001"))
    results = await desk.ask(
        {"code": "ADDRESS", "invoice_number": "1001", "address": ADDRESS},
        {"code": "EMAIL", "invoice_number": "1001", "email": "ny@example.no"},
    )
    assert [result["code"] for result in results] == ["ADDRESS", "EMAIL"]
    before, after = await desk.told("debtor.recorded")
    assert (after["street"], after["email"], after["name"]) == ("Nygata 2", "ny@example.no", before["name"])
    comments = await desk.told("action.requested")
    assert [comment["code"] for comment in comments] == ["COMMENT", "COMMENT"]
    assert not any("Nygata" in str(comment) or "ny@" in str(comment) for comment in comments)


async def test_an_old_request_sent_again_does_not_bring_an_old_address_back(desk: Desk) -> None:
    await desk.hand_in(desk.orders.invoice("1001"))
    first = uuid4()
    old = {"code": "EMAIL", "invoice_number": "1001", "email": "old@example.no"}
    await desk.ask(old, request_id=first)
    await desk.ask({"code": "EMAIL", "invoice_number": "1001", "email": "new@example.no"})
    await desk.ask(old, request_id=first)
    assert [debtor["email"] for debtor in await desk.told("debtor.recorded")][1:] == [
        "old@example.no",
        "new@example.no",
    ]


@pytest.mark.parametrize(
    ("action", "field"),
    [
        pytest.param({"code": "ADDRESS"}, "data.address", id="no address"),
        pytest.param({"code": "EMAIL"}, "data.email", id="no e-mail"),
        pytest.param(
            {"code": "PAYMENTPLAN", "instalment_count": 3, "first_instalment_date": "2025-10-01"},
            "data.instalmentEvery",
            id="a plan without interval",
        ),
        pytest.param(
            {
                "code": "PAYMENTPLAN",
                "instalment_count": 1,
                "first_instalment_date": "2025-10-01",
                "instalment_every": "MONTH",
            },
            "data.numberOfInstalments",
            id="a plan of one part",
        ),
        pytest.param(
            {
                "code": "PAYMENTPLAN",
                "instalment_count": 3,
                "first_instalment_date": "2025-08-01",
                "instalment_every": "MONTH",
            },
            "data.firstInstalmentDate",
            id="a plan that began already",
        ),
    ],
)
async def test_an_action_without_what_it_needs_is_refused_by_its_field(
    desk: Desk, action: dict[str, Any], field: str
) -> None:
    await desk.hand_in(desk.orders.invoice("1001"))
    [result] = await desk.ask(action | {"invoice_number": "1001"})
    assert (result["ok"], [error["field"] for error in result["errors"]]) == (False, [field])


async def test_a_plan_that_is_proposed_is_told_with_its_instalments(desk: Desk) -> None:
    await desk.hand_in(desk.orders.invoice("1001"))
    plan = {"instalment_count": 4, "first_instalment_date": "2025-10-01", "instalment_every": "MONTH"}
    await desk.ask({"code": "PAYMENTPLAN", "invoice_number": "1001"} | plan)
    [told] = await desk.told("action.requested")
    assert {name: told[name] for name in plan} == plan
