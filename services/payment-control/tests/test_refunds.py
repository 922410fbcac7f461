"""Money goes back to whoever paid it: asked for, agreed to above the limit, followed, and never more than lies there."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import event as sql_event

from payment_control.settings import Settings
from payment_control.use_cases.refunds import RefundAsked, ask_refund
from payment_control.use_cases.second_person import Word
from runtime.tokens import sign

PAYER = "NO9386011117947"
PAYEE = {"name": "Kari Nordmann", "account": "8601 11 17947"}
LARGE = 1_500_000


@pytest.fixture
def house(settings: Settings) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(settings, 'gateway', None)}"}


def asked(**fields: Any) -> dict[str, Any]:
    return {"decision_id": str(uuid4()), "person": "anne", "reason": "paid by mistake"} | fields


async def queued(office: Any, amount: str = "500.00") -> UUID:
    """A payment in the queue whose payer the bank names."""
    await office.has_claims(office.invoice(1))
    await office.imports(office.camt(office.entry(amount, reference=office.kid(77), payer=PAYER)))
    [row] = await office.rows("SELECT payment_id FROM payment WHERE status = 'UNMATCHED'")
    return row.payment_id


async def overpaid(office: Any) -> UUID:
    """A payment of 1,200.00 on a claim of 1,000.00."""
    await office.has_claims(office.invoice(1))
    await office.imports(office.ocr(office.giro(office.kid(1), 120_000)))
    [row] = await office.rows("SELECT payment_id FROM payment WHERE surplus_minor = 20000")
    return row.payment_id


async def payment(office: Any, payment_id: UUID) -> Any:
    [row] = await office.rows("SELECT * FROM payment WHERE payment_id = :id", id=payment_id)
    return row


async def refund(office: Any) -> Any:
    [row] = await office.rows("SELECT * FROM refund")
    return row


async def test_a_queued_payment_goes_back_to_the_account_it_came_from(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    payment_id = await queued(office)
    order = asked()

    done = await client.post(f"/internal/payments/{payment_id}/refund", json=order, headers=house)
    again = await client.post(f"/internal/payments/{payment_id}/refund", json=order, headers=house)

    assert (done.json(), done.json()["status"]) == (again.json(), "DONE")
    lies = await payment(office, payment_id)
    assert (lies.status, lies.unmatched_minor, lies.refunded_minor) == ("REFUNDED", 0, 50_000)
    [told] = await office.announced("refund.requested")
    assert (told.refund_id, told.source, told.amount_minor) == (UUID(order["decision_id"]), "QUEUE", 50_000)
    assert (told.payee_name, told.payee_iban) == ("Kari Nordmann", PAYER)
    assert (await client.get("/internal/unmatched", headers=house)).json() == []


async def test_part_of_a_line_goes_back_and_the_rest_stays_in_the_queue_to_be_matched(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    payment_id = await queued(office)
    part = asked(amount_minor=20_000, currency="NOK", payee=PAYEE)
    assert (await client.post(f"/internal/payments/{payment_id}/refund", json=part, headers=house)).status_code == 200

    [line] = (await client.get("/internal/unmatched", headers=house)).json()
    whole = asked(shares=[{"case_id": 100_001, "amount_minor": 50_000}])
    rest = asked(shares=[{"case_id": 100_001, "amount_minor": 30_000}])
    too_much = await client.post(f"/internal/unmatched/{payment_id}/match", json=whole, headers=house)
    matched = await client.post(f"/internal/unmatched/{payment_id}/match", json=rest, headers=house)

    assert line["amount_minor"] == 30_000
    assert (too_much.status_code, matched.status_code) == (422, 200)
    lies = await payment(office, payment_id)
    assert (lies.status, lies.allocated_minor, lies.refunded_minor) == ("ALLOCATED", 30_000, 20_000)
    assert (await office.claim(1)).principal_minor == 70_000
    [told] = await office.announced("refund.requested")
    assert told.payee_iban == PAYER, "a domestic number is told as its IBAN"


async def test_a_debtors_surplus_goes_back_and_no_more_than_it(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    payment_id = await overpaid(office)
    [seen] = (await client.get("/internal/surpluses", headers=house)).json()
    path = f"/internal/payments/{payment_id}/refund"

    more = await client.post(path, json=asked(amount_minor=20_001, currency="NOK", payee=PAYEE), headers=house)
    part = await client.post(path, json=asked(amount_minor=5_000, currency="NOK", payee=PAYEE), headers=house)
    rest = await client.post(path, json=asked(payee=PAYEE, case_id=100_001), headers=house)
    none = await client.post(path, json=asked(payee=PAYEE), headers=house)

    assert (seen["case_id"], seen["left_minor"]) == (100_001, 20_000)
    assert [answer.status_code for answer in (more, part, rest, none)] == [422, 200, 200, 409]
    lies = await payment(office, payment_id)
    assert (lies.status, lies.allocated_minor, lies.surplus_minor, lies.refunded_minor) == (
        "ALLOCATED",
        100_000,
        0,
        20_000,
    )
    assert sorted(told.amount_minor for told in await office.announced("refund.requested")) == [5_000, 15_000]
    assert (await client.get("/internal/surpluses", headers=house)).json() == []


async def test_above_the_limit_a_refund_waits_for_a_second_person_and_moves_nothing_before(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    payment_id = await queued(office, "15000.00")
    order = asked()
    waiting = await client.post(f"/internal/payments/{payment_id}/refund", json=order, headers=house)
    other = await client.post(f"/internal/payments/{payment_id}/refund", json=asked(amount_minor=1), headers=house)
    before = await payment(office, payment_id)
    told_before = await office.announced("refund.requested")

    path = f"/internal/decisions/{order['decision_id']}/approve"
    alone = await client.post(path, json={"person": " ANNE "}, headers=house)
    agreed = await client.post(path, json={"person": "bjarte"}, headers=house)

    assert (waiting.json()["status"], other.status_code) == ("PENDING", 409)
    assert (before.unmatched_minor, told_before) == (LARGE, [])
    assert (alone.status_code, agreed.json()["status"]) == (409, "DONE")
    assert (await payment(office, payment_id)).refunded_minor == LARGE
    assert len(await office.announced("refund.requested")) == 1
    [shown] = (await client.get("/internal/refunds?status=APPROVED", headers=house)).json()
    assert (shown["amount_minor"], shown["payee_iban"]) == (LARGE, PAYER)


async def test_a_declined_refund_leaves_the_line_free_for_another_decision(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    payment_id = await queued(office, "15000.00")
    order = asked()
    await client.post(f"/internal/payments/{payment_id}/refund", json=order, headers=house)
    await client.post(f"/internal/decisions/{order['decision_id']}/decline", json={"person": "anne"}, headers=house)
    again = await client.post(f"/internal/payments/{payment_id}/refund", json=asked(), headers=house)
    assert again.json()["status"] == "PENDING"
    statuses = await office.rows("SELECT status FROM refund")
    assert {row.status for row in statuses} == {"DECLINED", "REQUESTED"}


async def test_what_was_matched_while_a_refund_waited_cannot_be_refunded_any_more(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1))
    await office.imports(office.ocr(office.giro(office.kid(77), LARGE)))
    [row] = await office.rows("SELECT payment_id FROM payment")
    order = asked(payee=PAYEE)
    await client.post(f"/internal/payments/{row.payment_id}/refund", json=order, headers=house)
    await office.handle(office.invoice(77, gross_minor=2_000_000))
    assert (await payment(office, row.payment_id)).status == "ALLOCATED"
    approve = f"/internal/decisions/{order['decision_id']}/approve"
    late = await client.post(approve, json={"person": "bjarte"}, headers=house)
    assert (late.status_code, await office.announced("refund.requested")) == (409, [])


@pytest.mark.parametrize("source", ["QUEUE", "NOT_OURS", "SURPLUS"])
async def test_a_refund_that_fails_lies_where_it_came_from_again_once(
    client: httpx.AsyncClient, house: dict[str, str], office: Any, source: str
) -> None:
    payment_id = await (overpaid(office) if source == "SURPLUS" else queued(office))
    if source == "NOT_OURS":
        await client.post(f"/internal/unmatched/{payment_id}/not-ours", json=asked(), headers=house)
    before = await payment(office, payment_id)
    asked_for = await client.post(f"/internal/payments/{payment_id}/refund", json=asked(payee=PAYEE), headers=house)
    assert asked_for.status_code == 200, asked_for.text

    sent, paid, failed = office.words_on(await refund(office))
    await office.handle(failed)
    await office.handle(paid, sent)
    await office.handle(failed, sent)

    after = await payment(office, payment_id)
    sums = ("status", "allocated_minor", "surplus_minor", "refunded_minor", "unmatched_minor", "not_ours_minor")
    assert {name: getattr(after, name) for name in sums} == {name: getattr(before, name) for name in sums}
    known = await refund(office)
    assert (known.status, known.reason_code, known.source) == ("FAILED", "AC04", source)
    if source == "QUEUE":
        [line] = (await client.get("/internal/unmatched", headers=house)).json()
        assert (line["reason"], line["amount_minor"]) == ("REFUND_FAILED", 50_000)


async def test_a_refund_is_followed_whatever_comes_first(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    payment_id = await queued(office)
    await client.post(f"/internal/payments/{payment_id}/refund", json=asked(), headers=house)
    sent, paid, _ = office.words_on(await refund(office))
    await office.handle(paid)
    await office.handle(sent, paid)
    known = await refund(office)
    assert (known.status, known.end_to_end_id, known.booking_date) == ("PAID", sent.end_to_end_id, office.today)
    assert (await payment(office, payment_id)).refunded_minor == 50_000


async def test_money_whose_refund_came_back_after_the_rest_was_matched_can_be_matched_to_another_claim(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    payment_id = await queued(office)
    await office.handle(office.invoice(2))
    await client.post(f"/internal/payments/{payment_id}/refund", json=asked(amount_minor=20_000), headers=house)
    match = f"/internal/unmatched/{payment_id}/match"
    first = asked(shares=[{"case_id": 100_001, "amount_minor": 30_000}])
    assert (await client.post(match, json=first, headers=house)).status_code == 200
    *_, failed = office.words_on(await refund(office))
    await office.handle(failed)

    same = asked(shares=[{"case_id": 100_001, "amount_minor": 20_000}])
    other = asked(shares=[{"case_id": 100_002, "amount_minor": 20_000}])
    assert (await client.post(match, json=same, headers=house)).status_code == 409
    assert (await client.post(match, json=other, headers=house)).status_code == 200
    lies = await payment(office, payment_id)
    assert (lies.status, lies.allocated_minor, lies.refunded_minor) == ("ALLOCATED", 50_000, 0)
    told = await office.announced("payment.allocated")
    assert len({event.allocation_id for event in told}) == 2
    assert sum(event.amount_minor for event in told) == 50_000


async def test_a_payment_the_bank_takes_back_after_its_surplus_was_refunded_is_taken_back_whole(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    payment_id = await overpaid(office)
    await client.post(f"/internal/payments/{payment_id}/refund", json=asked(payee=PAYEE), headers=house)
    await office.imports(office.ocr(office.giro(office.kid(1), 120_000, transaction_type=18)))

    [told] = await office.announced("payment.reversed")
    assert (told.amount_minor, told.surplus_minor, told.unmatched_minor) == (120_000, 20_000, 0)
    lies = await payment(office, payment_id)
    assert (lies.status, lies.refunded_minor) == ("REVERSED", 20_000)
    *_, failed = office.words_on(await refund(office))
    await office.handle(failed)
    assert ((await payment(office, payment_id)).status, (await refund(office)).status) == ("REVERSED", "FAILED")
    nothing = await client.post(f"/internal/payments/{payment_id}/refund", json=asked(payee=PAYEE), headers=house)
    assert nothing.status_code == 409


async def test_what_is_not_ours_is_told_and_told_again_when_the_bank_takes_it_back(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    await office.has_claims(office.invoice(1))
    await office.imports(office.ocr(office.giro(office.kid(77), 50_000)))
    [row] = await office.rows("SELECT payment_id FROM payment")
    await client.post(f"/internal/unmatched/{row.payment_id}/not-ours", json=asked(), headers=house)
    await client.post(
        f"/internal/payments/{row.payment_id}/refund", json=asked(payee=PAYEE, amount_minor=10_000), headers=house
    )
    await office.imports(office.ocr(office.giro(office.kid(77), 50_000, transaction_type=18)))
    [disowned], [reversed_] = await office.announced("payment.disowned"), await office.announced("payment.reversed")
    assert (disowned.amount_minor, disowned.account_id) == (50_000, "NOK-OCR")
    assert (reversed_.unmatched_minor, reversed_.not_ours_minor) == (50_000, 50_000)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"payee": {"name": "Kari", "account": "86011117948"}}, "payee.account"),
        ({"payee": {"name": "Kari", "account": PAYER, "bic": "NOPE"}}, "payee.bic"),
        ({"amount_minor": 50_001}, "amount_minor"),
        ({"amount_minor": 100, "currency": "SEK"}, "currency"),
    ],
)
async def test_a_refund_that_cannot_be_is_refused_by_field_and_stores_nothing(
    client: httpx.AsyncClient, house: dict[str, str], office: Any, fields: dict[str, Any], field: str
) -> None:
    payment_id = await queued(office)
    answer = await client.post(f"/internal/payments/{payment_id}/refund", json=asked(**fields), headers=house)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(f"{field}:"), answer.text
    assert await office.rows("SELECT * FROM refund") == await office.rows("SELECT * FROM office_decision") == []


async def test_without_a_payer_known_to_the_bank_a_payee_must_be_named(
    client: httpx.AsyncClient, house: dict[str, str], office: Any
) -> None:
    payment_id = await overpaid(office)
    answer = await client.post(f"/internal/payments/{payment_id}/refund", json=asked(), headers=house)
    assert (answer.status_code, answer.json()["detail"][:13]) == (422, "payee.account")
    unknown = await client.post(f"/internal/payments/{uuid4()}/refund", json=asked(payee=PAYEE), headers=house)
    assert unknown.status_code == 404
    other = asked(payee=PAYEE)
    assert (await client.post(f"/internal/payments/{payment_id}/refund", json=other, headers=house)).status_code == 200
    changed = other | {"payee": PAYEE | {"name": "Ola Nordmann"}}
    assert (
        await client.post(f"/internal/payments/{payment_id}/refund", json=changed, headers=house)
    ).status_code == 409


async def test_two_clerks_who_ask_at_once_do_not_refund_the_same_money_twice(office: Any) -> None:
    payment_id = await queued(office)

    async def ask_once(person: str) -> str:
        async with office.database.transaction() as session:
            word = Word(uuid4(), person, "paid by mistake")
            return (await ask_refund(session, word, RefundAsked(payment_id), office.today, {"NOK": LARGE})).status

    answers = await asyncio.gather(*(ask_once(f"clerk {number}") for number in range(4)), return_exceptions=True)
    assert sorted(str(type(answer).__name__) for answer in answers) == ["DecisionConflict"] * 3 + ["str"]
    assert (await payment(office, payment_id)).refunded_minor == 50_000
    assert len(await office.announced("refund.requested")) == 1


class Crash(Exception):
    """The process dies here."""


async def test_asking_and_hearing_may_be_interrupted_at_every_statement(office: Any) -> None:
    payment_id = await queued(office)
    engine, left = office.database.engine.sync_engine, [0]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    sql_event.listen(engine, "before_cursor_execute", count)
    word, crashes, done = Word(uuid4(), "anne", "paid by mistake"), 0, False
    while not done:
        left[0] = crashes + 1
        try:
            async with office.database.transaction() as session:
                await ask_refund(session, word, RefundAsked(payment_id), office.today, {"NOK": LARGE})
            done = True
        except Crash:
            crashes += 1
        left[0] = 0
        lies = await payment(office, payment_id)
        told = await office.announced("refund.requested")
        assert (lies.refunded_minor, len(told)) == ((50_000, 1) if done else (0, 0))
    sql_event.remove(engine, "before_cursor_execute", count)
    assert crashes >= 7, "each of the statements was interrupted once"
