"""Cases on their way to collectors and back: against a real database, real files and a real receiver."""

import hashlib
import json
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from services.lifecycle.tests.collectors import (
    EXHAUSTED,
    SECRET,
    a_collector,
    collector_settings,
    configure,
    entries,
    exhaust_dunning,
    go_to,
    make_due,
    rows,
    some_statements,
    states,
    sweep,
    told,
    where,
)
from services.lifecycle.tests.factories import CREDITOR, a_change, a_settlement, an_action

from lifecycle.collectors.contacts import Contacts
from lifecycle.couriers import CollectorCourier
from lifecycle.use_cases.actions import apply_actions
from lifecycle.use_cases.claims import apply_claim_facts
from lifecycle.use_cases.handovers import return_overdue
from lifecycle.use_cases.reviews import review_cases
from runtime.database import Database
from testkit import running_receiver

DAY = EXHAUSTED + timedelta(days=10)


@pytest.fixture
async def by_file(database: Database, tmp_path: Path) -> AsyncGenerator[CollectorCourier]:
    courier = CollectorCourier(collector_settings(tmp_path))
    yield courier
    await courier.close()


def folder(root: Path, way: str = "to-collector") -> Path:
    return root / str(CREDITOR) / "nordinkasso" / way


async def messages(database: Database) -> list[tuple[str, str, int]]:
    found = await rows(database, "SELECT kind, status, attempts FROM collector_message ORDER BY position")
    return [(row[0], row[1], row[2]) for row in found]


async def test_exhausted_dunning_goes_to_the_collector_whose_conditions_hold_and_no_letter_of_ours_follows(
    database: Database, by_file: CollectorCourier
) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database)
    assert await where(database) == ("PENDING", "NOTICE", True)
    assert await told(database, "case.transferred") == []
    assert await by_file.deliver_due(database) == 1
    assert await where(database) == ("ACTIVE", "COLLECTION", True)
    [transferred] = await told(database, "case.transferred")
    assert json.loads(transferred)["collector"] == "nordinkasso"
    letters = len(await told(database, "case.step.reached"))
    await sweep(database, EXHAUSTED + timedelta(days=1), EXHAUSTED + timedelta(days=60))
    assert len(await told(database, "case.step.reached")) == letters == 2


async def test_a_batch_is_one_file_with_a_manifest_that_proves_it(
    database: Database, by_file: CollectorCourier, tmp_path: Path
) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database, 3)
    assert await by_file.deliver_due(database) == 3
    [manifest_path] = folder(tmp_path).glob("*.manifest.json")
    manifest = json.loads(manifest_path.read_text())
    content = (folder(tmp_path) / manifest["file"]).read_bytes()
    assert manifest["sha256"] == hashlib.sha256(content).hexdigest()
    assert (manifest["lines"], manifest["counts"]) == (3, {"PLACE": 3})
    assert manifest["sums"] == [{"currency": "NOK", "owedAmount": "3000.00"}]
    lines = [json.loads(line) for line in content.splitlines()]
    assert {line["caseId"] for line in lines} == {100_001, 100_002, 100_003}
    assert {(line["principalAmount"], line["remitsTo"], line["type"]) for line in lines} == {
        ("1000.00", "OFFICE", "PLACE")
    }
    assert sorted(path.name for path in folder(tmp_path).iterdir()) == sorted([manifest["file"], manifest_path.name])


async def test_a_crash_between_writing_and_recording_writes_the_same_file_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database, 2)
    courier = CollectorCourier(collector_settings(tmp_path))
    with monkeypatch.context() as crashing:

        async def die(*_: object) -> None:
            raise RuntimeError("killed")

        crashing.setattr("lifecycle.couriers.record", die)
        with pytest.raises(RuntimeError, match="killed"):
            await courier.deliver_due(database)
    before = {path.name: path.read_bytes() for path in folder(tmp_path).iterdir()}
    assert await states(database) == ["QUEUED", "QUEUED"]
    assert await courier.deliver_due(database) == 0  # the lease still runs
    await make_due(database)
    assert await courier.deliver_due(database) == 2
    assert {path.name: path.read_bytes() for path in folder(tmp_path).iterdir()} == before
    assert await states(database) == ["HANDED", "HANDED"]
    assert len(await told(database, "case.transferred")) == 2


async def test_an_endpoint_gets_each_case_once_under_an_id_that_stays(database: Database) -> None:
    with running_receiver() as receiver:
        await configure(database, a_collector(adapter="HTTP", url=f"{receiver.url}/cases"))
        await exhaust_dunning(database)
        courier = CollectorCourier(collector_settings(opened=receiver.url))
        receiver.status = 503
        assert await courier.deliver_due(database) == 1
        assert await courier.deliver_due(database) == 0  # not before its pause
        assert await where(database) == ("PENDING", "NOTICE", True)
        receiver.status = 204
        await make_due(database)
        assert await courier.deliver_due(database) == 1
        keys = [call.headers["idempotency-key"] for call in receiver.calls]
        assert len(keys) == 2
        assert len(set(keys)) == 1
        assert receiver.calls[0].body == receiver.calls[1].body
        assert receiver.calls[0].json["messageId"] == keys[0]
        assert receiver.calls[0].headers["x-fordring-signature"].startswith("t=")
        assert await where(database) == ("ACTIVE", "COLLECTION", True)
        await courier.close()


async def test_a_refusal_comes_back_to_whoever_works_the_case_and_is_not_tried_again(database: Database) -> None:
    with running_receiver() as receiver:
        receiver.status = 422
        await configure(database, a_collector(adapter="HTTP", url=f"{receiver.url}/cases"))
        await exhaust_dunning(database)
        courier = CollectorCourier(collector_settings(opened=receiver.url))
        assert await courier.deliver_due(database) == 1
        await make_due(database)
        assert await courier.deliver_due(database) == 0
        assert len(receiver.calls) == 1
        assert await where(database) == ("REVIEWING", "NOTICE", False)
        assert await states(database) == ["REFUSED"]
        assert (await entries(database))[-1] == "nordinkasso did not take the case: the collector answered 422"
        assert await told(database, "case.transferred") == []
        await courier.close()


async def test_a_collector_that_stays_silent_gives_the_case_back_after_the_last_attempt(database: Database) -> None:
    with running_receiver() as receiver:
        receiver.status = 500
        await configure(database, a_collector(adapter="HTTP", url=f"{receiver.url}/cases"))
        await exhaust_dunning(database)
        courier = CollectorCourier(collector_settings(opened=receiver.url))
        for _ in range(8):
            await make_due(database)
            assert await courier.deliver_due(database) == 1
        await make_due(database)
        assert await courier.deliver_due(database) == 0
        assert await states(database) == ["REFUSED"]
        assert "given up after 8 attempts" in (await entries(database))[-1]
        await courier.close()


async def test_an_address_that_was_closed_meanwhile_is_not_called(database: Database) -> None:
    with running_receiver() as receiver:
        await configure(database, a_collector(adapter="HTTP", url=f"{receiver.url}/cases"))
        await exhaust_dunning(database)
        courier = CollectorCourier(collector_settings(opened="https://collector.example/"))
        assert await courier.deliver_due(database) == 1
        assert receiver.calls == []
        assert await states(database) == ["REFUSED"]
        await courier.close()


async def test_a_case_that_is_paid_before_it_left_never_leaves(database: Database, by_file: CollectorCourier) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database)
    async with database.transaction() as session:
        await apply_claim_facts(session, [a_settlement(2, EXHAUSTED)])
    assert await states(database) == ["CANCELLED"]
    assert await by_file.deliver_due(database) == 0
    assert await messages(database) == [("PLACE", "CANCELLED", 0)]


async def test_a_case_that_is_paid_with_the_collector_is_recalled(
    database: Database, by_file: CollectorCourier, tmp_path: Path
) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database)
    await by_file.deliver_due(database)
    async with database.transaction() as session:
        await apply_claim_facts(session, [a_change(2, 40_000, DAY)])
    async with database.transaction() as session:
        await apply_claim_facts(session, [a_settlement(3, DAY)])
    assert await states(database) == ["RECALLED"]
    assert await by_file.deliver_due(database) == 1  # in order: the balance first
    assert await by_file.deliver_due(database) == 1
    assert await messages(database) == [("PLACE", "SENT", 1), ("BALANCE", "SENT", 1), ("RECALL", "SENT", 1)]
    told_lines = [
        json.loads(line) for path in folder(tmp_path).glob("*.ndjson") for line in path.read_text().splitlines()
    ]
    assert {line["type"]: line.get("owedAmount") for line in told_lines} == {
        "PLACE": "1000.00",
        "BALANCE": "400.00",
        "RECALL": None,
    }


async def test_a_hold_and_its_end_are_told_to_the_collector(database: Database, by_file: CollectorCourier) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database)
    await by_file.deliver_due(database)
    async with database.transaction() as session:
        await apply_actions(session, [an_action("PAUSE", EXHAUSTED, until_date=DAY)])
    await sweep(database, EXHAUSTED + timedelta(days=1), DAY + timedelta(days=1))
    assert [kind for kind, *_ in await messages(database)] == ["PLACE", "HOLD", "RESUME"]
    assert await where(database) == ("ACTIVE", "COLLECTION", True)


async def test_a_collector_whose_days_are_over_gives_the_case_back_with_a_reason_a_person_can_read(
    database: Database, by_file: CollectorCourier
) -> None:
    await configure(database, a_collector(processing_days=90))
    await exhaust_dunning(database)
    await by_file.deliver_due(database)
    last = EXHAUSTED + timedelta(days=90)
    for day, returned in ((last, 0), (last + timedelta(days=1), 1), (last + timedelta(days=1), 0)):
        await go_to(database, day)
        async with database.transaction() as session:
            assert await return_overdue(session, day) == returned
    assert await where(database) == ("REVIEWING", "COLLECTION", False)
    assert (await entries(database))[-1] == (
        "Taken back: nordinkasso had the case since 2025-11-14; its 90 days ended on 2026-02-12 without closing it"
    )
    assert [kind for kind, *_ in await messages(database)] == ["PLACE", "RECALL"]


async def test_withdrawal_is_free_within_the_window_and_after_it_says_what_it_may_mean(
    database: Database, by_file: CollectorCourier
) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database, 2)
    await by_file.deliver_due(database)
    late = EXHAUSTED + timedelta(days=15)
    async with database.transaction() as session:
        asked = [an_action("WITHDRAW", late - timedelta(days=1)), an_action("WITHDRAW", late, 100_002)]
        await apply_actions(session, asked)
    assert await entries(database, "ACTION") == [
        "Withdrawn by the creditor; free of charge at nordinkasso until 2025-11-28",
        "Withdrawn by the creditor; the 14 days of free withdrawal at nordinkasso ended on 2025-11-28:"
        " the collector may charge its cost",
    ]
    assert await states(database) == ["RECALLED", "RECALLED"]


async def test_a_late_withdrawal_that_is_not_agreed_is_refused_with_the_reason(
    database: Database, by_file: CollectorCourier
) -> None:
    await configure(database, a_collector(late_withdrawal="REFUSED"))
    await exhaust_dunning(database)
    await by_file.deliver_due(database)
    async with database.transaction() as session:
        await apply_actions(session, [an_action("WITHDRAW", EXHAUSTED + timedelta(days=15))])
    assert await entries(database, "ACTION_REFUSED") == [
        "WITHDRAW refused: the 14 days of free withdrawal at nordinkasso ended on 2025-11-28, and later withdrawal is"
        " not agreed"
    ]
    assert await where(database) == ("ACTIVE", "COLLECTION", True)


async def test_our_own_collection_may_want_a_review_before_it_takes_the_step(database: Database) -> None:
    await configure(database, a_collector("House", adapter="OWN", skip_review=False))
    await exhaust_dunning(database)
    assert await where(database) == ("REVIEWING", "NOTICE", False)
    assert await told(database, "case.transferred") == []


async def test_our_own_collection_without_review_is_named_in_what_is_told(database: Database) -> None:
    await configure(database, a_collector("House", adapter="OWN"))
    await exhaust_dunning(database)
    assert await where(database) == ("ACTIVE", "COLLECTION", False)
    [transferred] = await told(database, "case.transferred")
    assert json.loads(transferred)["collector"] == "house"
    assert len(await told(database, "case.step.reached")) == 3


@pytest.mark.parametrize("step", ["exhausted", "delivered", "closed", "returned"])
async def test_one_case_and_a_hundred_take_as_many_statements(
    databases_pair: tuple[Database, Database], tmp_path: Path, step: str
) -> None:
    counted: list[int] = []
    for database, count in zip(databases_pair, (1, 100), strict=True):
        courier = CollectorCourier(collector_settings(tmp_path / str(count)))
        await configure(database, a_collector())
        await exhaust_dunning(database, count, last=EXHAUSTED - timedelta(days=1))
        with some_statements(database) as statements:
            if step == "exhausted":
                async with database.transaction() as session:
                    assert await review_cases(session, EXHAUSTED) == count
            else:
                await sweep(database, EXHAUSTED, EXHAUSTED)
                statements.clear()
                assert await courier.deliver_due(database) == count
            if step == "closed":
                statements.clear()
                async with database.transaction() as session:
                    cases = range(100_001, 100_001 + count)
                    await apply_claim_facts(session, [a_settlement(2, DAY, case_id) for case_id in cases])
            if step == "returned":
                statements.clear()
                async with database.transaction() as session:
                    assert await return_overdue(session, EXHAUSTED + timedelta(days=366)) == count
            counted.append(len(statements))
        await courier.close()
    assert counted[0] == counted[1]
    assert counted[0] > 0


def a_communication(found: dict[int, str]) -> tuple[httpx.MockTransport, list[dict[str, Any]]]:
    """Communication as the network shows it: knows the debtors' names of some cases."""
    asked: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        claims = jwt.decode(request.headers["Authorization"].removeprefix("Bearer "), SECRET, algorithms=["HS256"])
        order = json.loads(request.content)
        asked.append({"creditor": claims["creditor"], "issuer": claims["iss"]} | order)
        empty = dict.fromkeys(("street2", "email", "phone"))
        address = {"street": "Storgata 1", "postal_code": "0155", "postal_district": "Oslo", "country_code": "NO"}
        debtors = [
            {"case_id": case_id, "name": found[case_id], "language_code": "no", **address, **empty}
            for case_id in order["case_ids"]
            if case_id in found
        ]
        return httpx.Response(200, json={"debtors": debtors})

    return httpx.MockTransport(answer), asked


async def test_a_case_leaves_with_its_debtors_address_and_waits_while_nobody_knows_it(
    database: Database, tmp_path: Path
) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database, 2)
    settings = collector_settings(tmp_path, communication_url="http://communication")
    known = {100_001: "Kari Nordmann"}
    transport, asked = a_communication(known)
    courier = CollectorCourier(settings, Contacts(settings, transport))
    assert await courier.deliver_due(database) == 2
    assert sorted(await states(database)) == ["HANDED", "QUEUED"]
    assert asked == [
        {
            "creditor": str(CREDITOR),
            "issuer": "lifecycle",
            "case_ids": [100_001, 100_002],
            "who": "collector:nordinkasso",
        }
    ]
    known[100_002] = "Ola Nordmann"
    await make_due(database)
    assert await courier.deliver_due(database) == 1
    lines = [json.loads(line) for path in folder(tmp_path).glob("*.ndjson") for line in path.read_text().splitlines()]
    assert {(line["caseId"], line["debtor"]["name"], line["debtor"]["postalCode"]) for line in lines} == {
        (100_001, "Kari Nordmann", "0155"),
        (100_002, "Ola Nordmann", "0155"),
    }
    kept = await rows(database, "SELECT content::text FROM collector_message")
    assert "Nordmann" not in str(kept)
    await courier.close()


async def test_a_silent_communication_delays_cases_and_loses_none(database: Database, tmp_path: Path) -> None:
    await configure(database, a_collector())
    await exhaust_dunning(database)
    settings = collector_settings(tmp_path, communication_url="http://communication")
    transport = httpx.MockTransport(lambda _: httpx.Response(503))
    courier = CollectorCourier(settings, Contacts(settings, transport))
    assert await courier.deliver_due(database) == 1
    assert await states(database) == ["QUEUED"]
    [(said,)] = await rows(database, "SELECT description FROM collector_message")
    assert said == "attempt 1 failed: the debtors' details cannot be read: HTTPStatusError"
    await courier.close()
