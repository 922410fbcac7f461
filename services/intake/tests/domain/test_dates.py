"""Dates that can only be mistakes are refused; every date that can be meant is taken."""

from datetime import date, timedelta

import pytest

from intake.domain.dates import beyond_term, misdated

TODAY = date(2025, 9, 1)


@pytest.mark.parametrize(
    ("day", "is_wrong"),
    [
        pytest.param(TODAY, False, id="today"),
        pytest.param(TODAY + timedelta(days=366), False, id="a year ahead"),
        pytest.param(TODAY + timedelta(days=367), True, id="more than a year ahead"),
        pytest.param(date(1997, 1, 1), False, id="an old claim"),
        pytest.param(date(1925, 9, 1), True, id="a slip of the century"),
        pytest.param(date.max, True, id="the end of time"),
        pytest.param(date.min, True, id="the beginning of time"),
    ],
)
def test_a_document_is_dated_within_reach_of_the_law_on_file(day: date, is_wrong: bool) -> None:
    assert (misdated(day, TODAY) is not None) is is_wrong


@pytest.mark.parametrize(("days", "is_wrong"), [(0, False), (1_830, False), (1_831, True)])
def test_nothing_is_put_off_for_more_than_five_years(days: int, is_wrong: bool) -> None:
    assert (beyond_term(TODAY + timedelta(days=days), TODAY) is not None) is is_wrong
