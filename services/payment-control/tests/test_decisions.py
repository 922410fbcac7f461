"""The office decides by hand: once, in two pairs of eyes where it matters, and nothing disappears."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from payment_control.settings import Settings
from runtime.tokens import sign

ANNE, BERIT = "anne", "Berit"


@pytest.fixture
def house(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(settings, 'gateway', None)}"}


def asked(person: str = ANNE, **fields: Any) -> dict[str, Any]:
    return {"decision_id": str(uuid4()), "person": person, "reason": "asked on the phone"} | fields


def shares(*pairs: tuple[int, int]) -> list[dict[str, Any]]:
    return [{"case_id": 100_000 + number, "amount_minor": amount_minor} for number, amount_minor in pairs]


async def queued(office: Any, amount_minor: int) -> UUID:
    """Money that names no invoice."""
    await office.imports(office.ocr(office.giro(office.kid(99), amount_minor)))
    [row] = await office.rows("SELECT payment_id FROM payment WHERE status = 'UNMATCHED'")
    return row.payment_id


async def places(office: Any) -> tuple[int, ...]:
    [row] = await office.rows(
        """
        SELECT sum(amount_minor) AS amount, sum(allocated_minor) AS allocated, sum(surplus_minor) AS surplus,
            sum(not_ours_minor) AS not_ours, sum(unmatched_minor) AS unmatched FROM payment
        """
    )
    assert row.amount == row.allocated + row.surplus + row.not_ours + row.unmatched
    assert await office.unexplained_claims() == []
    return tuple(int(part) for part in (row.allocated, row.surplus, row.not_ours, row.unmatched))


async def test_a_payment_is_split_by_hand_over_two_claims_once_and_what_exceeds_is_the_debtors(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2))
    line = await queued(office, 130_000)
    body = asked(shares=shares((1, 20_000), (2, 110_000)))

    first = await client.post(f"/internal/unmatched/{line}/match", json=body, headers=house)
    again = await client.post(f"/internal/unmatched/{line}/match", json=body, headers=house)

    assert (first.status_code, first.json()["status"]) == (200, "DONE")
    assert again.json() == first.json()
    assert await places(office) == (120_000, 10_000, 0, 0)
    assert ((await office.claim(1)).principal_minor, (await office.claim(2)).status) == (80_000, "SETTLED")
    told = await office.announced("payment.allocated")
    assert sorted(event.amount_minor for event in told) == [20_000, 110_000]
    [explained] = await office.rows("SELECT rung, evidence FROM payment_match")
    assert (explained.rung, explained.evidence["decision_id"]) == ("HAND", body["decision_id"])
    other = body | {"shares": shares((1, 130_000))}
    assert (await client.post(f"/internal/unmatched/{line}/match", json=other, headers=house)).status_code == 409


async def test_a_part_of_a_payment_is_matched_and_the_rest_stays_in_the_queue_with_its_reason(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2))
    line = await queued(office, 150_000)
    path = f"/internal/unmatched/{line}"

    part = await client.post(f"{path}/match", json=asked(shares=shares((1, 60_000)), keep_rest=True), headers=house)
    [rest] = (await client.get("/internal/unmatched", headers=house)).json()
    same_case = await client.post(f"{path}/match", json=asked(shares=shares((1, 90_000))), headers=house)
    too_much = await client.post(f"{path}/match", json=asked(shares=shares((2, 90_001)), keep_rest=True), headers=house)
    again = await client.post(f"{path}/match", json=asked(shares=shares((2, 50_000)), keep_rest=True), headers=house)
    last = await client.post(f"{path}/not-ours", json=asked(), headers=house)

    assert [answer.status_code for answer in (part, again, last)] == [200, 200, 200]
    assert (part.json()["amount_minor"], last.json()["amount_minor"]) == (60_000, 40_000)
    assert (rest["amount_minor"], rest["reason"]) == (90_000, "UNKNOWN_REFERENCE")
    assert (same_case.status_code, too_much.status_code) == (409, 422)
    assert await places(office) == (110_000, 0, 40_000, 0)
    assert (await client.get("/internal/unmatched", headers=house)).json() == []
    told = await office.announced("payment.allocated")
    assert sorted(event.amount_minor for event in told) == [50_000, 60_000]
    assert len({event.allocation_id for event in told}) == 2


async def test_a_rest_is_not_placed_by_itself_and_the_bank_takes_back_part_and_rest_together(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1))
    line = await queued(office, 150_000)
    body = asked(shares=shares((1, 60_000)), keep_rest=True)
    await client.post(f"/internal/unmatched/{line}/match", json=body, headers=house)

    await office.handle(office.invoice(99))
    assert await places(office) == (60_000, 0, 0, 90_000)
    await office.imports(office.ocr(office.giro(office.kid(99), 150_000, transaction_type=18)))

    assert (await office.claim(1)).principal_minor == 100_000
    [taken] = await office.announced("payment.reversed")
    assert (taken.amount_minor, taken.unmatched_minor, [part.amount_minor for part in taken.parts]) == (
        150_000,
        90_000,
        [60_000],
    )
    assert (await client.get("/internal/unmatched", headers=house)).json() == []


@pytest.mark.parametrize(
    ("wrong", "status", "words"),
    [
        pytest.param({"shares": shares((1, 40_001))}, 422, "they sum to 40001", id="more than the payment"),
        pytest.param({"shares": shares((1, 39_999))}, 422, "needs keep_rest", id="less than the payment"),
        pytest.param({"shares": shares((1, 20_000), (1, 20_000))}, 422, "named twice", id="a case twice"),
        pytest.param({"shares": shares((7, 40_000))}, 422, "no claim on case 100007", id="an unknown case"),
        pytest.param({"shares": shares((1, -40_000))}, 422, "must be corrected", id="a negative amount"),
        pytest.param({"shares": shares((2, 40_000))}, 409, "settled", id="a claim that is paid"),
    ],
)
async def test_a_wrong_match_is_refused_and_nothing_is_stored(
    client: httpx.AsyncClient, house: dict[str, str], office: Any, wrong: dict[str, Any], status: int, words: str
) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2))
    await office.imports(office.ocr(office.giro(office.kid(2), 100_000)))
    line = await queued(office, 40_000)

    answer = await client.post(f"/internal/unmatched/{line}/match", json=asked(**wrong), headers=house)

    assert (answer.status_code, words in answer.json()["detail"]) == (status, True)
    assert await office.rows("SELECT 1 FROM office_decision") == []
    assert await places(office) == (100_000, 0, 0, 40_000)


async def test_the_debtors_direction_wins_where_the_law_lets_it(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1))
    await office.handle(office.step())
    line = await queued(office, 100_000)
    share = shares((1, 100_000))[0] | {"directed": ["principal"]}

    await client.post(f"/internal/unmatched/{line}/match", json=asked(shares=[share]), headers=house)

    claim = await office.claim(1)
    assert (claim.principal_minor, claim.reminder_fee_minor) == (0, 3_500)


async def test_money_that_is_not_ours_leaves_the_queue_and_a_reversal_still_finds_it(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1))
    line = await queued(office, 40_000)

    answer = await client.post(f"/internal/unmatched/{line}/not-ours", json=asked(), headers=house)

    assert answer.json()["status"] == "DONE"
    assert await places(office) == (0, 0, 40_000, 0)
    assert (await client.get("/internal/unmatched", headers=house)).json() == []
    again = await client.post(f"/internal/unmatched/{line}/not-ours", json=asked(), headers=house)
    assert (again.status_code, "not in the queue" in again.json()["detail"]) == (409, True)
    await office.imports(office.ocr(office.giro(office.kid(99), 40_000, transaction_type=18)))
    [event] = await office.announced("payment.reversed")
    assert event.unmatched_minor == 40_000


async def test_a_write_off_above_the_limit_waits_for_a_second_person_who_is_not_the_first(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1, gross_minor=1_000_001))
    body = asked()

    waiting = await client.post("/internal/claims/100001/write-off", json=body, headers=house)
    assert waiting.json()["status"] == "PENDING"
    assert (await office.claim(1)).principal_minor == 1_000_001
    path = f"/internal/decisions/{body['decision_id']}"
    same = await client.post(f"{path}/approve", json={"person": " Anne "}, headers=house)
    assert (same.status_code, "second person" in same.json()["detail"]) == (409, True)
    another = await client.post("/internal/claims/100001/write-off", json=asked(), headers=house)
    assert another.status_code == 409

    done = await client.post(f"{path}/approve", json={"person": BERIT}, headers=house)

    assert (done.json()["status"], done.json()["decided_by"]) == ("DONE", BERIT)
    [settled] = await office.announced("claim.settled")
    assert settled.cause == "WRITTEN_OFF"
    assert (await client.post(f"{path}/approve", json={"person": BERIT}, headers=house)).status_code == 409
    assert [row["status"] for row in (await client.get("/internal/decisions", headers=house)).json()] == ["DONE"]
    assert await office.unexplained_claims() == []


async def test_a_declined_write_off_changes_nothing(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1, gross_minor=2_000_000))
    body = asked()
    await client.post("/internal/claims/100001/write-off", json=body, headers=house)

    declined = await client.post(
        f"/internal/decisions/{body['decision_id']}/decline", json={"person": ANNE}, headers=house
    )

    assert declined.json()["status"] == "DECLINED"
    assert (await office.claim(1)).principal_minor == 2_000_000


async def test_a_waiver_lowers_the_named_parts_and_a_correction_brings_them_back_once(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1))
    await office.handle(office.step())
    body = asked(parts=[{"component": "REMINDER_FEE", "amount_minor": 3_500}])

    await client.post("/internal/claims/100001/waive", json=body, headers=house)
    assert (await office.claim(1)).reminder_fee_minor == 0
    correction = asked(cause_id=body["decision_id"])
    corrected = await client.post("/internal/claims/100001/correct", json=correction, headers=house)
    twice = await client.post(
        "/internal/claims/100001/correct", json=asked(cause_id=body["decision_id"]), headers=house
    )
    too_much = asked(parts=[{"component": "INTEREST", "amount_minor": 999_999}])

    assert (corrected.status_code, twice.status_code) == (200, 409)
    assert (await office.claim(1)).reminder_fee_minor == 3_500
    changes = [(event.cause, event.parts[0].amount_minor) for event in await office.announced("claim.changed")]
    assert changes == [("WAIVED", -3_500), ("CORRECTED", 3_500)]
    assert [event.corrects for event in await office.announced("claim.changed")] == [None, "WAIVED"]
    assert (await client.post("/internal/claims/100001/waive", json=too_much, headers=house)).status_code == 422
    assert await office.unexplained_claims() == []


async def test_the_queue_is_read_page_by_page_with_suggestions(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1))
    await office.imports(office.ocr(*(office.giro(office.kid(90 + number), 100_000) for number in range(3))))

    first = (await client.get("/internal/unmatched?limit=2", headers=house)).json()
    rest = (await client.get(f"/internal/unmatched?after={first[-1]['cursor']}", headers=house)).json()
    none = (await client.get("/internal/unmatched?reason=ALREADY_PAID", headers=house)).json()

    assert (len(first), len(rest), none) == (2, 1, [])
    assert first[0]["suggestions"][0]["case_id"] == 100_001
    assert first[0]["suggestions"][0]["score"] > 0
    assert (await client.get("/internal/unmatched?after=x", headers=house)).status_code == 422


async def test_decisions_are_the_offices_alone(client: httpx.AsyncClient, settings: Settings, office: Any) -> None:
    headers = {"Authorization": f"Bearer {sign(settings, 'gateway', office.creditor_id)}"}
    answer = await client.post("/internal/claims/100001/write-off", json=asked(), headers=headers)
    assert answer.status_code == 403
