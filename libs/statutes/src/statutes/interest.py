"""Late interest: split at every change of rate, day count and compounding by country, rounded once per segment."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

from money import round_half_up
from statutes.book import StatuteBook, half_year_end, known_debtor_kind, known_jurisdiction, only, statute_book
from statutes.day_counts import add_years, count_days
from statutes.errors import RateMissing
from statutes.rows import InterestRate

ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Segment:
    """Interest of one rate row; both dates count, `days` as the country counts them, `annual_rate` in percent."""

    from_date: date
    to_date: date
    days: int
    annual_rate: Decimal
    amount_minor: int
    row_id: str


@dataclass(frozen=True, slots=True)
class Compounding:
    """Where yearly compounding stands: unpaid interest is added to the principal after each full year of default.

    `capitalised_minor` already bears interest; `pending_minor` joins it on the next anniversary of `started_on`.
    """

    started_on: date
    capitalised_minor: int = 0
    pending_minor: int = 0


@dataclass(frozen=True, slots=True)
class Accrual:
    """Interest over a period: `amount_minor` is the sum of its segments; warnings are for the claim statement.

    `compounding` is what the next period must be told; None where interest bears no interest.
    """

    segments: tuple[Segment, ...]
    amount_minor: int
    warnings: tuple[str, ...]
    day_count_row_id: str
    compounding: Compounding | None = None

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
    on_missing: Literal["raise", "warn", "pack"] = "raise",
    *,
    accept_low_confidence: bool = False,
    compounding: Compounding | None = None,
    book: StatuteBook | None = None,
) -> Accrual:
    """Interest in minor units on an unchanged principal, from the day after due to `to_date`, both included.

    Where a rate is missing, `raise` refuses, `warn` carries the last one on and says so, and `pack` does what the rule pack
    of the country is set to. Where interest compounds (NL), a first period starts its years on `from_date`; a later one is told where it stands.
    """
    if principal_minor < 0:
        raise ValueError(f"interest accrues on what is owed; the principal is {principal_minor}")
    book = book or statute_book()
    known_jurisdiction(book, jurisdiction)
    rates = _rates(book, jurisdiction, known_debtor_kind(debtor_kind), accept_low_confidence)
    counts = (row for row in book.day_counts if row.facts.jurisdiction == jurisdiction and row.facts.in_force(to_date))
    day_count = only(counts, "day_count", jurisdiction, to_date)
    standing = None
    if day_count.compounding == "yearly":
        standing = compounding or Compounding(from_date)

    segments: list[Segment] = []
    warnings: list[str] = []
    for stretch in _stretches(rates, from_date, to_date):
        if stretch.row is None or stretch.carried:
            last_row_id = stretch.row.facts.row_id if stretch.row else None
            if on_missing == "raise" or (on_missing == "pack" and day_count.missing_rate == "refuse"):
                raise RateMissing(jurisdiction, stretch.from_date, last_row_id)
            warnings.append(_warning(jurisdiction, stretch))
        if stretch.row is None:
            continue
        for first, last in _years_of_default(stretch, standing):
            standing = _capitalised(standing, first)
            bearing_minor = principal_minor + (standing.capitalised_minor if standing else 0)
            segments.append(_segment(first, last, stretch.row, bearing_minor, day_count.convention))
            if standing:
                standing = replace(standing, pending_minor=standing.pending_minor + segments[-1].amount_minor)
    total_minor = sum(segment.amount_minor for segment in segments)
    return Accrual(tuple(segments), total_minor, tuple(warnings), day_count.facts.row_id, standing)


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


def _years_of_default(stretch: _Stretch, standing: Compounding | None) -> Iterator[tuple[date, date]]:
    """The stretch, cut where a year of default ends if interest compounds."""
    first = stretch.from_date
    while standing and (ends := _next_anniversary(standing.started_on, first) - ONE_DAY) < stretch.to_date:
        yield first, ends
        first = ends + ONE_DAY
    yield first, stretch.to_date


def _next_anniversary(started_on: date, day: date) -> date:
    """The first anniversary of the start of default after `day`."""
    years = max(1, day.year - started_on.year)
    found = add_years(started_on, years)
    return found if found > day else add_years(started_on, years + 1)


def _capitalised(standing: Compounding | None, day: date) -> Compounding | None:
    """On an anniversary of the start of default, what is pending joins what bears interest."""
    if standing is None or day <= standing.started_on:
        return standing
    if add_years(standing.started_on, day.year - standing.started_on.year) != day:
        return standing
    return Compounding(standing.started_on, standing.capitalised_minor + standing.pending_minor)


def _segment(first: date, last: date, row: InterestRate, bearing_minor: int, convention: str) -> Segment:
    days, years = count_days(convention, first, last)
    return Segment(
        from_date=first,
        to_date=last,
        days=days,
        annual_rate=row.annual_rate_percent,
        amount_minor=round_half_up(Fraction(row.annual_rate_percent) * bearing_minor * years / 100),
        row_id=row.facts.row_id,
    )


def _warning(jurisdiction: str, stretch: _Stretch) -> str:
    period = f"{jurisdiction}: no late-interest rate is known from {stretch.from_date} to {stretch.to_date}"
    if stretch.row is None:
        return f"{period}; no interest is charged for these days"
    return f"{period}; the rate of {stretch.row.facts.row_id} ({stretch.row.annual_rate_percent} %) is carried on"
