"""Late interest: forsinkelsesrenteloven (NO), räntelagen (SE); actual/365, one rate per half-year."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statutes import (
    RateMissing,
    StatuteBook,
    UnknownDebtorKind,
    UnknownJurisdiction,
    accrue_interest,
    statute_book,
)

Rows = list[dict[str, str]]
EditRows = Callable[[str, Callable[[Rows], Rows]], StatuteBook]

covered_days = st.dates(date(2022, 1, 1), date(2026, 6, 30))
principals = st.integers(0, 10**12)


def test_the_worked_example_of_the_rule_pack_comes_out_to_the_ore() -> None:
    # NO 10 000.00 due 2025-12-01, paid 2026-01-31: 30 days at 12.25 %, 31 days at 12.00 %.
    accrual = accrue_interest("NO", "consumer", 1_000_000, date(2025, 12, 2), date(2026, 1, 31))
    assert [(s.days, s.annual_rate, s.amount_minor, s.row_id) for s in accrual.segments] == [
        (30, Decimal("12.25"), 10_068, "NO-INT-2025-07-01"),
        (31, Decimal("12.00"), 10_192, "NO-INT-2026-01-01"),
    ]
    assert accrual.amount_minor == 20_260
    assert accrual.row_ids == ("NO-DAYS-2020-10-01", "NO-INT-2025-07-01", "NO-INT-2026-01-01")
    assert accrual.warnings == ()


@pytest.mark.parametrize(("setting", "refused"), [("warn", False), ("refuse", True)])
def test_the_pack_says_what_happens_where_a_rate_is_missing(setting: str, refused: bool, edited_book: EditRows) -> None:
    book = edited_book("day_count.csv", lambda rows: [row | {"missing_rate": setting} for row in rows])

    def accrue() -> tuple[str, ...]:
        period = (date(2026, 6, 1), date(2027, 6, 30))
        return accrue_interest("NO", "consumer", 1_000_000, *period, "pack", book=book).warnings

    if refused:
        with pytest.raises(RateMissing, match="2026-07-01"):
            accrue()
    else:
        assert [warning.partition(";")[0] for warning in accrue()] == [
            "NO: no late-interest rate is known from 2026-07-01 to 2026-12-31",
            "NO: no late-interest rate is known from 2027-01-01 to 2027-06-30",
        ]


# Each amount is principal x rate x days / 365, half-up per half-year; the rate's source stands in its row.
@pytest.mark.parametrize(
    ("jurisdiction", "first", "last", "amounts"),
    [
        # FOR-2022-06-24-1178: 9.25 %; Regnskap Norge: 10.75 % from 2023
        pytest.param("NO", date(2022, 12, 31), date(2023, 1, 1), [2_534, 2_945], id="one day each side of new year"),
        # Official rate 12.50 % three half-years running; segments stay apart because the rows differ.
        pytest.param("NO", date(2024, 6, 30), date(2024, 7, 1), [3_425, 3_425], id="same rate, two rows"),
        # Actual/365 in a leap year: 29 February is a day like any other.
        pytest.param("NO", date(2024, 2, 28), date(2024, 3, 1), [10_274], id="a leap day counts"),
        # Riksbanken reference rate 2.50 + 8 = 10.50 %, then 3.50 + 8 = 11.50 %.
        pytest.param("SE", date(2023, 6, 21), date(2023, 7, 10), [28_767, 31_507], id="Sweden over midsummer"),
        # Riksbanken reference rate 2.00 + 8 = 10.00 % for a whole half-year of 181 days.
        pytest.param("SE", date(2026, 1, 1), date(2026, 6, 30), [495_890], id="a whole half-year"),
    ],
)
def test_interest_follows_the_rate_of_each_half_year(
    jurisdiction: str, first: date, last: date, amounts: list[int]
) -> None:
    accrual = accrue_interest(jurisdiction, "business", 10_000_000, first, last)
    assert [segment.amount_minor for segment in accrual.segments] == amounts


def test_no_days_bear_no_interest() -> None:
    assert accrue_interest("NO", "consumer", 100, date(2026, 1, 2), date(2026, 1, 1)).amount_minor == 0


def test_the_last_covered_day_is_the_end_of_the_last_half_year() -> None:
    assert accrue_interest("NO", "consumer", 100_000, date(2026, 6, 30), date(2026, 6, 30)).amount_minor == 33


def test_a_missing_half_year_is_refused_and_the_last_row_named() -> None:
    with pytest.raises(RateMissing, match=r"2026-07-01.*NO-INT-2026-01-01") as missing:
        accrue_interest("NO", "consumer", 100_000, date(2026, 6, 1), date(2026, 7, 1))
    assert missing.value.missing_date == date(2026, 7, 1)


def test_a_missing_half_year_can_be_carried_on_with_a_warning_per_half_year() -> None:
    accrual = accrue_interest("NO", "consumer", 1_000_000, date(2026, 6, 30), date(2027, 1, 2), "warn")
    assert [(s.days, s.row_id) for s in accrual.segments] == [
        (1, "NO-INT-2026-01-01"),
        (184, "NO-INT-2026-01-01"),
        (2, "NO-INT-2026-01-01"),
    ]
    assert len(accrual.warnings) == 2
    assert "2026-07-01 to 2026-12-31" in accrual.warnings[0]


def test_days_before_the_first_row_bear_nothing_and_say_so() -> None:
    with pytest.raises(RateMissing, match="no earlier row"):
        accrue_interest("SE", "consumer", 100_000, date(2021, 12, 31), date(2022, 1, 1))
    accrual = accrue_interest("SE", "consumer", 10_000_000, date(2021, 12, 31), date(2022, 1, 1), "warn")
    assert [segment.amount_minor for segment in accrual.segments] == [2_192]
    assert "no interest is charged" in accrual.warnings[0]


def test_a_gap_between_two_rows_is_missing_too(edited_book: EditRows) -> None:
    book = edited_book("interest_rates.csv", lambda rows: [r for r in rows if r["row_id"] != "NO-INT-2025-01-01"])
    with pytest.raises(RateMissing, match="2025-01-01"):
        accrue_interest("NO", "consumer", 100_000, date(2024, 12, 1), date(2025, 8, 1), book=book)
    accrual = accrue_interest("NO", "consumer", 100_000, date(2024, 12, 1), date(2025, 8, 1), "warn", book=book)
    assert [s.row_id for s in accrual.segments] == ["NO-INT-2024-07-01", "NO-INT-2024-07-01", "NO-INT-2025-07-01"]


def test_a_row_of_low_confidence_is_a_missing_row_until_it_is_accepted(edited_book: EditRows) -> None:
    def doubt(rows: Rows) -> Rows:
        return [row | {"confidence": "low"} if row["row_id"] == "NO-INT-2026-01-01" else row for row in rows]

    book = edited_book("interest_rates.csv", doubt)
    period = (date(2026, 1, 1), date(2026, 1, 31))
    with pytest.raises(RateMissing):
        accrue_interest("NO", "consumer", 1_000_000, *period, book=book)
    accepted = accrue_interest("NO", "consumer", 1_000_000, *period, accept_low_confidence=True, book=book)
    assert accepted.amount_minor == 10_192


def test_a_fixed_rate_runs_on_in_one_segment(edited_book: EditRows) -> None:
    # The shape of a law such as Swiss OR 104: five percent, no half-years.
    def fix(rows: Rows) -> Rows:
        kept = [row for row in rows if row["jurisdiction"] == "SE"]
        return [kept[0] | {"changes": "fixed", "annual_rate_percent": "5"}]

    book = edited_book("interest_rates.csv", fix)
    accrual = accrue_interest("SE", "consumer", 36_500, date(2026, 6, 1), date(2030, 1, 1), book=book)
    assert [segment.days for segment in accrual.segments] == [accrual.amount_minor // 5] == [1_311]


def test_unknown_countries_and_debtors_are_refused() -> None:
    with pytest.raises(UnknownJurisdiction, match="CH, DE, DK, EU, FI, NL, NO, SE"):
        accrue_interest("XX", "consumer", 1, date(2026, 1, 1), date(2026, 1, 1))
    with pytest.raises(UnknownDebtorKind):
        accrue_interest("NO", "robot", 1, date(2026, 1, 1), date(2026, 1, 1))
    with pytest.raises(ValueError, match="principal"):
        accrue_interest("NO", "consumer", -1, date(2026, 1, 1), date(2026, 1, 1))


@given(first=covered_days, last=covered_days, principal=principals, jurisdiction=st.sampled_from(["NO", "SE"]))
@settings(deadline=None)
def test_the_amount_is_the_sum_of_segments_that_cover_each_day_once(
    first: date, last: date, principal: int, jurisdiction: str
) -> None:
    accrual = accrue_interest(jurisdiction, "consumer", principal, first, last)
    assert accrual.amount_minor == sum(segment.amount_minor for segment in accrual.segments)
    days = [s.from_date + timedelta(days=n) for s in accrual.segments for n in range(s.days)]
    assert days == [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for segment in accrual.segments:
        facts = statute_book().get_facts(segment.row_id)
        assert facts.in_force(segment.from_date)
        assert facts.in_force(segment.to_date)


@given(first=covered_days, last=covered_days, cut=covered_days, principal=principals)
@settings(deadline=None)
def test_accruing_in_two_parts_differs_by_one_unit_of_rounding_at_most(
    first: date, last: date, cut: date, principal: int
) -> None:
    first, cut, last = sorted((first, cut, last))
    whole = accrue_interest("NO", "consumer", principal, first, last)
    before = accrue_interest("NO", "consumer", principal, first, cut)
    after = accrue_interest("NO", "consumer", principal, cut + timedelta(days=1), last)
    parts = before.amount_minor + after.amount_minor
    assert abs(whole.amount_minor - parts) <= 1
    if any(segment.to_date == cut for segment in whole.segments):
        assert whole.amount_minor == parts
