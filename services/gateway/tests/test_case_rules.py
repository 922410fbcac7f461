"""Policies of a debtor or case, and limitation, at the partner's door."""

from typing import Any

import httpx
from services.gateway.tests.door import Door, faulty
from services.gateway.tests.house import House, a_case, a_claim, problem

CASE = "/internal/cases/100001"
DEBTOR = "0b6e4f0a-7d0f-4f0e-9a53-4c5d5b8f1c55"
STEP: dict[str, Any] = {
    "level": 1,
    "code": "purring",
    "stage": "REMINDER",
    "daysAfterDue": 21,
    "deadlineDays": 14,
    "template": "no_purring",
    "channel": "EMAIL",
    "tolerance": 50,
}
TOLD = {"version": 1, "comment": "", "set_date": "2026-02-01"}


def told(policy: dict[str, Any] | None) -> dict[str, Any]:
    version = TOLD | {"policy": policy}
    return {"in_force": version if policy else None, "versions": [version]}


async def test_a_policy_reaches_lifecycle_in_minor_units_and_comes_back_in_decimals(door: Door, house: House) -> None:
    kept = {"code": "gentle", "steps": [{"level": 1, "days_after_due": 21, "tolerance_minor": 5_000}]}
    for place in (CASE, f"/internal/debtors/{DEBTOR}"):
        house.on("lifecycle", "PUT", f"{place}/policy", told(kept))
    creditor = await door.admit()
    for place in ("cases/100001", f"debtors/{DEBTOR}"):
        response = await door.client.put(
            f"/api/v1/partner/{place}/policy",
            json={"policy": {"code": "gentle", "steps": [STEP]}},
            headers=creditor.headers,
        )
        assert response.status_code == 200
        [step] = response.json()["inForce"]["policy"]["steps"]
        assert (step["daysAfterDue"], step["tolerance"]) == (21, 50.0)
        sent = house.asked("lifecycle")[-1]
        assert sent.body["policy"]["steps"][0]["tolerance_minor"] == 5_000
        assert sent.creditor_id == creditor.creditor_id


async def test_a_refusal_by_the_law_keeps_its_rule_row_and_source(door: Door, house: House) -> None:
    fault = {"field": "policy.steps.0.deadlineDays", "rule": "gives 5 days", "statuteRow": "NO-1", "source": "lovdata"}
    refused = problem(
        422, "The policy cannot be used.", errors=[{"field": fault["field"], "message": "x"}], faults=[fault]
    )
    house.on("lifecycle", "PUT", f"{CASE}/policy", lambda _: refused)
    creditor = await door.admit()
    response = await door.client.put(
        "/api/v1/partner/cases/100001/policy", json={"policyCode": "gentle"}, headers=creditor.headers
    )
    assert (response.status_code, response.json()["faults"]) == (422, [fault])


async def test_neither_or_both_of_name_and_policy_is_refused_before_lifecycle_is_asked(
    door: Door, house: House
) -> None:
    creditor = await door.admit()
    for body in ({}, {"policyCode": "gentle", "policy": {"code": "gentle", "steps": [STEP]}}):
        response = await door.client.put("/api/v1/partner/cases/100001/policy", json=body, headers=creditor.headers)
        assert response.status_code in (400, 422)
    assert house.asked("lifecycle") == []


async def test_a_policy_is_read_and_removed(door: Door, house: House) -> None:
    house.on("lifecycle", "GET", f"{CASE}/policy", told(None))
    house.on("lifecycle", "DELETE", f"{CASE}/policy", told(None))
    creditor = await door.admit()
    read = await door.get("/partner/cases/100001/policy", creditor.headers)
    assert (read.status_code, read.json()["inForce"]) == (200, None)
    gone = await door.client.delete("/api/v1/partner/cases/100001/policy", headers=creditor.headers)
    assert gone.status_code == 200


async def test_limitation_is_told_with_what_interrupted_it(door: Door, house: House) -> None:
    event = {"kind": "demand", "on_date": "2026-01-05", "ended_date": None, "counted": False, "reason": "no"}
    clock = {"last_date": "2029-01-01", "start_date": "2026-01-01", "final_cap_date": None, "alert_dates": []}
    house.on("lifecycle", "GET", f"{CASE}/limitation", clock | {"interruptions": [event], "statute_rows": ["NO-L"]})
    house.on(
        "lifecycle",
        "POST",
        f"{CASE}/limitation/interruptions",
        a_case("COMMENT", next_review_date=None, arrangement=None)["summary"],
    )
    creditor = await door.admit()
    read = (await door.get("/partner/cases/100001/limitation", creditor.headers)).json()
    assert (read["lastDate"], read["interruptions"][0]["counted"], read["statuteRows"]) == (
        "2029-01-01",
        False,
        ["NO-L"],
    )
    body = {"kind": "judgment", "onDate": "2026-01-20"}
    made = await door.post("/partner/cases/100001/limitation/interruptions", body, creditor.headers)
    assert made.status_code == 200
    wrong = await door.post(
        "/partner/cases/100001/limitation/interruptions", body | {"kind": "prayer"}, creditor.headers
    )
    assert (wrong.status_code, faulty(wrong)) == (422, {"kind"})
    assert httpx.codes.is_client_error(wrong.status_code)


async def test_case_details_name_the_policy_and_why_an_operator_is_needed(door: Door, house: House) -> None:
    policy = {"code": "gentle", "version": 2, "jurisdiction": "NO", "override_scope": "DEBTOR"}
    reason = "no law is on file for XX"
    house.on("lifecycle", "GET", CASE, a_case("COMMENT", policy=policy, failure=reason))
    house.on("payment-control", "GET", "/internal/claims/100001", a_claim())
    creditor = await door.admit()
    read = await door.get("/partner/invoice/case", creditor.headers, caseId=100001)
    details = read.json()["case"]
    assert details["policy"] == {"code": "gentle", "version": 2, "overrideScope": "DEBTOR"}
    assert details["failure"] == reason
