"""Days as part of a year, and years and months added to a day."""

from calendar import isleap, monthrange
from datetime import date, timedelta
from fractions import Fraction


def count_days(convention: str, first: date, last: date) -> tuple[int, Fraction]:
    """The days from `first` to `last`, both included, and their part of a year, as the convention counts them."""
    if convention == "30/360":
        days = _day_of_360(last) - _day_of_360(first - timedelta(days=1))
        return days, Fraction(days, 360)
    days = (last - first).days + 1
    if convention == "actual/365":
        return days, Fraction(days, 365)
    years = Fraction(0)
    for year in range(first.year, last.year + 1):
        begin, end = max(first, date(year, 1, 1)), min(last, date(year, 12, 31))
        years += Fraction((end - begin).days + 1, 366 if isleap(year) else 365)
    return days, years


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 28 February."""
    return add_months(day, 12 * years)


def _day_of_360(day: date) -> int:
    """Twelve months of thirty days; the thirty-first counts as the thirtieth."""
    return day.year * 360 + day.month * 30 + min(day.day, 30)
