"""Work on cases: what lifecycle is asked, in minor units, and what its refusals become."""

from typing import Any

import httpx
from services.gateway.tests.door import Door, faulty
from services.gateway.tests.house import House, a_case, accept_actions, problem

CASE = "/internal/cases/100001"


def a_work_case(**summary: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "next_review_date": None,
        "arrangement": None,
        "hold": None,
        "balance": {"principal_minor": 125_000},
    }
    return a_case("COMMENT", **fields | summary)


async def test_a_promise_reaches_lifecycle_in_minor_units(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", CASE, a_work_case())
    house.on("lifecycle", "POST", f"{CASE}/promise", a_work_case(status="PROMISED")["summary"])
    creditor = await door.admit()
    body = {"amount": 250.75, "currency": "NOK", "promisedDate": "2026-02-20"}
    response = await door.post("/partner/cases/100001/promise", body, creditor.headers)
    assert (response.status_code, response.json()["status"]) == (200, "PROMISED")
    sent = house.asked("lifecycle")[-1]
    assert (sent.body["amount_minor"], sent.body["promised_date"]) == (25_075, "2026-02-20")
    assert sent.creditor_id == creditor.creditor_id


async def test_another_currency_is_refused_by_field_before_anything_is_asked(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", CASE, a_work_case())
    creditor = await door.admit()
    body = {"amount": 250.75, "currency": "SEK", "promisedDate": "2026-02-20"}
    response = await door.post("/partner/cases/100001/promise", body, creditor.headers)
    assert (response.status_code, faulty(response)) == (422, {"currency"})


async def test_a_wrong_state_is_409_with_what_is_possible(door: Door, house: House) -> None:
    house.on(
        "lifecycle",
        "POST",
        f"{CASE}/reviewed",
        lambda _: problem(409, "Case 100001 is ACTIVE.", available_work=["CLOSE", "PROMISE"]),
    )
    creditor = await door.admit()
    response = await door.post("/partner/cases/100001/reviewed", {}, creditor.headers)
    assert (response.status_code, response.json()["availableWork"]) == (409, ["CLOSE", "PROMISE"])


async def test_an_upheld_dispute_is_credited_before_the_case_goes_on(door: Door, house: House) -> None:
    dispute = {"kind": "DISPUTE", "disputed_minor": 30_000}
    house.on("lifecycle", "GET", CASE, a_work_case(status="ACTIVE", arrangement=dispute))
    house.on("intake", "POST", "/internal/actions", accept_actions)
    house.on("lifecycle", "POST", f"{CASE}/dispute/resolved", a_work_case(status="ACTIVE")["summary"])
    creditor = await door.admit()
    body = {"outcome": "UPHELD", "creditNoteNumber": "CN-7"}
    response = await door.post("/partner/cases/100001/dispute/resolved", body, creditor.headers)
    assert response.status_code == 200
    [credit] = house.asked("intake")[0].body["actions"]
    assert (credit["code"], credit["amount_minor"], credit["reference"]) == ("CREDITNOTE", 30_000, "CN-7")
    assert [call.service for call in house.calls] == ["lifecycle", "intake", "lifecycle"]


async def test_a_resolution_repeated_without_a_key_credits_by_the_same_id(door: Door, house: House) -> None:
    dispute = {"kind": "DISPUTE", "disputed_minor": 30_000, "dispute_id": "0b6e4f0a-7d0f-4f0e-9a53-4c5d5b8f1c55"}
    house.on("lifecycle", "GET", CASE, a_work_case(status="ACTIVE", arrangement=dispute))
    house.on("intake", "POST", "/internal/actions", accept_actions)
    house.on("lifecycle", "POST", f"{CASE}/dispute/resolved", lambda _: httpx.Response(503))
    creditor = await door.admit()
    body = {"outcome": "UPHELD", "creditNoteNumber": "CN-7"}
    for _ in range(2):
        response = await door.post("/partner/cases/100001/dispute/resolved", body, creditor.headers)
        assert response.status_code >= 500
    first, second = house.asked("intake")
    assert first.body["request_id"] == second.body["request_id"]


async def test_what_is_credited_must_have_its_number_and_amount(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", CASE, a_work_case(status="DISPUTED"))
    creditor = await door.admit()
    response = await door.post("/partner/cases/100001/dispute/resolved", {"outcome": "PARTIAL"}, creditor.headers)
    assert (response.status_code, faulty(response)) == (422, {"creditNoteNumber", "amount"})
    assert house.asked("intake") == []


async def test_a_dry_run_is_told_in_decimals(door: Door, house: House) -> None:
    charge = {"code": "purring", "component": "REMINDER_FEE", "amount_minor": 3_500, "vat_minor": 0, "statute_row": "r"}
    happening = {
        "day": "2026-02-20",
        "kind": "STEP",
        "step_code": "purring",
        "level": 1,
        "stage": "REMINDER",
        "deadline_date": "2026-03-06",
        "charges": [charge],
        "remarks": [],
        "owed_minor": 128_500,
    }
    answer = {
        "currency": "NOK",
        "happenings": [happening],
        "interest_estimate_minor": 1_234,
        "interest_rows": ["i"],
        "warnings": [],
    }
    house.on("lifecycle", "GET", f"{CASE}/dry-run", answer)
    creditor = await door.admit()
    found = (await door.get("/partner/cases/100001/dry-run", creditor.headers, until="2026-03-31")).json()
    assert (found["events"][0]["charges"][0]["amount"], found["interestEstimateAmount"]) == (35.0, 12.34)
    assert house.asked("lifecycle")[0].params == {"until": "2026-03-31"}


async def test_flags_are_set_and_lifted(door: Door, house: House) -> None:
    debtor = "00000000-0000-4000-8000-0000000000d1"
    house.on("lifecycle", "POST", f"/internal/debtors/{debtor}/flags", {"flags": ["INSOLVENT"]})
    house.on("lifecycle", "DELETE", f"/internal/debtors/{debtor}/flags/INSOLVENT", {"flags": []})
    creditor = await door.admit()
    path = f"/partner/debtors/{debtor}/flags"
    assert (await door.post(path, {"flag": "INSOLVENT"}, creditor.headers)).json()["flags"] == ["INSOLVENT"]
    lifted: httpx.Response = await door.client.delete(f"/api/v1{path}/INSOLVENT", headers=creditor.headers)
    assert (lifted.status_code, lifted.json()["flags"]) == (200, [])
