import json
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from bankfiles import read
from fordring.demo.bodies import FAULTS
from fordring.demo.creditors import CREDITORS
from fordring.demo.money_in import Remittance, bank_credit, ocr_file
from fordring.demo.portfolio import make_portfolio, reference_of, unknown_reference, wrong_digit
from fordring.demo.script import BadSubmission, Behaviour, InvoicePlan, Kind, Payment, Portfolio, Writes
from money import round_half_up, share
from statutes import is_banking_day, policy, statute_book
from statutes.references import check, generate


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    return make_portfolio(1)


def exact(amount: float) -> Decimal:
    return Decimal(str(amount))


def minor(amount: float) -> int:
    return int(exact(amount) * 100)


def test_the_same_seed_gives_the_same_script_and_another_seed_another(portfolio: Portfolio) -> None:
    assert make_portfolio(1) == portfolio
    assert make_portfolio(2).invoices != portfolio.invoices


def test_the_default_is_more_than_a_thousand_invoices_of_creditors_in_all_eight_jurisdictions(
    portfolio: Portfolio,
) -> None:
    assert len(portfolio.invoices) == 1_040
    assert {
        policy(plan.creditor.policy_code).jurisdiction for plan in portfolio.invoices
    } == statute_book().jurisdictions
    assert {plan.creditor.currency for plan in portfolio.invoices} == {"NOK", "SEK", "EUR", "DKK", "CHF"}
    by_creditor = Counter(plan.creditor.key for plan in portfolio.invoices)
    assert len(by_creditor) == len(CREDITORS) == 10
    assert min(by_creditor.values()) > 30
    assert (portfolio.start, portfolio.end) == (date(2025, 9, 1), date(2026, 1, 18))
    assert portfolio.closing_date > portfolio.end


def test_every_behaviour_appears_and_most_debtors_pay_in_time(portfolio: Portfolio) -> None:
    found = Counter(plan.behaviour for plan in portfolio.invoices)
    assert set(found) == set(Behaviour)
    assert found.most_common(1)[0][0] is Behaviour.PAYS_IN_TIME
    assert 50 <= sum(plan.collection for plan in portfolio.invoices) <= 70
    assert any(not plan.controlled for plan in portfolio.invoices)


def test_there_are_debtors_with_mail_without_mail_and_with_a_mailbox_that_is_gone(portfolio: Portfolio) -> None:
    addresses = [plan.debtor.email for plan in portfolio.invoices]
    assert None in addresses
    assert any(address and address.startswith("bounce.") for address in addresses)
    assert {address.rpartition("@")[2] for address in addresses if address} == {
        "example.no",
        "example.se",
        "example.org",
    }


def test_every_invoice_number_is_unique_and_every_own_reference_is_valid(portfolio: Portfolio) -> None:
    numbers = [(plan.creditor.key, plan.number) for plan in portfolio.invoices]
    assert len(set(numbers)) == len(numbers)
    own = [
        (plan.creditor.reference_scheme, plan.body["invoice"]["references"]["payment"])
        for plan in portfolio.invoices
        if "payment" in plan.body["invoice"]["references"]
    ]
    assert len(set(own)) == len(own) > 50
    assert all(check(scheme, reference) for scheme, reference in own)


def test_rows_add_up_to_the_totals_and_these_to_the_gross(portfolio: Portfolio) -> None:
    for plan in portfolio.invoices:
        body: dict[str, Any] = json.loads(json.dumps(plan.body))["invoice"]
        by_rate: Counter[int] = Counter()
        for row in body["rows"]:
            net = round_half_up(Fraction(exact(row["quantity"])) * minor(row["unitPrice"]))
            assert minor(row["netAmount"]) == net
            by_rate[int(row["vatPercentage"] * 100)] += net
        amounts = body["amounts"]
        assert minor(amounts["netAmount"]) == by_rate.total()
        assert minor(amounts["vatAmount"]) == sum(share(net, rate) for rate, net in by_rate.items())
        assert minor(amounts["grossAmount"]) == plan.gross_minor == by_rate.total() + minor(amounts["vatAmount"])


def test_money_moves_and_actions_come_on_banking_days_and_never_two_for_an_invoice_on_one_day(
    portfolio: Portfolio,
) -> None:
    seen: set[tuple[date, str, str]] = set()
    for script in portfolio.days:
        acts = [action.invoice for actions in script.actions.values() for action in actions]
        moved = [payment.invoice for payment in script.payments] + [back.payment.invoice for back in script.reversals]
        for plan in (*acts, *moved):
            assert is_banking_day("NO", script.day)
            assert is_banking_day("SE", script.day)
            assert script.day > plan.submit_date
            place = (script.day, plan.creditor.key, plan.number)
            assert place not in seen
            seen.add(place)


def test_everything_handed_in_is_a_plan_or_a_fault_and_every_fault_is_tried_at_every_creditor(
    portfolio: Portfolio,
) -> None:
    handed_in = [item for script in portfolio.days for batch in script.submissions.values() for item in batch]
    assert sum(isinstance(item, InvoicePlan) for item in handed_in) == len(portfolio.invoices)
    faults = {(item.creditor.key, item.fault) for item in handed_in if isinstance(item, BadSubmission)}
    assert faults == {(creditor.key, fault) for creditor in CREDITORS for fault in FAULTS}


def test_a_payment_is_taken_back_on_a_day_whose_other_payments_exceed_it(portfolio: Portfolio) -> None:
    reversals = [(script, back) for script in portfolio.days for back in script.reversals]
    assert reversals
    for script, back in reversals:
        account_id = back.payment.invoice.creditor.account_id
        sure = sum(
            payment.amount_minor
            for payment in script.payments
            if payment.kind is Kind.FIXED and payment.invoice.creditor.account_id == account_id
        )
        assert sure > sum(other.payment.amount_minor for other in script.reversals)
        paid = next(early for early in portfolio.days if back.payment in early.payments)
        assert paid.day < script.day


def test_every_policy_knows_its_creditors_debtors(portfolio: Portfolio) -> None:
    for plan in portfolio.invoices:
        assert policy(plan.creditor.policy_code).debtor_kind == plan.debtor.entity_type.lower()


@pytest.mark.parametrize("creditor", CREDITORS, ids=lambda creditor: creditor.key)
def test_a_mistyped_reference_fails_its_check_digits_and_an_unknown_one_passes(
    portfolio: Portfolio, creditor: Any
) -> None:
    for base in range(100_001, 100_200):
        assert not check(creditor.reference_scheme, wrong_digit(reference_of(creditor, str(base))))
    plan = next(plan for plan in portfolio.invoices if plan.creditor is creditor)
    assert check(creditor.reference_scheme, unknown_reference(Payment(plan, "P-1", 100)))


def test_a_days_ocr_file_is_read_back_with_its_payments_and_reversals(portfolio: Portfolio) -> None:
    plans = [plan for plan in portfolio.invoices if plan.creditor.by_ocr_file][:3]
    reference = generate("NO_KID_MOD10", "1001100001")
    received = [
        Remittance(Payment(plans[0], "A", 50_000), 50_000, reference),
        Remittance(Payment(plans[1], "B", 20_000, writes=Writes.IN_TEXT), 20_000, reference),
        Remittance(Payment(plans[2], "C", 30_000, writes=Writes.NOTHING), 30_000, reference),
    ]
    taken_back = [Remittance(Payment(plans[0], "D", 40_000), 40_000, reference)]
    content, net_minor = ocr_file(date(2025, 10, 1), plans[0].creditor.account_id, received, taken_back)

    transactions = read(content).transactions
    assert sum(line.signed_minor for line in transactions) == net_minor == 60_000
    assert [(line.reference, line.is_reversal) for line in transactions] == [
        (reference, False),
        ("", False),
        ("", False),
        (reference, True),
    ]
    assert reference in transactions[1].text


def test_a_credit_says_who_pays_and_either_a_reference_or_a_note(portfolio: Portfolio) -> None:
    plan = next(plan for plan in portfolio.invoices if not plan.creditor.by_ocr_file)
    reference = generate(plan.creditor.reference_scheme, "1001100001")
    stated = bank_credit(Remittance(Payment(plan, "A", 100), 100, reference), date(2025, 10, 2))
    assert (stated["reference"], stated["amount"], stated["debtor"]["name"]) == (reference, 100, plan.debtor.name)
    text = bank_credit(Remittance(Payment(plan, "B", 100, writes=Writes.IN_TEXT), 100, reference), date(2025, 9, 2))
    assert stated["value_date"] == "2025-10-02"
    assert not {"reference"} & set(text)
    assert reference in "".join(text["note"].split())


def test_a_small_portfolio_is_possible_and_a_tiny_one_is_refused() -> None:
    small = make_portfolio(3, invoices=40, days=40)
    assert len(small.invoices) == 40
    with pytest.raises(ValueError, match="at least 10 invoices and 30 days"):
        make_portfolio(3, invoices=3)
