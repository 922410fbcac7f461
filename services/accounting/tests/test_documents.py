"""Documents on their way to accounting systems: files, an endpoint, failures, retries, and what is told about them."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from accounting_factories import CREDITOR_ID, DAY, a_creditor, an_invoice, records
from httpx import AsyncClient
from pydantic import SecretStr
from sqlalchemy import event, text

from accounting import document_queries
from accounting.couriers import AccountingCourier
from accounting.domain.documents import PAUSES_SECONDS, is_open_to, pause_seconds
from accounting.handlers import consumer
from accounting.settings import Settings
from accounting.systems.endpoint import secret_of
from contracts import AccountingSynced
from delivery import Backlog
from delivery.progress import read_progress
from runtime.database import Database
from testkit import running_receiver

Client = Callable[[UUID | None], AsyncClient]
SECRET = "for tests only, thirty-two bytes"


def a_ledger(identifier: str = "abc-123", **changes: Any) -> dict[str, Any]:
    def row(account: str, amount: str, net: str, **more: Any) -> dict[str, Any]:
        return {
            "bookingDate": "2025-11-04",
            "accountNumber": account,
            "vatAccountNumber": None,
            "vatType": None,
            "vatPercentage": "0.00",
            "vatCode": "",
            "amount": amount,
            "netAmount": net,
            "isVatRow": 0,
            "projectNumber": "",
            "transactionType": None,
            "transactionDescription": 'Uke 45 "nå"',
            "ledgerDimensions": [],
        } | more

    content = {
        "ledgerIdentifier": identifier,
        "companyIdentifier": "999999999",
        "documentType": "ML",
        "documentName": "1001",
        "documentDate": "2025-11-05",
        "documentDescription": "Sales",
        "calculationMode": "GROSS",
        "ledgerRows": [
            row("1701", "2990.00", "2990.00"),
            row(
                "3000",
                "-2990.00",
                "-2382.47",
                ledgerDimensions=[{"dimensionType": "COST_CENTER", "dimensionValue": "1000"}],
            ),
            row("2939", "-607.53", "-607.53", isVatRow=1),
        ],
    } | changes
    return {"source_identifier": identifier, "document_date": "2025-11-05", "content": content}


def a_payment_document(identifier: str = "pay-1") -> dict[str, Any]:
    content = {
        "paymentIdentifier": identifier,
        "invoiceNumber": "2025-1",
        "paymentDate": "2025-11-05",
        "bookingDate": None,
        "amount": "110.00",
        "currency": "NOK",
        "targetIdentifier": "invoicenumber",
        "paymentReference": "1337109",
        "sourceName": "Ola",
        "breakdown": [{"type": "CAPITAL", "amount": "100.00"}, {"type": "FEES", "amount": "10.00"}],
    }
    return {"source_identifier": identifier, "document_date": "2025-11-05", "content": content}


def settings(folder: Path, opened: str = "") -> Settings:
    return Settings(
        database_url="postgresql+asyncpg://none",
        kafka_bootstrap="none",
        service_secret=SecretStr(SECRET),
        accounting_drop_folder=folder,
        accounting_endpoints=opened,
    )


@pytest.fixture(autouse=True)
async def opened(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO clock VALUES (1, :day, :day)"), {"day": date(2025, 12, 1)})
    await consumer.handle(database, records([a_creditor(), an_invoice()]))


async def submit(client: AsyncClient, kind: str, *documents: dict[str, Any]) -> list[dict[str, Any]]:
    answer = await client.post("/internal/accounting-documents", json={"kind": kind, "documents": list(documents)})
    assert answer.status_code == 200, answer.text
    return answer.json()["documents"]


async def status(client: AsyncClient, kind: str = "LEDGER", **params: str) -> list[dict[str, Any]]:
    answer = await client.get("/internal/accounting-documents", params={"kind": kind, **params})
    return answer.json()["documents"]


async def told(database: Database) -> list[AccountingSynced]:
    async with database.transaction() as session:
        rows = await session.execute(
            text("SELECT payload FROM outbox WHERE aggregatetype = 'accounting.synced' ORDER BY position")
        )
        return [AccountingSynced.model_validate_json(payload) for payload in rows.scalars()]


async def make_due(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("UPDATE accounting_document SET due_at = now() - interval '1 second'"))


async def choose(client: AsyncClient, database: Database, kind: str, url: str | None = None) -> None:
    async with database.transaction() as session:
        await session.execute(
            text("INSERT INTO accounting_target VALUES (:creditor_id, :kind, :url)"),
            {"creditor_id": CREDITOR_ID, "kind": kind, "url": url},
        )
    assert (await client.get("/internal/accounting-target")).json()["kind"] == kind


async def test_a_ledger_without_a_chosen_system_is_a_csv_file_in_the_creditors_folder(
    client: Client, database: Database, tmp_path: Path
) -> None:
    mine = client(CREDITOR_ID)
    [pending] = await submit(mine, "LEDGER", a_ledger())
    assert (pending["status"], pending["description"], pending["sync_date"]) == ("PENDING", "Pending", None)
    async with database.transaction() as session:
        backlog = Backlog(document_queries.COUNT_DUE)
        assert (await read_progress(session, "accounting", set(), backlog)).backlog == 1

    courier = AccountingCourier(settings(tmp_path))
    assert await courier.deliver_due(database) == 1
    assert await courier.deliver_due(database) == 0

    [file] = (tmp_path / str(CREDITOR_ID)).iterdir()
    header, *rows = file.read_text().splitlines()
    assert (len(rows), header.split(",")[:2]) == (3, ["ledgerIdentifier", "companyIdentifier"])
    assert rows[1].endswith("COST_CENTER=1000")
    [synced] = await status(mine)
    assert (synced["status"], synced["description"], synced["sync_date"]) == (
        "SYNCED",
        "Successfully synced",
        "2025-12-01",
    )
    [fact] = await told(database)
    assert (fact.document_kind, fact.source_identifier, fact.successful) == ("LEDGER", "abc-123", True)


async def test_a_ledger_is_an_sie_voucher_that_sums_to_zero(client: Client, database: Database, tmp_path: Path) -> None:
    mine = client(CREDITOR_ID)
    await choose(mine, database, "SIE4")
    await submit(mine, "LEDGER", a_ledger())
    await AccountingCourier(settings(tmp_path)).deliver_due(database)
    [file] = (tmp_path / str(CREDITOR_ID)).iterdir()
    assert file.suffix == ".si"
    assert file.read_bytes().decode("cp437").splitlines() == [
        "#FLAGGA 0",
        '#PROGRAM "Fordring" 1.0',
        "#FORMAT PC8",
        "#GEN 20251201",
        "#SIETYP 4",
        '#ORGNR "999999999"',
        '#FNAMN "Fjord AS"',
        '#KONTO 1701 "1701"',
        '#KONTO 3000 "3000"',
        '#KONTO 2939 "2939"',
        '#VER "" "" 20251105 "1001 Sales"',
        "{",
        '#TRANS 1701 {} 2990.00 20251104 "Uke 45 \\"nå\\""',
        '#TRANS 3000 {} -2382.47 20251104 "Uke 45 \\"nå\\""',
        '#TRANS 2939 {} -607.53 20251104 "Uke 45 \\"nå\\""',
        "}",
    ]


async def test_payments_and_invoices_stand_on_the_creditors_own_accounts_in_sie(
    client: Client, database: Database, tmp_path: Path
) -> None:
    mine = client(CREDITOR_ID)
    named = [{"code": "1500", "account_number": "1701"}, {"code": "3900", "account_number": "3990"}]
    await mine.post("/internal/accounts", json={"accounts": named})
    await choose(mine, database, "SIE4")
    await submit(mine, "PAYMENT", a_payment_document())
    wanted = {"invoices": [{"source_identifier": "inv-1", "invoice_number": "2025-1"}]}
    [invoice] = (await mine.post("/internal/accounting-invoices", json=wanted)).json()["documents"]
    assert (invoice["content"]["grossAmount"], invoice["document_date"]) == ("1250.00", DAY.isoformat())
    await AccountingCourier(settings(tmp_path)).deliver_due(database)
    lines = {
        path.name.partition("-")[0]: [
            line.split(" ")[1:4:2] for line in path.read_text("cp437").splitlines() if line.startswith("#TRANS")
        ]
        for path in (tmp_path / str(CREDITOR_ID)).iterdir()
    }
    assert lines == {
        "payment": [["1580", "110.00"], ["1701", "-100.00"], ["3990", "-10.00"]],
        "invoice": [["1701", "1250.00"], ["3000", "-1000.00"], ["2700", "-250.00"]],
    }


async def test_an_endpoint_gets_signed_json_once_and_knows_a_repeat(
    client: Client, database: Database, tmp_path: Path
) -> None:
    with running_receiver() as receiver:
        mine = client(CREDITOR_ID)
        await choose(mine, database, "HTTP", f"{receiver.url}/books")
        await submit(mine, "PAYMENT", a_payment_document())
        assert await AccountingCourier(settings(tmp_path, receiver.url)).deliver_due(database) == 1
        [call] = receiver.calls
        body = json.loads(call.body)
        assert (body["kind"], body["document"]["paymentIdentifier"]) == ("PAYMENT", "pay-1")
        headers = call.headers
        stamp, _, signed = headers["x-fordring-signature"].partition(",v1=")
        expected = hmac.new(
            secret_of(SECRET, CREDITOR_ID).encode(), f"{stamp.removeprefix('t=')}.".encode() + call.body, hashlib.sha256
        )
        assert hmac.compare_digest(signed, expected.hexdigest())
        assert UUID(headers["idempotency-key"])
        secret = (await mine.get("/internal/accounting-target")).json()["secret"]
        assert secret == secret_of(SECRET, CREDITOR_ID)


async def test_an_endpoint_in_trouble_is_tried_again_later_and_the_status_says_so(
    client: Client, database: Database, tmp_path: Path
) -> None:
    with running_receiver() as receiver:
        mine = client(CREDITOR_ID)
        await choose(mine, database, "HTTP", f"{receiver.url}/books")
        await submit(mine, "LEDGER", a_ledger())
        courier = AccountingCourier(settings(tmp_path, receiver.url))
        receiver.status = 503
        assert await courier.deliver_due(database) == 1
        assert await courier.deliver_due(database) == 0  # not before its pause
        [waiting] = await status(mine)
        assert (waiting["status"], waiting["description"]) == (
            "PENDING",
            "Pending; attempt 1 failed: the endpoint answered 503",
        )
        receiver.status = 200
        await make_due(database)
        await courier.deliver_due(database)
        assert [one["status"] for one in await status(mine)] == ["SYNCED"]
        assert len(await told(database)) == 1


async def test_after_the_last_attempt_a_document_has_failed_and_may_be_submitted_again_corrected(
    client: Client, database: Database, tmp_path: Path
) -> None:
    mine = client(CREDITOR_ID)
    blocked = tmp_path / "no folder"
    blocked.write_text("a file stands where the folder should be")
    await submit(mine, "LEDGER", a_ledger())
    courier = AccountingCourier(settings(blocked))
    for _ in range(len(PAUSES_SECONDS) + 1):
        await make_due(database)
        await courier.deliver_due(database)
    [failed] = await status(mine)
    assert (failed["status"], failed["description"].startswith("given up after 8 attempts")) == ("FAILED", True)
    assert [fact.successful for fact in await told(database)] == [False]

    [again] = await submit(mine, "LEDGER", a_ledger(documentDescription="Corrected"))
    assert again["status"] == "PENDING"
    await AccountingCourier(settings(tmp_path)).deliver_due(database)
    assert [fact.successful for fact in await told(database)] == [False, True]


async def test_what_an_endpoint_refuses_has_failed_at_once(client: Client, database: Database, tmp_path: Path) -> None:
    with running_receiver() as receiver:
        mine = client(CREDITOR_ID)
        await choose(mine, database, "HTTP", f"{receiver.url}/books")
        await submit(mine, "LEDGER", a_ledger())
        receiver.status = 422
        await AccountingCourier(settings(tmp_path, receiver.url)).deliver_due(database)
        assert [one["description"] for one in await status(mine, status="FAILED")] == ["the endpoint answered 422"]


async def test_the_same_document_again_is_the_same_and_another_under_its_name_is_refused(
    client: Client, database: Database
) -> None:
    mine = client(CREDITOR_ID)
    first = await submit(mine, "LEDGER", a_ledger())
    assert await submit(mine, "LEDGER", a_ledger()) == first
    body = {"kind": "LEDGER", "documents": [a_ledger("new"), a_ledger(documentName="2")]}
    answer = await mine.post("/internal/accounting-documents", json=body)
    assert (answer.status_code, "abc-123" in answer.json()["detail"]) == (409, True)
    assert [one["source_identifier"] for one in await status(mine)] == ["abc-123"]  # the new one was not taken either


async def test_another_creditors_documents_and_invoices_do_not_exist(client: Client) -> None:
    await submit(client(CREDITOR_ID), "LEDGER", a_ledger())
    other = client(uuid4())
    assert await status(other) == []
    wanted = {"invoices": [{"source_identifier": "x", "invoice_number": "2025-1"}]}
    missing = {"invoices": [{"source_identifier": "x", "invoice_number": "none"}]}
    foreign = await other.post("/internal/accounting-invoices", json=wanted)
    unknown = await other.post("/internal/accounting-invoices", json=missing)
    assert (foreign.status_code, foreign.json()["detail"].replace("2025-1", "none")) == (422, unknown.json()["detail"])
    assert (await submit(other, "LEDGER", a_ledger(documentName="mine")))[0]["status"] == "PENDING"


async def test_only_addresses_that_the_office_opened_may_be_named(
    client: Client, database: Database, tmp_path: Path
) -> None:
    mine = client(CREDITOR_ID)
    answer = await mine.post("/internal/accounting-target", json={"kind": "HTTP", "url": "http://169.254.169.254/x"})
    assert (answer.status_code, answer.json()["detail"].startswith("url: ")) == (422, True)
    lacking = await mine.post("/internal/accounting-target", json={"kind": "HTTP"})
    assert lacking.status_code == 422
    assert (await mine.get("/internal/accounting-target")).json() == {"kind": "CSV", "url": None, "secret": None}

    await choose(mine, database, "HTTP", "http://127.0.0.1:9/closed-since")
    await submit(mine, "LEDGER", a_ledger())
    await AccountingCourier(settings(tmp_path)).deliver_due(database)
    assert [one["status"] for one in await status(mine)] == ["FAILED"]


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("https://books.example/in", True),
        ("https://books.example/in/deep", True),
        ("https://books.example/inside", False),
        ("https://books.example/in/../admin", False),
        ("https://books.example.evil.example/in", False),
        ("https://books.example@evil.example/in", False),
        ("http://books.example/in", False),
        ("https://books.example:444/in", False),
    ],
)
def test_an_address_is_open_when_it_lies_under_an_opened_one(url: str, is_open: bool) -> None:
    assert is_open_to(url, "https://other.example https://books.example/in") is is_open


def test_pauses_grow_and_end() -> None:
    pauses = [pause_seconds(attempts) for attempts in range(1, 9)]
    assert pauses == [60, 300, 900, 3_600, 10_800, 21_600, 43_200, None]


async def test_a_hundred_documents_take_as_many_statements_as_one(
    client: Client, database: Database, tmp_path: Path
) -> None:
    mine = client(CREDITOR_ID)
    courier = AccountingCourier(settings(tmp_path))

    async def count(numbers: range) -> int:
        statements: list[str] = []

        def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
            statements.append(statement)

        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        await submit(mine, "PAYMENT", *(a_payment_document(f"p{number}") for number in numbers))
        await courier.deliver_due(database)
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)
        return len(statements)

    assert await count(range(1)) == await count(range(1, 51))


async def test_a_settlement_is_suggested_on_the_accounts_the_creditor_named(client: Client) -> None:
    mine = client(CREDITOR_ID)
    await mine.post("/internal/accounts", json={"accounts": [{"code": "1500", "account_number": "1701"}]})
    settlement = {
        "settlement_number": 7,
        "net_minor": 900,
        "parts": [{"invoice_number": "2025-1", "component": "CAPITAL", "amount_minor": 1_000}],
        "deductions": {"COMMISSION": 80, "VAT": 20},
    }
    lines = (await mine.post("/internal/bookkeeping-suggestion", json=settlement)).json()["lines"]
    assert [(line["account_number"], line["debit_minor"], line["credit_minor"]) for line in lines] == [
        ("1920", 900, 0),
        ("7770", 80, 0),
        ("2710", 20, 0),
        ("1701", 0, 1_000),
    ]
    unknown = await client(uuid4()).post("/internal/bookkeeping-suggestion", json=settlement)
    assert unknown.status_code == 404
