"""Client money: what the bank states for an account and day against what our books expect. Amounts are minor units."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeVar

from payment_control.domain.statements import LineKind, StatedBalance

DayStatus = Literal["BALANCED", "DIFFERENT", "NOT_COMPARABLE"]
AlertKind = Literal["DIFFERENCE", "STATEMENT_INCOMPLETE", "OPENING_GAP", "SILENT_BANK", "SHORTFALL"]
FindingKind = Literal[
    "UNKNOWN_DEBIT",
    "UNKNOWN_RETURN",
    "REVERSAL_NOT_POSTED",
    "CREDIT_NOT_POSTED",
    "NOT_ON_STATEMENT",
    "OPENING_GAP",
    "STATEMENT_INCOMPLETE",
    "BOOKED_ON_ANOTHER_DAY",
    "SMALLER_LINES",
]
_MOST_FINDINGS = 100


@dataclass(frozen=True, slots=True)
class StatementDay:
    """An account's statements of one day as one: from the first opening to the last closing balance."""

    account_id: str
    day: date
    currency: str
    opening_minor: int | None
    closing_minor: int
    unexplained_minor: int
    covers_from: date | None
    """None: read before the lines of statements were kept, so that nothing can be compared."""


@dataclass(frozen=True, slots=True)
class Booked:
    """What our books hold for an account and booking date; both are positive."""

    credited_minor: int = 0
    debited_minor: int = 0


@dataclass(frozen=True, slots=True)
class ReconciledDay:
    """A day as compared. Our books expect: the balance before + credits - debits since the statement before."""

    account_id: str
    day: date
    currency: str
    previous_day: date | None
    covers_from: date | None
    before_minor: int | None
    opening_minor: int | None
    credited_minor: int
    debited_minor: int
    closing_minor: int
    unexplained_minor: int

    @property
    def first_day(self) -> date:
        """The first booking date that this statement is compared for."""
        return self.previous_day + timedelta(days=1) if self.previous_day else self.covers_from or self.day

    @property
    def expected_minor(self) -> int | None:
        if self.before_minor is None:
            return None
        return self.before_minor + self.credited_minor - self.debited_minor

    @property
    def difference_minor(self) -> int | None:
        """What the bank holds more than our books say; None when there is nothing to start from."""
        expected = self.expected_minor
        return None if expected is None else self.closing_minor - expected

    @property
    def opening_gap_minor(self) -> int:
        """What the opening balance exceeds the closing balance before it by: a statement is missing between them."""
        if self.before_minor is None or self.opening_minor is None:
            return 0
        return self.opening_minor - self.before_minor

    @property
    def status(self) -> DayStatus:
        if self.difference_minor is None:
            return "NOT_COMPARABLE"
        return "DIFFERENT" if self.difference_minor else "BALANCED"

    @property
    def alert(self) -> tuple[AlertKind, int] | None:
        """What a person must look at, with its amount; the gravest of what is wrong."""
        if self.difference_minor is None:
            return None
        if self.difference_minor:
            return "DIFFERENCE", self.difference_minor
        if self.unexplained_minor:
            return "STATEMENT_INCOMPLETE", self.unexplained_minor
        if self.opening_gap_minor:
            return "OPENING_GAP", self.opening_gap_minor
        return None


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line of a statement; `is_known`: a debit or return that belongs to a payout of ours."""

    line_id: str
    kind: LineKind
    amount_minor: int
    booking_date: date
    reference: str
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class PostedLine:
    """Money our books hold, signed. Lines of one `file_id` may stand on the statement as one sum."""

    line_id: str
    file_id: str
    amount_minor: int
    booking_date: date
    reference: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What makes up a difference; the findings of a day sum to its difference."""

    kind: FindingKind
    amount_minor: int
    booking_date: date
    line_id: str = ""
    reference: str = ""


Line = TypeVar("Line", ToldLine, PostedLine)


def one_per_day(statements: Iterable[StatedBalance]) -> list[StatementDay]:
    """The statements of each account and day put together, by account and day; the same statement twice counts once."""
    by_day: dict[tuple[str, date], dict[tuple[str, int | None, int], StatedBalance]] = {}
    for stated in statements:
        parts = by_day.setdefault((stated.account_id, stated.balance_date), {})
        parts[stated.statement_id, stated.opening_minor, stated.closing_minor] = stated
    return [_put_together(list(by_day[key].values())) for key in sorted(by_day)]


def compare(days: Sequence[StatementDay], booked: Mapping[tuple[str, date], Booked]) -> list[ReconciledDay]:
    """Compare each day of `days` (by account and day, none left out between) with what was booked since the one before.

    An account's first statement starts from its own opening balance and its own first line. A statement whose
    opening does not follow from the closing before it is compared with that closing: what moved between is in our
    books, or it is the difference.
    """
    by_account: dict[str, list[tuple[date, Booked]]] = {}
    for (account_id, booking_date), amounts in booked.items():
        by_account.setdefault(account_id, []).append((booking_date, amounts))
    previous: StatementDay | None = None
    compared: list[ReconciledDay] = []
    for day in days:
        if previous is not None and previous.account_id != day.account_id:
            previous = None
        before = previous.closing_minor if previous else day.opening_minor
        if day.covers_from is None:
            before = None
        since = [
            amounts
            for booking_date, amounts in by_account.get(day.account_id, ())
            if _is_in(booking_date, previous, day)
        ]
        compared.append(
            ReconciledDay(
                account_id=day.account_id,
                day=day.day,
                currency=day.currency,
                previous_day=previous.day if previous else None,
                covers_from=day.covers_from,
                before_minor=before,
                opening_minor=day.opening_minor,
                credited_minor=sum(amounts.credited_minor for amounts in since),
                debited_minor=sum(amounts.debited_minor for amounts in since),
                closing_minor=day.closing_minor,
                unexplained_minor=day.unexplained_minor,
            )
        )
        previous = day
    return compared


def explain(day: ReconciledDay, told: Sequence[ToldLine], posted: Sequence[PostedLine]) -> list[Finding]:
    """The lines that make the difference of a day; they sum to it.

    A posted line stands on the statement by its amount, or all lines of its file do as one sum (giro files).
    """
    findings: list[Finding] = []
    if day.opening_gap_minor:
        findings.append(Finding("OPENING_GAP", day.opening_gap_minor, day.day))
    if day.unexplained_minor:
        findings.append(Finding("STATEMENT_INCOMPLETE", day.unexplained_minor, day.day))
    left_told, left_posted = _without_sums([line for line in told if not line.is_known], posted)
    left_told, left_posted = _without_pairs(left_told, left_posted)
    findings += [
        Finding(_NAMED[line.kind], line.amount_minor, line.booking_date, line.line_id, line.reference)
        for line in left_told
    ]
    findings += [_not_on_statement(lines) for lines in _by_file(left_posted)]
    if rest := (day.difference_minor or 0) - sum(finding.amount_minor for finding in findings):
        findings.append(Finding("BOOKED_ON_ANOTHER_DAY", rest, day.day))
    if len(findings) <= _MOST_FINDINGS:
        return findings
    gravest = sorted(findings, key=lambda finding: -abs(finding.amount_minor))
    shown, rest_of_them = gravest[: _MOST_FINDINGS - 1], gravest[_MOST_FINDINGS - 1 :]
    rest_minor = sum(finding.amount_minor for finding in rest_of_them)
    return [*shown, Finding("SMALLER_LINES", rest_minor, day.day, reference=f"{len(rest_of_them)} lines")]


_NAMED: dict[LineKind, FindingKind] = {
    "DEBIT": "UNKNOWN_DEBIT",
    "RETURN": "UNKNOWN_RETURN",
    "REVERSAL": "REVERSAL_NOT_POSTED",
    "CREDIT": "CREDIT_NOT_POSTED",
}


def _not_on_statement(lines: Sequence[PostedLine]) -> Finding:
    """The lines of one file together, if several are left."""
    first, amount_minor = lines[0], -sum(line.amount_minor for line in lines)
    if len(lines) == 1:
        return Finding("NOT_ON_STATEMENT", amount_minor, first.booking_date, first.line_id, first.reference)
    return Finding("NOT_ON_STATEMENT", amount_minor, first.booking_date, first.file_id, f"{len(lines)} lines of a file")


def _is_in(booking_date: date, previous: StatementDay | None, day: StatementDay) -> bool:
    if booking_date > day.day:
        return False
    if previous is not None:
        return booking_date > previous.day
    return day.covers_from is not None and booking_date >= day.covers_from


def _put_together(parts: Sequence[StatedBalance]) -> StatementDay:
    """In the order in which each opens with what the one before closed with; what breaks the chain is unexplained."""
    ordered = sorted(parts, key=lambda part: part.statement_id)
    chain, broken_minor = min((_chain(first, ordered) for first in ordered), key=lambda found: abs(found[1]))
    starts = [part.covers_from for part in chain if part.covers_from is not None]
    return StatementDay(
        account_id=chain[0].account_id,
        day=chain[0].balance_date,
        currency=chain[0].currency,
        opening_minor=chain[0].opening_minor,
        closing_minor=chain[-1].closing_minor,
        unexplained_minor=broken_minor + sum(part.unexplained_minor or 0 for part in chain),
        covers_from=min(starts) if len(starts) == len(chain) else None,
    )


def _chain(first: StatedBalance, parts: Sequence[StatedBalance]) -> tuple[list[StatedBalance], int]:
    left = [part for part in parts if part is not first]
    chain, broken_minor = [first], 0
    while left:
        closing_minor = chain[-1].closing_minor
        fitting = [part for part in left if part.opening_minor == closing_minor]
        # one that moved nothing fits here only as long as nothing else has moved
        following = min(fitting, key=lambda part: part.closing_minor != closing_minor) if fitting else left[0]
        if following.opening_minor is not None:
            broken_minor += following.opening_minor - closing_minor
        left.remove(following)
        chain.append(following)
    return chain, broken_minor


def _without_sums(told: Sequence[ToldLine], posted: Sequence[PostedLine]) -> tuple[list[ToldLine], list[PostedLine]]:
    """Leave out files of several lines that stand on the statement as one sum."""
    left_told, left_posted = list(told), list(posted)
    for lines in _by_file(posted):
        sum_minor = sum(line.amount_minor for line in lines)
        lump = next((line for line in left_told if line.amount_minor == sum_minor), None)
        if len(lines) > 1 and lump is not None:
            left_told.remove(lump)
            gone = set(lines)
            left_posted = [line for line in left_posted if line not in gone]
    return left_told, left_posted


def _without_pairs(told: Sequence[ToldLine], posted: Sequence[PostedLine]) -> tuple[list[ToldLine], list[PostedLine]]:
    """Leave out what stands on both sides with the same amount, and files that sum to nothing: no bank books those."""
    both = Counter(line.amount_minor for line in told) & Counter(line.amount_minor for line in posted)
    left_posted = _less(posted, both)
    sums = [lines for lines in _by_file(left_posted) if sum(line.amount_minor for line in lines)]
    return _less(told, both), [line for lines in sums for line in lines]


def _by_file(posted: Sequence[PostedLine]) -> list[list[PostedLine]]:
    by_file: dict[tuple[str, date], list[PostedLine]] = {}
    for line in posted:
        by_file.setdefault((line.file_id, line.booking_date), []).append(line)
    return list(by_file.values())


def _less(lines: Sequence[Line], both: Counter[int]) -> list[Line]:
    taken = both.copy()
    left: list[Line] = []
    for line in lines:
        if taken[line.amount_minor]:
            taken[line.amount_minor] -= 1
        else:
            left.append(line)
    return left
