"""Intake as the gateway meets it, over a real database."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

import contracts
from intake.handlers import consumer
from intake.settings import Settings
from intake.tables import Table
from runtime.database import Database
from runtime.tokens import sign

CREDITOR = "0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c001"


def as_creditor(settings: Settings, creditor_id: Any = CREDITOR) -> dict[str, str]:
    from uuid import UUID

    return {"Authorization": f"Bearer {sign(settings, 'gateway', UUID(creditor_id))}"}


@pytest.fixture
async def onboarded(client: httpx.AsyncClient, settings: Settings, orders: Any) -> dict[str, Any]:
    answer = await client.post("/internal/creditors", json=orders.creditor(), headers=as_creditor(settings))
    assert answer.status_code == 201, answer.text
    return answer.json()


async def told(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list((await session.execute(text("SELECT aggregatetype FROM outbox ORDER BY position"))).scalars())


async def count(database: Database, table: str) -> int:
    async with database.transaction() as session:
        return (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()


async def test_a_new_creditor_gets_an_agreement_from_the_template_of_the_country(
    onboarded: dict[str, Any], database: Database
) -> None:
    assert onboarded["agreement"]["policy_code"] == "no_consumer"
    assert onboarded["agreement"]["policy_code_by_debtor_kind"] == {
        "CONSUMER": "no_consumer",
        "BUSINESS": "no_business",
    }
    assert onboarded["agreement"]["incoming_account_by_currency"]["NOK"] == "CLIENT-NOK"
    assert onboarded["reference_prefix"].isdigit()
    assert await told(database) == ["creditor.onboarded", "agreement.activated"]


async def test_onboarding_twice_answers_the_same_and_tells_nothing_more(
    onboarded: dict[str, Any], client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database
) -> None:
    again = await client.post("/internal/creditors", json=orders.creditor(), headers=as_creditor(settings))

    assert again.json() == onboarded
    assert len(await told(database)) == 2


async def test_a_country_without_rule_pack_is_refused_and_nothing_is_stored(
    client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database
) -> None:
    answer = await client.post(
        "/internal/creditors", json=orders.creditor(country_code="US"), headers=as_creditor(settings)
    )

    assert answer.status_code == 422
    assert "client.countryCode: no rule pack for US" in answer.json()["detail"]
    assert await count(database, "creditor") == 0


async def test_an_accepted_invoice_gets_a_case_and_a_checked_reference_and_is_told(
    onboarded: dict[str, Any], client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database
) -> None:
    body = {"request_id": str(uuid4()), "invoices": [orders.invoice()]}

    answer = await client.post("/internal/invoices", json=body, headers=as_creditor(settings))

    [result] = answer.json()["results"]
    assert (result["ok"], result["case_id"]) == (True, 100_001)
    from statutes import references

    assert references.check("NO_KID_MOD10", result["payment_reference"])
    assert (await told(database))[2:] == ["debtor.recorded", "invoice.created"]


async def test_the_same_request_again_answers_the_same_and_stores_nothing_twice(
    onboarded: dict[str, Any], client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database
) -> None:
    body = {"request_id": str(uuid4()), "invoices": [orders.invoice()]}
    first = await client.post("/internal/invoices", json=body, headers=as_creditor(settings))

    again = await client.post("/internal/invoices", json=body, headers=as_creditor(settings))

    assert again.json() == first.json()
    assert await count(database, "invoice") == 1
    assert (await told(database)).count("invoice.created") == 1


async def test_a_number_handed_in_before_by_another_request_is_a_conflict(
    onboarded: dict[str, Any], client: httpx.AsyncClient, settings: Settings, orders: Any
) -> None:
    first, answer = [
        await client.post(
            "/internal/invoices",
            json={"request_id": str(uuid4()), "invoices": [orders.invoice()]},
            headers=as_creditor(settings),
        )
        for _ in range(2)
    ]

    assert first.json()["results"][0]["ok"]
    [result] = answer.json()["results"]
    assert (result["ok"], result["status"]) == (False, 409)


async def test_two_requests_at_once_with_one_number_accept_it_once(
    onboarded: dict[str, Any], client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database
) -> None:
    bodies = [{"request_id": str(uuid4()), "invoices": [orders.invoice()]} for _ in range(4)]

    answers = await asyncio.gather(
        *[client.post("/internal/invoices", json=body, headers=as_creditor(settings)) for body in bodies]
    )

    assert sorted(answer.json()["results"][0]["ok"] for answer in answers) == [False, False, False, True]
    assert (await told(database)).count("invoice.created") == 1


@pytest.mark.parametrize(
    ("overrides", "field"),
    [
        pytest.param({"currency": "USD"}, "invoice.header.currencyCode", id="no account in that currency"),
        pytest.param({"due_date": "2025-08-01"}, "invoice.header.dueDate", id="due before it is written"),
        pytest.param({"due_date": "2099-12-31"}, "invoice.header.dueDate", id="due in another century"),
        pytest.param(
            {"invoice_date": "2062-09-01", "due_date": "2062-09-15"}, "invoice.header.date", id="dated decades ahead"
        ),
        pytest.param(
            {"invoice_date": "1925-09-01", "due_date": "1925-09-15"}, "invoice.header.date", id="a slip of 1925"
        ),
        pytest.param({"vat_minor": 125_000}, "invoice.amounts.vatAmount", id="nothing but VAT"),
        pytest.param({"payment_reference": "12345678"}, "invoice.references.payment", id="wrong check digit"),
        pytest.param(
            {"debtor": {"email": None}}, "invoice.parties.buyerParty.contact.email", id="e-mail without an address"
        ),
    ],
)
async def test_a_bad_invoice_names_the_field_and_its_neighbours_are_accepted(
    overrides: dict[str, Any],
    field: str,
    onboarded: dict[str, Any],
    client: httpx.AsyncClient,
    settings: Settings,
    orders: Any,
    database: Database,
) -> None:
    invoices = [orders.invoice("1"), orders.invoice("2", **overrides), orders.invoice("3")]

    answer = await client.post(
        "/internal/invoices",
        json={"request_id": str(uuid4()), "invoices": invoices},
        headers=as_creditor(settings),
    )

    results = answer.json()["results"]
    assert [result["ok"] for result in results] == [True, False, True]
    assert [error["field"] for error in results[1]["errors"]] == [field]
    assert await count(database, "invoice") == 2


async def test_an_action_on_another_creditors_case_looks_like_one_on_no_case(
    onboarded: dict[str, Any], client: httpx.AsyncClient, settings: Settings, orders: Any
) -> None:
    other = "0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c002"
    await client.post("/internal/creditors", json=orders.creditor(creditor_id=other), headers=as_creditor(settings))
    await client.post(
        "/internal/invoices",
        json={"request_id": str(uuid4()), "invoices": [orders.invoice()]},
        headers=as_creditor(settings),
    )

    def pause(case_id: int) -> dict[str, Any]:
        return {"request_id": str(uuid4()), "actions": [{"code": "PAUSE", "case_id": case_id}]}

    foreign = await client.post("/internal/actions", json=pause(100_001), headers=as_creditor(settings, other))
    missing = await client.post("/internal/actions", json=pause(999_999), headers=as_creditor(settings, other))

    assert foreign.json() == missing.json()
    assert foreign.json()["results"][0]["status"] == 404


async def test_actions_are_told_once_and_bad_ones_name_their_fields(
    onboarded: dict[str, Any], client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database
) -> None:
    headers = as_creditor(settings)
    await client.post(
        "/internal/invoices", json={"request_id": str(uuid4()), "invoices": [orders.invoice()]}, headers=headers
    )
    body = {
        "request_id": str(uuid4()),
        "actions": [
            {"code": "DIRECTPAYMENT", "invoice_number": "1001", "amount_minor": 5_000, "payment_date": "2025-09-01"},
            {"code": "DIRECTPAYMENT", "invoice_number": "1001"},
            {"code": "OBJECTION", "case_id": 100_001},
            {"code": "DUEDATE", "case_id": 100_001, "due_date": "2020-01-01"},
            {"code": "DUEDATE", "case_id": 100_001, "due_date": "2099-01-01"},
            {"code": "PAUSE", "case_id": 100_001, "until_date": "2099-01-01"},
            {"code": "CREDITNOTE", "invoice_number": "1001", "amount_minor": 5_000, "payment_date": "2062-09-01"},
            {"code": "DIRECTPAYMENT", "invoice_number": "1001", "amount_minor": 5_000, "payment_date": "1925-09-01"},
            {"code": "CREDITNOTE", "invoice_number": "1001", "amount_minor": 5_000, "currency": "SEK"},
        ],
    }

    first = await client.post("/internal/actions", json=body, headers=headers)
    again = await client.post("/internal/actions", json=body, headers=headers)

    results = first.json()["results"]
    assert again.json() == first.json()
    assert [[error["field"] for error in result["errors"]] for result in results] == [
        [],
        ["data.amount"],
        ["comment"],
        ["data.dueDate"],
        ["data.dueDate"],
        ["data.untilDate"],
        ["data.date"],
        ["data.paymentDate"],
        ["data.currency"],
    ]
    assert (await told(database)).count("action.requested") == 1


async def test_without_a_services_token_nothing_is_answered(client: httpx.AsyncClient, orders: Any) -> None:
    answer = await client.post("/internal/creditors", json=orders.creditor())

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_thousand_invoices_take_as_many_statements_as_one(
    onboarded: dict[str, Any], client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database
) -> None:
    from sqlalchemy import event

    statements: list[str] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    async def submit(numbers: range) -> int:
        statements.clear()
        invoices = [orders.invoice(str(number)) for number in numbers]
        answer = await client.post(
            "/internal/invoices",
            json={"request_id": str(uuid4()), "invoices": invoices},
            headers=as_creditor(settings),
        )
        assert all(result["ok"] for result in answer.json()["results"])
        return len(statements)

    assert await submit(range(1)) >= await submit(range(1, 1_001))


async def test_the_tables_are_what_the_migrations_made(database: Database) -> None:
    def differences(connection: Any) -> list[Any]:
        options = {"include_name": _own_tables, "compare_type": _compare_type}
        context = MigrationContext.configure(connection, opts=options)
        return compare_metadata(context, Table.metadata)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def _own_tables(name: str | None, kind: str, parents: object) -> bool:
    return kind != "table" or name in Table.metadata.tables


def _compare_type(context: object, stored: object, declared: object, stored_type: Any, wanted: Any) -> Any:
    """SQLModel declares text as VARCHAR without a length, which is PostgreSQL's text."""
    return False if str(stored_type) == "TEXT" and str(wanted) == "VARCHAR" else None


def test_intake_listens_to_what_the_contracts_say() -> None:
    assert consumer.topics == contracts.consumed_by("intake")
