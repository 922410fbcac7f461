"""HTTP in: work on cases that is answered at once."""

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from services.lifecycle.tests.factories import a_change, an_action, an_agreement, an_invoice
from services.lifecycle.tests.test_routes import signed
from sqlalchemy import text

from contracts import DunningPolicy, DunningStep
from lifecycle.routes import router
from lifecycle.settings import Settings
from lifecycle.use_cases.actions import apply_actions
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.claims import apply_claim_facts
from lifecycle.use_cases.limitation import warn_of_limitation
from lifecycle.use_cases.reviews import review_cases
from lifecycle.work_routes import router as work_router
from runtime.clock import advance_to, start_clock
from runtime.database import Database
from runtime.problems import install_problems

DEBTOR = UUID("00000000-0000-4000-8000-0000000000d1")
DAY = date(2025, 10, 15)


@pytest.fixture
async def http(database: Database, settings: Settings) -> AsyncGenerator[AsyncClient]:
    """Two reminded cases of one debtor, and one that waits to be prepared."""
    async with database.transaction() as session:
        await start_clock(session, settings)
        await advance_to(session, DAY)
        await copy_agreements(session, [an_agreement()])
        await open_cases(
            session,
            [
                an_invoice(100_001, debtor_id=DEBTOR),
                an_invoice(100_002, debtor_id=DEBTOR),
                an_invoice(100_003, manual_review=True, invoice_type="COLLECTION"),
            ],
        )
        await review_cases(session, DAY)
    app = FastAPI()
    app.state.database, app.state.settings = database, settings
    install_problems(app, {})
    app.include_router(router)
    app.include_router(work_router)
    headers = signed(settings)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://lifecycle", headers=headers) as client:
        yield client


async def outbox(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list((await session.execute(text("SELECT aggregatetype FROM outbox ORDER BY position"))).scalars())


async def work(http: AsyncClient, path: str, case_id: int = 100_001, **body: Any) -> Response:
    return await http.post(f"/internal/cases/{case_id}/{path}", json=body)


async def test_a_manual_case_goes_through_review_and_gets_its_first_letter(
    http: AsyncClient, database: Database
) -> None:
    assert (await http.get("/internal/cases/100003")).json()["available_work"] == ["PREPARED", "CLOSE"]
    wrong = await work(http, "reviewed", 100_003)
    assert (wrong.status_code, wrong.json()["available_work"]) == (409, ["PREPARED", "CLOSE"])
    assert (await work(http, "prepared", 100_003)).json()["status"] == "REVIEWING"
    assert (await work(http, "reviewed", 100_003)).json()["status"] == "PENDING"
    async with database.transaction() as session:
        assert await review_cases(session, DAY + timedelta(days=1)) == 1
    case = (await http.get("/internal/cases/100003")).json()["summary"]
    assert (case["status"], case["level"]) == ("ACTIVE", 1)


async def test_a_promise_is_told_as_a_hold_and_kept_by_the_money(http: AsyncClient, database: Database) -> None:
    answer = await work(http, "promise", amount_minor=60_000, promised_date="2025-11-10")
    assert (answer.status_code, answer.json()["status"]) == (200, "PROMISED")
    assert answer.json()["arrangement"]["amount_minor"] == 60_000
    async with database.transaction() as session:
        await apply_claim_facts(session, [a_change(2, 40_000, date(2025, 10, 20))])
    assert (await http.get("/internal/cases/100001")).json()["summary"]["status"] == "ACTIVE"
    assert (await outbox(database))[-2:] == ["case.held", "case.resumed"]


async def test_a_plan_is_proposed_and_accepted_and_survives_being_stored(http: AsyncClient) -> None:
    proposed = await work(http, "plan", count=3, first_date="2025-11-01", answer_by="2025-10-25")
    assert [part["amount_minor"] for part in proposed.json()["arrangement"]["instalments"]] == [33_333, 33_333, 33_334]
    accepted = await work(http, "plan/accepted")
    assert (accepted.json()["status"], accepted.json()["next_review_date"]) == ("ON_PLAN", "2025-11-05")
    assert (await work(http, "plan/accepted")).status_code == 409


async def test_a_fault_is_named_by_field_and_nothing_is_stored(http: AsyncClient, database: Database) -> None:
    before = await outbox(database)
    refused = await work(http, "dispute", reason="Too much", disputed_minor=100_000)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "disputed_minor")
    assert (await work(http, "promise", 999_999, amount_minor=1, promised_date="2025-11-01")).status_code == 404
    assert await outbox(database) == before


async def test_a_flag_stops_all_cases_of_the_debtor_and_new_ones_until_it_is_lifted(
    http: AsyncClient, database: Database
) -> None:
    flags = f"/internal/debtors/{DEBTOR}/flags"
    assert (await http.post(flags, json={"flag": "DECEASED"})).json() == {"flags": ["DECEASED"]}
    async with database.transaction() as session:
        await open_cases(session, [an_invoice(100_004, debtor_id=DEBTOR)])
    held = [(await http.get(f"/internal/cases/{number}")).json()["summary"] for number in (100_001, 100_002, 100_004)]
    assert {(case["status"], case["hold"]["reason"]) for case in held} == {("PAUSED", "FLAG")}
    assert (await http.delete(f"{flags}/DECEASED")).json() == {"flags": []}
    assert (await http.get("/internal/cases/100004")).json()["summary"]["status"] == "ACTIVE"
    assert (await outbox(database)).count("case.held") == (await outbox(database)).count("case.resumed") == 3
    assert (await http.delete(f"{flags}/DECEASED")).status_code == 404
    assert (await http.post(f"/internal/debtors/{uuid4()}/flags", json={"flag": "DECEASED"})).status_code == 404


async def test_a_flags_hold_gives_way_to_nothing_but_the_end_of_the_flag(http: AsyncClient, database: Database) -> None:
    await http.post(f"/internal/debtors/{DEBTOR}/flags", json={"flag": "INSOLVENT"})
    told = (await http.get("/internal/cases/100001")).json()
    assert not {"RESUME", "PAUSE", "OBJECTION", "PAYMENTPLAN"} & set(told["available_actions"])
    assert not {"PROMISE", "PLAN", "DISPUTE"} & set(told["available_work"])
    assert (await work(http, "promise", amount_minor=1_000, promised_date="2025-11-10")).status_code == 409
    asked = [an_action(code, DAY) for code in ("RESUME", "PAUSE", "OBJECTION")]
    async with database.transaction() as session:
        await apply_actions(session, asked)
    hold = (await http.get("/internal/cases/100001")).json()["summary"]["hold"]
    assert hold["reason"] == "FLAG"


async def test_a_reviewed_case_of_a_flagged_debtor_rests_instead_of_beginning(
    http: AsyncClient, database: Database
) -> None:
    debtor = "00000000-0000-4000-8000-0000000000d2"
    async with database.transaction() as session:
        manual = an_invoice(100_005, manual_review=True, invoice_type="COLLECTION", debtor_id=UUID(debtor))
        await open_cases(session, [manual])
    assert (await http.post(f"/internal/debtors/{debtor}/flags", json={"flag": "DECEASED"})).status_code == 200
    await work(http, "prepared", 100_005)
    await work(http, "reviewed", 100_005)
    async with database.transaction() as session:
        assert await review_cases(session, DAY + timedelta(days=1)) == 1
        await review_cases(session, DAY + timedelta(days=30))
    case = (await http.get("/internal/cases/100005")).json()["summary"]
    assert (case["status"], case["hold"]["reason"], case["level"]) == ("PAUSED", "FLAG", 0)


async def test_another_creditors_case_answers_like_a_missing_one(http: AsyncClient, settings: Settings) -> None:
    stranger = signed(settings, uuid4())
    foreign = await http.post("/internal/cases/100001/prepared", json={}, headers=stranger)
    missing = await http.post("/internal/cases/999999/prepared", json={})
    assert foreign.status_code == missing.status_code == 404
    assert (await http.delete(f"/internal/debtors/{DEBTOR}/flags/DECEASED", headers=stranger)).status_code == 404


async def test_a_dry_run_changes_nothing(http: AsyncClient, database: Database) -> None:
    before = await outbox(database)
    found = await http.get("/internal/cases/100001/dry-run", params={"until": "2025-12-31"})
    steps = [(one["day"], one["step_code"]) for one in found.json()["happenings"] if one["kind"] == "STEP"]
    assert steps == [
        ("2025-10-30", "inkassovarsel"),
        ("2025-11-14", "betalingsoppfordring"),
        ("2025-12-27", "betalingsoppfordring_tung"),
    ]
    assert found.json()["interest_estimate_minor"] > 0
    assert await outbox(database) == before
    early = await http.get("/internal/cases/100001/dry-run", params={"until": "2025-10-14"})
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, "until")


async def test_a_case_is_warned_about_before_its_claim_is_lost(http: AsyncClient, database: Database) -> None:
    last = date.fromisoformat((await http.get("/internal/cases/100001")).json()["summary"]["limitation_date"])
    assert last == date(2028, 10, 1)  # three years from the due date, foreldelsesloven
    for days, warned in ((91, 0), (90, 3), (90, 0), (60, 3), (30, 3), (1, 0)):
        async with database.transaction() as session:
            assert await warn_of_limitation(session, last - timedelta(days=days)) == warned
    entries = (await http.get("/internal/cases/100001")).json()["timeline"]
    assert [entry["text"].split(" days")[0][-2:] for entry in entries if entry["kind"] == "LIMITATION"] == [
        "90",
        "60",
        "30",
    ]


async def test_a_case_climbs_its_creditors_own_ladder(http: AsyncClient, database: Database) -> None:
    own = DunningPolicy(
        code="gentle",
        version=1,
        debtor_kind="CONSUMER",
        steps=(
            DunningStep(
                level=1,
                code="purring",
                stage="REMINDER",
                days_after_due=20,
                deadline_days=14,
                fee_codes=("purring",),
                template="no_purring",
                channel="EMAIL",
                tolerance_minor=50_000,
            ),
        ),
    )
    agreement = an_agreement(version=2)
    changes = {"policy_code": "gentle", "dunning_policies": (own,)}
    own_terms = agreement.model_copy(update={"agreement": agreement.agreement.model_copy(update=changes)})
    async with database.transaction() as session:
        await copy_agreements(session, [own_terms])
        await open_cases(session, [an_invoice(number, agreement_version=2) for number in (100_008, 100_009)])
        await apply_claim_facts(session, [a_change(2, 50_000, date(2025, 10, 16), 100_009)])
        day = DAY
        while day < date(2025, 11, 30):
            day += timedelta(days=1)
            await review_cases(session, day)
        taken = await session.execute(text("SELECT step_key, as_of FROM case_step WHERE case_id > 100007"))
        assert [tuple(row) for row in taken] == [("100008:gentle.1:1", date(2025, 10, 21))]
