"""The agreement at the public door: amounts become minor units, refusals keep rule and row."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from services.gateway.tests.door import Door, faulty
from services.gateway.tests.house import Call, House, problem

DRAFT = "/partner/agreement/draft"
DOCUMENT: dict[str, Any] = {
    "service_type": "LIFECYCLE",
    "jurisdiction": "NO",
    "policy_code": "no_consumer",
    "reference_scheme": "NO_KID_MOD10",
    "incoming_account_by_currency": {"SEK": "CLIENT-SEK", "NOK": "CLIENT-NOK"},
    "payout_account": {"name": "Fjord", "iban": "NO9386011117947"},
    "settlement_weekday": 3,
    "interest_enabled": True,
}
STEP: dict[str, Any] = {
    "level": 1,
    "code": "purring",
    "stage": "REMINDER",
    "daysAfterDue": 21,
    "deadlineDays": 14,
    "feeCodes": ["purring"],
    "template": "no_purring",
    "channel": "EMAIL",
    "conditions": {"amountFrom": 500},
    "tolerance": 49.5,
}


def a_policy(**step: Any) -> dict[str, Any]:
    return {"code": "gentle", "debtorKind": "CONSUMER", "steps": [STEP | step]}


def drawn_up(call: Call) -> httpx.Response:
    """Intake's answer to a draft: what it was sent, on top of the version in force."""
    policies = [policy | {"version": 1} for policy in call.body["amendment"].get("dunning_policies", [])]
    document = DOCUMENT | call.body["amendment"] | {"dunning_policies": policies}
    draft = {"draft_id": call.body["draft_id"], "base_version": 1, "drafted_date": "2026-02-02"}
    return httpx.Response(201, json=draft | {"activated_version": None, "document": document})


async def test_a_draft_goes_to_intake_in_minor_units_and_comes_back_in_major_ones(door: Door, house: House) -> None:
    house.on("intake", "POST", "/internal/agreements/drafts", drawn_up)
    creditor = await door.admit()
    body = {"dunningPolicies": [a_policy()], "agreedFees": {"purring": 35}}
    answer = await door.post(DRAFT, body, creditor.headers)

    assert answer.status_code == 201, answer.text
    [call] = house.asked("intake")
    assert call.creditor_id == creditor.creditor_id
    [sent] = call.body["amendment"]["dunning_policies"][0]["steps"]
    assert (sent["tolerance_minor"], sent["conditions"]["amount_from_minor"], sent["days_after_due"]) == (
        4950,
        50000,
        21,
    )
    assert call.body["amendment"]["agreed_fees"] == {"purring": 3500}
    agreement = answer.json()["agreement"]
    [step] = agreement["dunningPolicies"][0]["steps"]
    assert (step["tolerance"], step["conditions"]["amountFrom"], step["daysAfterDue"]) == (49.5, 500, 21)
    assert agreement["agreedFees"] == {"purring": 35}
    assert "payoutAccount" not in agreement


async def test_what_the_law_forbids_is_refused_with_rule_row_and_source(door: Door, house: House) -> None:
    fault = {"field": "dunningPolicies.0.steps.0.feeCodes", "rule": "too early", "statuteRow": "NO-1", "source": "law"}
    error = {"field": fault["field"], "message": "too early (row NO-1)"}
    house.on(
        "intake",
        "POST",
        "/internal/agreements/drafts",
        lambda _: problem(422, "1 thing must be corrected.", errors=[error], faults=[fault]),
    )
    creditor = await door.admit()
    answer = await door.post(DRAFT, {"dunningPolicies": [a_policy()]}, creditor.headers)
    assert (answer.status_code, faulty(answer)) == (422, {fault["field"]})
    assert answer.json()["faults"] == [fault]


@pytest.mark.parametrize(
    ("body", "named"),
    [
        pytest.param(
            {"dunningPolicies": [a_policy(tolerance=0.001)]}, "dunningPolicies.0.steps.0.tolerance", id="decimals"
        ),
        pytest.param(
            {"dunningPolicies": [a_policy(conditions={"amountTo": -1})]},
            "dunningPolicies.0.steps.0.conditions.amountTo",
            id="a negative amount",
        ),
        pytest.param(
            {"dunningPolicies": [a_policy(channel="FAX")]}, "dunningPolicies.0.steps.0.channel", id="no channel"
        ),
        pytest.param({"commissionPercent": 0}, "commissionPercent", id="what only the office may change"),
    ],
)
async def test_a_draft_that_cannot_be_read_is_refused_by_field_and_reaches_nobody(
    door: Door, house: House, body: dict[str, Any], named: str
) -> None:
    creditor = await door.admit()
    answer = await door.post(DRAFT, body, creditor.headers)
    assert (answer.status_code, faulty(answer)) == (422, {named})
    assert house.calls == []


async def test_the_versions_are_read_and_a_draft_is_put_in_force(door: Door, house: House) -> None:
    draft_id = uuid4()
    version = {"agreement_id": str(uuid4()), "agreement_version": 2, "valid_from": "2026-02-02", "document": DOCUMENT}
    house.on("intake", "GET", "/internal/agreements", {"current_version": 2, "versions": [version], "drafts": []})
    house.on("intake", "POST", f"/internal/agreements/drafts/{draft_id}/activate", version)
    creditor = await door.admit()

    activated = await door.post(f"{DRAFT}/{draft_id}/activate", {}, creditor.headers)
    read = await door.get("/partner/agreement", creditor.headers)

    assert (activated.status_code, activated.json()["version"]) == (200, 2)
    assert read.json()["versions"] == [activated.json()]
    assert read.json()["versions"][0]["agreement"]["currencies"] == ["NOK", "SEK"]
