"""Actions: shape, state, and what intake says of each."""

from typing import Any

import httpx
import pytest
from services.gateway.tests.door import Door, faulty
from services.gateway.tests.factories import DIRECT_PAYMENT, an_action
from services.gateway.tests.house import Call, House, a_case, accept_actions

CREDIT_NOTE = {"amount": 10, "currency": "NOK", "creditNoteNumber": "CN-1", "date": "2026-01-05"}


async def test_a_direct_payment_is_queued_in_minor_units(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", "/internal/cases/100001", a_case("DIRECTPAYMENT"))
    house.on("intake", "POST", "/internal/actions", accept_actions)
    creditor = await door.admit()
    response = await door.post("/partner/invoice/action", DIRECT_PAYMENT, creditor.headers)
    assert response.status_code == 202
    [action] = response.json()["actions"]
    assert (action["code"], action["status"], action["caseId"]) == ("DIRECTPAYMENT", "PENDING", 100001)
    assert action["actionId"]
    [call] = house.asked("intake")
    assert call.creditor_id == creditor.creditor_id
    [sent] = call.body["actions"]
    assert (sent["amount_minor"], sent["currency"], sent["payment_date"]) == (25075, "NOK", "2026-02-09")
    assert (sent["case_id"], sent["invoice_number"], sent["reference"]) == (100001, "251601000", "BANKREF-88921")


async def test_a_credit_note_carries_its_number_and_date(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", "/internal/cases/100001", a_case("CREDITNOTE"))
    house.on("intake", "POST", "/internal/actions", accept_actions)
    creditor = await door.admit()
    body = an_action("CREDITNOTE", **CREDIT_NOTE)
    assert (await door.post("/partner/invoice/action", body, creditor.headers)).status_code == 202
    [sent] = house.asked("intake")[0].body["actions"]
    assert (sent["amount_minor"], sent["reference"], sent["payment_date"]) == (1000, "CN-1", "2026-01-05")


async def test_a_debtors_address_is_corrected_whatever_the_case_allows(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", "/internal/cases/100001", a_case("COMMENT"))
    house.on("intake", "POST", "/internal/actions", accept_actions)
    creditor = await door.admit()
    address = {"street": "Nygata 2", "postalCode": "5003", "postalDistrict": "Bergen", "countryCode": "NO"}
    response = await door.post("/partner/invoice/action", an_action("ADDRESS", address=address), creditor.headers)
    assert response.status_code == 202, response.text
    [sent] = house.asked("intake")[0].body["actions"]
    assert (sent["code"], sent["address"]["street"], sent["address"]["postal_code"]) == ("ADDRESS", "Nygata 2", "5003")


async def test_a_proposed_plan_is_passed_on(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", "/internal/cases/100001", a_case("PAYMENTPLAN"))
    house.on("intake", "POST", "/internal/actions", accept_actions)
    creditor = await door.admit()
    plan = {"numberOfInstalments": 4, "firstInstalmentDate": "2026-03-01", "instalmentEvery": "MONTH"}
    response = await door.post("/partner/invoice/action", an_action("PAYMENTPLAN", **plan), creditor.headers)
    assert response.status_code == 202, response.text
    [sent] = house.asked("intake")[0].body["actions"]
    assert (sent["instalment_count"], sent["first_instalment_date"], sent["instalment_every"]) == (
        4,
        "2026-03-01",
        "MONTH",
    )


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param(an_action("ADDRESS"), "actions.0.data.address", id="ADDRESS without an address"),
        pytest.param(an_action("EMAIL"), "actions.0.data.email", id="EMAIL without one"),
        pytest.param(
            an_action("PAYMENTPLAN", numberOfInstalments=1),
            "actions.0.data.numberOfInstalments",
            id="a plan of one part",
        ),
        pytest.param(an_action("PAY"), "actions.0.code", id="unknown code"),
        pytest.param(an_action("PAUSE", caseId=None), "actions.0.data.caseId", id="no case named"),
        pytest.param(an_action("DUEDATE"), "actions.0.data.dueDate", id="DUEDATE without date"),
        pytest.param(an_action("COMMENT"), "actions.0.comment", id="COMMENT without comment"),
        pytest.param(
            an_action("CREDITNOTE", **CREDIT_NOTE | {"creditNoteNumber": ""}),
            "actions.0.data.creditNoteNumber",
            id="credit note without number",
        ),
        pytest.param(
            an_action("CREDITNOTE", **CREDIT_NOTE | {"date": None}), "actions.0.data.date", id="credit note undated"
        ),
        pytest.param(
            an_action("CREDITNOTE", **CREDIT_NOTE | {"amount": 0}), "actions.0.data.amount", id="credit note of nothing"
        ),
        pytest.param(
            an_action("CREDITNOTE", **CREDIT_NOTE | {"amount": 1.005}), "actions.0.data.amount", id="too many decimals"
        ),
        pytest.param(
            an_action("CREDITNOTE", **CREDIT_NOTE | {"currency": "QQQ"}),
            "actions.0.data.currency",
            id="unknown currency",
        ),
        pytest.param({"actions": []}, "actions", id="no action"),
    ],
)
async def test_a_faulty_action_is_refused_by_field_and_reaches_nobody(
    door: Door, house: House, body: dict[str, Any], named: str
) -> None:
    creditor = await door.admit()
    response = await door.post("/partner/invoice/action", body, creditor.headers)
    assert (response.status_code, faulty(response)) == (422, {named})
    assert house.calls == []


async def test_what_the_state_forbids_is_409_with_the_available_actions(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", "/internal/cases/100001", a_case("COMMENT", "RESUME"))
    creditor = await door.admit()
    response = await door.post("/partner/invoice/action", an_action("PAUSE"), creditor.headers)
    assert (response.status_code, faulty(response)) == (409, {"actions.0.code"})
    assert response.json()["availableActions"] == ["COMMENT", "RESUME"]
    assert house.asked("intake") == []


async def test_an_invoice_number_is_enough_to_find_the_case(door: Door, house: House) -> None:
    house.on("intake", "GET", "/internal/invoices/by-number/A/7", {"case_id": 7})
    house.on("lifecycle", "GET", "/internal/cases/7", a_case("PAUSE"))
    house.on("intake", "POST", "/internal/actions", accept_actions)
    creditor = await door.admit()
    body = an_action("PAUSE", caseId=None, invoiceNumber="A/7", untilDate="2026-03-01")
    assert (await door.post("/partner/invoice/action", body, creditor.headers)).status_code == 202
    assert len(house.asked("lifecycle")) == 1


async def test_a_case_that_is_just_being_opened_is_left_to_intake(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/actions", accept_actions)
    creditor = await door.admit()
    assert (await door.post("/partner/invoice/action", an_action("PAUSE"), creditor.headers)).status_code == 202


def _mixed(call: Call) -> httpx.Response:
    results = accept_actions(call).json()["results"]
    message = "no invoice of yours has this case id and invoice number"
    results[0] |= {"ok": False, "status": 404, "detail": message, "action_id": None, "case_id": None}
    results[0]["errors"] = [{"field": "data.caseId", "message": message}]
    return httpx.Response(200, json={"results": results})


async def test_an_unknown_case_is_404_when_it_is_all_that_was_asked(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/actions", _mixed)
    creditor = await door.admit()
    response = await door.post("/partner/invoice/action", an_action("PAUSE"), creditor.headers)
    assert (response.status_code, faulty(response)) == (404, {"actions.0.data.caseId"})


async def test_one_unknown_case_among_others_is_told_beside_them(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/actions", _mixed)
    creditor = await door.admit()
    body = {"actions": an_action("PAUSE")["actions"] + an_action("RESUME", caseId=100002)["actions"]}
    response = await door.post("/partner/invoice/action", body, creditor.headers)
    assert response.status_code == 202
    first, second = response.json()["actions"]
    assert (first["status"], first["errors"][0]["field"]) == ("REJECTED", "actions.0.data.caseId")
    assert second["status"] == "PENDING"
