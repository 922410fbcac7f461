"""Ledgers, payments and invoices for accounting systems through the partner's door."""

from typing import Any

import pytest
from services.gateway.tests.door import Door, faulty
from services.gateway.tests.house import House, problem

from gateway.schemas.accounting_documents import LEDGER_EXAMPLE

DOCUMENTS = "/internal/accounting-documents"
PAYMENT: dict[str, Any] = {
    "paymentIdentifier": "pay-1",
    "invoiceNumber": 133720800,
    "paymentDate": "2026-02-25",
    "bookingDate": None,
    "amount": 110.0,
    "currency": "EUR",
    "targetIdentifier": "invoicenumber",
    "paymentReference": "1337109",
    "sourceName": "Ola",
    "breakdown": [{"type": "CAPITAL", "amount": 100.0}, {"type": "FEES", "amount": 10.0}],
}


def stored(content: dict[str, Any], status: str = "PENDING", **changes: Any) -> dict[str, Any]:
    document = {
        "source_identifier": "abc-123-def-456",
        "document_date": "2025-12-13",
        "content": content,
        "status": status,
        "description": "Pending",
        "sync_date": None,
    }
    return {"documents": [document | changes]}


async def test_a_ledger_in_the_references_shape_is_queued_to_the_cent(door: Door, house: House) -> None:
    house.on("accounting", "POST", DOCUMENTS, stored({"documentName": "1001"}))
    creditor = await door.admit()
    answer = await door.post("/partner/accounting/ledger", LEDGER_EXAMPLE, creditor.headers)
    assert answer.status_code == 202
    assert answer.json()["ledgers"][0] | {"syncDate": None} == {
        "sourceIdentifier": "abc-123-def-456",
        "documentDate": "2025-12-13",
        "documentName": "1001",
        "documentStatus": "Approved",
        "syncDate": None,
        "status": 0,
        "description": "Pending",
    }
    [call] = house.calls
    [document] = call.body["documents"]
    assert (call.creditor_id, call.body["kind"], document["source_identifier"]) == (
        creditor.creditor_id,
        "LEDGER",
        "abc-123-def-456",
    )
    assert [row["netAmount"] for row in document["content"]["ledgerRows"]] == ["2990.00", "-2382.47", "-607.53"]


def a_ledger(**changes: Any) -> dict[str, Any]:
    return {"ledgers": LEDGER_EXAMPLE["ledgers"] | changes}


def rows(change: dict[str, Any]) -> list[dict[str, Any]]:
    first, *rest = LEDGER_EXAMPLE["ledgers"]["ledgerRows"]
    return [first | change, *rest]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        pytest.param(
            a_ledger(ledgerRows=rows({"netAmount": 2990.01})), {"ledgers.ledgerRows"}, id="net does not balance"
        ),
        pytest.param(a_ledger(ledgerRows=rows({"amount": 2990.01})), {"ledgers.ledgerRows"}, id="gross does not"),
        pytest.param(
            a_ledger(ledgerRows=rows({"amount": 2990.001})),
            {"ledgers.ledgerRows.0.amount", "ledgers.ledgerRows"},
            id="too many decimals",
        ),
        pytest.param(a_ledger(documentDescription="x" * 211), {"ledgers.documentDescription"}, id="211 characters"),
        pytest.param(a_ledger(ledgerRows=rows({"isVatRow": 2})), {"ledgers.ledgerRows.0.isVatRow"}, id="VAT row 2"),
    ],
)
async def test_a_faulty_ledger_is_named_and_reaches_nobody(
    door: Door, house: House, body: dict[str, Any], fields: set[str]
) -> None:
    creditor = await door.admit()
    answer = await door.post("/partner/accounting/ledger", body, creditor.headers)
    assert (answer.status_code, faulty(answer), house.calls) == (422, fields, [])


async def test_payments_are_queued_with_their_allocation(door: Door, house: House) -> None:
    house.on("accounting", "POST", DOCUMENTS, stored({"invoiceNumber": "133720800"}, source_identifier="pay-1"))
    creditor = await door.admit()
    answer = await door.post("/partner/accounting/payment", {"payments": [PAYMENT]}, creditor.headers)
    assert (answer.status_code, answer.json()["payments"][0]["invoiceNumber"]) == (202, "133720800")
    content = house.calls[0].body["documents"][0]["content"]
    assert (content["amount"], content["breakdown"][1]) == ("110.00", {"type": "FEES", "amount": "10.00"})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 110.001}, "payments.0.amount"),
        ({"currency": "ABC"}, "payments.0.currency"),
        ({"amount": 111}, "payments.0.breakdown"),
        ({"paymentIdentifier": ""}, "payments.0.paymentIdentifier"),
    ],
)
async def test_a_faulty_payment_is_named(door: Door, house: House, change: dict[str, Any], field: str) -> None:
    creditor = await door.admit()
    answer = await door.post("/partner/accounting/payment", {"payments": [PAYMENT | change]}, creditor.headers)
    assert (answer.status_code, faulty(answer), house.calls) == (422, {field}, [])


async def test_an_identifier_is_used_once_in_a_request(door: Door, house: House) -> None:
    creditor = await door.admit()
    answer = await door.post("/partner/accounting/payment", {"payments": [PAYMENT, PAYMENT]}, creditor.headers)
    assert (answer.status_code, faulty(answer)) == (422, {"payments.1.paymentIdentifier"})


async def test_a_document_changed_under_its_name_is_a_conflict(door: Door, house: House) -> None:
    house.on("accounting", "POST", DOCUMENTS, lambda _: problem(409, "Payment pay-1 was submitted before"))
    creditor = await door.admit()
    answer = await door.post("/partner/accounting/payment", {"payments": [PAYMENT]}, creditor.headers)
    assert answer.status_code == 409


async def test_the_status_is_a_number_with_a_description_and_nothing_is_204(door: Door, house: House) -> None:
    failed = stored({"documentName": "1001"}, "FAILED", description="the endpoint answered 422")
    house.on("accounting", "GET", DOCUMENTS, failed)
    creditor = await door.admit()
    [ledger] = (await door.get("/partner/accounting/ledger", creditor.headers, status=2)).json()["ledgers"]
    assert (ledger["status"], ledger["description"], ledger["syncDate"]) == (2, "the endpoint answered 422", None)
    assert house.calls[0].params == {"kind": "LEDGER", "status": "FAILED"}

    house.on("accounting", "GET", DOCUMENTS, {"documents": []})
    for kind in ("ledger", "payment", "invoice"):
        nothing = await door.get(f"/partner/accounting/{kind}", creditor.headers)
        assert (nothing.status_code, nothing.content) == (204, b"")


async def test_an_unknown_invoice_is_named(door: Door, house: House) -> None:
    house.on(
        "accounting", "POST", "/internal/accounting-invoices", lambda _: problem(422, "invoices: you have no invoice 7")
    )
    creditor = await door.admit()
    body = {"invoices": [{"invoiceIdentifier": "i", "invoiceNumber": 7}]}
    answer = await door.post("/partner/accounting/invoice", body, creditor.headers)
    assert (answer.status_code, faulty(answer)) == (422, {"invoices"})


async def test_where_documents_go_is_the_creditors_choice_among_opened_addresses(door: Door, house: House) -> None:
    target = {"kind": "HTTP", "url": "https://books.example/in", "secret": "s"}
    house.on("accounting", "POST", "/internal/accounting-target", target)
    creditor = await door.admit()

    async def put(body: dict[str, Any]) -> Any:
        return await door.client.put("/api/v1/partner/accounting/target", json=body, headers=creditor.headers)

    answer = await put({"kind": "HTTP", "url": "https://books.example/in"})
    assert (answer.status_code, answer.json()) == (200, target)
    house.on("accounting", "POST", "/internal/accounting-target", lambda _: problem(422, "url: is not among"))
    closed = await put({"kind": "HTTP", "url": "https://elsewhere.example"})
    assert (closed.status_code, faulty(closed)) == (422, {"url"})


async def test_a_settlement_is_suggested_on_the_creditors_accounts(door: Door, house: House) -> None:
    report = {
        "settlement_date": "2026-01-28",
        "settlement_amount_minor": 121_550,
        "currency": "NOK",
        "allocations": [
            {
                "original_invoice_number": "251601000",
                "breakdown": [{"type": "CAPITAL", "amount_minor": 121_550}, {"type": "FEES", "amount_minor": 2_500}],
            }
        ],
        "deductions": [{"type": "FEE_SHARE", "amount_minor": 2_500}],
    }
    line = {
        "account_number": "1920",
        "vat_code": "",
        "debit_minor": 121_550,
        "credit_minor": 0,
        "invoice_number": None,
        "component": "BANK",
        "text": "Settlement 7",
    }
    house.on("settlement", "GET", "/internal/settlements/7/report.json", report)
    house.on("accounting", "POST", "/internal/bookkeeping-suggestion", {"lines": [line]})
    creditor = await door.admit()
    answer = (await door.get("/partner/settlements/7/bookkeeping", creditor.headers)).json()
    assert answer["lines"] == [
        {
            "account": "1920",
            "vatCode": "",
            "debit": 1215.5,
            "credit": 0.0,
            "invoice": None,
            "component": "BANK",
            "text": "Settlement 7",
        }
    ]
    assert house.asked("accounting")[0].body == {
        "settlement_number": 7,
        "net_minor": 121_550,
        "parts": [
            {"invoice_number": "251601000", "component": "CAPITAL", "amount_minor": 121_550},
            {"invoice_number": "251601000", "component": "FEES", "amount_minor": 2_500},
        ],
        "deductions": {"FEE_SHARE": 2_500},
    }
    assert {call.creditor_id for call in house.calls} == {creditor.creditor_id}
    assert (await door.get("/partner/settlements/8/bookkeeping", creditor.headers)).status_code == 404
