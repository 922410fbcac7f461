"""What collectors took in, through the office's door."""

from typing import Any

import httpx
from services.gateway.tests.door import OFFICE, Door, faulty
from services.gateway.tests.house import Call, House

HEADERS = {"X-Api-Key": OFFICE, "X-User": "anne"}
LINE = "6f4a1d3e-58f1-5f0b-9a53-0d3c7b0e7a12"
PATH = f"/office/unmatched/{LINE}/remittance"


def decided(call: Call) -> httpx.Response:
    answer: dict[str, Any] = {"decision_id": call.body["decision_id"], "kind": "REMITTANCE", "subject_id": LINE}
    answer |= {"amount_minor": 1_250, "currency": "NOK", "reason": call.body["reason"], "status": "DONE"}
    return httpx.Response(200, json=answer | {"asked_by": call.body["person"], "decided_by": None})


async def test_a_collectors_payment_is_matched_by_the_collectors_own_ids_once_per_key(door: Door, house: House) -> None:
    house.on("payment-control", "POST", f"/internal/unmatched/{LINE}/remittance", decided)
    order = {"collector": "NORDINKASSO", "externalIds": ["a", "b"], "reason": "October"}
    answers = [await door.post(PATH, order, HEADERS, key="c-1") for _ in range(2)]
    assert [answer.json()["kind"] for answer in answers] == ["REMITTANCE"] * 2
    [call] = house.calls
    assert (call.body["external_ids"], call.body["collector"], call.body["person"]) == (
        ["a", "b"],
        "NORDINKASSO",
        "anne",
    )


async def test_a_remittance_of_nothing_is_refused_before_anyone_is_asked(door: Door, house: House) -> None:
    answer = await door.post(PATH, {"collector": "NORDINKASSO", "externalIds": []}, HEADERS)
    assert (answer.status_code, faulty(answer), house.calls) == (422, {"externalIds"}, [])


async def test_what_collectors_owe_is_read_in_major_units(door: Door, house: House) -> None:
    row = {
        "report_id": LINE,
        "case_id": 100_001,
        "collector": "NORDINKASSO",
        "external_id": "a",
        "amount_minor": 10_025,
        "surplus_minor": 25,
        "currency": "NOK",
        "collected_on": "2026-01-05",
        "status": "DUE",
        "payment_id": None,
    }
    house.on("payment-control", "GET", "/internal/collected", [row])
    [read] = (await door.get("/office/collected", HEADERS, status="DUE")).json()
    assert (read["amount"], read["surplusAmount"], read["externalId"]) == (100.25, 0.25, "a")
    assert [call.params for call in house.calls] == [{"status": "DUE"}]
