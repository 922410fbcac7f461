"""What the bank states against our books: every difference is told with the lines that make it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_control.domain.cover import Cover
from payment_control.domain.reconciliation import (
    Booked,
    PostedLine,
    ReconciledDay,
    StatementDay,
    ToldLine,
    compare,
    explain,
    one_per_day,
)
from payment_control.domain.silence import banking_days_between
from payment_control.domain.statements import LineKind, StatedBalance

MONDAY = date(2025, 9, 15)


def stated(opening: int | None, closing: int, day: date = MONDAY, **fields: Any) -> StatedBalance:
    values: dict[str, Any] = {
        "account_id": "NOK",
        "statement_id": "S1",
        "balance_date": day,
        "currency": "NOK",
        "opening_minor": opening,
        "closing_minor": closing,
        "unexplained_minor": 0,
        "covers_from": day,
    }
    return StatedBalance(**values | fields)


def compared(statements: Sequence[StatedBalance], booked: dict[date, tuple[int, int]]) -> list[ReconciledDay]:
    return compare(one_per_day(statements), {("NOK", day): Booked(*amounts) for day, amounts in booked.items()})


def told(number: int, amount: int, kind: LineKind | None = None, *, is_known: bool = False) -> ToldLine:
    return ToldLine(f"t{number}", kind or ("CREDIT" if amount > 0 else "DEBIT"), amount, MONDAY, "", is_known)


def posted(number: int, amount: int, file: str | None = None) -> PostedLine:
    return PostedLine(f"p{number}", file or f"f{number}", amount, MONDAY, "")


def test_the_books_expect_the_balance_before_with_what_was_booked_since() -> None:
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)

    days = compared(
        [stated(0, 500), stated(500, 300, tuesday), stated(300, 310, wednesday)],
        {MONDAY: (500, 0), tuesday: (100, 300)},
    )

    assert [(day.expected_minor, day.difference_minor, day.status) for day in days] == [
        (500, 0, "BALANCED"),
        (300, 0, "BALANCED"),
        (300, 10, "DIFFERENT"),
    ]


def test_lines_of_a_weekend_count_for_the_statement_after_it() -> None:
    friday, sunday = MONDAY - timedelta(days=3), MONDAY - timedelta(days=1)

    days = compared([stated(0, 0, friday), stated(0, 700, MONDAY)], {sunday: (700, 0)})

    assert [day.difference_minor for day in days] == [0, 0]


def test_a_first_statement_starts_from_its_own_opening_and_leaves_out_what_was_booked_before_it() -> None:
    long_ago = MONDAY - timedelta(days=40)

    [day] = compared([stated(9_000, 9_500)], {long_ago: (9_000, 0), MONDAY: (500, 0)})

    assert (day.before_minor, day.difference_minor) == (9_000, 0)


def test_without_anything_to_start_from_nothing_is_compared() -> None:
    opening_lacks, lines_lack = compared([stated(None, 500)], {}), compared([stated(0, 500, covers_from=None)], {})

    assert [day.status for day in (*opening_lacks, *lines_lack)] == ["NOT_COMPARABLE", "NOT_COMPARABLE"]
    assert [day.alert for day in (*opening_lacks, *lines_lack)] == [None, None]


def test_a_missing_statement_is_told_and_is_no_difference_when_our_books_know_what_moved() -> None:
    wednesday = MONDAY + timedelta(days=2)
    known = compared([stated(0, 500), stated(750, 750, wednesday)], {MONDAY: (500, 0), MONDAY + timedelta(1): (250, 0)})
    unknown = compared([stated(0, 500), stated(750, 750, wednesday)], {MONDAY: (500, 0)})

    assert known[1].alert == ("OPENING_GAP", 250)
    assert unknown[1].alert == ("DIFFERENCE", 250)
    assert [(finding.kind, finding.amount_minor) for finding in explain(unknown[1], [], [])] == [("OPENING_GAP", 250)]


@pytest.mark.parametrize("names", [("A", "B", "C"), ("C", "A", "B"), ("B", "C", "A")])
def test_several_statements_of_a_day_are_one_in_the_order_in_which_they_follow(names: tuple[str, str, str]) -> None:
    parts = [stated(0, 500), stated(500, 500), stated(500, 200)]
    named = [
        stated(part.opening_minor, part.closing_minor, statement_id=name)
        for part, name in zip(parts, names, strict=True)
    ]

    [day] = one_per_day([*named, named[0]])

    assert (day.opening_minor, day.closing_minor, day.unexplained_minor) == (0, 200, 0)


def test_statements_of_a_day_that_do_not_follow_are_incomplete() -> None:
    [day] = one_per_day([stated(0, 500, statement_id="A"), stated(600, 700, statement_id="B")])

    assert (day.opening_minor, day.closing_minor, day.unexplained_minor) == (0, 700, 100)


DAY = StatementDay("NOK", MONDAY, "NOK", 0, 0, 0, MONDAY)


@pytest.mark.parametrize(
    ("lines", "books", "findings"),
    [
        pytest.param([told(1, -300)], [], [("UNKNOWN_DEBIT", -300)], id="a debit nobody ordered"),
        pytest.param([told(1, 300, "RETURN")], [], [("UNKNOWN_RETURN", 300)], id="a return of nothing we sent"),
        pytest.param([told(1, -300, "REVERSAL")], [], [("REVERSAL_NOT_POSTED", -300)], id="a reversal not told before"),
        pytest.param([told(1, 300)], [], [("CREDIT_NOT_POSTED", 300)], id="a credit without its notification"),
        pytest.param([], [posted(1, 300)], [("NOT_ON_STATEMENT", -300)], id="a payment the statement does not have"),
        pytest.param(
            [told(1, 300)],
            [posted(1, 100, "ocr"), posted(2, 250, "ocr"), posted(3, -50, "ocr")],
            [],
            id="a giro file stands there as one sum",
        ),
        pytest.param(
            [told(1, 300)],
            [posted(1, 100, "ocr"), posted(2, 250, "ocr")],
            [("CREDIT_NOT_POSTED", 300), ("NOT_ON_STATEMENT", -350)],
            id="a giro file with another sum",
        ),
        pytest.param(
            [told(1, 300), told(2, -300, "REVERSAL"), told(3, -80, is_known=True)],
            [posted(1, 300), posted(2, -300)],
            [],
            id="everything is on both sides, and the payout is ours",
        ),
    ],
)
def test_the_lines_that_make_a_difference(
    lines: list[ToldLine], books: list[PostedLine], findings: list[tuple[str, int]]
) -> None:
    day = the_day(lines, books, opening_gap=0, unexplained=0)

    assert [(finding.kind, finding.amount_minor) for finding in explain(day, lines, books)] == findings


amounts = st.integers(-400, 400).filter(bool)


@given(
    lines=st.lists(st.tuples(amounts, st.booleans()), max_size=130),
    books=st.lists(st.tuples(amounts, st.sampled_from(["f1", "f2", "f3"])), max_size=130),
    opening_gap=st.integers(-50, 50),
    unexplained=st.integers(-50, 50),
)
def test_the_findings_of_a_day_sum_to_its_difference(
    lines: list[tuple[int, bool]], books: list[tuple[int, str]], opening_gap: int, unexplained: int
) -> None:
    on_statement = [told(number, amount, is_known=known) for number, (amount, known) in enumerate(lines)]
    in_books = [posted(number, amount, file) for number, (amount, file) in enumerate(books)]
    day = the_day(on_statement, in_books, opening_gap, unexplained)

    findings = explain(day, on_statement, in_books)

    assert sum(finding.amount_minor for finding in findings) == day.difference_minor
    assert len(findings) <= 100
    assert "BOOKED_ON_ANOTHER_DAY" not in {finding.kind for finding in findings}


def the_day(
    lines: Sequence[ToldLine], books: Sequence[PostedLine], opening_gap: int, unexplained: int
) -> ReconciledDay:
    """A day whose bank moved as the lines say, and whose books as the posted lines and known payouts say."""
    moved = sum(line.amount_minor for line in lines)
    booked = [line.amount_minor for line in (*books, *(line for line in lines if line.is_known))]
    eve = MONDAY - timedelta(days=1)
    before = StatementDay("NOK", eve, "NOK", 0, 1_000, 0, eve)
    after = StatementDay(
        "NOK", MONDAY, "NOK", 1_000 + opening_gap, 1_000 + opening_gap + moved + unexplained, unexplained, MONDAY
    )
    credited = sum(amount for amount in booked if amount > 0)
    debited = -sum(amount for amount in booked if amount < 0)
    return compare([before, after], {("NOK", MONDAY): Booked(credited, debited)})[1]


def test_banking_days_leave_out_weekends_and_the_holidays_of_the_accounts_country() -> None:
    assert banking_days_between("NO", date(2025, 12, 23), date(2025, 12, 30)) == 2
    assert banking_days_between("XX", date(2025, 12, 23), date(2025, 12, 30)) == 4
    assert banking_days_between("NO", MONDAY, MONDAY + timedelta(days=1)) == 0


def test_what_is_held_above_what_is_owed_is_zero_when_all_money_is_somebodys() -> None:
    cover = Cover("NOK", MONDAY, 1_000, 100, 50, 25, 900, 200, 150, 25, 0)

    assert (cover.owed_to_creditors_minor, cover.owed_to_payers_minor) == (700, 175)
    assert (cover.liabilities_minor, cover.excess_minor) == (1_000, 0)
