"""A weekly run falls on one banking day."""

import itertools
from datetime import date, timedelta

import pytest

from settlement.domain.rundays import due_weekdays

YEAR = [date(2025, 1, 6) + timedelta(days=days) for days in range(52 * 7)]


@pytest.mark.parametrize(
    ("jurisdiction", "day", "weekdays"),
    [
        pytest.param("NO", date(2025, 9, 3), {3}, id="an ordinary Wednesday"),
        pytest.param("NO", date(2025, 9, 6), set(), id="no run on a Saturday"),
        pytest.param("NO", date(2025, 5, 1), set(), id="no run on Labour Day"),
        pytest.param("NO", date(2025, 5, 2), {4, 5}, id="Thursday's run falls on Friday after Labour Day"),
        pytest.param("NO", date(2025, 4, 22), {4, 5, 1, 2}, id="Thursday before Easter waits for the Tuesday after"),
        pytest.param("SE", date(2025, 6, 6), set(), id="no run on Sweden's national day"),
        pytest.param("NO", date(2025, 6, 6), {5}, id="which is an ordinary day in Norway"),
    ],
)
def test_the_run_of_a_weekday_rolls_to_the_next_banking_day(jurisdiction: str, day: date, weekdays: set[int]) -> None:
    assert due_weekdays(jurisdiction, day) == weekdays


@pytest.mark.parametrize("jurisdiction", ["NO", "SE"])
@pytest.mark.parametrize("weekday", range(1, 6))
def test_no_week_is_run_twice_and_none_is_left_out(jurisdiction: str, weekday: int) -> None:
    runs = [day for day in YEAR if weekday in due_weekdays(jurisdiction, day)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(runs)]
    assert 50 <= len(runs) <= 52
    assert max(gaps) <= timedelta(days=12)
