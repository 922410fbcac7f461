"""Each week and each month has one run, and it falls on a banking day."""

import itertools
from datetime import date, timedelta

import pytest

from settlement.domain.rundays import Interval, Roll, Schedule, is_due, next_run_day


def weekly(weekday: int, roll: Roll = "FOLLOWING") -> Schedule:
    return Schedule("WEEKLY", weekday, roll)


def due_weekdays(jurisdiction: str, day: date) -> set[int]:
    return {weekday for weekday in range(1, 6) if is_due(weekly(weekday), jurisdiction, day)}


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


@pytest.mark.parametrize(
    ("schedule", "day"),
    [
        pytest.param(weekly(4, "PRECEDING"), date(2025, 4, 16), id="Maundy Thursday's run comes before Easter"),
        pytest.param(Schedule("MONTHLY", 31, "FOLLOWING"), date(2025, 9, 30), id="the last of a short month"),
        pytest.param(Schedule("MONTHLY", 31, "FOLLOWING"), date(2025, 9, 1), id="August's last was a Sunday"),
        pytest.param(Schedule("MONTHLY", 31, "PRECEDING"), date(2025, 8, 29), id="or the Friday before, if so agreed"),
        pytest.param(Schedule("MONTHLY", 1, "PRECEDING"), date(2025, 4, 30), id="Labour Day's run in the month before"),
        pytest.param(Schedule("MONTHLY", 15, "FOLLOWING"), date(2025, 9, 15), id="an ordinary fifteenth"),
        pytest.param(Schedule("DAILY", 0, "FOLLOWING"), date(2025, 9, 5), id="every banking day"),
    ],
)
def test_a_run_falls_where_the_agreement_says(schedule: Schedule, day: date) -> None:
    assert is_due(schedule, "NO", day)
    assert next_run_day(schedule, "NO", day) == day
    assert Schedule.parse(schedule.code) == schedule


def test_daily_runs_rest_while_banks_are_closed() -> None:
    schedule = Schedule("DAILY", 0, "FOLLOWING")
    assert not is_due(schedule, "NO", date(2025, 5, 17))
    assert next_run_day(schedule, "NO", date(2025, 4, 17)) == date(2025, 4, 22)


@pytest.mark.parametrize("jurisdiction", ["NO", "SE", "FI", "DE"])
@pytest.mark.parametrize("interval", ["WEEKLY", "MONTHLY"])
@pytest.mark.parametrize("roll", ["FOLLOWING", "PRECEDING"])
@pytest.mark.parametrize("agreed", [1, 5])
def test_every_period_of_three_years_has_its_run(
    jurisdiction: str, interval: Interval, roll: Roll, agreed: int
) -> None:
    days = [date(2025, 1, 1) + timedelta(days=days) for days in range(3 * 365)]
    runs = [day for day in days if is_due(Schedule(interval, agreed, roll), jurisdiction, day)]
    assert len(runs) in ({"WEEKLY": range(148, 158), "MONTHLY": range(35, 38)}[interval])
