"""Facts in any order, told twice: each is kept once."""

from typing import Any
from uuid import uuid4


async def test_a_fact_told_twice_is_kept_once(office: Any, facts: Any) -> None:
    allocated = facts.allocated(1, PRINCIPAL=1_000, INTEREST=20, REMINDER_FEE=35)
    told_again = allocated.model_copy(update={"event_id": uuid4()})
    await office.hear(facts.onboarded(), facts.onboarded(), facts.activated(), allocated, allocated, told_again)
    await office.hear(facts.activated(), allocated)
    line = await office.one("SELECT * FROM accrual_line")
    assert (line.principal_minor, line.interest_minor, line.reminder_fee_minor) == (1_000, 20, 35)
    assert (line.allocated_minor, line.stage, line.settlement_id) == (1_055, "REMINDER", None)


async def test_a_reversal_waits_for_its_allocation_and_takes_its_stage(office: Any, facts: Any) -> None:
    allocated = facts.allocated(1, stage="COLLECTION", PRINCIPAL=1_000, COLLECTION_FEE=70)
    await office.hear(facts.reversed(allocated))
    assert (await office.one("SELECT missing FROM waiting")).missing == f"allocation:{allocated.allocation_id}"
    await office.hear(allocated)
    assert await office.rows("SELECT * FROM waiting") == []
    line = await office.one("SELECT * FROM accrual_line WHERE kind = 'REVERSAL'")
    assert (line.principal_minor, line.collection_fee_minor, line.allocated_minor) == (-1_000, -70, -1_070)
    assert (line.stage, line.reverses_id, line.payment_reference) == (
        "COLLECTION",
        allocated.allocation_id,
        allocated.payment_reference,
    )


async def test_a_reversal_may_come_before_its_allocation_in_one_batch(office: Any, facts: Any) -> None:
    allocated = facts.allocated(1)
    await office.hear(facts.reversed(allocated), allocated)
    assert (await office.one("SELECT sum(allocated_minor)::bigint AS left_over FROM accrual_line")).left_over == 0


async def test_money_that_was_never_a_creditors_is_nothing_to_take_back(office: Any, facts: Any) -> None:
    reversed_ = facts.reversed(facts.allocated(1))
    nobodys = {"creditor_id": None, "case_id": None, "claim_id": None, "allocation_id": None, "parts": ()}
    await office.hear(reversed_.model_copy(update=nobodys))
    assert await office.rows("SELECT line_id FROM accrual_line UNION ALL SELECT event_id FROM waiting") == []


async def test_an_agreement_under_an_unknown_law_is_parked(office: Any, facts: Any) -> None:
    await office.hear(facts.activated(jurisdiction="XX"))
    assert await office.rows("SELECT * FROM agreement") == []
    assert len(await office.rows("SELECT * FROM outbox WHERE aggregatetype = 'agreement.activated.dead'")) == 1


async def test_the_business_date_follows_the_test_clock(office: Any) -> None:
    from contracts import ClockAdvanced

    await office.hear(ClockAdvanced.model_validate({"event_id": uuid4(), "business_date": "2025-09-09"}))
    assert str((await office.one("SELECT business_date FROM clock")).business_date) == "2025-09-09"
