"""The ladder: the first rung with exactly one answer wins, and a tie never does."""

from datetime import date
from typing import Any
from uuid import UUID, uuid5

import pytest

from payment_control.domain.claim import Claim
from payment_control.domain.matching import Earlier, Found, History, Line, Stated, Verdict, combine, match
from payment_control.domain.owed import OpenItems
from payment_control.domain.tokens import Wanted, read_wanted
from statutes.references import generate

NAMES = UUID("5d1c6a2e-0000-4000-8000-000000000003")
MOD10 = generate("NO_KID_MOD10", "10010000001")
MOD11 = generate("NO_KID_MOD11", "10010000001")
RF = generate("ISO11649_RF", "10010000001")


def a_claim(reference: str = MOD10, scheme: str = "NO_KID_MOD10", **fields: Any) -> Claim:
    values: dict[str, Any] = {
        "claim_id": uuid5(NAMES, f"{reference}{fields}"),
        "case_id": 1,
        "creditor_id": NAMES,
        "debtor_id": NAMES,
        "invoice_number": "1",
        "payment_reference": reference,
        "reference_scheme": scheme,
        "account_id": "NOK",
        "currency": "NOK",
        "jurisdiction": "NO",
        "debtor_kind": "CONSUMER",
        "due_date": date(2025, 9, 15),
        "owed": OpenItems(principal_minor=1),
        "original_minor": 1,
        "claim_version": 1,
        "stage": "INVOICED",
        "status": "OPEN",
        "interest_enabled": True,
        "interest_runs": False,
        "interest_through": date(2025, 9, 15),
        "small_balance_minor": 0,
    }
    return Claim(**values | fields)


def a_line(amount_minor: int, **fields: Any) -> Line:
    values: dict[str, Any] = {"currency": "NOK", "booking_date": date(2025, 10, 1), "payer": "NO1"}
    return Line(amount_minor, **values | fields)


def owing(amount_minor: int, number: int = 1, **fields: Any) -> Claim:
    reference = generate("NO_KID_MOD10", f"1001{number:07}")
    values: dict[str, Any] = {
        "owed": OpenItems(principal_minor=amount_minor),
        "original_minor": amount_minor,
        "due_date": date(2025, 9, number),
        "invoice_number": f"F-{number}",
    }
    return a_claim(reference, **values | fields)


def without_reference(text: str = "") -> Wanted:
    return read_wanted([], text, {"NO_KID_MOD10"})


@pytest.mark.parametrize(
    ("stated", "schemes", "candidates", "reason"),
    [
        pytest.param(MOD10, {"NO_KID_MOD10"}, [a_claim()], None, id="the claim's own reference"),
        pytest.param(MOD10 + "0", {"NO_KID_MOD10"}, [a_claim()], "WRONG_CHECK_DIGIT", id="a wrong digit"),
        pytest.param(MOD10, {"NO_KID_MOD10"}, [], "UNKNOWN_REFERENCE", id="right digit, no claim"),
        pytest.param(MOD10, set[str](), [], "UNKNOWN_REFERENCE", id="an account no creditor uses yet"),
        pytest.param(
            MOD10,
            {"NO_KID_MOD10", "NO_KID_MOD11"},
            [a_claim(MOD10, "NO_KID_MOD11")],
            "UNKNOWN_REFERENCE",
            id="another creditor's number that is right by chance under the wrong scheme",
        ),
        pytest.param(
            MOD10, {"NO_KID_MOD10"}, [a_claim(status="SETTLED"), a_claim()], None, id="the open one of two wins"
        ),
        pytest.param(
            MOD10, {"NO_KID_MOD10"}, [a_claim(case_id=2), a_claim()], "SEVERAL_CANDIDATES", id="a tie never wins"
        ),
        pytest.param(MOD10, {"NO_KID_MOD10"}, [a_claim(status="SETTLED")], "ALREADY_PAID", id="settled"),
        pytest.param(MOD10, {"NO_KID_MOD10"}, [a_claim(status="CLOSED")], "CLOSED_CASE", id="withdrawn"),
        pytest.param(MOD10, {"NO_KID_MOD10"}, [a_claim(currency="SEK")], "CURRENCY_MISMATCH", id="other currency"),
    ],
)
def test_a_stated_reference(stated: str, schemes: set[str], candidates: list[Claim], reason: str | None) -> None:
    verdict = match(read_wanted([stated], "", schemes), a_line(1), Found(candidates), {})
    assert verdict.reason == reason
    assert (verdict.claim_id is None) == (reason is not None)


def test_text_without_a_reference_is_not_guessed_at() -> None:
    verdict = match(without_reference("Faktura 17, takk for hjelpen"), a_line(1), Found(), {})
    assert (verdict.claim_id, verdict.reason) == (None, "NO_REFERENCE")


def test_the_payer_is_remembered_when_exactly_one_of_the_debtors_claims_fits() -> None:
    claim = owing(50_000)
    verdict = match(without_reference(), a_line(50_000), Found(remembered=[claim, owing(70_000, 2)]), {})
    assert (verdict.claim_id, verdict.rung) == (claim.claim_id, "PAYER")


def test_habit_does_not_win_against_what_the_text_names() -> None:
    named, other = owing(60_000, 2), owing(50_000, 1)
    verdict = match(without_reference(), a_line(50_000), Found(numbered=[named], remembered=[other, named]), {})
    assert (verdict.shares, verdict.reason) == ((), "UNDERPAID")


@pytest.mark.parametrize(
    ("found", "amount_minor", "reason"),
    [
        pytest.param(Found(remembered=[owing(500), owing(500, 2)]), 500, "SEVERAL_CANDIDATES", id="two fit"),
        pytest.param(Found(numbered=[owing(500)]), 400, "UNDERPAID", id="less than the named invoice"),
        pytest.param(Found(numbered=[owing(500)]), 600, "OVERPAID", id="more than the named invoice"),
        pytest.param(Found(remembered=[owing(500)]), 600, "OVERPAID", id="more than the debtor owes"),
        pytest.param(Found(numbered=[owing(500, currency="SEK")]), 500, "NO_REFERENCE", id="named, other currency"),
        pytest.param(Found(numbered=[owing(500, status="SETTLED")]), 500, "ALREADY_PAID", id="named, settled"),
        pytest.param(Found(numbered=[owing(500)], crowded=True), 500, "SEVERAL_CANDIDATES", id="too many answered"),
        pytest.param(Found(), 500, "NO_REFERENCE", id="nothing found"),
    ],
)
def test_without_exactly_one_answer_the_payment_waits_with_its_reason(
    found: Found, amount_minor: int, reason: str
) -> None:
    verdict = match(without_reference(), a_line(amount_minor), found, {})
    assert (verdict.shares, verdict.reason) == ((), reason)


def test_the_invoice_that_the_text_names_is_paid_when_the_amount_fits() -> None:
    claim = owing(500)
    verdict = match(without_reference(), a_line(500), Found(numbered=[claim, owing(700, 2)]), {})
    assert (verdict.claim_id, verdict.rung) == (claim.claim_id, "TEXT")


def test_a_payment_for_the_two_oldest_of_three_invoices_is_shared() -> None:
    claims = [owing(300, 3), owing(100, 1), owing(200, 2)]
    verdict = match(without_reference(), a_line(300 + 1), Found(remembered=claims), {})
    assert verdict.reason == "SEVERAL_CANDIDATES"
    verdict = match(without_reference(), a_line(600), Found(remembered=claims), {})
    assert [share.amount_minor for share in verdict.shares] == [100, 200, 300]
    assert verdict.rung == "COMBINATION"


def test_a_strangers_invoice_of_the_same_number_does_not_hide_a_combination() -> None:
    first, second = owing(500, 1, invoice_number="10017"), owing(700, 2, invoice_number="10018")
    stranger = owing(640, 3, invoice_number="10018", debtor_id=uuid5(NAMES, "another"))
    wanted = without_reference("faktura 10017 og 10018")
    verdict = match(wanted, a_line(1_200), Found(numbered=[first, stranger, second]), {})
    assert {share.claim_id for share in verdict.shares} == {first.claim_id, second.claim_id}
    owes_it_all = owing(1_200, 3, invoice_number="10018", debtor_id=uuid5(NAMES, "another"), original_minor=9)
    tie = match(wanted, a_line(1_200), Found(numbered=[first, second, owes_it_all]), {})
    assert tie.reason == "SEVERAL_CANDIDATES"


def test_a_combination_is_the_oldest_or_the_only_one() -> None:
    claims = [owing(100, 1), owing(210, 2), owing(320, 3), owing(330, 4)]
    assert combine(claims, 310) == claims[:2]
    assert combine(claims, 530) == [claims[1], claims[2]]
    assert combine([owing(100, 1), owing(200, 2), owing(150, 3), owing(150, 4)], 350) is None
    assert combine(claims, 999) is None
    assert combine(claims, 100) is None


def test_combinations_of_many_claims_are_searched_within_bounds() -> None:
    claims = [owing(1_000 + number, number % 28 + 1) for number in range(400)]
    assert combine(claims, 7) is None


def test_stated_amounts_divide_a_payment_as_the_payers_bank_says() -> None:
    first, second = owing(500, 1), owing(700, 2)
    stated = tuple(Stated(claim.payment_reference, amount) for claim, amount in ((first, 400), (second, 700)))
    wanted = read_wanted([first.payment_reference, second.payment_reference], "", {"NO_KID_MOD10"})
    verdict = match(wanted, a_line(1_100, stated=stated), Found([first, second]), {})
    assert {share.claim_id: share.amount_minor for share in verdict.shares} == {
        first.claim_id: 400,
        second.claim_id: 700,
    }


def test_several_stated_references_are_paid_when_they_are_the_whole_payment_and_of_one_debtor() -> None:
    first, second = owing(500, 1), owing(700, 2)
    wanted = read_wanted([first.payment_reference, second.payment_reference], "", {"NO_KID_MOD10"})
    assert match(wanted, a_line(1_200), Found([first, second]), {}).rung == "COMBINATION"
    assert match(wanted, a_line(1_100), Found([first, second]), {}).reason == "SEVERAL_CANDIDATES"
    stranger = owing(700, 2, debtor_id=uuid5(NAMES, "another"))
    assert match(wanted, a_line(1_200), Found([first, stranger]), {}).reason == "SEVERAL_CANDIDATES"


PAID = History(False, (Earlier(500, "NO1", date(2025, 9, 25)),))


@pytest.mark.parametrize(
    ("history", "line", "reason"),
    [
        pytest.param(PAID, a_line(500), "DOUBLE_PAYMENT", id="the same once more"),
        pytest.param(PAID, a_line(500, payer=""), "DOUBLE_PAYMENT", id="the same, the bank tells no account"),
        pytest.param(PAID, a_line(400), "ALREADY_PAID", id="another amount"),
        pytest.param(PAID, a_line(500, payer="NO2"), "ALREADY_PAID", id="from another account"),
        pytest.param(PAID, a_line(500, booking_date=date(2026, 9, 1)), "ALREADY_PAID", id="a year later"),
        pytest.param(History(credited=True), a_line(500), "CREDITED", id="credited"),
    ],
)
def test_money_for_a_claim_that_is_settled_says_why(history: History, line: Line, reason: str) -> None:
    claim = owing(500, status="SETTLED")
    wanted = read_wanted([claim.payment_reference], "", {"NO_KID_MOD10"})
    verdict: Verdict = match(wanted, line, Found([claim]), {claim.claim_id: history})
    assert verdict.reason == reason
    assert verdict.candidates == (claim.claim_id,)


def test_a_credit_that_takes_back_a_debit_is_never_matched() -> None:
    claim = owing(500)
    wanted = read_wanted([claim.payment_reference], "", {"NO_KID_MOD10"})
    assert match(wanted, a_line(500, reverses=True), Found([claim]), {}).reason == "REVERSAL"


def test_a_short_number_in_a_text_needs_an_amount_that_fits() -> None:
    claim = a_claim(generate("NO_KID_MOD10", "1234"), owed=OpenItems(principal_minor=500), original_minor=500)
    wanted = without_reference(f"kunde {claim.payment_reference}")
    assert match(wanted, a_line(500), Found([claim]), {}).claim_id == claim.claim_id
    assert match(wanted, a_line(300), Found([claim]), {}).reason == "UNDERPAID"
