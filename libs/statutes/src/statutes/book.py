"""The statute book: every row on file, read once, each knowing the last day it answers for."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, Protocol, Self, TypeVar

from statutes.errors import RuleMissing, UnknownDebtorKind, UnknownJurisdiction, UnknownRow
from statutes.lines import Line, read_lines
from statutes.procedure_rows import (
    CONTACT_COLUMNS,
    LIMITATION_COLUMNS,
    NOTICE_COLUMNS,
    ContactLimit,
    LimitationPeriod,
    NoticeField,
    parse_contact_limit,
    parse_limitation,
    parse_notice_field,
)
from statutes.rows import (
    DEBTOR_KINDS,
    FACT_COLUMNS,
    Allocation,
    DayCount,
    DueDateRoll,
    Facts,
    Fee,
    InterestRate,
    Wait,
    parse_allocation,
    parse_day_count,
    parse_due_date_roll,
    parse_fee,
    parse_interest_rate,
    parse_wait,
)

INTEREST_COLUMNS: Final = ("debtor_kind", "annual_rate_percent", "changes")
FEE_COLUMNS: Final = (
    "debtor_kind",
    "code",
    "component",
    "claim_from_minor",
    "claim_to_minor",
    "currency",
    "amount_minor",
    "rate_basis_points",
    "rate_above_minor",
    "kind",
    "base_codes",
    "limit_codes",
    "vat_basis_points",
    "earliest_event",
    "includes",
    "charge_group",
    "charge_max",
    "condition",
)
WAIT_COLUMNS: Final = ("debtor_kind", "from_event", "to_event", "days", "day_kind", "rule_kind")
ALLOCATION_COLUMNS: Final = ("debtor_kind", "context", "components", "debtor_may_direct", "creditor_may_refuse")
ROLL_COLUMNS: Final = ("applies_to", "roll", "calendar", "extra_closed_days")


class Row(Protocol):
    """Any row of the law."""

    @property
    def facts(self) -> Facts: ...

    @property
    def rule(self) -> tuple[str, ...]: ...


R = TypeVar(
    "R", InterestRate, Fee, Wait, DayCount, Allocation, DueDateRoll, LimitationPeriod, ContactLimit, NoticeField
)


@dataclass(frozen=True, eq=False, slots=True)
class StatuteBook:
    """Every row, table by table; compare and cache by identity."""

    interest_rates: tuple[InterestRate, ...]
    fees: tuple[Fee, ...]
    waits: tuple[Wait, ...]
    day_counts: tuple[DayCount, ...]
    allocations: tuple[Allocation, ...]
    rolls: tuple[DueDateRoll, ...]
    limitations: tuple[LimitationPeriod, ...]
    contacts: tuple[ContactLimit, ...]
    notices: tuple[NoticeField, ...]

    @classmethod
    def load(cls, folder: Traversable) -> Self:
        """Read the nine tables of `folder`; RowInvalid names the first wrong cell."""
        seen: dict[str, str] = {}
        return cls(
            interest_rates=_load(folder, "interest_rates.csv", INTEREST_COLUMNS, parse_interest_rate, seen),
            fees=_load(folder, "fees.csv", FEE_COLUMNS, parse_fee, seen),
            waits=_load(folder, "waiting_days.csv", WAIT_COLUMNS, parse_wait, seen),
            day_counts=_load(
                folder, "day_count.csv", ("convention", "compounding", "missing_rate"), parse_day_count, seen
            ),
            allocations=_load(folder, "allocation.csv", ALLOCATION_COLUMNS, parse_allocation, seen),
            rolls=_load(folder, "due_date_roll.csv", ROLL_COLUMNS, parse_due_date_roll, seen),
            limitations=_load(folder, "limitation.csv", LIMITATION_COLUMNS, parse_limitation, seen),
            contacts=_load(folder, "contact_limits.csv", CONTACT_COLUMNS, parse_contact_limit, seen),
            notices=_load(folder, "notice_contents.csv", NOTICE_COLUMNS, parse_notice_field, seen),
        )

    @property
    def all_rows(self) -> tuple[Row, ...]:
        """Every row of every table."""
        return (
            *self.interest_rates,
            *self.fees,
            *self.waits,
            *self.day_counts,
            *self.allocations,
            *self.rolls,
            *self.limitations,
            *self.contacts,
            *self.notices,
        )

    @property
    def jurisdictions(self) -> frozenset[str]:
        """The countries with law on file."""
        return frozenset(row.facts.jurisdiction for row in self.rolls)

    def get_facts(self, row_id: str) -> Facts:
        """Source, confidence and validity of a row that a result named."""
        for row in self.all_rows:
            if row.facts.row_id == row_id:
                return row.facts
        raise UnknownRow(row_id)


@cache
def statute_book() -> StatuteBook:
    """The law that ships with this package."""
    return StatuteBook.load(files("statutes") / "data")


def known_jurisdiction(book: StatuteBook, jurisdiction: str) -> str:
    """`jurisdiction`, if there is law on file for it."""
    if jurisdiction not in book.jurisdictions:
        raise UnknownJurisdiction(jurisdiction, book.jurisdictions)
    return jurisdiction


def known_debtor_kind(debtor_kind: str) -> str:
    """The debtor kind in lower case, as the tables write it."""
    lowered = debtor_kind.lower()
    if lowered not in DEBTOR_KINDS:
        raise UnknownDebtorKind(debtor_kind)
    return lowered


def only(rows: Iterable[R], table: str, question: str, on_date: date | None = None) -> R:
    """The row that answers; the one for the fewest debtor kinds where several do."""
    fitting = sorted(rows, key=_kinds_covered)
    if not fitting:
        raise RuleMissing(table, question, on_date)
    return fitting[0]


def half_year_end(day: date) -> date:
    """30 June or 31 December: the last day of the half-year that `day` lies in."""
    return date(day.year, 6, 30) if day.month <= 6 else date(day.year, 12, 31)


def _kinds_covered(row: Row) -> int:
    return len(row.debtor_kinds) if isinstance(row, InterestRate | Fee | Wait | Allocation | LimitationPeriod) else 0


def _load(
    folder: Traversable, name: str, columns: Iterable[str], parse: Callable[[Line], R], seen: dict[str, str]
) -> tuple[R, ...]:
    rows: list[tuple[Line, R]] = []
    for line in read_lines(folder / name, (*FACT_COLUMNS, *columns)):
        row = parse(line)
        if row.facts.row_id in seen:
            raise line.fail("row_id", f"{row.facts.row_id} is already used in {seen[row.facts.row_id]}")
        seen[row.facts.row_id] = name
        rows.append((line, row))

    starts: defaultdict[tuple[str, ...], set[date]] = defaultdict(set)
    for _, row in rows:
        starts[row.rule].add(row.facts.valid_from)
    return tuple(_with_end(line, row, starts[row.rule]) for line, row in rows)


def _with_end(line: Line, row: R, starts: set[date]) -> R:
    """Give a row its last day: its own, else the day before the next row of the same rule."""
    own = row.facts.valid_to
    later = [start for start in starts if start > row.facts.valid_from]
    before_next = min(later) - timedelta(days=1) if later else None
    if own and before_next and own > before_next:
        raise line.fail("valid_to", f"{own} is after the next row of the same rule begins")
    if own is None and isinstance(row, InterestRate) and row.changes == "half_yearly":
        own = half_year_end(row.facts.valid_from)
    ends = [end for end in (own, before_next) if end]
    return replace(row, facts=replace(row.facts, valid_to=min(ends, default=None)))
