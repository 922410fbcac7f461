"""On which days a creditor is settled: an agreed rhythm, moved off the days on which banks are closed."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, Self

from contracts import Agreement
from statutes import is_banking_day, roll_forward

Interval = Literal["DAILY", "WEEKLY", "MONTHLY"]
Roll = Literal["FOLLOWING", "PRECEDING"]

_ONE_DAY = timedelta(days=1)
_LONGEST_WAIT = 62
"""Days: two months and not a day less lie between no two monthly runs."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rhythm of settlement; `day` is the ISO weekday or the day of the month, and 0 where it is daily."""

    interval: Interval
    day: int
    roll: Roll

    @classmethod
    def of(cls, agreement: Agreement) -> Self:
        days = {"DAILY": 0, "WEEKLY": agreement.settlement_weekday, "MONTHLY": agreement.settlement_month_day}
        return cls(agreement.settlement_interval, days[agreement.settlement_interval], agreement.settlement_roll)

    @classmethod
    def parse(cls, code: str) -> Self:
        """The schedule of a `code`, as it was stored."""
        interval, day, roll = code.split()
        intervals: dict[str, Interval] = {"DAILY": "DAILY", "WEEKLY": "WEEKLY", "MONTHLY": "MONTHLY"}
        rolls: dict[str, Roll] = {"FOLLOWING": "FOLLOWING", "PRECEDING": "PRECEDING"}
        return cls(intervals[interval], int(day), rolls[roll])

    @property
    def code(self) -> str:
        """One word for each thing agreed, for example `WEEKLY 3 FOLLOWING`."""
        return f"{self.interval} {self.day} {self.roll}"


def is_due(schedule: Schedule, jurisdiction: str, day: date) -> bool:
    """Whether a run falls on `day`; each week's and each month's run falls on exactly one day.

    Easter and Christmas push a run at most into the week or month beside its own, so those are looked at, too.
    """
    if schedule.interval == "DAILY":
        return is_banking_day(jurisdiction, day)
    return any(_rolled(schedule.roll, jurisdiction, nominal) == day for nominal in _nominal_days(schedule, day))


def next_run_day(schedule: Schedule, jurisdiction: str, day: date) -> date:
    """The first run on or after `day`."""
    days = (day + timedelta(days=ahead) for ahead in range(_LONGEST_WAIT + 1))
    return next(run for run in days if is_due(schedule, jurisdiction, run))


def _nominal_days(schedule: Schedule, day: date) -> Iterator[date]:
    """The agreed days around `day`, before they are moved to banking days."""
    for step in (-1, 0, 1):
        if schedule.interval == "WEEKLY":
            monday = day - timedelta(days=day.weekday())
            yield monday + timedelta(weeks=step, days=schedule.day - 1)
        else:
            years, month = divmod(day.year * 12 + day.month - 1 + step, 12)
            last = calendar.monthrange(years, month + 1)[1]
            yield date(years, month + 1, min(schedule.day, last))


def _rolled(roll: Roll, jurisdiction: str, day: date) -> date:
    if roll == "FOLLOWING":
        return roll_forward(jurisdiction, day)
    while not is_banking_day(jurisdiction, day):
        day -= _ONE_DAY
    return day
