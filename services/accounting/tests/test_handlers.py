"""Facts from the broker to rows and outbox: repeated, out of order, in bulk, and with a bad one among them."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from accounting_factories import (
    ACCOUNT,
    CASE_ID,
    CREDITOR_ID,
    a_claim_changed,
    a_claim_charged,
    a_creditor,
    a_failed_payout,
    a_payment,
    a_payout,
    a_reversal,
    a_settlement,
    an_allocation,
    an_invoice,
    parts,
    records,
)
from sqlalchemy import event, text

from accounting.handlers import consumer
from contracts import ClockAdvanced, Event, VoucherPosted, consumed_by
from runtime.database import Database

BALANCES = text(
    "SELECT book || ' ' || account_code, CAST(sum(amount_minor) AS bigint) FROM voucher JOIN voucher_line"
    " USING (voucher_id) GROUP BY 1 HAVING sum(amount_minor) <> 0"
)
OUTBOX = text("SELECT aggregatetype, payload FROM outbox ORDER BY position")


def a_road() -> list[Event]:
    """One invoice from sale to payout."""
    covered = parts(REMINDER_FEE=3_500, INTEREST=925, PRINCIPAL=125_000)
    settlement = a_settlement(129_425)
    paid = {"settlement_id": settlement.settlement_id}
    return [
        a_creditor(),
        an_invoice(),
        a_claim_charged(),
        a_payment(amount_minor=130_000),
        an_allocation(covered, 575),
        a_claim_changed(cause="PAYMENT_ALLOCATED"),
        settlement,
        a_payout("CREDITOR", settlement.net_minor, **paid),
        a_failed_payout("CREDITOR", settlement.net_minor, returned=True, **paid),
        a_payout("CREDITOR", settlement.net_minor, attempt=2, **paid),
        a_payout("OWN", settlement.own_share_minor, **paid),
    ]


AFTER_THE_ROAD = {
    f"CLIENT_MONEY 1930:{ACCOUNT}": 575,
    "CLIENT_MONEY 2420": -575,
    "CREDITOR 1920": 129_425 - 14_688,
    "CREDITOR 2700": -25_000,
    "CREDITOR 2710": 2_938,
    "CREDITOR 3000": -100_000,
    "CREDITOR 3900": -3_500,
    "CREDITOR 7770": 11_750,
    "CREDITOR 8050": -925,
    "OWN 1940:NOK": 14_688,
    "OWN 2700": -2_938,
    "OWN 3100": -10_000,
    "OWN 3110": -1_750,
}


async def balances(database: Database) -> dict[str, int]:
    async with database.transaction() as session:
        return {row[0]: row[1] for row in await session.execute(BALANCES)}


async def outbox(database: Database) -> list[tuple[str, bytes]]:
    async with database.transaction() as session:
        return [(row[0], row[1]) for row in await session.execute(OUTBOX)]


async def count_statements(database: Database, facts: Sequence[Event]) -> int:
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    await consumer.handle(database, records(facts))
    event.remove(database.engine.sync_engine, "before_cursor_execute", note)
    return len(statements)


def test_it_listens_to_what_it_promised() -> None:
    assert consumer.topics == consumed_by("accounting")


async def test_the_road_of_one_claim_leaves_only_the_surplus_on_the_client_account(database: Database) -> None:
    await consumer.handle(database, records(a_road()))
    assert await balances(database) == AFTER_THE_ROAD


async def test_facts_that_come_again_are_booked_once(database: Database) -> None:
    facts = a_road()
    await consumer.handle(database, records([*facts, *facts]))
    posted = await outbox(database)
    await consumer.handle(database, records(facts))
    async with database.transaction() as session:
        await session.execute(text("DELETE FROM inbox"))  # even then the voucher's id tells
    await consumer.handle(database, records(facts))

    assert await balances(database) == AFTER_THE_ROAD
    assert await outbox(database) == posted


async def test_facts_in_the_reverse_order_end_in_the_same_books(database: Database) -> None:
    for fact in reversed(a_road()):
        await consumer.handle(database, records([fact]))
    assert await balances(database) == AFTER_THE_ROAD


async def test_a_credit_note_waits_for_the_vat_of_its_invoice(database: Database) -> None:
    other = a_payment()
    await consumer.handle(database, records([a_claim_changed(), other]))
    assert await balances(database) == {f"CLIENT_MONEY 1930:{ACCOUNT}": 130_000, "CLIENT_MONEY 2410": -130_000}

    await consumer.handle(database, records([an_invoice(case_id=CASE_ID + 1, invoice_number="2025-2")]))
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT missing FROM waiting"))).scalars().all() == [f"case:{CASE_ID}"]

    await consumer.handle(database, records([an_invoice()]))
    booked = await balances(database)
    assert booked["CREDITOR 1500"] == 125_000  # the other invoice alone
    assert booked["CREDITOR 2700"] == -25_000
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM waiting"))).scalar_one() == 0


async def test_a_fact_whose_amounts_contradict_is_parked_and_its_neighbours_are_booked(database: Database) -> None:
    bad = a_settlement(net_minor=1)
    await consumer.handle(database, records([a_payment(), bad, a_payment()]))

    assert await balances(database) == {f"CLIENT_MONEY 1930:{ACCOUNT}": 260_000, "CLIENT_MONEY 2410": -260_000}
    parked = [payload for topic, payload in await outbox(database) if topic == "settlement.created.dead"]
    assert parked == [bad.model_dump_json().encode()]


async def test_each_voucher_is_announced_with_its_debit_side(database: Database) -> None:
    reversal = a_reversal(parts(PRINCIPAL=1_000), 30)
    await consumer.handle(database, records([reversal]))

    posted = [VoucherPosted.model_validate_json(payload) for _, payload in await outbox(database)]
    assert [(one.book, one.creditor_id, one.total_minor) for one in posted] == [
        ("CLIENT_MONEY", None, 1_030),
        ("CREDITOR", CREDITOR_ID, 1_000),
    ]
    assert {(one.fact, one.fact_id, one.voucher_date) for one in posted} == {
        ("payment.reversed", reversal.event_id, reversal.as_of)
    }


async def test_a_large_batch_takes_as_many_statements_as_a_small_one(database: Database) -> None:
    def batch(size: int) -> list[Event]:
        cases = range(CASE_ID, CASE_ID + size)
        invoices = [an_invoice(case_id=case, invoice_number=str(case), creditor_id=UUID(int=case)) for case in cases]
        notes = [a_claim_changed(case_id=case, creditor_id=UUID(int=case)) for case in cases]
        return [*invoices, *notes, *(a_payment(account_id=f"client-{case}") for case in cases)]

    small = await count_statements(database, batch(1))
    large = await count_statements(database, [fact.model_copy(update={"event_id": uuid4()}) for fact in batch(150)])
    assert (small, large) == (small, small)
    assert small <= 22


async def test_the_business_date_follows_the_test_clock(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO clock VALUES (1, '2025-11-05', '2025-11-05')"))
    day = a_payment().booking_date.replace(day=9)
    await consumer.handle(database, records([ClockAdvanced(business_date=day)]))
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT business_date FROM clock"))).scalar_one() == day
