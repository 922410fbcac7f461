"""A creditor changes its agreement: draft, judged by the law, and put in force."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from intake.settings import Settings
from runtime.database import Database
from runtime.tokens import sign

CREDITOR = UUID("0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c001")
STRANGER = UUID("0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c002")


def a_step(level: int, code: str, stage: str, **fields: Any) -> dict[str, Any]:
    step: dict[str, Any] = {
        "level": level,
        "code": code,
        "stage": stage,
        "days_after_previous_deadline": 1,
        "deadline_days": 14,
        "template": f"no_{code}",
        "channel": "LETTER",
    }
    return step | fields


def gentle(**first: Any) -> dict[str, Any]:
    """A lawful policy of the creditor's own, its first step changed as told."""
    reminder = a_step(1, "purring", "REMINDER", fee_codes=["purring"], days_after_due=14)
    del reminder["days_after_previous_deadline"]
    return {
        "code": "gentle",
        "name": "Patient",
        "debtor_kind": "CONSUMER",
        "steps": [reminder | first, a_step(2, "inkassovarsel", "NOTICE", fee_codes=["inkassovarsel"])],
    }


class Door:
    """Intake's agreement routes, as the creditor of these tests."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings) -> None:
        self.client = client
        self.settings = settings

    def headers(self, creditor_id: UUID = CREDITOR) -> dict[str, str]:
        return {"Authorization": f"Bearer {sign(self.settings, 'gateway', creditor_id)}"}

    async def draft(self, draft_id: UUID | None = None, **amendment: Any) -> httpx.Response:
        body = {"draft_id": str(draft_id or uuid4()), "amendment": amendment}
        return await self.client.post("/internal/agreements/drafts", json=body, headers=self.headers())

    async def activate(self, draft_id: str, creditor_id: UUID = CREDITOR) -> httpx.Response:
        path = f"/internal/agreements/drafts/{draft_id}/activate"
        return await self.client.post(path, headers=self.headers(creditor_id))

    async def agreements(self, creditor_id: UUID = CREDITOR) -> httpx.Response:
        return await self.client.get("/internal/agreements", headers=self.headers(creditor_id))

    async def put_in_force(self, **amendment: Any) -> dict[str, Any]:
        draft = await self.draft(**amendment)
        assert draft.status_code == 201, draft.text
        answer = await self.activate(draft.json()["draft_id"])
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
async def door(client: httpx.AsyncClient, settings: Settings, orders: Any) -> Door:
    door = Door(client, settings)
    answer = await client.post("/internal/creditors", json=orders.creditor(), headers=door.headers())
    assert answer.status_code == 201, answer.text
    return door


async def told(database: Database) -> list[str]:
    async with database.transaction() as session:
        return list((await session.execute(text("SELECT aggregatetype FROM outbox ORDER BY position"))).scalars())


async def test_a_draft_changes_nothing_until_it_is_activated(door: Door, database: Database) -> None:
    amendment: dict[str, Any] = {"dunning_policies": [gentle()], "policy_code_by_debtor_kind": {"CONSUMER": "gentle"}}
    draft = (await door.draft(None, **amendment)).json()
    before = (await door.agreements()).json()
    assert (before["current_version"], [one["draft_id"] for one in before["drafts"]]) == (1, [draft["draft_id"]])
    assert await told(database) == ["creditor.onboarded", "agreement.activated"]

    activated = (await door.activate(draft["draft_id"])).json()

    after = (await door.agreements()).json()
    assert (activated["agreement_version"], after["current_version"], after["drafts"]) == (2, 2, [])
    assert after["versions"][1]["document"]["dunning_policies"][0]["version"] == 1
    assert after["versions"][1]["document"]["payout_account"] == after["versions"][0]["document"]["payout_account"]
    assert await told(database) == ["creditor.onboarded", "agreement.activated", "agreement.activated"]


async def test_invoices_from_then_on_name_the_new_version(
    door: Door, client: httpx.AsyncClient, orders: Any, database: Database
) -> None:
    await door.put_in_force(accept_low_confidence=True)
    body = {"request_id": str(uuid4()), "invoices": [orders.invoice()]}
    await client.post("/internal/invoices", json=body, headers=door.headers())
    async with database.transaction() as session:
        version = (await session.execute(text("SELECT document -> 'agreement_version' FROM invoice"))).scalar_one()
    assert version == 2


async def test_a_policy_the_law_forbids_is_refused_by_field_rule_row_and_source(door: Door) -> None:
    short = gentle(days_after_due=10) | {"debtor_kind": "CONSUMER"}
    answer = await door.draft(dunning_policies=[short])
    assert answer.status_code == 422
    [fault] = answer.json()["faults"]
    assert fault["field"] == "dunningPolicies.0.steps.0.feeCodes"
    assert fault["rule"] == "step 1: the fee purring comes 10 days after due, the law allows it from day 14"
    assert fault["statuteRow"] == "NO-WAIT-DUE-DATE-PURRING-WITH-FEE-2020-10-01"
    assert fault["source"].startswith("https://")
    assert answer.json()["errors"][0]["field"] == fault["field"]
    assert (await door.agreements()).json()["drafts"] == []


@pytest.mark.parametrize(
    ("amendment", "field"),
    [
        pytest.param({"policy_code": "harsh"}, "policyCode", id="a policy nobody has"),
        pytest.param({"policy_code": "se_consumer"}, "policyCode", id="a policy of another country"),
        pytest.param(
            {"policy_code_by_debtor_kind": {"BUSINESS": "no_consumer"}},
            "policyCodeByDebtorKind.BUSINESS",
            id="a policy for other debtors",
        ),
        pytest.param({"agreed_fees": {"rykker": 100}}, "agreedFees.rykker", id="a fee of another country"),
        pytest.param(
            {"dunning_policies": [gentle() | {"code": "no_consumer"}]},
            "dunningPolicies.0.code",
            id="the name of a policy on file",
        ),
    ],
)
async def test_what_is_not_there_is_refused_by_its_field(door: Door, amendment: dict[str, Any], field: str) -> None:
    answer = await door.draft(**amendment)
    assert (answer.status_code, [fault["field"] for fault in answer.json()["faults"]]) == (422, [field])


async def test_a_policy_keeps_its_version_until_its_steps_change(door: Door) -> None:
    def version(agreement: dict[str, Any]) -> int:
        return agreement["document"]["dunning_policies"][0]["version"]

    assert version(await door.put_in_force(dunning_policies=[gentle()])) == 1
    assert version(await door.put_in_force(dunning_policies=[gentle()])) == 1
    assert version(await door.put_in_force(dunning_policies=[gentle(days_after_due=20)])) == 2
    assert version(await door.put_in_force(dunning_policies=[gentle()])) == 1
    assert version(await door.put_in_force(dunning_policies=[gentle(days_after_due=21)])) == 3


async def test_drafting_and_activating_twice_answer_the_same(door: Door, database: Database) -> None:
    draft_id = uuid4()
    assert (await door.draft(draft_id, interest_enabled=False)).json() == (await door.draft(draft_id)).json()
    answers = await asyncio.gather(*(door.activate(str(draft_id)) for _ in range(3)))
    assert [answer.json()["agreement_version"] for answer in answers] == [2, 2, 2]
    assert (await told(database)).count("agreement.activated") == 2


async def test_a_draft_on_a_version_that_is_past_is_a_conflict(door: Door) -> None:
    first, second = [(await door.draft(interest_enabled=False)).json()["draft_id"] for _ in range(2)]
    assert (await door.activate(first)).status_code == 200
    answer = await door.activate(second)
    assert (answer.status_code, "version 2 is in force" in answer.json()["detail"]) == (409, True)


async def test_another_creditors_draft_looks_like_none(door: Door, client: httpx.AsyncClient, orders: Any) -> None:
    other = orders.creditor(creditor_id=str(STRANGER))
    assert (await client.post("/internal/creditors", json=other, headers=door.headers())).status_code == 201
    draft_id = (await door.draft(interest_enabled=False)).json()["draft_id"]
    stranger, nobody = await door.activate(draft_id, STRANGER), await door.activate(str(uuid4()), STRANGER)
    assert [stranger.status_code, nobody.status_code] == [404, 404]
    assert (await door.agreements(uuid4())).status_code == 404
