"""How a creditor may book a settlement."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.domain.chart import CREDITOR_ACCOUNTS
from accounting.domain.suggestion import Account, Covered, DeductionType, suggest

ACCOUNTS = {code: Account(code, code) for code in CREDITOR_ACCOUNTS}
MINOR = st.integers(-(10**9), 10**9)
COMPONENTS = st.sampled_from(("CAPITAL", "INTEREST", "FEES"))


def test_a_settlement_is_bank_cost_and_vat_against_receivables_and_income_per_invoice() -> None:
    covered = [Covered("1", "CAPITAL", 100_000), Covered("1", "FEES", 3_500), Covered("2", "INTEREST", 925)]
    deductions: dict[DeductionType, int] = {"FEE_SHARE": 1_750, "COMMISSION": 10_000, "VAT": 2_938}
    accounts = ACCOUNTS | {"1500": Account("1500", "1701", text="Kunder"), "2710": Account("2710", "2711", "1")}
    lines = suggest(7, 89_737, covered, deductions, accounts)
    assert [
        (line.account_number, line.debit_minor, line.credit_minor, line.invoice_number, line.component)
        for line in lines
    ] == [
        ("1920", 89_737, 0, None, "BANK"),
        ("7770", 1_750, 0, None, "FEE_SHARE"),
        ("7770", 10_000, 0, None, "COMMISSION"),
        ("2711", 2_938, 0, None, "VAT"),
        ("1701", 0, 100_000, "1", "CAPITAL"),
        ("3900", 0, 3_500, "1", "FEES"),
        ("8050", 0, 925, "2", "INTEREST"),
    ]
    assert (lines[3].vat_code, lines[4].text) == ("1", "Kunder Payment of invoice 1")


@pytest.mark.parametrize("kind", ["CAPITAL", "FEES", "INTEREST"])
def test_what_a_reversal_took_back_stands_on_the_other_side(kind: Literal["CAPITAL", "FEES", "INTEREST"]) -> None:
    lines = suggest(7, 500, [Covered("1", "CAPITAL", 600), Covered("2", kind, -100)], {}, ACCOUNTS)
    assert [(line.debit_minor, line.credit_minor) for line in lines] == [(500, 0), (0, 600), (100, 0)]


@given(
    covered=st.lists(st.builds(Covered, st.sampled_from("123"), COMPONENTS, MINOR), max_size=20),
    deducted=st.tuples(MINOR, MINOR, MINOR),
    off_by=st.integers(-2, 2),
)
def test_every_suggestion_balances_and_a_difference_stands_on_rounding_in_plain_sight(
    covered: list[Covered], deducted: tuple[int, int, int], off_by: int
) -> None:
    deductions: dict[DeductionType, int] = dict(zip(("COMMISSION", "FEE_SHARE", "VAT"), deducted, strict=True))
    net_minor = sum(part.amount_minor for part in covered) - sum(deducted) + off_by
    lines = suggest(1, net_minor, covered, deductions, ACCOUNTS)
    assert sum(line.debit_minor - line.credit_minor for line in lines) == 0
    rounding = sum(line.debit_minor - line.credit_minor for line in lines if line.component == "ROUNDING")
    assert rounding == -off_by
    assert all(min(line.debit_minor, line.credit_minor) == 0 < line.debit_minor + line.credit_minor for line in lines)
