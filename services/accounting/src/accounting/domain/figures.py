"""Key figures of a creditor's receivables; docs/reports.md works an example through each."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from money import round_half_up

BUCKETS = ("CURRENT", "1-30", "31-60", "61-90", "90+")
BUCKET_STARTS = (1, 31, 61, 91)
"""Days overdue from which each bucket after CURRENT counts."""
COHORT_AGES = (30, 90, 180, 365)
"""Days after acceptance within which collected money is counted."""


@dataclass(frozen=True, slots=True)
class Receivables:
    """What the books say about one currency and period, in minor units: principal with VAT."""

    opening_minor: int
    sales_minor: int
    closing_minor: int
    current_minor: int
    days: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Days and per cent in hundredths; None where there is nothing to divide by."""

    dso: int | None
    best_possible_dso: int | None
    average_days_delinquent: int | None
    cei: int | None


def figures(of: Receivables) -> Figures:
    """DSO, best possible DSO, their difference, and the collection effectiveness index."""
    dso = _hundredths(of.closing_minor * of.days, of.sales_minor)
    best = _hundredths(of.current_minor * of.days, of.sales_minor)
    delinquent = None if dso is None or best is None else dso - best
    could_collect = of.opening_minor + of.sales_minor - of.current_minor
    collected = of.opening_minor + of.sales_minor - of.closing_minor
    return Figures(dso, best, delinquent, _hundredths(collected * 100, could_collect))


def rate(collected_minor: int, placed_minor: int) -> int | None:
    """Per cent of what was placed that came in, in hundredths of a per cent."""
    return _hundredths(collected_minor * 100, placed_minor)


def is_of_age(month: date, days: int, as_of: date) -> bool:
    """Whether every claim placed in the month that begins on `month` is at least `days` old."""
    next_month = (month + timedelta(days=31)).replace(day=1)
    return next_month - timedelta(days=1) + timedelta(days=days) <= as_of


def _hundredths(dividend: int, divisor: int) -> int | None:
    return round_half_up(Fraction(100 * dividend, divisor)) if divisor > 0 else None
