"""The office decides through its door; payment control hears minor units, a person and an id."""

from typing import Any
from uuid import uuid4

import httpx
from services.gateway.tests.door import OFFICE, Door, faulty
from services.gateway.tests.house import Call, House, problem

HEADERS = {"X-Api-Key": OFFICE, "X-User": "anne"}
LINE = "6f4a1d3e-58f1-5f0b-9a53-0d3c7b0e7a12"
MATCH = f"/office/unmatched/{LINE}/match"


def decided(call: Call) -> httpx.Response:
    return httpx.Response(
        200,
        json={
            "decision_id": call.body.get("decision_id", LINE),
            "kind": "MATCH",
            "subject_id": LINE,
            "amount_minor": 5,
            "currency": "NOK",
            "reason": "",
            "asked_by": call.body["person"],
            "status": "DONE",
            "decided_by": None,
        },
    )


def a_match(**share: Any) -> dict[str, Any]:
    return {"currency": "NOK", "shares": [{"caseId": 100_001, "amount": 12.5, "direction": ["CAPITAL"]} | share]}


async def test_a_match_by_hand_is_handed_on_in_minor_units_once_per_key(door: Door, house: House) -> None:
    house.on("payment-control", "POST", f"/internal/unmatched/{LINE}/match", decided)

    answers = [await door.post(MATCH, a_match(), HEADERS, key="m-1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    [call] = house.calls
    assert call.body["keep_rest"] is False
    assert call.body["shares"] == [{"case_id": 100_001, "amount_minor": 1_250, "directed": ["principal"]}]
    assert (call.body["person"], answers[0].json()["decisionId"]) == ("anne", call.body["decision_id"])


async def test_amounts_that_the_currency_cannot_hold_and_unknown_currencies_are_refused_before_anyone_is_asked(
    door: Door, house: House
) -> None:
    too_fine = await door.post(MATCH, a_match(amount=12.505), HEADERS)
    negative = await door.post(MATCH, a_match(amount=-1), HEADERS)
    unknown = await door.post(MATCH, a_match() | {"currency": "XQQ"}, HEADERS)
    nobody = await door.post(MATCH, a_match(), {"X-Api-Key": OFFICE})

    assert {answer.status_code for answer in (too_fine, negative, unknown, nobody)} == {422}
    assert faulty(too_fine) == faulty(negative) == {"shares.0.amount"}
    assert faulty(unknown) == {"currency"}
    assert house.calls == []


async def test_the_second_person_is_refused_in_payment_controls_words(door: Door, house: House) -> None:
    house.on(
        "payment-control",
        "POST",
        f"/internal/decisions/{LINE}/approve",
        lambda _: problem(409, "anne asked for it; a second person must approve it."),
    )
    answer = await door.post(f"/office/decisions/{LINE}/approve", None, HEADERS)
    assert (answer.status_code, "second person" in answer.json()["detail"]) == (409, True)


async def test_waivers_write_offs_and_corrections_name_who_and_why(door: Door, house: House) -> None:
    for verb in ("waive", "write-off", "correct"):
        house.on("payment-control", "POST", f"/internal/claims/100001/{verb}", decided)
    waiver = {"currency": "NOK", "parts": [{"component": "CAPITAL", "amount": 10}], "reason": "agreed"}

    await door.post("/office/claims/100001/waive", waiver, HEADERS)
    await door.post("/office/claims/100001/write-off", {"reason": "estate without means"}, HEADERS)
    await door.post("/office/claims/100001/correct", {"causeId": LINE, "reason": "wrong fee"}, HEADERS)

    waived, written_off, corrected = house.calls
    assert waived.body["parts"] == [{"component": "PRINCIPAL", "amount_minor": 1_000}]
    assert (written_off.body["reason"], corrected.body["cause_id"]) == ("estate without means", LINE)


async def test_a_creditor_reads_its_claim_of_a_past_day_and_no_one_elses(door: Door, house: House) -> None:
    creditor = await door.admit()
    entry = {
        "entry_id": 1,
        "kind": "FEE_CHARGED",
        "component": "REMINDER_FEE",
        "code": "purring",
        "amount_minor": 3_500,
        "vat_minor": 0,
        "as_of": "2026-01-05",
        "booked_date": "2026-01-05",
        "statute_row": "NO-FEE-1",
        "warning": "",
        "cause_id": str(uuid4()),
        "reverses_id": None,
    }
    claim = {
        "case_id": 100_001,
        "invoice_number": "1",
        "currency": "NOK",
        "status": "OPEN",
        "as_of": "2026-01-06",
        "principal_minor": 100_000,
        "interest_minor": 0,
        "fees_minor": 3_500,
        "total_minor": 103_500,
        "warnings": [],
        "entries": [entry],
    }
    house.on("payment-control", "GET", "/internal/claims/100001", claim)

    read = await door.get("/partner/claim/100001", creditor.headers, asOf="2026-01-06")
    missing = await door.get("/partner/claim/100002", creditor.headers)

    assert (read.json()["totalAmount"], read.json()["entries"][0]["statuteRow"]) == (1_035.0, "NO-FEE-1")
    assert (house.calls[0].params, house.calls[0].creditor_id) == ({"as_of": "2026-01-06"}, creditor.creditor_id)
    assert missing.status_code == 404
