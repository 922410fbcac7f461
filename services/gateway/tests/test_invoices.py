"""Handing in invoices: translated exactly, refused by field, one bad item never stops the rest."""

from typing import Any

import httpx
import pytest
from services.gateway.tests.door import Door, faulty
from services.gateway.tests.factories import an_invoice, changed
from services.gateway.tests.house import Call, House, accept_invoices

ROW = an_invoice()["invoice"]["rows"][0]


async def test_an_invoice_is_accepted_and_reaches_intake_in_minor_units(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    response = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="i-1")
    assert response.status_code == 202
    assert response.json() == {
        "invoiceNumber": "251601000",
        "caseId": 100001,
        "paymentReference": "1001100001",
        "status": "ACCEPTED",
    }
    [call] = house.asked("intake")
    assert call.creditor_id == creditor.creditor_id
    [invoice] = call.body["invoices"]
    assert (invoice["gross_minor"], invoice["vat_minor"], invoice["currency"]) == (125000, 25000, "NOK")
    assert invoice["lines"] == [
        {"text": "Electricity, November", "quantity": "2", "unit_price_minor": 50000, "vat": 2500, "net_minor": 100000}
    ]
    assert (invoice["distribution_channel"], invoice["language_code"]) == ("EMAIL", "nb")
    assert invoice["debtor"]["kind"] == "CONSUMER"


@pytest.mark.parametrize(
    ("changes", "gross_minor"),
    [
        pytest.param({"number": "A-17/b"}, 125000, id="number as text"),
        pytest.param({"currencyCode": "JPY"}, 1250, id="currency without decimals"),
        pytest.param({"currencyCode": "KWD"}, 1250000, id="currency with three decimals"),
    ],
)
async def test_amounts_follow_the_currency(door: Door, house: House, changes: dict[str, Any], gross_minor: int) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    body = an_invoice(**{f"invoice__header__{name}": value for name, value in changes.items()})
    assert (await door.post("/partner/invoice", body, creditor.headers)).status_code == 202
    assert house.calls[0].body["invoices"][0]["gross_minor"] == gross_minor


async def test_amounts_never_pass_through_a_float(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    text = (
        '{"invoice": {"header": {"number": 1, "date": "2025-12-01", "dueDate": "2025-12-15", "currencyCode": "NOK",'
        ' "languageCode": "NO", "type": "COLLECTION"}, "parties": {"buyerParty": {"entityType": "PERSON", "name": "Ola",'
        ' "address": {"street": "S 1", "postalCode": "0155", "postalDistrict": "Oslo", "countryCode": "NO"}}},'
        ' "amounts": {"netAmount": 123456789012345.67, "vatAmount": 0, "grossAmount": 123456789012345.67}}}'
    )
    headers = creditor.headers | {"Content-Type": "application/json"}
    response = await door.client.post("/api/v1/partner/invoice", content=text, headers=headers)
    assert response.status_code == 202
    assert house.calls[0].body["invoices"][0]["gross_minor"] == 12345678901234567


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        pytest.param("amounts__netAmount", 1000.001, {"invoice.amounts.netAmount"}, id="too many decimals"),
        pytest.param("header__currencyCode", "XXQ", {"invoice.header.currencyCode"}, id="unknown currency"),
        pytest.param("header__number", True, {"invoice.header.number"}, id="number is a boolean"),
        pytest.param("header__number", "", {"invoice.header.number"}, id="number is blank"),
        pytest.param("header__dueDate", "2025-11-30", {"invoice.header.dueDate"}, id="due before its date"),
        pytest.param("header__dueDate", "soon", {"invoice.header.dueDate"}, id="no date"),
        pytest.param("header__type", "CREDIT", {"invoice.header.type"}, id="unknown type"),
        pytest.param("rows__0__netAmount", 999, {"invoice.rows.0.netAmount"}, id="row does not multiply"),
        pytest.param("rows__0__grossAmount", 1200, {"invoice.rows.0.grossAmount"}, id="row gross is not net plus VAT"),
        pytest.param("rows__0__unitPrice", "NaN", {"invoice.rows.0.unitPrice"}, id="price is no number"),
        pytest.param("rows__0__vatPercentage", 130, {"invoice.rows.0.vatPercentage"}, id="VAT above 100 %"),
        pytest.param("rows", [], {"invoice.rows"}, id="no rows"),
        pytest.param(
            "rows", [ROW, ROW], {"invoice.amounts.netAmount", "invoice.amounts.vatAmount"}, id="rows sum up to more"
        ),
        pytest.param("amounts__grossAmount", 1250.01, {"invoice.amounts.grossAmount"}, id="gross is not net plus VAT"),
        pytest.param(
            "amounts",
            {"netAmount": 1000, "vatAmount": 249, "grossAmount": 1249},
            {"invoice.amounts.vatAmount"},
            id="VAT is not that of the rows",
        ),
        pytest.param(
            "parties__buyerParty__contact", {}, {"invoice.parties.buyerParty.contact.email"}, id="EMAIL without address"
        ),
        pytest.param(
            "parties__buyerParty__address__postalCode",
            None,
            {"invoice.parties.buyerParty.address.postalCode"},
            id="no postal code",
        ),
        pytest.param("parties__buyerParty__name", "\x00", {"invoice.parties.buyerParty.name"}, id="control character"),
    ],
)
async def test_a_faulty_invoice_is_refused_by_field_and_reaches_nobody(
    door: Door, house: House, field: str, value: object, named: set[str]
) -> None:
    creditor = await door.admit()
    response = await door.post("/partner/invoice", an_invoice(**{f"invoice__{field}": value}), creditor.headers)
    assert (response.status_code, faulty(response)) == (422, named)
    assert house.calls == []


async def test_text_that_is_no_json_is_400(door: Door, house: House) -> None:
    creditor = await door.admit()
    headers = creditor.headers | {"Content-Type": "application/json"}
    for text in ('{"invoice": ', '{"invoice": NaN}'):
        response = await door.client.post("/api/v1/partner/invoice", content=text, headers=headers)
        assert response.status_code == 400
        assert response.headers["content-type"] == "application/problem+json"
    assert house.calls == []


async def test_vat_may_be_rounded_per_row_or_per_rate(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    row = {"description": "Cents", "quantity": 1, "unitPrice": 0.1, "vatPercentage": 25, "netAmount": 0.1}
    for number, vat in (("per-rate", 0.08), ("per-row", 0.09)):
        body = an_invoice(
            invoice__header__number=number,
            invoice__rows=[row] * 3,
            invoice__amounts={"netAmount": 0.3, "vatAmount": vat, "grossAmount": round(0.3 + vat, 2)},
        )
        assert (await door.post("/partner/invoice", body, creditor.headers)).status_code == 202


def _refuse(status: int, field: str) -> Any:
    def reply(call: Call) -> httpx.Response:
        error = {"field": field, "message": "told by intake"}
        result = {"index": 0, "ok": False, "invoice_number": "1", "status": status, "detail": "no", "errors": [error]}
        return httpx.Response(200, json={"results": [result]})

    return reply


@pytest.mark.parametrize(
    ("status", "field"), [(409, "invoice.header.number"), (422, "invoice.references.payment")], ids=["taken", "faulty"]
)
async def test_what_intake_refuses_is_refused(door: Door, house: House, status: int, field: str) -> None:
    house.on("intake", "POST", "/internal/invoices", _refuse(status, field))
    creditor = await door.admit()
    response = await door.post("/partner/invoice", an_invoice(), creditor.headers)
    assert (response.status_code, faulty(response)) == (status, {field})


async def test_a_bulk_is_one_call_and_bad_items_never_stop_the_rest(door: Door, house: House) -> None:
    def duplicate_second(call: Call) -> httpx.Response:
        results = accept_invoices(call).json()["results"]
        refusal = {"field": "invoice.header.number", "message": "was handed in before"}
        results[1] |= {"ok": False, "status": 409, "detail": "taken", "case_id": None, "errors": [refusal]}
        return httpx.Response(200, json={"results": results})

    house.on("intake", "POST", "/internal/invoices", duplicate_second)
    creditor = await door.admit()
    good = [an_invoice(invoice__header__number=number) for number in (1, 2, 3)]
    items = [good[0], "no invoice", changed(good[0], invoice__amounts__netAmount=1), good[1], good[2]]
    response = await door.post("/partner/invoice/bulk", {"invoices": items}, creditor.headers)
    assert response.status_code == 202
    answer = response.json()
    assert (answer["acceptedCount"], answer["rejectedCount"]) == (2, 3)
    assert [(result["index"], result["status"]) for result in answer["results"]] == [
        (0, "ACCEPTED"),
        (1, "REJECTED"),
        (2, "REJECTED"),
        (3, "REJECTED"),
        (4, "ACCEPTED"),
    ]
    assert answer["results"][2]["invoiceNumber"] == "1"
    assert "invoice.amounts.netAmount" in {error["field"] for error in answer["results"][2]["errors"]}
    assert (answer["results"][3]["problemStatus"], answer["results"][3]["invoiceNumber"]) == (409, "2")
    assert len(house.asked("intake")) == 1


async def test_a_bulk_without_a_sound_item_asks_nobody(door: Door, house: House) -> None:
    creditor = await door.admit()
    response = await door.post("/partner/invoice/bulk", {"invoices": [None, 1]}, creditor.headers)
    assert (response.status_code, response.json()["rejectedCount"]) == (202, 2)
    assert house.calls == []


@pytest.mark.parametrize("count", [0, 1_001])
async def test_a_bulk_holds_one_to_a_thousand_invoices(door: Door, house: House, count: int) -> None:
    creditor = await door.admit()
    response = await door.post("/partner/invoice/bulk", {"invoices": [None] * count}, creditor.headers)
    assert (response.status_code, faulty(response)) == (422, {"invoices"})


async def test_a_body_above_two_megabytes_is_413(door: Door, house: House) -> None:
    creditor = await door.admit()
    response = await door.post("/partner/invoice", {"text": "x" * 2_100_000}, creditor.headers)
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_service_that_is_down_is_503_and_the_same_request_may_be_sent_again(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    house.down.add("intake")
    creditor = await door.admit()
    response = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="i-1")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "1")
    house.down.clear()
    again = await door.post("/partner/invoice", an_invoice(), creditor.headers, key="i-1")
    assert again.status_code == 202
    assert "Idempotent-Replay" not in again.headers


@pytest.mark.parametrize(
    ("account", "gln", "address"),
    [
        ("0192:999 999 999", None, "0192:999999999"),
        ("003712345671", None, "0216:003712345671"),
        (None, "7080000985059", "0088:7080000985059"),
        (None, None, None),
    ],
)
async def test_an_einvoice_and_its_fallbacks_reach_intake_with_the_buyers_address(
    door: Door, house: House, account: str | None, gln: str | None, address: str | None
) -> None:
    house.on("intake", "POST", "/internal/invoices", accept_invoices)
    creditor = await door.admit()
    body = an_invoice()
    body["distribution"] = {"method": "EINVOICE", "fallback": ["SMS", "PRINT"]}
    body["invoice"]["parties"]["buyerParty"] |= {
        "electronicInvoiceAccount": account,
        "glnNumber": gln,
        "vatCode": "NO1",
    }
    body["invoice"]["references"] = {"buyer": "Avd. 12", "orderNumber": "ON798"}

    assert (await door.post("/partner/invoice", body, creditor.headers)).status_code == 202
    [invoice] = house.calls[0].body["invoices"]
    assert (invoice["distribution_channel"], invoice["distribution_fallbacks"]) == ("EINVOICE", ["SMS", "LETTER"])
    assert (invoice["debtor"]["einvoice_address"], invoice["debtor"]["vat_number"]) == (address, "NO1")
    assert (invoice["buyer_reference"], invoice["order_reference"]) == ("Avd. 12", "ON798")


async def test_an_einvoice_to_no_address_of_the_network_is_refused_by_field(door: Door, house: House) -> None:
    creditor = await door.admit()
    body = an_invoice()
    body["distribution"] = {"method": "EINVOICE"}
    body["invoice"]["parties"]["buyerParty"]["electronicInvoiceAccount"] = "somewhere"

    refusal = await door.post("/partner/invoice", body, creditor.headers)
    assert refusal.status_code == 422
    assert faulty(refusal) == {"invoice.parties.buyerParty.electronicInvoiceAccount"}
