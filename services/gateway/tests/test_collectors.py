"""Collectors at the door: configured in decimals, known by their token, heard about their cases."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from services.gateway.tests.door import OFFICE, Door, faulty
from services.gateway.tests.house import House, a_case, a_claim, problem
from sqlalchemy import text

from gateway.use_cases.tokens import hash_of

CONFIGURATIONS = "/internal/collector-configurations"
FIRST = "00000000-0000-4000-8000-0000000000f1"
REPORTS = "/internal/cases/100001/collector-reports"
OFFICE_HEADERS = {"X-Api-Key": OFFICE}


def a_configuration(**changes: Any) -> dict[str, Any]:
    conditions = {
        "amount_from_minor": 50_000,
        "amount_to_minor": None,
        "currency": "NOK",
        "countries": ["NO"],
        "debtor_kind": None,
        "sources": ["DUNNING"],
    }
    return {
        "configuration_id": FIRST,
        "collector": "nordinkasso",
        "name": "Nordinkasso",
        "priority": 10,
        "enabled": True,
        "conditions": conditions,
        "skip_review": True,
        "adapter": "FILE_DROP",
        "url": None,
        "signing_secret": None,
        "folder": "c/nordinkasso",
        "free_withdrawal_days": 14,
        "late_withdrawal": "MAY_COST",
        "processing_days": 365,
        "remits_to": "OFFICE",
        "version": 1,
    } | changes


def a_body(**changes: Any) -> dict[str, Any]:
    return {
        "collector": "nordinkasso",
        "name": "Nordinkasso",
        "priority": 10,
        "adapter": "FILE_DROP",
        "conditions": {"amountFrom": 500.0, "currency": "NOK", "countries": ["NO"], "sources": ["DUNNING"]},
        "remitsTo": "OFFICE",
    } | changes


def a_report(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "case_id": 100_001,
        "status": "ACTIVE",
        "close_code": None,
        "collector": "nordinkasso",
        "state": "HANDED",
        "report_id": str(uuid4()),
        "repeated": False,
    }
    return values | changes


async def test_a_collector_is_configured_once_per_key_with_amounts_in_minor_units(door: Door, house: House) -> None:
    house.on("lifecycle", "POST", CONFIGURATIONS, a_configuration())
    creditor = await door.admit()
    created = await door.post("/partner/collector-configurations", a_body(), creditor.headers, "k1")
    again = await door.post("/partner/collector-configurations", a_body(), creditor.headers, "k1")
    assert (created.status_code, again.json()) == (201, created.json())
    assert created.json()["conditions"]["amountFrom"] == 500.0
    [sent] = house.asked("lifecycle")
    assert sent.body["conditions"] == {
        "amount_from_minor": 50_000,
        "currency": "NOK",
        "countries": ["NO"],
        "debtor_kind": None,
        "sources": ["DUNNING"],
    }
    assert (sent.creditor_id, sent.params) == (creditor.creditor_id, {})


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"conditions": {"amountFrom": 1}}, {"conditions.currency"}),
        ({"conditions": {"amountFrom": 1.001, "currency": "NOK"}}, {"conditions.amountFrom"}),
        ({"adapter": "MAIL"}, {"adapter"}),
        ({"collector": "Nord/.."}, {"collector"}),
        ({"priority": -1, "name": ""}, {"priority", "name"}),
    ],
)
async def test_faults_are_named_before_anything_is_asked(
    door: Door, house: House, changes: dict[str, Any], fields: set[str]
) -> None:
    creditor = await door.admit()
    refused = await door.post("/partner/collector-configurations", a_body(**changes), creditor.headers)
    assert (refused.status_code, faulty(refused)) == (422, fields)
    assert house.calls == []


async def test_only_what_is_sent_changes_and_null_ends_a_limit(door: Door, house: House) -> None:
    house.on("lifecycle", "PATCH", f"{CONFIGURATIONS}/{FIRST}", a_configuration(version=2, processing_days=None))
    creditor = await door.admit()
    path = f"/api/v1/partner/collector-configurations/{FIRST}"
    changed = await door.client.patch(path, json={"version": 1, "processingDays": None}, headers=creditor.headers)
    assert (changed.status_code, "processingDays" in changed.json()) == (200, True)
    assert house.asked("lifecycle")[0].body == {"version": 1, "processing_days": None}
    refused = await door.client.patch(path, json={"version": 1, "name": None}, headers=creditor.headers)
    assert (refused.status_code, faulty(refused)) == (422, {"name"})


async def test_the_office_configures_for_a_creditor_it_names(door: Door, house: House) -> None:
    house.on("lifecycle", "POST", CONFIGURATIONS, a_configuration())
    house.on("lifecycle", "GET", CONFIGURATIONS, {"items": [a_configuration()]})
    creditor_id = uuid4()
    path = f"/office/creditors/{creditor_id}/collector-configurations"
    assert (await door.post(path, a_body(), OFFICE_HEADERS)).status_code == 201
    assert (await door.get(path, OFFICE_HEADERS)).json()["configurations"][0]["name"] == "Nordinkasso"
    assert [(call.creditor_id, call.params) for call in house.asked("lifecycle")] == [
        (creditor_id, {"must_be_known": "true"}),
        (creditor_id, {}),
    ]
    creditor = await door.admit()
    assert (await door.post(path, a_body(), creditor.headers)).status_code == 401


async def test_a_token_is_told_to_a_repeat_and_stored_nowhere_but_as_a_hash(door: Door, house: House) -> None:
    holder = {"creditor_id": str(uuid4()), "configuration_id": FIRST, "collector": "nordinkasso"}
    house.on("lifecycle", "POST", f"{CONFIGURATIONS}/{FIRST}/token", holder)
    creditor = await door.admit()
    path = f"/partner/collector-configurations/{FIRST}/token"
    given = await door.post(path, {}, creditor.headers, "k1")
    again = await door.post(path, {}, creditor.headers, "k1")
    token = given.json()["accessToken"]
    assert (given.status_code, again.json()["accessToken"]) == (201, token)
    assert house.asked("lifecycle")[0].body == {"token_hash": hash_of(token)}
    async with door.gate.database.transaction() as session:
        kept = (
            await session.execute(text("SELECT string_agg(response_body, '') FROM idempotency_record"))
        ).scalar_one()
    assert token not in kept


async def test_a_collector_reports_with_its_token_on_its_creditors_cases(door: Door, house: House) -> None:
    creditor_id = uuid4()
    holder = {"creditor_id": str(creditor_id), "configuration_id": FIRST, "collector": "nordinkasso"}
    house.on("lifecycle", "POST", "/internal/collector-tokens/recognised", holder)
    house.on("lifecycle", "POST", REPORTS, a_report())
    body = {"externalId": "A-1", "amount": 400.5, "currency": "NOK", "collectedOn": "2026-01-20"}
    told = await door.post("/collector/cases/100001/collected", body, {"X-Api-Key": "frd_collector_x"}, "k1")
    assert (told.status_code, told.json()["state"]) == (200, "HANDED")
    asked, sent = house.asked("lifecycle")
    assert (asked.creditor_id, asked.body) == (None, {"token_hash": hash_of("frd_collector_x")})
    assert sent.creditor_id == creditor_id
    assert sent.body == {
        "collector": "nordinkasso",
        "report": {
            "kind": "COLLECTED",
            "external_id": "A-1",
            "amount_minor": 40_050,
            "currency": "NOK",
            "collected_on": "2026-01-20",
        },
    }


async def test_an_unknown_token_is_401_and_a_creditors_token_is_none(door: Door, house: House) -> None:
    creditor = await door.admit()
    for headers in ({"X-Api-Key": "frd_collector_old"}, creditor.headers, {}):
        answer = await door.post("/collector/cases/100001/accepted", {}, headers)
        assert answer.status_code == 401
    assert [call.path for call in house.calls if call.path == REPORTS] == []


async def test_the_office_reports_for_whichever_collector_has_the_case(door: Door, house: House) -> None:
    house.on("lifecycle", "POST", REPORTS, a_report(status="CLOSED", close_code="EXHAUSTED", state="CLOSED"))
    body = {"closeCode": "EXHAUSTED", "reason": "by letter of 20 January"}
    answer = await door.post("/collector/cases/100001/closed", body, OFFICE_HEADERS)
    assert (answer.status_code, answer.json()["closeCode"]) == (200, "EXHAUSTED")
    [sent] = house.asked("lifecycle")
    assert (sent.creditor_id, sent.body["collector"]) == (None, None)
    assert sent.body["report"] == {"kind": "CLOSED", "close_code": "EXHAUSTED", "reason": "by letter of 20 January"}
    refused = await door.post("/collector/cases/100001/closed", {"closeCode": "PAID"}, OFFICE_HEADERS)
    assert (refused.status_code, faulty(refused)) == (422, {"closeCode"})


async def test_a_report_that_does_not_fit_is_409_with_what_may_be_reported(door: Door, house: House) -> None:
    wrong = "The hand-over of case 100001 to nordinkasso is ACCEPTED."
    house.on("lifecycle", "POST", REPORTS, lambda _: problem(409, wrong, available_reports=["COLLECTED", "CLOSED"]))
    answer = await door.post("/collector/cases/100001/accepted", {}, OFFICE_HEADERS)
    assert (answer.status_code, answer.json()["availableReports"]) == (409, ["COLLECTED", "CLOSED"])


async def test_case_details_show_who_has_the_case_and_what_was_collected(door: Door, house: House) -> None:
    handover = {
        "handover_id": FIRST,
        "collector": "nordinkasso",
        "adapter": "HTTP",
        "remits_to": "CREDITOR",
        "state": "RETURNED",
        "chosen_date": "2026-01-01",
        "handed_date": "2026-01-01",
        "accepted_date": None,
        "ended_date": "2026-01-31",
        "deadline_date": "2026-01-30",
        "free_withdrawal_until": "2026-01-15",
        "collector_reference": None,
        "reason": "its 29 days ended",
        "delivery": "RECALL SENT",
        "collected": [
            {
                "report_id": FIRST,
                "external_id": "A-1",
                "amount_minor": 40_000,
                "currency": "NOK",
                "collected_on": "2026-01-20",
            }
        ],
    }
    house.on("lifecycle", "GET", "/internal/cases/100001", a_case("COMMENT") | {"handovers": [handover]})
    house.on("payment-control", "GET", "/internal/claims/100001", a_claim())
    creditor = await door.admit()
    answer = await door.get("/partner/invoice/case", creditor.headers, caseId=100001)
    details = answer.json()["case"]
    [collector] = details["collectors"]
    assert (collector["state"], collector["reason"], collector["deadlineDate"]) == (
        "RETURNED",
        "its 29 days ended",
        "2026-01-30",
    )
    assert collector["collected"] == [
        {"externalId": "A-1", "amount": 400.0, "currency": "NOK", "collectedOn": "2026-01-20"}
    ]


async def test_a_collector_is_deleted_and_its_files_are_listed(door: Door, house: House) -> None:
    file = {
        "name": "day-1.ndjson",
        "sha256": "0" * 64,
        "lines": 3,
        "taken": 2,
        "refused": [{"line": 3, "why": "amount: must be positive"}],
        "picked_date": "2026-01-20",
    }
    house.on("lifecycle", "GET", f"{CONFIGURATIONS}/{FIRST}/files", {"items": [file]})
    house.on("lifecycle", "DELETE", f"{CONFIGURATIONS}/{FIRST}", None, 204)
    creditor = await door.admit()
    path = f"/api/v1/partner/collector-configurations/{FIRST}"
    files = (await door.client.get(f"{path}/files", headers=creditor.headers)).json()["files"]
    assert (files[0]["taken"], files[0]["refused"][0]["line"]) == (2, 3)
    assert (await door.client.delete(path, headers=creditor.headers)).status_code == 204
    unknown = await door.client.delete(f"{path[:-36]}{UUID(int=1)}", headers=creditor.headers)
    assert unknown.status_code == 404
