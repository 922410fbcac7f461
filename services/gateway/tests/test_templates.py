"""Message templates at the public door; communication judges them, the gateway spells them."""

from typing import Any

import httpx
from services.gateway.tests.door import Door, faulty
from services.gateway.tests.house import Call, House, problem

PATH = "/api/message-templates"
STORED: dict[str, Any] = {
    "template_id": "payment-reminder-v1",
    "version": 1,
    "language": "en",
    "status": "ACTIVE",
    "name": "Payment reminder",
    "type": "email",
    "category": "reminder",
    "subject": "Invoice {{invoiceNumber}}",
    "body": "Dear {{debtorName}}, please pay.",
    "variables": [{"name": "invoiceNumber", "kind": "text"}, {"name": "debtorName", "kind": "text"}],
}


async def test_templates_are_listed_with_the_names_of_their_variables(door: Door, house: House) -> None:
    house.on("communication", "GET", "/internal/templates", [STORED | {"languages": ["en", "nb"]}])
    creditor = await door.admit()
    answer = await door.client.get(PATH, params={"language": "nb"}, headers=creditor.headers)
    [listed] = answer.json()["templates"]
    assert (listed["templateId"], listed["type"]) == ("payment-reminder-v1", "email")
    assert listed["variables"] == ["invoiceNumber", "debtorName"]
    [asked] = house.asked("communication")
    assert (asked.creditor_id, asked.params) == (creditor.creditor_id, {"language": "nb"})


async def test_a_template_is_written_once_whatever_is_repeated(door: Door, house: House) -> None:
    house.on("communication", "POST", "/internal/templates", STORED, 201)
    creditor = await door.admit()
    body = {
        "templateId": "payment-reminder-v1",
        "language": "en",
        "name": "Payment reminder",
        "type": "email",
        "subject": "Invoice {{invoiceNumber}}",
        "body": "Dear {{debtorName}}, please pay.",
        "variables": [{"name": "invoiceNumber"}, {"name": "debtorName"}],
    }
    headers = creditor.headers | {"Idempotency-Key": "t1"}
    first = await door.client.post(PATH, json=body, headers=headers)
    again = await door.client.post(PATH, json=body, headers=headers)
    assert first.status_code == again.status_code == 201
    assert first.json()["templateId"] == "payment-reminder-v1"
    [asked] = house.asked("communication")
    assert asked.body["variables"][0] == {"name": "invoiceNumber", "kind": "text"}


async def test_a_missing_variable_is_named_by_the_preview(door: Door, house: House) -> None:
    def refuse(call: Call) -> httpx.Response:
        return problem(422, "1 variable is missing.", errors=[{"field": "variables.debtorName", "message": "missing"}])

    house.on("communication", "POST", "/internal/templates/payment-reminder-v1/preview", refuse)
    creditor = await door.admit()
    answer = await door.client.post(
        f"{PATH}/payment-reminder-v1/preview", json={"language": "en", "variables": {}}, headers=creditor.headers
    )
    assert (answer.status_code, faulty(answer)) == (422, {"variables.debtorName"})


async def test_a_faulty_template_is_refused_by_field_before_it_is_passed_on(door: Door, house: House) -> None:
    creditor = await door.admit()
    answer = await door.client.post(PATH, json={"templateId": "Has Spaces", "type": "fax"}, headers=creditor.headers)
    assert answer.status_code == 422
    assert faulty(answer) >= {"templateId", "type", "language", "name", "body"}
    assert house.asked("communication") == []


async def test_an_unknown_template_is_missing(door: Door) -> None:
    creditor = await door.admit()
    assert (await door.client.get(f"{PATH}/nothing", headers=creditor.headers)).status_code == 404
