"""Late interest: simple, actual/365, split at every change of rate, rounded once per segment."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from money import round_half_up
from statutes.book import StatuteBook, half_year_end, known_debtor_kind, known_jurisdiction, only, statute_book
from statutes.errors import RateMissing
from statutes.rows import InterestRate

DAYS_IN_YEAR: Final = 365
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Segment:
    """Interest of one rate row; both dates count, `annual_rate` is in percent."""

    from_date: date
    to_date: date
    days: int
    annual_rate: Decimal
    amount_minor: int
    row_id: str


@dataclass(frozen=True, slots=True)
class Accrual:
    """Interest over a period: `amount_minor` is the sum of its segments; warnings are for the claim statement."""

    segments: tuple[Segment, ...]
    amount_minor: int
    warnings: tuple[str, ...]
    day_count_row_id: str

    @property
    def row_ids(self) -> tuple[str, ...]:
        """Every row the amount rests on."""
        return (self.day_count_row_id, *dict.fromkeys(segment.row_id for segment in self.segments))


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Days with one rate; `row` is None where no rate is known at all, `carried` where the row has run out."""

    from_date: date
    to_date: date
    row: InterestRate | None
    carried: bool


def accrue_interest(
    jurisdiction: str,
    debtor_kind: str,
    principal_minor: int,
    from_date: date,
    to_date: date,
    on_missing: Literal["raise", "warn"] = "raise",
    *,
    accept_low_confidence: bool = False,
    book: StatuteBook | None = None,
) -> Accrual:
    """Interest in minor units on an unchanged principal, from the day after due to `to_date`, both included."""
    if principal_minor < 0:
        raise ValueError(f"interest accrues on what is owed; the principal is {principal_minor}")
    book = book or statute_book()
    known_jurisdiction(book, jurisdiction)
    rates = _rates(book, jurisdiction, known_debtor_kind(debtor_kind), accept_low_confidence)
    counts = (row for row in book.day_counts if row.facts.jurisdiction == jurisdiction and row.facts.in_force(to_date))
    day_count = only(counts, "day_count", jurisdiction, to_date)

    segments: list[Segment] = []
    warnings: list[str] = []
    for stretch in _stretches(rates, from_date, to_date):
        if stretch.row is None or stretch.carried:
            last_row_id = stretch.row.facts.row_id if stretch.row else None
            if on_missing == "raise":
                raise RateMissing(jurisdiction, stretch.from_date, last_row_id)
            warnings.append(_warning(jurisdiction, stretch))
        if stretch.row is not None:
            segments.append(_segment(stretch, stretch.row, principal_minor))
    total_minor = sum(segment.amount_minor for segment in segments)
    return Accrual(tuple(segments), total_minor, tuple(warnings), day_count.facts.row_id)


def _rates(book: StatuteBook, jurisdiction: str, debtor_kind: str, accept_low: bool) -> list[InterestRate]:
    rows = [
        row
        for row in book.interest_rates
        if row.facts.jurisdiction == jurisdiction
        and debtor_kind in row.debtor_kinds
        and (accept_low or row.facts.confidence != "low")
    ]
    # A row for this kind of debtor alone comes after one for all, so that it wins on the same day.
    return sorted(rows, key=lambda row: (row.facts.valid_from, -len(row.debtor_kinds)))


def _stretches(rates: list[InterestRate], from_date: date, to_date: date) -> list[_Stretch]:
    stretches: list[_Stretch] = []
    day = from_date
    while day <= to_date:
        known = [row for row in rates if row.facts.valid_from <= day]
        row = known[-1] if known else None
        if row and row.facts.in_force(day):
            end = min(row.facts.valid_to or to_date, to_date)
            stretches.append(_Stretch(day, end, row, carried=False))
        else:
            end = min(half_year_end(day), to_date, _day_before_next(rates, day) or to_date)
            stretches.append(_Stretch(day, end, row, carried=row is not None))
        day = end + ONE_DAY
    return stretches


def _day_before_next(rates: list[InterestRate], day: date) -> date | None:
    later = [row.facts.valid_from for row in rates if row.facts.valid_from > day]
    return min(later) - ONE_DAY if later else None


def _segment(stretch: _Stretch, row: InterestRate, principal_minor: int) -> Segment:
    days = (stretch.to_date - stretch.from_date).days + 1
    exact = Fraction(row.annual_rate_percent) * principal_minor * days / (100 * DAYS_IN_YEAR)
    return Segment(
        from_date=stretch.from_date,
        to_date=stretch.to_date,
        days=days,
        annual_rate=row.annual_rate_percent,
        amount_minor=round_half_up(exact),
        row_id=row.facts.row_id,
    )


def _warning(jurisdiction: str, stretch: _Stretch) -> str:
    period = f"{jurisdiction}: no late-interest rate is known from {stretch.from_date} to {stretch.to_date}"
    if stretch.row is None:
        return f"{period}; no interest is charged for these days"
    return f"{period}; the rate of {stretch.row.facts.row_id} ({stretch.row.annual_rate_percent} %) is carried on"
