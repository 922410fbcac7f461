"""Refunds leave by the payment orders that pay creditors, once, and what becomes of them is told."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid5

import pytest
from lxml import etree

from runtime.database import Database
from settlement.use_cases.bank_answers import Answer, BankMessage, take_answers

WEDNESDAY, FRIDAY, SATURDAY, MONDAY = (date(2025, 9, day) for day in (3, 5, 6, 8))


async def answered(database: Database, *answers: Answer, name: str = "answer.xml") -> None:
    async with database.transaction() as session:
        await take_answers(session, [BankMessage(name, name, "pain.002", answers)])


async def test_a_refund_stands_in_the_order_beside_payouts_with_its_payee_and_message(
    office: Any, facts: Any, pain001_schema: Path
) -> None:
    refund = facts.refund(7, message="Refund 2025-000007")
    await office.hear(facts.activated(), facts.allocated(1), refund)
    await office.run(WEDNESDAY)
    order = await office.one("SELECT * FROM payment_order")
    root = etree.fromstring(order.content)
    etree.XMLSchema(etree.parse(pain001_schema)).assertValid(root)
    [mine] = [
        transfer
        for transfer in root.iterfind(".//{*}CdtTrfTxInf")
        if transfer.findtext(".//{*}EndToEndId") == f"R{refund.refund_id.hex}"
    ]
    names = (".//{*}InstdAmt", ".//{*}Cdtr/{*}Nm", ".//{*}CdtrAcct//{*}IBAN", ".//{*}Ustrd")
    assert [mine.findtext(name) for name in names] == [
        "200.00",
        "Kari Nordmann",
        "NO9386011117947",
        "Refund 2025-000007",
    ]
    [told] = await office.told("refund.sent")
    assert (told["refund_id"], told["source"], told["requested_date"]) == (str(refund.refund_id), "QUEUE", "2025-09-03")
    assert not {"payee_name", "payee_iban"} & told.keys()


async def test_a_refund_heard_twice_is_one_transfer_even_under_another_event_id(office: Any, facts: Any) -> None:
    refund = facts.refund()
    again = refund.model_copy(update={"event_id": uuid5(refund.event_id, "again")})
    await office.hear(refund, refund, again)
    await office.run(WEDNESDAY)
    await office.hear(again)
    await office.run(WEDNESDAY)
    assert await office.rows("SELECT kind, amount_minor, status FROM payout") == [("REFUND", 20_000, "INITIATED")]
    assert len(await office.told("refund.sent")) == 1


async def test_what_the_bank_says_of_a_refund_is_told_once_in_whatever_order_it_comes(
    office: Any, facts: Any, database: Database
) -> None:
    refund = facts.refund()
    await office.hear(refund)
    await office.run(WEDNESDAY)
    name = f"R{refund.refund_id.hex}"
    debited = Answer("DEBITED", name, amount_minor=20_000, currency="NOK", booking_date=WEDNESDAY)
    returned = Answer("RETURNED", name, amount_minor=20_000, currency="NOK", booking_date=FRIDAY, reason="AC04")
    await answered(database, returned, debited, name="first.xml")
    await answered(database, debited, returned, name="second.xml")
    [paid], [failed] = await office.told("refund.paid"), await office.told("refund.failed")
    assert paid["refund_id"] == failed["refund_id"] == str(refund.refund_id)
    assert (failed["reason_code"], failed["returned"]) == ("AC04", True)
    assert await office.told("payout.confirmed") == []


async def test_a_refund_that_fails_is_not_tried_again(office: Any, facts: Any, database: Database) -> None:
    refund = facts.refund()
    await office.hear(facts.activated(), refund)
    await office.run(WEDNESDAY)
    await answered(database, Answer("REJECTED", f"R{refund.refund_id.hex}", reason="AC04"))
    for day in (10, 17, 24):
        await office.run(date(2025, 9, day))
    assert await office.rows("SELECT status, attempt FROM payout") == [("FAILED", 1)]
    [failed] = await office.told("refund.failed")
    assert (failed["reason_code"], failed["returned"]) == ("AC04", False)


async def test_a_refund_no_bank_would_take_fails_alone_and_is_told(office: Any, facts: Any) -> None:
    await office.hear(facts.refund(1, payee_iban="NO0000000000000"), facts.refund(2))
    await office.run(WEDNESDAY)
    [failed], [sent] = await office.told("refund.failed"), await office.told("refund.sent")
    assert (failed["refund_id"], sent["refund_id"]) == (
        str(facts.refund(1).refund_id),
        str(facts.refund(2).refund_id),
    )
    assert "IBAN" in failed["reason_code"]


async def test_refunds_wait_for_a_day_on_which_the_accounts_bank_is_open(office: Any, facts: Any) -> None:
    await office.hear(facts.refund(requested_date=SATURDAY))
    await office.run(FRIDAY)
    await office.run(SATURDAY)
    assert await office.rows("SELECT * FROM payment_order") == []
    await office.run(MONDAY)
    assert await office.rows("SELECT order_date FROM payment_order") == [(MONDAY,)]


async def test_a_hold_on_a_creditor_does_not_stop_a_refund(office: Any, facts: Any, call: Any) -> None:
    await office.hear(facts.onboarded(), facts.activated(), facts.refund())
    hold = {"request_id": str(facts.creditor_id), "reason": "fraud suspected"}
    assert (await call("POST", f"/creditors/{facts.creditor_id}/hold", None, json=hold)).status_code < 300
    await office.run(WEDNESDAY)
    assert len(await office.told("refund.sent")) == 1


async def test_refunds_are_counted_by_status_not_lumped_into_one(office: Any, facts: Any, call: Any) -> None:
    await office.hear(facts.activated(), facts.allocated(1), facts.refund(1), facts.refund(2))
    await office.run(WEDNESDAY)
    [currency] = (await call("GET", "/settlement-counts", None)).json()["currencies"]
    assert currency["payouts"]["REFUND"] == {"INITIATED": 40_000}


@pytest.mark.parametrize("statement", ["settlement_id = gen_random_uuid()", "refund_id = NULL"])
async def test_the_database_refuses_a_refund_that_is_half_a_payout(office: Any, facts: Any, statement: str) -> None:
    await office.hear(facts.refund())
    with pytest.raises(Exception, match="payout_owner_check"):
        await office.rows(f"UPDATE payout SET {statement} RETURNING payout_id")
