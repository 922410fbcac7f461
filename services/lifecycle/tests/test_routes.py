"""HTTP in: what the gateway reads."""

from collections.abc import AsyncGenerator
from datetime import date
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from services.lifecycle.tests.factories import (
    CREDITOR,
    a_settlement,
    an_action,
    an_agreement,
    an_invoice,
    claim_of,
)

from lifecycle.routes import router
from lifecycle.settings import Settings
from lifecycle.use_cases.actions import apply_actions
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.claims import apply_claim_facts
from lifecycle.use_cases.reviews import review_cases
from runtime.clock import advance_to, start_clock
from runtime.database import Database
from runtime.problems import install_problems
from runtime.tokens import sign


@pytest.fixture
async def http(database: Database, settings: Settings) -> AsyncGenerator[AsyncClient]:
    """Three cases on 15 October 2025: one reminded, one paid, one paused."""
    async with database.transaction() as session:
        await start_clock(session, settings)
        await advance_to(session, date(2025, 10, 15))
        await copy_agreements(session, [an_agreement()])
        await open_cases(session, [an_invoice(100_001 + number) for number in range(3)])
        await apply_claim_facts(session, [a_settlement(2, date(2025, 10, 1), 100_002)])
        await apply_actions(
            session, [an_action("PAUSE", date(2025, 10, 1), 100_003, until_date=date(2025, 12, 1), comment="A talk")]
        )
        await review_cases(session, date(2025, 10, 15))
    app = FastAPI()
    app.state.database, app.state.settings = database, settings
    install_problems(app, {})
    app.include_router(router)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://lifecycle") as client:
        yield client


def signed(settings: Settings, creditor_id: UUID | None = CREDITOR) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(settings, 'gateway', creditor_id)}"}


async def test_a_case_is_read_with_its_timeline_and_what_may_be_asked(http: AsyncClient, settings: Settings) -> None:
    answer = await http.get("/internal/cases/100001", headers=signed(settings))

    body = answer.json()
    assert answer.status_code == 200
    assert body["summary"] == {
        "case_id": 100_001,
        "creditor_id": str(CREDITOR),
        "claim_id": str(claim_of(100_001)),
        "invoice_number": "F-100001",
        "status": "ACTIVE",
        "stage": "REMINDER",
        "level": 1,
        "created_date": "2025-09-15",
        "closed_date": None,
        "active_days": 30,
        "due_date": "2025-10-01",
        "deadline_date": "2025-10-29",
        "currency": "NOK",
        "balance": {"principal_minor": 100_000, "interest_minor": 0, "fees_minor": 0, "claim_version": 0},
        "policy": {"code": "no_consumer", "version": 1, "jurisdiction": "NO", "override_scope": None},
        "hold": None,
        "close_code": None,
        "failure": None,
        "next_review_date": "2025-10-30",
        "debtor_id": body["summary"]["debtor_id"],
        "arrangement": None,
        "limitation_date": "2028-10-01",
    }
    assert [entry["kind"] for entry in body["timeline"]] == ["OPENED", "OVERDUE", "STEP"]
    assert body["timeline"][2]["text"] == "Step 1, purring: to be paid by 2025-10-29; charged purring 35.00 NOK"
    assert "PAUSE" in body["available_actions"]


async def test_another_creditors_case_answers_like_a_missing_one(http: AsyncClient, settings: Settings) -> None:
    foreign = await http.get("/internal/cases/100001", headers=signed(settings, uuid4()))
    missing = await http.get("/internal/cases/999999", headers=signed(settings))
    assert foreign.status_code == missing.status_code == 404
    assert foreign.json()["detail"] == "You have no case 100001."
    assert missing.json()["detail"] == "You have no case 999999."


async def test_a_call_that_is_not_signed_is_refused(http: AsyncClient) -> None:
    assert (await http.get("/internal/cases/100001")).status_code == 401


async def test_lists_are_paged_and_filtered(http: AsyncClient, settings: Settings) -> None:
    headers = signed(settings)
    first = (await http.get("/internal/cases", params={"limit": 2}, headers=headers)).json()
    rest = (await http.get("/internal/cases", params={"cursor": first["next_cursor"]}, headers=headers)).json()
    paused = (await http.get("/internal/cases", params={"status": "PAUSED"}, headers=headers)).json()
    reminded = (await http.get("/internal/cases", params={"stage": "REMINDER"}, headers=headers)).json()
    others = (await http.get("/internal/cases", headers=signed(settings, uuid4()))).json()

    assert [case["case_id"] for case in first["items"]] == [100_001, 100_002]
    assert ([case["case_id"] for case in rest["items"]], rest["next_cursor"]) == ([100_003], None)
    assert [case["hold"] for case in paused["items"]] == [
        {"reason": "PAUSE", "until_date": "2025-12-01", "hold_version": 1}
    ]
    assert [case["case_id"] for case in reminded["items"]] == [100_001]
    assert others == {"items": [], "next_cursor": None}


async def test_a_wrong_filter_is_named(http: AsyncClient, settings: Settings) -> None:
    answer = await http.get("/internal/cases", params={"status": "SLEEPING"}, headers=signed(settings))
    assert answer.status_code == 422
    assert "status" in answer.json()["errors"][0]["field"]


async def test_counts_are_of_the_caller_or_of_the_house(http: AsyncClient, settings: Settings) -> None:
    house = (await http.get("/internal/case-counts", headers=signed(settings, None))).json()
    own = (await http.get("/internal/case-counts", headers=signed(settings))).json()
    others = (await http.get("/internal/case-counts", headers=signed(settings, uuid4()))).json()
    assert house == own
    assert (house["total"], others["total"]) == (3, 0)
    assert house["by_status"] == {"CLOSED": 1, "PAUSED": 1, "ACTIVE": 1}
    assert house["by_stage"] == {"INVOICED": 1, "OVERDUE": 1, "REMINDER": 1}
    assert {"stage": "INVOICED", "status": "CLOSED", "close_code": "PAID", "count": 1} in house["counts"]
