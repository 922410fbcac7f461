"""On which days a creditor is settled: its weekday, rolled forward to the next banking day."""

from datetime import date, timedelta

from statutes import roll_forward

_WEEKDAYS = range(1, 6)


def due_weekdays(jurisdiction: str, day: date) -> frozenset[int]:
    """The agreed ISO weekdays whose run falls on `day`; each week's run falls on exactly one day.

    Easter and Christmas push a run at most into the following week, so this week and the one before are looked at.
    """
    monday = day - timedelta(days=day.weekday())
    return frozenset(
        weekday
        for weekday in _WEEKDAYS
        for week in (monday - timedelta(weeks=1), monday)
        if roll_forward(jurisdiction, week + timedelta(days=weekday - 1)) == day
    )
