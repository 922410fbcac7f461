"""Events in any order and twice: what a claim becomes."""

from datetime import date
from typing import Any
from uuid import UUID

import contracts
from payment_control.handlers import consumer


def test_payment_control_listens_to_what_it_promised() -> None:
    assert consumer.topics == contracts.consumed_by("payment-control")


async def test_an_invoice_waits_for_its_agreement(office: Any) -> None:
    await office.handle(office.invoice())
    assert await office.rows("SELECT 1 FROM claim") == []

    await office.handle(office.agreement())

    claim = await office.claim()
    assert (claim.principal_minor, claim.status, claim.account_id) == (100_000, "OPEN", "NOK-OCR")


async def test_a_step_before_its_invoice_waits_and_is_charged_when_the_invoice_comes(office: Any) -> None:
    await office.handle(office.step(), office.overdue(), office.action("DIRECTPAYMENT", 10_000))
    assert await office.announced() == []

    await office.has_claims(office.invoice())

    claim = await office.claim()
    assert (claim.reminder_fee_minor, claim.principal_minor, claim.stage) == (3_500, 90_000, "REMINDER")
    assert await office.rows("SELECT 1 FROM waiting") == []
    assert await office.unexplained_claims() == []


async def test_a_step_books_fee_and_interest_from_the_day_after_due_and_tells_the_balance(office: Any) -> None:
    await office.has_claims(office.invoice())

    await office.handle(office.step(as_of=date(2025, 9, 30)))

    [charged] = await office.announced("claim.charged")
    # 15 days at 12.25 % on 1000.00
    assert charged.interest_minor == 503
    assert charged.balance == contracts.Balance(principal_minor=100_000, interest_minor=503, fees_minor=3_500)
    assert "NO-INT-2025-07-01" in charged.interest_rows
    claim = await office.claim()
    assert (claim.interest_runs, claim.interest_through) == (True, date(2025, 9, 30))


async def test_a_step_told_twice_under_two_event_ids_is_charged_once(office: Any) -> None:
    await office.has_claims(office.invoice())

    await office.handle(office.step(), office.step())
    await office.handle(office.step())

    assert (await office.claim()).reminder_fee_minor == 3_500
    assert len(await office.announced("claim.charged")) == 1


async def test_a_charge_tells_which_letter_its_step_shares(office: Any) -> None:
    await office.has_claims(office.invoice())
    group = contracts.LetterGroup(group_id=UUID(int=7), size=2)

    await office.handle(office.step(letter_group=group))

    [charged] = await office.announced("claim.charged")
    assert contracts.LetterGroup.model_validate(charged.letter_group) == group


async def test_the_vat_of_a_fee_is_owed_with_it(office: Any) -> None:
    await office.has_claims(office.invoice(), interest_enabled=False)
    charge = contracts.Charge(
        code="inkassosalar",
        component="COLLECTION_FEE",
        amount_minor=10_000,
        vat_minor=2_500,
        currency="NOK",
        statute_row="R",
    )

    await office.handle(office.step(charges=(charge,), stage="COLLECTION"))

    claim = await office.claim()
    assert (claim.collection_fee_minor, claim.interest_minor, claim.stage) == (12_500, 0, "COLLECTION")


async def test_a_missing_rate_is_told_with_the_charge(office: Any) -> None:
    await office.has_claims(office.invoice())

    await office.handle(office.step(as_of=date(2030, 1, 15)))

    [charged] = await office.announced("claim.charged")
    assert charged.interest_warnings


async def test_a_late_step_of_a_settled_claim_is_not_charged(office: Any) -> None:
    await office.has_claims(office.invoice())
    await office.imports(office.ocr(office.giro(office.kid(1), 100_000)))

    await office.handle(office.step())

    assert await office.announced("claim.charged") == []
    assert (await office.claim()).reminder_fee_minor == 0


async def test_money_after_a_step_covers_fee_then_interest_to_the_value_date_then_principal(office: Any) -> None:
    await office.has_claims(office.invoice())
    await office.handle(office.step())

    await office.imports(office.ocr(office.giro(office.kid(1), 50_000, date(2025, 10, 10))))

    [allocated] = await office.announced("payment.allocated")
    # 503 + 10 days at 12.25 % on 1000.00
    assert [(part.component, part.amount_minor) for part in allocated.parts] == [
        ("REMINDER_FEE", 3_500),
        ("INTEREST", 503 + 336),
        ("PRINCIPAL", 45_661),
    ]
    assert allocated.stage == "REMINDER"
    assert await office.unexplained_claims() == []


async def test_a_direct_payment_covers_principal_only_and_says_what_it_ignored(office: Any) -> None:
    await office.has_claims(office.invoice(), interest_enabled=False)
    await office.handle(office.step())

    await office.handle(office.action("DIRECTPAYMENT", 120_000))

    [changed] = await office.announced("claim.changed")
    assert (changed.cause, changed.ignored_minor, changed.balance.total_minor) == ("DIRECT_PAYMENT", 20_000, 3_500)
    claim = await office.claim()
    assert (claim.status, claim.principal_minor, claim.reminder_fee_minor) == ("OPEN", 0, 3_500)


async def test_a_direct_payment_that_leaves_a_small_balance_settles_the_claim(office: Any) -> None:
    await office.has_claims(office.invoice(), interest_enabled=False, small_balance_minor=5_000)
    await office.handle(office.step(), office.action("DIRECTPAYMENT", 100_000))

    causes = [event.cause for event in await office.announced("claim.changed", "claim.settled")]
    assert causes == ["DIRECT_PAYMENT", "SMALL_BALANCE", "PAID"]


async def test_credit_notes_that_take_all_principal_waive_the_rest_also_after_a_part_payment(office: Any) -> None:
    await office.has_claims(office.invoice())
    await office.imports(office.ocr(office.giro(office.kid(1), 40_000)))
    await office.handle(office.step())

    await office.handle(office.action("CREDITNOTE", 50_000))
    await office.handle(office.action("CREDITNOTE", 60_000))

    changes = await office.announced("claim.changed")
    assert [(event.cause, event.ignored_minor) for event in changes] == [
        ("PAYMENT_ALLOCATED", 0),
        ("CREDITED", 0),
        ("CREDITED", 50_000),
        ("WAIVED", 0),
    ]
    [settled] = await office.announced("claim.settled")
    assert settled.cause == "CREDITED"
    assert (await office.claim()).status == "SETTLED"
    assert await office.unexplained_claims() == []


async def test_actions_on_a_settled_claim_are_ignored_and_said_so(office: Any) -> None:
    await office.has_claims(office.invoice())
    await office.imports(office.ocr(office.giro(office.kid(1), 100_000)))

    await office.handle(office.action("DIRECTPAYMENT", 1_000))

    changed = (await office.announced("claim.changed"))[-1]
    assert (changed.cause, changed.ignored_minor, changed.parts) == ("DIRECT_PAYMENT", 1_000, ())
    assert len(await office.announced("claim.settled")) == 1


async def test_other_actions_change_nothing_here(office: Any) -> None:
    await office.has_claims(office.invoice())

    await office.handle(office.action("PAUSE", 1))

    assert await office.announced() == []


async def test_a_withdrawn_case_closes_the_claim_with_its_balance(office: Any) -> None:
    await office.has_claims(office.invoice())

    await office.handle(office.closed("WITHDRAWN"), office.closed("PAID", version=2))

    claim = await office.claim()
    assert (claim.status, claim.close_code, claim.principal_minor) == ("CLOSED", "WITHDRAWN", 100_000)


async def test_an_invoice_without_payment_control_has_no_claim_and_its_actions_do_not_wait(office: Any) -> None:
    await office.has_claims(office.invoice(payment_control=False))

    await office.handle(office.action("DIRECTPAYMENT", 10_000))

    assert await office.rows("SELECT case_id FROM claim") == []
    assert await office.rows("SELECT 1 FROM waiting") == []


async def test_stages_only_go_forward(office: Any) -> None:
    await office.has_claims(office.invoice())

    await office.handle(office.step())
    await office.handle(office.overdue())

    assert (await office.claim()).stage == "REMINDER"
