"""Worked examples of late interest, country by country: rate, day count, compounding, first day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from statutes import Compounding, RateMissing, RuleMissing, accrue_interest, interest_start_date
from statutes.day_counts import add_months, count_days

covered_days = st.dates(date(2022, 1, 1), date(2025, 6, 30))


@pytest.mark.parametrize(
    ("country", "kind", "first", "last", "rates"),
    [
        # Suomen Pankki: 2.5 + 7 (korkolaki 4 §), + 8 (4 a §)
        ("FI", "consumer", date(2026, 1, 1), date(2026, 1, 2), ["9.50"]),
        ("FI", "business", date(2025, 12, 31), date(2026, 1, 1), ["10.50", "10.50"]),
        # Forbrug.dk: Nationalbanken 3.25 + 8
        ("DK", "consumer", date(2023, 12, 31), date(2024, 1, 1), ["11.25", "11.75"]),
        # Bundesbank: base rate 1.27 + 5 and + 9
        ("DE", "consumer", date(2026, 1, 1), date(2026, 1, 1), ["6.27"]),
        ("DE", "business", date(2026, 1, 1), date(2026, 1, 1), ["10.27"]),
        ("DE", "public", date(2026, 1, 1), date(2026, 1, 1), ["10.27"]),
        # NL 6:119 and 6:119a; no change at mid-2024 for consumers
        ("NL", "consumer", date(2024, 6, 30), date(2024, 7, 1), ["7.00"]),
        ("NL", "business", date(2024, 6, 30), date(2024, 7, 1), ["12.50", "12.25"]),
        # OR 104
        ("CH", "consumer", date(1999, 1, 1), date(2040, 1, 1), ["5.00"]),
        # ECB 2.15 + 8
        ("EU", "business", date(2026, 6, 30), date(2026, 6, 30), ["10.15"]),
    ],
)
def test_a_country_takes_its_own_rate(country: str, kind: str, first: date, last: date, rates: list[str]) -> None:
    if country == "CH":
        first = date(2000, 1, 1)  # the pack of the day counts begins there
    accrual = accrue_interest(country, kind, 1_000_000, first, last)
    assert [segment.annual_rate for segment in accrual.segments] == [Decimal(rate) for rate in rates]


@pytest.mark.parametrize(
    ("convention", "first", "last", "days"),
    [
        # each month has thirty days; the thirty-first counts as the thirtieth
        ("30/360", date(2025, 1, 1), date(2025, 1, 31), 30),
        ("30/360", date(2025, 2, 1), date(2025, 2, 28), 28),
        ("30/360", date(2025, 3, 1), date(2025, 3, 31), 32),
        ("30/360", date(2025, 1, 31), date(2025, 1, 31), 0),
        ("30/360", date(2025, 1, 1), date(2025, 12, 31), 360),
        ("actual/365", date(2024, 2, 1), date(2024, 2, 29), 29),
        ("actual/actual", date(2024, 2, 1), date(2024, 2, 29), 29),
    ],
)
def test_days_are_counted_by_the_convention(convention: str, first: date, last: date, days: int) -> None:
    assert count_days(convention, first, last)[0] == days


def test_a_year_is_a_year_in_every_convention() -> None:
    for convention, year in (("30/360", 2023), ("actual/365", 2023), ("actual/actual", 2023), ("actual/actual", 2024)):
        assert count_days(convention, date(year, 1, 1), date(year, 12, 31))[1] == 1
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)


def test_danish_interest_counts_twelve_months_of_thirty_days() -> None:
    # DKK 10 000.00 at 10.75 % from 1 January to 30 June 2025: half of 1 075.00 (30/360: 180 of 360 days)
    accrual = accrue_interest("DK", "consumer", 1_000_000, date(2025, 1, 1), date(2025, 6, 30))
    assert [(s.days, s.amount_minor) for s in accrual.segments] == [(180, 53_750)]


def test_a_danish_rate_of_low_confidence_is_missing_until_it_is_accepted() -> None:
    period = (date(2025, 7, 1), date(2025, 7, 30))
    with pytest.raises(RateMissing, match="DK-INT-2025-01-01"):
        accrue_interest("DK", "consumer", 1_000_000, *period)
    accepted = accrue_interest("DK", "consumer", 1_000_000, *period, accept_low_confidence=True)
    assert accepted.amount_minor == 8_125  # 9.75 % of 10 000.00, 30 of 360 days


def test_the_directive_gives_no_rate_against_consumers() -> None:
    with pytest.raises(RateMissing):
        accrue_interest("EU", "consumer", 1_000_000, date(2026, 1, 1), date(2026, 1, 31))


def test_dutch_interest_joins_the_principal_after_each_full_year() -> None:
    # BW 6:119(2). 10 000.00 from 1 January 2022 at 2 %: 200.00; then 4 % and 6 % of 10 200.00 in the halves of 2023.
    accrual = accrue_interest("NL", "consumer", 1_000_000, date(2022, 1, 1), date(2023, 12, 31))
    assert [s.amount_minor for s in accrual.segments] == [20_000, 20_232, 30_852]
    assert accrual.compounding == Compounding(date(2022, 1, 1), 20_000, 51_084)


def test_a_dutch_year_of_default_that_ends_inside_a_half_year_splits_it() -> None:
    accrual = accrue_interest("NL", "business", 1_000_000, date(2023, 3, 15), date(2024, 4, 30))
    assert date(2024, 3, 15) in [segment.from_date for segment in accrual.segments]
    simple = [s for s in accrual.segments if s.to_date < date(2024, 3, 15)]
    assert accrual.compounding == Compounding(
        date(2023, 3, 15), sum(s.amount_minor for s in simple), accrual.segments[-1].amount_minor
    )


def test_elsewhere_interest_bears_no_interest() -> None:
    for country in ("NO", "SE", "FI", "DK", "DE", "CH", "EU"):
        assert accrue_interest(country, "business", 100, date(2022, 1, 1), date(2023, 12, 31)).compounding is None


@given(
    first=covered_days,
    last=covered_days,
    cut=covered_days,
    principal=st.integers(0, 10**10),
    country=st.sampled_from(["NO", "SE", "FI", "DK", "DE", "NL", "EU"]),
)
@settings(deadline=None)
def test_adjacent_periods_add_up_exactly_where_a_segment_ends_and_to_a_unit_elsewhere(
    first: date, last: date, cut: date, principal: int, country: str
) -> None:
    first, cut, last = sorted((first, cut, last))
    whole = accrue_interest(country, "business", principal, first, last)
    before = accrue_interest(country, "business", principal, first, cut)
    after = accrue_interest(
        country, "business", principal, cut + timedelta(days=1), last, compounding=before.compounding
    )
    parts = before.amount_minor + after.amount_minor
    if cut == last or any(segment.to_date == cut for segment in whole.segments):
        assert parts == whole.amount_minor
        assert after.compounding == whole.compounding
    elif whole.compounding is None:
        assert abs(parts - whole.amount_minor) <= 1
    else:
        # a unit of rounding may itself bear a little interest for three years
        assert abs(parts - whole.amount_minor) <= 2


@pytest.mark.parametrize(
    ("country", "kind", "demand", "first", "row_id"),
    [
        # forsinkelsesrenteloven s.2; räntelagen s.4; korkolaki; BGB s.286(3); BW 6:119a; Directive art. 3: 30 days
        ("NO", "consumer", date(2026, 1, 1), date(2026, 2, 1), "NO-WAIT-DEMAND-LATE-INTEREST-START-2020-10-01"),
        ("SE", "consumer", date(2026, 1, 1), date(2026, 2, 1), "SE-WAIT-INVOICE-SENT-LATE-INTEREST-START-2013-03-16"),
        ("FI", "business", date(2026, 1, 1), date(2026, 2, 1), "FI-WAIT-INVOICE-SENT-LATE-INTEREST-START-2013-03-16"),
        ("DE", "business", date(2026, 1, 1), date(2026, 2, 1), "DE-WAIT-INVOICE-AND-DUE-VERZUG-2014-07-29"),
        ("NL", "business", date(2026, 1, 1), date(2026, 2, 1), "NL-WAIT-BUSINESS-INVOICE-RECEIVED-DEFAULT-2012-07-01"),
        ("EU", "business", date(2026, 1, 1), date(2026, 2, 1), "EU-WAIT-BUSINESS-INVOICE-RECEIVED-LATE-INTEREST-START-2013-03-16"),
        # OR 102: a reminder puts in default at once
        ("CH", "consumer", date(2026, 1, 1), date(2026, 1, 2), "CH-WAIT-DUE-DATE-VERZUG-2000-01-01"),
    ],
)  # fmt: skip
def test_without_a_due_date_interest_waits_for_the_demand(
    country: str, kind: str, demand: date, first: date, row_id: str
) -> None:
    found = interest_start_date(country, kind, demand_date=demand)
    assert (found.earliest_date, found.row_ids) == (first, (row_id,))
    assert interest_start_date(country, kind, due_date=demand).earliest_date == demand + timedelta(days=1)


def test_where_the_law_on_file_does_not_say_when_interest_starts_it_is_not_guessed() -> None:
    with pytest.raises(RuleMissing, match="DK"):
        interest_start_date("DK", "consumer", demand_date=date(2026, 1, 1))
    with pytest.raises(RuleMissing, match="not told"):
        interest_start_date("DE", "consumer", demand_date=date(2026, 1, 1))
    told = interest_start_date("DE", "consumer", demand_date=date(2026, 1, 1), consumer_was_told=True)
    assert told.earliest_date == date(2026, 2, 1)
    with pytest.raises(ValueError, match="due date"):
        interest_start_date("NO", "consumer")
