"""HTTP in: a policy for one debtor or one case, and the limitation of a claim."""

from collections.abc import AsyncGenerator
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from services.lifecycle.tests.factories import a_change, an_action, an_agreement, an_invoice
from services.lifecycle.tests.test_routes import signed
from sqlalchemy import text

from lifecycle.policy_routes import router as policy_router
from lifecycle.routes import router
from lifecycle.settings import Settings
from lifecycle.use_cases.actions import apply_actions
from lifecycle.use_cases.cases import copy_agreements, open_cases
from lifecycle.use_cases.claims import apply_claim_facts
from lifecycle.use_cases.reviews import review_cases
from lifecycle.work_routes import router as work_router
from runtime.clock import advance_to, start_clock
from runtime.database import Database
from runtime.problems import install_problems
from statutes import policy, policy_document

DEBTOR = UUID("00000000-0000-4000-8000-0000000000d1")
DAY = date(2025, 10, 15)
CASE = "/internal/cases/100001"


@pytest.fixture
async def http(database: Database, settings: Settings) -> AsyncGenerator[AsyncClient]:
    """Two cases of one debtor whose first reminder was sent today, and one of another."""
    async with database.transaction() as session:
        await start_clock(session, settings)
        await advance_to(session, DAY)
        await copy_agreements(session, [an_agreement()])
        invoices = [an_invoice(number, debtor_id=DEBTOR) for number in (100_001, 100_002)]
        await open_cases(session, [*invoices, an_invoice(100_003)])
        await review_cases(session, DAY)
    app = FastAPI()
    app.state.database, app.state.settings = database, settings
    install_problems(app, {})
    for one in (router, work_router, policy_router):
        app.include_router(one)
    headers = signed(settings)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://lifecycle", headers=headers) as client:
        yield client


def a_step(level: int, code: str, stage: str, **changes: Any) -> dict[str, Any]:
    step: dict[str, Any] = {
        "level": level,
        "code": code,
        "stage": stage,
        "days_after_previous_deadline": 1,
        "deadline_days": 14,
        "fee_codes": [],
        "template": f"no_{code}",
        "channel": "LETTER",
    }
    return step | changes


def patient(**changes: Any) -> dict[str, Any]:
    """One reminder, later a warning, then the demand: forty days after each deadline."""
    return {
        "code": "patient",
        "steps": [
            a_step(1, "purring", "REMINDER", days_after_due=30, days_after_previous_deadline=None),
            a_step(2, "inkassovarsel", "NOTICE", days_after_previous_deadline=40),
            a_step(3, "betalingsoppfordring", "COLLECTION", days_after_previous_deadline=40, transfers=True),
        ],
    } | changes


async def sweep(database: Database, until: date) -> None:
    day = DAY
    while day < until:
        day += timedelta(days=1)
        async with database.transaction() as session:
            await review_cases(session, day)


async def taken(database: Database, case_id: int = 100_001) -> list[tuple[int, str, date, str]]:
    async with database.transaction() as session:
        rows = await session.execute(
            text("SELECT level, step_code, as_of, step_key FROM case_step WHERE case_id = :id ORDER BY level"),
            {"id": case_id},
        )
        return [(row.level, row.step_code, row.as_of, row.step_key) for row in rows]


async def test_a_cases_own_policy_is_climbed_from_where_the_case_stands(http: AsyncClient, database: Database) -> None:
    answer = await http.put(f"{CASE}/policy", json={"policy": patient(), "comment": "A good customer"})
    assert (answer.status_code, answer.json()["in_force"]["version"]) == (200, 1)
    told = await http.get(f"{CASE}/dry-run", params={"until": "2026-03-31"})
    would = [(one["day"], one["step_code"]) for one in told.json()["happenings"] if one["kind"] == "STEP"]
    await sweep(database, date(2026, 3, 31))

    mine, other = await taken(database), await taken(database, 100_002)
    # the reminder is not sent again, and the next letter waits forty days after its deadline, the 29th
    assert [(level, code) for level, code, _, _ in mine] == [
        (1, "purring"),
        (2, "inkassovarsel"),
        (3, "betalingsoppfordring"),
    ]
    assert mine[1][2] == date(2025, 12, 8)
    assert [(day.isoformat(), code) for _, code, day, _ in mine[1:]] == would
    assert [code for _, code, _, _ in other][:2] == ["purring", "inkassovarsel"]
    assert other[1][2] == date(2025, 10, 30)
    assert [key for _, _, _, key in mine] == ["100001:1:1", "100001:patient.1:2", "100001:patient.1:3"]


async def test_a_letter_that_was_sent_is_not_sent_again_nor_is_one_left_out(
    http: AsyncClient, database: Database
) -> None:
    steps = patient()["steps"]
    no_reminder = [
        a_step(1, "inkassovarsel", "NOTICE", days_after_due=30, days_after_previous_deadline=None),
        a_step(2, "betalingsoppfordring", "COLLECTION", transfers=True),
    ]
    assert (await http.put(f"{CASE}/policy", json={"policy": patient(steps=no_reminder)})).status_code == 200
    two = [steps[0], a_step(2, "purring", "REMINDER"), a_step(3, "inkassovarsel", "NOTICE")]
    body = {"policy": patient(code="twice", steps=two)}
    assert (await http.put("/internal/cases/100002/policy", json=body)).status_code == 200
    await sweep(database, date(2026, 2, 28))
    assert [code for _, code, _, _ in await taken(database)] == ["purring", "inkassovarsel", "betalingsoppfordring"]
    assert [code for _, code, _, _ in await taken(database, 100_002)] == ["purring", "purring", "inkassovarsel"]


@pytest.mark.parametrize(
    ("change", "field", "row"),
    [
        pytest.param({"deadline_days": 5}, "policy.steps.1.deadlineDays", "NO-WAIT", id="too short a deadline"),
        pytest.param({"stage": "REMINDER"}, "policy.steps.1.stage", "", id="another stage"),
        pytest.param({"fee_codes": ["mahnpauschale"]}, "policy.steps.1.feeCodes", "", id="a fee of another law"),
    ],
)
async def test_a_policy_that_the_law_forbids_is_refused_by_field_rule_and_row(
    http: AsyncClient, database: Database, change: dict[str, Any], field: str, row: str
) -> None:
    steps = patient()["steps"]
    wrong = patient(steps=[steps[0], steps[1] | change, steps[2]])
    for place in (CASE, f"/internal/debtors/{DEBTOR}"):
        answer = await http.put(f"{place}/policy", json={"policy": wrong})
        assert answer.status_code == 422
        faults = [fault for fault in answer.json()["faults"] if fault["field"] == field]
        assert faults
        assert faults[0]["rule"]
        assert faults[0]["statuteRow"].startswith(row)
        assert bool(faults[0]["source"]) == bool(faults[0]["statuteRow"])
        assert (await http.get(f"{place}/policy")).json() == {"in_force": None, "versions": []}


async def test_a_policy_that_is_unlawful_after_what_was_sent_is_refused_with_the_case(http: AsyncClient) -> None:
    early = a_step(1, "inkassovarsel", "NOTICE", days_after_due=15, days_after_previous_deadline=None)
    # lawful alone; after a reminder that gave until the 28th day it would come too soon or without its wait
    alone = patient(steps=[early, a_step(2, "betalingsoppfordring", "COLLECTION")])
    demand = patient(steps=[a_step(1, "betalingsoppfordring", "COLLECTION", days_after_due=60)])
    demand["steps"][0]["days_after_previous_deadline"] = None
    answers = [await http.put(f"{CASE}/policy", json={"policy": body}) for body in (alone, demand)]
    assert [answer.status_code for answer in answers][1] == 422


async def test_a_debtors_policy_holds_for_all_cases_and_new_ones_but_not_over_a_cases_own(
    http: AsyncClient, database: Database
) -> None:
    own = await http.put(f"{CASE}/policy", json={"policy": patient(code="mine")})
    assert own.status_code == 200
    place = f"/internal/debtors/{DEBTOR}/policy"
    assert (await http.put(place, json={"policy": patient()})).status_code == 200
    async with database.transaction() as session:
        await open_cases(session, [an_invoice(100_009, debtor_id=DEBTOR)])

    async def policies() -> list[tuple[str, str | None]]:
        found = [(await http.get(f"/internal/cases/{number}")).json()["summary"]["policy"] for number in numbers]
        return [(one["code"], one["override_scope"]) for one in found]

    numbers = (100_001, 100_002, 100_003, 100_009)
    agreed = ("no_consumer", None)
    assert await policies() == [("mine", "CASE"), ("patient", "DEBTOR"), agreed, ("patient", "DEBTOR")]

    assert (await http.delete(f"{CASE}/policy")).status_code == 200
    assert (await policies())[0] == ("patient", "DEBTOR")
    assert (await http.delete(place)).json()["in_force"] is None
    assert await policies() == [agreed] * 4
    assert (await http.delete(place)).status_code == 404
    await sweep(database, date(2025, 12, 31))
    assert [key for _, _, _, key in await taken(database)] == [f"100001:1:{level}" for level in (1, 2, 3, 4)]


async def test_each_change_of_a_policy_is_a_version_and_the_same_again_is_none(http: AsyncClient) -> None:
    for body in (patient(), patient(), patient(code="kind")):
        await http.put(f"{CASE}/policy", json={"policy": body})
    await http.delete(f"{CASE}/policy", params={"comment": "No longer"})
    told = (await http.get(f"{CASE}/policy")).json()
    assert [(one["version"], (one["policy"] or {}).get("code")) for one in told["versions"]] == [
        (1, "patient"),
        (2, "kind"),
        (3, None),
    ]
    assert told["in_force"] is None


async def test_a_policy_removed_after_its_steps_goes_on_with_the_agreed_ladder(
    http: AsyncClient, database: Database
) -> None:
    await http.put(f"{CASE}/policy", json={"policy": patient()})
    await sweep(database, date(2025, 12, 10))
    assert (await http.delete(f"{CASE}/policy")).status_code == 200
    await sweep(database, date(2026, 3, 31))
    codes = [code for _, code, _, _ in await taken(database)]
    assert codes == ["purring", "inkassovarsel", "betalingsoppfordring", "betalingsoppfordring_tung"]


async def test_a_policy_on_file_can_be_named_and_one_of_another_country_or_kind_is_refused(http: AsyncClient) -> None:
    assert (await http.put(f"{CASE}/policy", json={"policy_code": "no_consumer"})).status_code == 200
    for code in ("no_business", "gone"):
        answer = await http.put(f"{CASE}/policy", json={"policy_code": code})
        assert (answer.status_code, len(answer.json()["errors"])) == (422, 1)
    assert (await http.put(f"{CASE}/policy", json={"policy_code": "se_consumer"})).status_code == 422
    assert (await http.put(f"{CASE}/policy", json={})).status_code == 422


async def test_anothers_case_or_debtor_answers_like_a_missing_one(http: AsyncClient, settings: Settings) -> None:
    stranger = signed(settings, uuid4())
    body = {"policy": patient()}
    for path in (f"{CASE}/policy", f"/internal/debtors/{DEBTOR}/policy"):
        assert (await http.put(path, json=body, headers=stranger)).status_code == 404
        assert (await http.get(path, headers=stranger)).status_code == 404
        assert (await http.delete(path, headers=stranger)).status_code == 404
    assert (await http.get(f"{CASE}/limitation", headers=stranger)).status_code == 404


async def test_an_agreement_whose_policy_is_unknown_holds_its_cases_until_one_is_set(
    http: AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        await copy_agreements(session, [an_agreement("xx_consumer", version=2)])
        await open_cases(session, [an_invoice(100_007, agreement_version=2)])
        assert await review_cases(session, DAY) == 0
    case = (await http.get("/internal/cases/100007")).json()
    assert case["summary"]["status"] == "FAILED"
    assert "xx_consumer" in case["summary"]["failure"]
    assert "needs an operator" in case["timeline"][1]["text"]
    path = "/internal/cases/100007"
    early = await http.post(f"{path}/retried", json={})
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, "policy")
    assert (await http.put(f"{path}/policy", json={"policy_code": "no_consumer"})).status_code == 200
    assert (await http.post(f"{path}/retried", json={})).json()["status"] == "ACTIVE"
    await sweep(database, DAY + timedelta(days=1))
    assert [code for _, code, _, _ in await taken(database, 100_007)] == ["purring"]


async def test_a_country_without_a_pack_holds_the_case_with_the_reason(http: AsyncClient, database: Database) -> None:
    agreement = an_agreement("far", "XX", version=3)
    document = {**policy_document(policy("no_consumer")), "code": "far"}
    own = agreement.agreement.model_validate(agreement.agreement.model_dump() | {"dunning_policies": [document]})
    async with database.transaction() as session:
        await copy_agreements(session, [agreement.model_copy(update={"agreement": own})])
        await open_cases(session, [an_invoice(100_008, agreement_version=3)])
    summary = (await http.get("/internal/cases/100008")).json()["summary"]
    assert (summary["status"], summary["limitation_date"]) == ("FAILED", None)
    assert summary["failure"].startswith("no law is on file for XX, only for CH, DE, DK")


async def test_limitation_runs_anew_by_what_interrupts_in_the_country_and_says_what_does_not(
    http: AsyncClient, database: Database
) -> None:
    clock = (await http.get(f"{CASE}/limitation")).json()
    assert clock["last_date"] == "2028-10-01"  # foreldelsesloven s.2: three years from the due date
    interruptions = f"{CASE}/limitation/interruptions"
    demanded = await http.post(interruptions, json={"kind": "demand", "on_date": "2025-10-14"})
    assert demanded.json()["limitation_date"] == "2028-10-01"  # in Norway a demand does nothing
    async with database.transaction() as session:
        payment = a_change(2, 60_000, DAY)
        await apply_claim_facts(session, [payment])
    assert (await http.get(CASE)).json()["summary"]["limitation_date"] == "2028-10-15"
    async with database.transaction() as session:
        back = a_change(3, 100_000, DAY, cause="PAYMENT_REVERSED").model_copy(update={"cause_id": payment.cause_id})
        positive = back.parts[0].model_copy(update={"amount_minor": 40_000})
        await apply_claim_facts(session, [back.model_copy(update={"parts": (positive,)})])
    assert (await http.get(CASE)).json()["summary"]["limitation_date"] == "2028-10-01"
    judged = await http.post(interruptions, json={"kind": "judgment", "on_date": "2025-10-15"})
    assert judged.json()["limitation_date"] == "2035-10-15"  # s.21: ten years
    told = (await http.get(f"{CASE}/limitation")).json()
    assert [(one["kind"], one["counted"]) for one in told["interruptions"]] == [
        ("demand", False),
        ("part_payment", False),
        ("judgment", True),
    ]
    assert told["alert_dates"][0] == "2035-07-17"
    late = await http.post(interruptions, json={"kind": "judgment", "on_date": "2025-10-16"})
    assert (late.status_code, late.json()["errors"][0]["field"]) == (422, "on_date")


async def test_a_moved_due_date_moves_the_limitation_and_a_promise_owns_up_to_the_debt(
    http: AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        await apply_actions(session, [an_action("DUEDATE", DAY, due_date=date(2025, 12, 1))])
    assert (await http.get(CASE)).json()["summary"]["limitation_date"] == "2028-12-01"
    promise = {"amount_minor": 1_000, "promised_date": "2025-11-01"}
    answer = await http.post("/internal/cases/100002/promise", json=promise)
    assert answer.json()["limitation_date"] == "2028-10-15"


async def test_no_letter_asks_for_a_claim_that_was_lost(http: AsyncClient, database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("UPDATE \"case\" SET limitation_date = '2025-10-20'"))
        await review_cases(session, date(2025, 10, 30))
    summary = (await http.get(CASE)).json()["summary"]
    assert summary["status"] == "FAILED"
    assert "lost after 2025-10-20" in summary["failure"]
    assert len(await taken(database)) == 1
