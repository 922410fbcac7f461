"""What can go wrong when the law is asked: no row, no rule, a row that cannot be read, a policy it forbids.

StatuteError
    RowInvalid            a table of the law cannot be read: file, line, column
    PolicyInvalid         a policy file cannot be read: file, field
    RateMissing           no interest row covers a day
    RuleMissing           no waiting, roll, day-count or allocation row fits
    UnknownJurisdiction, UnknownDebtorKind, UnknownFeeCode, UnknownPolicy, UnknownRow
    PolicyForbidden       a dunning policy asks for what the law forbids
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


class StatuteError(ValueError):
    """The law could not be read or gives no answer."""


class RowInvalid(StatuteError):
    """A line of a law file is wrong; says file, line and column."""

    def __init__(self, file: str, line: int, column: str, problem: str) -> None:
        super().__init__(f"{file}, line {line}, column {column}: {problem}")
        self.file = file
        self.line = line
        self.column = column


class PolicyInvalid(StatuteError):
    """A policy file cannot be read; says file and field."""

    def __init__(self, file: str, field: str, problem: str) -> None:
        super().__init__(f"{file}, {field}: {problem}")
        self.file = file
        self.field = field


class RateMissing(StatuteError):
    """No interest row covers the day; rates are never carried forward silently."""

    def __init__(self, jurisdiction: str, missing_date: date, last_row_id: str | None) -> None:
        known = f"the last known row is {last_row_id}" if last_row_id else "no earlier row is known"
        super().__init__(
            f"{jurisdiction}: no late-interest rate for {missing_date}; {known}. "
            "Add the row to interest_rates.csv, or carry on with a warning (on_missing='warn')"
        )
        self.jurisdiction = jurisdiction
        self.missing_date = missing_date
        self.last_row_id = last_row_id


class RuleMissing(StatuteError):
    """No row of the named table answers the question."""

    def __init__(self, table: str, question: str, on_date: date | None = None) -> None:
        when = f" in force on {on_date}" if on_date else ""
        super().__init__(f"{table}.csv has no row{when} for {question}")


class UnknownJurisdiction(StatuteError):
    """No law of that country is on file."""

    def __init__(self, jurisdiction: str, known: Iterable[str]) -> None:
        super().__init__(f"no law on file for {jurisdiction!r}; known: {', '.join(sorted(known))}")


class UnknownDebtorKind(StatuteError):
    """The debtor is neither a consumer, nor a business, nor a public body."""

    def __init__(self, debtor_kind: str) -> None:
        super().__init__(f"{debtor_kind!r} is not a debtor kind; use consumer, business or public")


class UnknownFeeCode(StatuteError):
    """The jurisdiction knows no fee of that name."""

    def __init__(self, jurisdiction: str, code: str, known: Iterable[str]) -> None:
        super().__init__(f"{jurisdiction} knows no fee {code!r}; known: {', '.join(sorted(known))}")


class UnknownPolicy(StatuteError):
    """No dunning policy of that code is on file."""

    def __init__(self, code: str, known: Iterable[str]) -> None:
        super().__init__(f"no dunning policy {code!r}; known: {', '.join(sorted(known))}")


class UnknownRow(StatuteError):
    """No row of any table has that id."""

    def __init__(self, row_id: str) -> None:
        super().__init__(f"no row {row_id!r} in any table of the law")


@dataclass(frozen=True, slots=True)
class PolicyFault:
    """What is wrong with a policy: the field, the rule it breaks, and the row of the law that says so.

    `row_id` and `source` are empty where the ladder itself is broken and no law was asked. As text it is one sentence.
    """

    field: str
    rule: str
    row_id: str = ""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.rule} (row {self.row_id})" if self.row_id else self.rule


class PolicyForbidden(StatuteError):
    """The policy breaks the law; lists every fault with the row it breaks."""

    def __init__(self, code: str, faults: Sequence[PolicyFault]) -> None:
        super().__init__(f"policy {code} is not allowed: " + "; ".join(str(fault) for fault in faults))
        self.faults = tuple(faults)
