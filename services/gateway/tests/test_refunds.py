"""Money back through the office's door: minor units inside, a person and an id with every order."""

from typing import Any

import httpx
from services.gateway.tests.door import OFFICE, Door, faulty
from services.gateway.tests.house import Call, House

HEADERS = {"X-Api-Key": OFFICE, "X-User": "anne"}
PAYMENT = "6f4a1d3e-58f1-5f0b-9a53-0d3c7b0e7a12"
PATH = f"/office/payments/{PAYMENT}/refund"
PAYEE = {"name": "Kari Nordmann", "account": "8601 11 17947"}


def decided(call: Call) -> httpx.Response:
    answer: dict[str, Any] = {"decision_id": call.body["decision_id"], "kind": "REFUND", "subject_id": PAYMENT}
    answer |= {"amount_minor": 1_250, "currency": "NOK", "reason": call.body["reason"], "status": "PENDING"}
    return httpx.Response(200, json=answer | {"asked_by": call.body["person"], "decided_by": None})


async def test_a_refund_is_handed_on_in_minor_units_once_per_key(door: Door, house: House) -> None:
    house.on("payment-control", "POST", f"/internal/payments/{PAYMENT}/refund", decided)
    order = {"currency": "NOK", "amount": 12.5, "payee": PAYEE, "caseId": 100_001, "reason": "paid twice"}

    answers = [await door.post(PATH, order, HEADERS, key="r-1") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    [call] = house.calls
    assert (call.body["amount_minor"], call.body["case_id"], call.body["person"]) == (1_250, 100_001, "anne")
    assert call.body["payee"] == PAYEE | {"bic": None}
    assert (answers[0].json()["kind"], answers[0].json()["status"]) == ("REFUND", "PENDING")


async def test_all_of_it_goes_back_where_it_came_from_when_neither_amount_nor_payee_is_named(
    door: Door, house: House
) -> None:
    house.on("payment-control", "POST", f"/internal/payments/{PAYMENT}/refund", decided)
    assert (await door.post(PATH, {"reason": "paid twice"}, HEADERS)).status_code == 200
    [call] = house.calls
    assert (call.body["amount_minor"], call.body["payee"]) == (None, None)


async def test_a_refund_that_cannot_be_read_is_refused_before_anyone_is_asked(door: Door, house: House) -> None:
    wrong = {
        "amount": {"currency": "NOK", "amount": 0},
        "currency": {"amount": 5},
        "payee.account": {"payee": {"name": "Kari", "account": ""}},
    }
    for field, part in wrong.items():
        answer = await door.post(PATH, {"reason": "paid twice"} | part, HEADERS)
        assert (answer.status_code, faulty(answer)) == (422, {field})
    assert faulty(await door.post(PATH, {}, HEADERS)) == {"reason"}
    assert house.calls == []


async def test_refunds_and_surpluses_are_read_in_major_units(door: Door, house: House) -> None:
    refund = {
        "refund_id": PAYMENT,
        "payment_id": PAYMENT,
        "case_id": None,
        "source": "QUEUE",
        "account_id": "CLIENT-NOK",
        "amount_minor": 1_250,
        "currency": "NOK",
        "payee_name": "Kari Nordmann",
        "payee_iban": "NO9386011117947",
        "message": "Refund",
        "status": "PAID",
        "requested_date": "2026-01-05",
        "end_to_end_id": "R1",
        "booking_date": "2026-01-06",
        "failed_date": None,
        "reason_code": None,
    }
    surplus = {
        "payment_id": PAYMENT,
        "case_id": 100_001,
        "creditor_id": PAYMENT,
        "debtor_id": PAYMENT,
        "invoice_number": "1",
        "account_id": "CLIENT-NOK",
        "booking_date": "2026-01-05",
        "currency": "NOK",
        "left_minor": 300,
    }
    house.on("payment-control", "GET", "/internal/refunds", [refund])
    house.on("payment-control", "GET", "/internal/surpluses", [surplus])

    [paid] = (await door.get("/office/refunds", HEADERS, status="PAID")).json()
    [left] = (await door.get("/office/surpluses", HEADERS)).json()

    assert (paid["amount"], paid["status"], paid["payeeIban"]) == (12.5, "PAID", "NO9386011117947")
    assert (left["amount"], left["caseId"]) == (3.0, 100_001)
    assert [call.params.get("status") for call in house.calls] == ["PAID", None]


async def test_refunds_are_the_offices_alone(door: Door) -> None:
    creditor = await door.admit()
    assert (await door.get("/office/refunds", creditor.headers)).status_code in (401, 403)
    assert (await door.post(PATH, {"reason": "x"}, creditor.headers | {"X-User": "anne"})).status_code in (401, 403)
