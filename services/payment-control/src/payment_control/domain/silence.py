"""A bank that says nothing: no statement of an account for several banking days."""

from datetime import date, timedelta

from statutes import is_banking_day, statute_book

_SATURDAY = 5


def banking_days_between(country: str, after: date, before: date) -> int:
    """Banking days of the account's country after `after` and before `before`; weekdays where no calendar is on file."""
    count = (before - after).days - 1
    days = [after + timedelta(days=number) for number in range(1, count + 1)]
    return sum(1 for day in days if is_open(country, day))


def is_open(country: str, day: date) -> bool:
    """Whether banks of the country are open on the day."""
    if country in statute_book().jurisdictions:
        return is_banking_day(country, day)
    return day.weekday() < _SATURDAY
