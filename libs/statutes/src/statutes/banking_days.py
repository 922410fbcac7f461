"""Days on which banks are open, and rolling a date forward to one."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

from statutes.book import StatuteBook, known_jurisdiction, only, statute_book
from statutes.rows import DueDateRoll

SATURDAY = 5


@dataclass(frozen=True, slots=True)
class RolledDate:
    """A day as counted, the banking day it takes effect on, and the rows that say so."""

    nominal_date: date
    effective_date: date
    row_ids: tuple[str, ...]


def is_banking_day(country: str, day: date, *, book: StatuteBook | None = None) -> bool:
    """False on weekends, public holidays and the country's half-holidays."""
    return _is_open(_roll_row(country, day, book), day)


def is_public_holiday(country: str, day: date, *, book: StatuteBook | None = None) -> bool:
    """Whether the country rests on `day`, half-holidays included; weekends alone do not make a holiday."""
    row = _roll_row(country, day, book)
    return day in _closed_days(row.calendar, row.extra_closed_days, day.year)


def next_banking_day(country: str, day: date, *, book: StatuteBook | None = None) -> date:
    """The first banking day after `day`."""
    return roll_forward(country, day + timedelta(days=1), book=book)


def add_banking_days(country: str, day: date, days: int, *, book: StatuteBook | None = None) -> date:
    """The `days`-th banking day after `day`; `day` itself when `days` is zero."""
    for _ in range(days):
        day = next_banking_day(country, day, book=book)
    return day


def roll_forward(jurisdiction: str, day: date, *, book: StatuteBook | None = None) -> date:
    """`day` if banks are open, else the next day they are; never earlier."""
    return rolled(jurisdiction, day, book=book).effective_date


def rolled(jurisdiction: str, day: date, *, book: StatuteBook | None = None) -> RolledDate:
    """Like roll_forward, with the day before rolling and the row that closes the days between."""
    row = _roll_row(jurisdiction, day, book)
    effective = day
    while not _is_open(row, effective):
        effective += timedelta(days=1)
    return RolledDate(day, effective, (row.facts.row_id,))


def _roll_row(jurisdiction: str, day: date, book: StatuteBook | None) -> DueDateRoll:
    book = book or statute_book()
    known_jurisdiction(book, jurisdiction)
    rows = (row for row in book.rolls if row.facts.jurisdiction == jurisdiction and row.facts.in_force(day))
    return only(rows, "due_date_roll", jurisdiction, day)


def _is_open(row: DueDateRoll, day: date) -> bool:
    return day.weekday() < SATURDAY and day not in _closed_days(row.calendar, row.extra_closed_days, day.year)


@cache
def _closed_days(calendar: str, extra: tuple[str, ...], year: int) -> frozenset[date]:
    return _holidays(calendar, year) | {_closed_day(token, year) for token in extra}


def _holidays(calendar: str, year: int) -> frozenset[date]:
    """The holidays of a country (NO), of a part of it (CH-ZH), or the days the euro payment system rests (ECB)."""
    if calendar == "ECB":
        return frozenset(holidays.financial_holidays(calendar, years=year))
    country, _, part = calendar.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))


def _closed_day(token: str, year: int) -> date:
    if token == "midsummer_eve":
        # Sweden and Finland keep it on the Friday between 19 and 25 June.
        earliest = date(year, 6, 19)
        return earliest + timedelta(days=(4 - earliest.weekday()) % 7)
    return date.fromisoformat(f"{year:04}-{token}")
