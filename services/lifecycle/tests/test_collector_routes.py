"""HTTP in: collectors are configured, and report on their cases."""

import hashlib
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from services.lifecycle.tests.collectors import EXHAUSTED, collector_settings, exhaust_dunning, go_to, rows
from services.lifecycle.tests.factories import CREDITOR
from services.lifecycle.tests.test_routes import signed

from lifecycle.collector_routes import router as collector_router
from lifecycle.collector_routes import statuses
from lifecycle.couriers import CollectorCourier
from lifecycle.routes import router
from lifecycle.settings import Settings
from lifecycle.work_routes import router as work_router
from runtime.clock import start_clock
from runtime.database import Database
from runtime.problems import install_problems
from runtime.tokens import sign

PATH = "/internal/collector-configurations"
FIRST = "00000000-0000-4000-8000-0000000000f1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return collector_settings(tmp_path, "https://collect.example/in")


@pytest.fixture
async def http(database: Database, settings: Settings) -> AsyncGenerator[AsyncClient]:
    async with database.transaction() as session:
        await start_clock(session, settings)
    app = FastAPI()
    app.state.database, app.state.settings = database, settings
    install_problems(app, statuses)
    for each in (router, work_router, collector_router):
        app.include_router(each)
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://lifecycle", headers=signed(settings)) as client:
        yield client


def a_body(**changes: Any) -> dict[str, Any]:
    values = {
        "configuration_id": FIRST,
        "collector": "nordinkasso",
        "name": "Nordinkasso",
        "priority": 10,
        "adapter": "FILE_DROP",
        "skip_review": True,
        "free_withdrawal_days": 14,
        "processing_days": 365,
        "remits_to": "OFFICE",
    }
    return values | changes


async def with_collector(http: AsyncClient, database: Database, settings: Settings) -> None:
    assert (await http.post(PATH, json=a_body())).status_code == 200
    await exhaust_dunning(database)
    courier = CollectorCourier(settings)
    assert await courier.deliver_due(database) == 1
    await courier.close()
    await go_to(database, EXHAUSTED + timedelta(days=20))


async def report(http: AsyncClient, headers: dict[str, str] | None = None, **body: Any) -> Response:
    wanted = {"collector": "nordinkasso", "report": body}
    return await http.post("/internal/cases/100001/collector-reports", json=wanted, headers=headers)


async def test_a_configuration_is_created_once_read_changed_and_deleted(http: AsyncClient) -> None:
    created = await http.post(PATH, json=a_body())
    again = await http.post(PATH, json=a_body())
    assert (created.status_code, again.json()) == (200, created.json())
    assert (created.json()["version"], created.json()["folder"]) == (1, f"{CREDITOR}/nordinkasso")
    changed = await http.patch(f"{PATH}/{FIRST}", json={"version": 1, "priority": 5, "processing_days": None})
    assert (changed.json()["priority"], changed.json()["processing_days"], changed.json()["version"]) == (5, None, 2)
    assert changed.json()["free_withdrawal_days"] == 14
    stale = await http.patch(f"{PATH}/{FIRST}", json={"version": 1, "priority": 6})
    assert stale.status_code == 409
    assert [one["priority"] for one in (await http.get(PATH)).json()["items"]] == [5]
    assert (await http.delete(f"{PATH}/{FIRST}")).status_code == 204
    assert (await http.get(f"{PATH}/{FIRST}")).status_code == 404
    assert (await http.get(PATH)).json() == {"items": []}
    assert (await http.post(PATH, json=a_body(configuration_id=str(uuid4())))).status_code == 200  # the name is free


async def test_a_name_is_taken_once_per_creditor(http: AsyncClient, settings: Settings) -> None:
    await http.post(PATH, json=a_body())
    other = str(uuid4())
    assert (await http.post(PATH, json=a_body(configuration_id=other))).status_code == 409
    assert (await http.post(PATH, json=a_body(configuration_id=other, name="Second"))).status_code == 200
    assert (await http.patch(f"{PATH}/{other}", json={"version": 1, "name": "Nordinkasso"})).status_code == 409
    stranger = signed(settings, uuid4())
    third = a_body(configuration_id=str(uuid4()))
    assert (await http.post(PATH, json=third, headers=stranger)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"collector": "../up"}, "collector"),
        ({"collector": "own"}, "collector"),
        ({"adapter": "HTTP"}, "url"),
        ({"url": "https://collect.example/in"}, "url"),
        ({"adapter": "HTTP", "url": "https://169.254.169.254/"}, "url"),
        ({"conditions": {"amount_from_minor": 1}}, "conditions.currency"),
        ({"conditions": {"amount_from_minor": 2, "amount_to_minor": 1, "currency": "NOK"}}, "conditions.amount_to"),
        ({"processing_days": 0}, "processing_days"),
        ({"remits_to": "NOBODY"}, "remits_to"),
    ],
)  # fmt: skip
async def test_a_fault_is_named_by_field_and_nothing_is_stored(
    http: AsyncClient, changes: dict[str, Any], field: str
) -> None:
    refused = await http.post(PATH, json=a_body(**changes))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)
    assert (await http.get(PATH)).json() == {"items": []}


async def test_an_endpoint_under_an_opened_address_has_a_signing_secret(http: AsyncClient) -> None:
    created = await http.post(PATH, json=a_body(adapter="HTTP", url="https://collect.example/in/cases"))
    assert len(created.json()["signing_secret"]) == 64
    assert created.json()["folder"] is None


async def test_another_creditors_configuration_answers_like_a_missing_one(
    http: AsyncClient, settings: Settings
) -> None:
    await http.post(PATH, json=a_body())
    stranger = signed(settings, uuid4())
    for method, path, body in (
        ("GET", FIRST, None),
        ("PATCH", FIRST, {"version": 1}),
        ("DELETE", FIRST, None),
        ("GET", f"{FIRST}/files", None),
        ("POST", f"{FIRST}/token", {"token_hash": "0" * 64}),
    ):
        answer = await http.request(method, f"{PATH}/{path}", json=body, headers=stranger)
        assert answer.status_code == 404, (method, path)


async def test_the_office_is_told_of_a_creditor_that_does_not_exist(http: AsyncClient, database: Database) -> None:
    assert (await http.post(f"{PATH}?must_be_known=true", json=a_body())).status_code == 404
    await exhaust_dunning(database)
    assert (await http.post(f"{PATH}?must_be_known=true", json=a_body())).status_code == 200


async def test_a_new_token_ends_the_one_before(http: AsyncClient) -> None:
    await http.post(PATH, json=a_body())
    first, second = (hashlib.sha256(token).hexdigest() for token in (b"first", b"second"))
    for given in (first, second):
        assert (await http.post(f"{PATH}/{FIRST}/token", json={"token_hash": given})).status_code == 200
    known = await http.post("/internal/collector-tokens/recognised", json={"token_hash": second})
    assert known.json() == {"creditor_id": str(CREDITOR), "configuration_id": FIRST, "collector": "nordinkasso"}
    assert (await http.post("/internal/collector-tokens/recognised", json={"token_hash": first})).status_code == 404


async def test_case_details_show_the_collector_its_terms_and_what_it_collected(
    http: AsyncClient, database: Database, settings: Settings
) -> None:
    await with_collector(http, database, settings)
    amount: dict[str, Any] = {
        "external_id": "A-1",
        "amount_minor": 40_000,
        "currency": "NOK",
        "collected_on": "2025-12-01",
    }
    first = await report(http, kind="COLLECTED", **amount)
    assert (first.status_code, first.json()["repeated"], first.json()["state"]) == (200, False, "HANDED")
    again = await report(http, kind="COLLECTED", **amount)
    assert again.json() == first.json() | {"repeated": True}
    amount["amount_minor"] = 1
    assert (await report(http, kind="COLLECTED", **amount)).status_code == 409
    assert (await report(http, kind="ACCEPTED", reference="NI-7")).json()["state"] == "ACCEPTED"
    [handover] = (await http.get("/internal/cases/100001")).json()["handovers"]
    assert (handover["collector"], handover["state"], handover["collector_reference"]) == (
        "nordinkasso",
        "ACCEPTED",
        "NI-7",
    )
    assert (handover["free_withdrawal_until"], handover["deadline_date"]) == ("2025-11-28", "2026-11-14")
    assert handover["delivery"] == "PLACE SENT"
    assert [one["amount_minor"] for one in handover["collected"]] == [40_000]


async def test_a_report_that_does_not_fit_is_409_with_what_may_be_reported(
    http: AsyncClient, database: Database, settings: Settings
) -> None:
    await with_collector(http, database, settings)
    assert (await report(http, kind="ACCEPTED")).status_code == 200
    wrong = await report(http, kind="ACCEPTED", reference="another")
    assert (wrong.status_code, wrong.json()["available_reports"]) == (409, ["COLLECTED", "CLOSED"])
    closed = await report(http, kind="CLOSED", close_code="EXHAUSTED", reason="nothing there")
    assert (closed.json()["status"], closed.json()["close_code"]) == ("CLOSED", "EXHAUSTED")
    assert (await report(http, kind="CLOSED", close_code="PAID")).status_code == 422


async def test_only_the_collector_and_the_office_speak_of_its_cases(
    http: AsyncClient, database: Database, settings: Settings
) -> None:
    await with_collector(http, database, settings)
    amount: dict[str, Any] = {"external_id": "A-1", "amount_minor": 1, "currency": "NOK", "collected_on": "2025-12-01"}
    foreign = await report(http, headers=signed(settings, uuid4()), kind="COLLECTED", **amount)
    assert foreign.status_code == 404
    office = {"Authorization": f"Bearer {sign(settings, 'gateway', None)}"}
    wanted: dict[str, Any] = {"report": {"kind": "COLLECTED", **amount}}
    answer = await http.post("/internal/cases/100001/collector-reports", json=wanted, headers=office)
    assert (answer.status_code, answer.json()["collector"]) == (200, "nordinkasso")


async def test_a_configuration_with_cases_is_not_deleted_but_can_be_disabled(
    http: AsyncClient, database: Database, settings: Settings
) -> None:
    await with_collector(http, database, settings)
    refused = await http.delete(f"{PATH}/{FIRST}")
    assert refused.status_code == 409
    assert "has 1 case;" in refused.json()["detail"]
    assert (await http.patch(f"{PATH}/{FIRST}", json={"version": 1, "enabled": False})).status_code == 200


async def test_a_late_withdrawal_by_closing_is_refused_where_it_is_not_agreed(
    http: AsyncClient, database: Database, settings: Settings
) -> None:
    await http.post(PATH, json=a_body(late_withdrawal="REFUSED"))
    await with_collector(http, database, settings)
    refused = await http.post("/internal/cases/100001/closed", json={"close_code": "WITHDRAWN"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "close_code")
    other = await http.post("/internal/cases/100001/closed", json={"close_code": "UNECONOMICAL"})
    assert other.json()["status"] == "CLOSED"
    assert await rows(database, "SELECT state FROM handover") == [("RECALLED",)]


async def test_a_dry_run_ends_where_a_collector_takes_over(http: AsyncClient, database: Database) -> None:
    await http.post(PATH, json=a_body(skip_review=False))
    await exhaust_dunning(database, last=EXHAUSTED - timedelta(days=1))
    dry = await http.get("/internal/cases/100001/dry-run", params={"until": "2026-06-30"})
    [happening] = dry.json()["happenings"]
    assert (happening["day"], happening["kind"], happening["step_code"]) == (EXHAUSTED.isoformat(), "COLLECTOR", None)
    assert happening["remarks"] == ["Dunning is exhausted: waits for review before it goes to nordinkasso"]
    assert dry.json()["next_review_date"] is None
    assert await rows(database, "SELECT count(*) FROM handover") == [(0,)]
