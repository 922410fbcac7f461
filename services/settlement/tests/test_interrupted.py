"""A run that is interrupted at any statement leaves nothing behind, and the next one ends in the same place."""

from datetime import date
from typing import Any

from lxml import etree
from sqlalchemy import event as sql_event

from runtime.database import Database

WEDNESDAY = date(2025, 9, 3)
STATE = (
    "SELECT settlement_id, settlement_number, net_minor FROM settlement ORDER BY 2",
    "SELECT payout_id, end_to_end_id, amount_minor FROM payout ORDER BY 2",
    "SELECT message_id, content FROM payment_order ORDER BY 1",
    "SELECT line_id, settlement_id, payout_part FROM accrual_line ORDER BY 1",
    "SELECT aggregatetype, convert_from(payload, 'UTF8')::jsonb - 'occurred_at' AS told FROM outbox ORDER BY position",
)


class Crash(Exception):
    """The process dies here."""


async def state(office: Any) -> list[list[Any]]:
    return [await office.rows(sql) for sql in STATE]


async def test_settling_and_ordering_may_be_interrupted_at_every_statement(
    office: Any, facts: Any, database: Database
) -> None:
    await office.hear(facts.onboarded(), facts.activated(), facts.activated(facts.other_creditor_id))
    await office.hear(facts.allocated(1, REMINDER_FEE=10_000), facts.allocated(2, creditor_id=facts.other_creditor_id))
    refunds = [facts.refund(number, amount_minor=number * 1_000) for number in (1, 2, 3)]
    await office.hear(*refunds)
    refunded = sorted(f"R{refund.refund_id.hex}" for refund in refunds)
    engine, left = database.engine.sync_engine, [0]

    def count(*_: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            raise Crash

    sql_event.listen(engine, "before_cursor_execute", count)
    crashes = 0
    seen: list[list[list[Any]]] = []
    for timer in office.timers:
        at, completed = 0, False
        while not completed:
            at += 1
            left[0] = at
            try:
                async with database.transaction() as session:
                    completed = await timer.run(session, WEDNESDAY) == 0
            except Crash:
                crashes += 1
            left[0] = 0
            seen.append(await state(office))
    sql_event.remove(engine, "before_cursor_execute", count)

    settlements, payouts, orders, lines, told = await state(office)
    assert crashes > 15, "each of the statements was interrupted once"
    assert [row.settlement_number for row in settlements] == [202509030001, 202509030002]
    names = ["202509030001-C1", "202509030001-O1", "202509030002-C1", *refunded]
    assert sorted(row.end_to_end_id for row in payouts) == names
    assert len(orders) == 1
    ordered_names = [element.text for element in etree.fromstring(orders[0].content).iterfind(".//{*}EndToEndId")]
    assert sorted(map(str, ordered_names)) == names
    assert sorted(row.aggregatetype for row in told) == [
        *["payout.initiated"] * 3,
        *["refund.sent"] * 3,
        *["settlement.created"] * 2,
    ]
    for settled, paid, ordered, closed, _ in seen:
        assert settled in ([], settlements), "settlements are there whole or not at all"
        assert len(paid) == 3 + (3 if settled else 0)
        assert ordered in ([], orders)
        assert not settled or closed == lines
    await office.run(WEDNESDAY)
    assert await state(office) == [settlements, payouts, orders, lines, told]
