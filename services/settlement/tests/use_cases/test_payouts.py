"""Payment orders: one file per account and day, valid, and never a bad transfer that stops its neighbours."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

WEDNESDAY, NEXT_WEDNESDAY = date(2025, 9, 3), date(2025, 9, 10)


@pytest.fixture
async def settled(office: Any, facts: Any) -> None:
    """Two creditors with money on the same account; the second one's IBAN is not one."""
    other = facts.other_creditor_id
    bad = {"payout_account": {"name": "Andre AS", "iban": "NO0000000000000"}}
    await office.hear(facts.activated(), facts.activated(other, **bad))
    await office.hear(facts.allocated(1, REMINDER_FEE=10_000), facts.allocated(2, creditor_id=other))
    await office.run(WEDNESDAY)


async def test_an_order_is_valid_against_the_published_schema(office: Any, settled: None, pain001_schema: Path) -> None:
    order = await office.one("SELECT * FROM payment_order")
    etree.XMLSchema(etree.parse(pain001_schema)).assertValid(etree.fromstring(order.content))


async def test_an_order_holds_the_creditors_net_and_our_share(office: Any, settled: None) -> None:
    order = await office.one("SELECT * FROM payment_order")
    root = etree.fromstring(order.content)
    assert root.findtext(".//{*}GrpHdr/{*}MsgId") == order.message_id
    assert root.findtext(".//{*}ReqdExctnDt/{*}Dt") == "2025-09-03"
    assert [element.text for element in root.iterfind(".//{*}EndToEndId")] == ["202509030001-C1", "202509030001-O1"]
    assert [element.text for element in root.iterfind(".//{*}InstdAmt")] == ["37.50", "62.50"]
    assert len(order.message_id) <= 35
    told = await office.told("payout.initiated")
    assert [(event["kind"], event["amount_minor"], event["requested_date"]) for event in told] == [
        ("CREDITOR", 3_750, "2025-09-03"),
        ("OWN", 6_250, "2025-09-03"),
    ]


async def test_a_transfer_no_bank_would_take_fails_alone_and_is_tried_again_with_the_corrected_account(
    office: Any, facts: Any, settled: None
) -> None:
    failed = await office.one("SELECT * FROM payout WHERE status = 'FAILED'")
    assert "IBAN" in failed.reason
    assert failed.message_id is None
    await office.hear(facts.activated(facts.other_creditor_id, version=2))
    assert await office.run(NEXT_WEDNESDAY) == [0, 1, 1]
    again = await office.one("SELECT * FROM payout WHERE attempt = 2")
    assert (again.status, again.amount_minor, again.iban) == ("INITIATED", failed.amount_minor, "NO8615030002313")
    assert again.end_to_end_id == failed.end_to_end_id.replace("-C1", "-C2")


async def test_after_five_attempts_a_payout_stays_failed(office: Any, call: Any, facts: Any, settled: None) -> None:
    weeks = [date(2025, 9, 10), date(2025, 9, 17), date(2025, 9, 24), date(2025, 10, 1), date(2025, 10, 8)]
    assert [(await office.run(day))[1] for day in weeks] == [1, 1, 1, 1, 0]
    counts = (await call("GET", "/settlement-counts", None)).json()
    [currency] = counts["currencies"]
    assert currency["given_up"] == 1
    assert currency["payouts"]["CREDITOR"] == {"FAILED": 100_000, "INITIATED": 3_750}


async def test_payouts_made_later_in_the_day_come_in_a_second_order(office: Any, facts: Any, settled: None) -> None:
    third = facts.creditor_id.__class__(int=3)
    await office.hear(facts.activated(third), facts.allocated(3, creditor_id=third))
    await office.run(WEDNESDAY)
    first, second = await office.rows("SELECT * FROM payment_order ORDER BY sequence")
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.message_id.removesuffix("-1") == second.message_id.removesuffix("-2")
