"""What an agreement may say about settlement: rhythm, minimum, commission by age and size, transfers per invoice."""

from datetime import date
from typing import Any

import pytest

WEDNESDAY, THURSDAY, NEXT_WEDNESDAY = date(2025, 9, 3), date(2025, 9, 4), date(2025, 9, 10)
SETTLEMENTS = "SELECT * FROM settlement ORDER BY settlement_number"
PAYOUTS = "SELECT part, amount_minor, reference, end_to_end_id FROM payout WHERE kind = 'CREDITOR' ORDER BY part"


async def test_a_daily_creditor_is_settled_on_every_banking_day(office: Any, facts: Any) -> None:
    await office.hear(facts.onboarded(), facts.activated(settlement_interval="DAILY"), facts.allocated(1))
    assert (await office.run(WEDNESDAY))[0] == 1
    await office.hear(facts.allocated(2, as_of=THURSDAY))
    assert (await office.run(THURSDAY))[0] == 1
    await office.hear(facts.allocated(3, as_of=date(2025, 9, 6)))
    assert (await office.run(date(2025, 9, 6)))[0] == 0


async def test_a_monthly_creditor_is_settled_on_the_last_banking_day(office: Any, facts: Any) -> None:
    await office.hear(facts.activated(settlement_interval="MONTHLY", settlement_roll="PRECEDING"), facts.allocated(1))
    assert (await office.run(WEDNESDAY))[0] == 0
    assert (await office.run(date(2025, 9, 30)))[0] == 1
    await office.hear(facts.allocated(2, as_of=date(2025, 11, 28)))
    assert (await office.run(date(2025, 11, 28)))[0] == 1, "30 November is a Sunday"


async def test_less_than_the_minimum_is_carried_to_the_next_run(office: Any, facts: Any, call: Any) -> None:
    await office.hear(facts.onboarded(), facts.activated(minimum_payout_minor=100_000))
    await office.hear(facts.allocated(1, PRINCIPAL=99_999))
    await office.set_date(WEDNESDAY)
    assert await office.run(WEDNESDAY) == [1, 0, 0]
    [row] = (await call("GET", "/settlements/upcoming", facts.creditor_id)).json()["upcoming"]
    assert (row["net_minor"], row["waits_for"], row["next_settlement_date"]) == (99_999, "MINIMUM", "2025-09-10")
    await office.hear(facts.allocated(2, PRINCIPAL=1, as_of=THURSDAY))
    assert await office.run(NEXT_WEDNESDAY) == [1, 0, 1]
    assert [row.net_minor for row in await office.rows(SETTLEMENTS)] == [100_000]


async def test_commission_depends_on_how_old_and_how_large_the_claim_is(office: Any, facts: Any) -> None:
    tiers = (
        {"days_overdue_from": 90, "commission": 1_000},
        {"days_overdue_from": 90, "amount_from_minor": 500_000, "commission": 800},
        {"amount_from_minor": 500_000, "commission": 300},
    )
    await office.hear(facts.activated(commission=500, commission_tiers=tiers))
    invoices = [(1, 89, 100_000), (2, 90, 100_000), (3, 120, 600_000), (4, 10, 600_000)]
    for number, age, gross_minor in invoices:
        due_date = date.fromordinal(WEDNESDAY.toordinal() - age)
        await office.hear(facts.invoiced(number, due_date=due_date, gross_minor=gross_minor))
        await office.hear(facts.allocated(number, stage="COLLECTION", as_of=WEDNESDAY, PRINCIPAL=100_000))
    await office.run(WEDNESDAY)
    rows = await office.rows("SELECT commission_minor FROM accrual_line ORDER BY case_id")
    assert [row.commission_minor for row in rows] == [5_000, 10_000, 8_000, 3_000]


async def test_a_reversal_gives_back_the_commission_of_the_day_the_money_came(office: Any, facts: Any) -> None:
    tiers = ({"days_overdue_from": 3, "commission": 1_000},)
    allocated = facts.allocated(1, stage="COLLECTION", as_of=WEDNESDAY)
    await office.hear(facts.activated(commission_tiers=tiers), facts.invoiced(1, due_date=date(2025, 9, 1)), allocated)
    await office.run(WEDNESDAY)
    await office.hear(facts.invoiced(2), facts.allocated(2, PRINCIPAL=500_000, as_of=THURSDAY))
    await office.hear(facts.reversed(allocated, as_of=NEXT_WEDNESDAY))
    await office.run(NEXT_WEDNESDAY)
    rows = await office.rows("SELECT kind, commission_minor FROM accrual_line WHERE case_id = 100001 ORDER BY kind")
    assert rows == [("ALLOCATION", 5_000), ("REVERSAL", -5_000)]


async def test_a_line_whose_commission_depends_on_an_invoice_not_told_yet_waits_alone(
    office: Any, facts: Any, call: Any
) -> None:
    tiers = ({"days_overdue_from": 90, "commission": 1_000},)
    await office.hear(facts.activated(commission_tiers=tiers), facts.invoiced(1))
    await office.hear(facts.allocated(1), facts.allocated(2))
    await office.set_date(WEDNESDAY)
    await office.run(WEDNESDAY)
    assert (await office.one(SETTLEMENTS)).line_count == 1
    [row] = (await call("GET", "/settlements/upcoming", facts.creditor_id)).json()["upcoming"]
    assert (row["line_count"], row["waits_for"]) == (1, "INVOICE")
    await office.hear(facts.invoiced(2))
    await office.run(NEXT_WEDNESDAY)
    assert [row.line_count for row in await office.rows(SETTLEMENTS)] == [1, 1]


async def test_each_invoice_is_paid_by_itself_with_its_reference(office: Any, facts: Any) -> None:
    await office.hear(facts.activated(payout_per_invoice=True))
    await office.hear(facts.allocated(1, PRINCIPAL=30_000), facts.allocated(2, PRINCIPAL=70_000, REMINDER_FEE=3_500))
    await office.run(WEDNESDAY)
    assert await office.rows(PAYOUTS) == [
        (1, 30_000, "100100000001", "202509030001-C1-1"),
        (2, 71_312, "100100000002", "202509030001-C2-1"),
    ]
    order = (await office.one("SELECT content FROM payment_order")).content.decode()
    assert "<Ref>100100000001</Ref>" in order
    assert "<Ref>100100000002</Ref>" in order


async def test_what_was_taken_back_is_covered_by_the_largest_invoice(office: Any, facts: Any, call: Any) -> None:
    first = facts.allocated(1, PRINCIPAL=20_000)
    await office.hear(facts.activated(payout_per_invoice=True), first)
    await office.run(WEDNESDAY)
    await office.hear(facts.reversed(first, as_of=THURSDAY))
    await office.hear(*(facts.allocated(n, PRINCIPAL=n * 10_000, as_of=THURSDAY) for n in (2, 3, 4)))
    await office.run(NEXT_WEDNESDAY)
    told = (await call("GET", "/settlements/202509100001/payouts", facts.creditor_id)).json()
    shown = [(payout["amount_minor"], payout["reference"], len(payout["lines"])) for payout in told["payouts"]]
    assert shown == [(20_000, None, 2), (20_000, "100100000002", 1), (30_000, "100100000003", 1)]
    assert told["net_minor"] == 70_000


async def test_a_failed_transfer_of_one_invoice_is_tried_again_alone(office: Any, facts: Any) -> None:
    bad = {"name": "Fjellheim", "iban": "NO0000000000000"}
    await office.hear(facts.activated(payout_per_invoice=True, payout_account=bad))
    await office.hear(facts.allocated(1), facts.allocated(2))
    await office.run(WEDNESDAY)
    await office.hear(facts.activated(version=2, payout_per_invoice=True))
    assert await office.run(NEXT_WEDNESDAY) == [0, 2, 2]
    again = await office.rows("SELECT part, end_to_end_id FROM payout WHERE attempt = 2 ORDER BY part")
    assert again == [(1, "202509030001-C1-2"), (2, "202509030001-C2-2")]


async def test_a_held_creditors_money_accrues_until_it_is_released(office: Any, facts: Any, call: Any) -> None:
    await office.hear(facts.onboarded(), facts.activated(), facts.allocated(1))
    await office.set_date(WEDNESDAY)
    path, order = f"/creditors/{facts.creditor_id}", {"request_id": str(facts.creditor_id), "reason": "bankruptcy?"}
    held = await call("POST", f"{path}/hold", None, json=order)
    assert (held.status_code, held.json()["held_date"]) == (200, "2025-09-03")
    assert (await call("POST", f"{path}/hold", None, json=order)).json() == held.json()
    twice = await call("POST", f"{path}/hold", None, json=order | {"request_id": str(facts.other_creditor_id)})
    assert twice.status_code == 409
    assert "bankruptcy?" in twice.json()["detail"]

    assert await office.run(WEDNESDAY) == [0, 0, 0]
    [row] = (await call("GET", "/settlements/upcoming", facts.creditor_id)).json()["upcoming"]
    assert (row["waits_for"], row["hold_reason"], row["next_settlement_date"]) == ("HOLD_RELEASED", "bankruptcy?", None)

    release = {"request_id": str(facts.other_creditor_id), "reason": "all is well"}
    released = await call("POST", f"{path}/release", None, json=release)
    assert released.json()["release_reason"] == "all is well"
    assert (await call("POST", f"{path}/release", None, json=release)).json() == released.json()
    assert (await call("POST", f"{path}/release", None, json=order)).status_code == 409
    assert len((await call("GET", "/holds", None)).json()) == 1
    assert await office.run(NEXT_WEDNESDAY) == [1, 0, 1]


async def test_only_the_house_holds_and_only_whom_it_knows(facts: Any, call: Any) -> None:
    order = {"request_id": str(facts.creditor_id), "reason": "x"}
    path = f"/creditors/{facts.creditor_id}"
    assert (await call("POST", f"{path}/hold", None, json=order)).status_code == 404
    assert (await call("POST", f"{path}/hold", facts.creditor_id, json=order)).status_code == 403
    assert (await call("POST", f"{path}/hold", None, json=order | {"reason": ""})).status_code == 422


async def test_a_hold_stops_transfers_that_are_in_no_payment_order_yet(office: Any, facts: Any, call: Any) -> None:
    bad = {"payout_account": {"name": "Fjellheim", "iban": "NO0000000000000"}}
    await office.hear(facts.onboarded(), facts.activated(**bad), facts.allocated(1))
    await office.run(WEDNESDAY)
    await office.hear(facts.activated(version=2))
    order = {"request_id": str(facts.creditor_id), "reason": "asked to"}
    await call("POST", f"/creditors/{facts.creditor_id}/hold", None, json=order)
    assert await office.run(NEXT_WEDNESDAY) == [0, 0, 0]
    await call("POST", f"/creditors/{facts.creditor_id}/release", None, json=order)
    assert await office.run(date(2025, 9, 17)) == [0, 1, 1]


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x"])
async def test_the_table_of_a_settlement_adds_up_and_runs_nothing(
    office: Any, facts: Any, call: Any, cell: str
) -> None:
    allocated = facts.allocated(1, PRINCIPAL=100_000, REMINDER_FEE=3_500).model_copy(update={"invoice_number": cell})
    await office.hear(facts.activated(), allocated, facts.allocated(2, PRINCIPAL=20_050))
    await office.run(WEDNESDAY)
    answer = await call("GET", "/settlements/202509030001/report.csv", facts.creditor_id)
    assert answer.headers["content-type"].startswith("text/csv")
    head, *rows = [line.split(",") for line in answer.text.splitlines()]
    assert [row[head.index("invoice")] for row in rows] == [f"'{cell}", "2025-000002"]
    nets = [row[head.index("net")] for row in rows]
    assert nets == ["1013.12", "200.50"]
    assert {row[head.index("payout amount")] for row in rows} == {"1213.62"}
