"""Waiting days: the earliest day a notice may go, and the shortest deadline it may give."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from statutes.banking_days import RolledDate, add_banking_days, rolled
from statutes.book import StatuteBook, known_debtor_kind, known_jurisdiction, only, statute_book
from statutes.errors import RuleMissing
from statutes.rows import Wait

SENDING = ("earliest_send", "earliest", "automatic_default")


@dataclass(frozen=True, slots=True)
class EarliestDate:
    """The first day something is allowed, never rolled backward, and the rows that say so."""

    earliest_date: date
    row_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MinimumDeadline:
    """The shortest lawful deadline of a notice: calendar days from sending, and days from receipt."""

    calendar_days: int
    banking_days: int
    row_ids: tuple[str, ...]
    calendar_days_from_receipt: int = 0


def earliest_send_date(
    jurisdiction: str,
    debtor_kind: str,
    from_event: str,
    to_event: str,
    from_date: date,
    *,
    book: StatuteBook | None = None,
) -> EarliestDate:
    """The first day `to_event` is allowed when `from_event` was on `from_date`."""
    book = book or statute_book()
    waits = (
        wait
        for wait in list_waits(book, jurisdiction, debtor_kind, from_date)
        if (wait.from_event, wait.to_event) == (from_event, to_event) and wait.rule_kind in SENDING
    )
    wait = only(waits, "waiting_days", f"{jurisdiction}, {debtor_kind}: {from_event} to {to_event}", from_date)
    return EarliestDate(wait_ends(wait, from_date, book), (wait.facts.row_id,))


def minimum_deadline_days(
    jurisdiction: str, debtor_kind: str, notice: str, on_date: date, *, book: StatuteBook | None = None
) -> MinimumDeadline:
    """The shortest deadline of `notice` (inkassovarsel, inkassokrav, ...); zero days and no row where the law is silent."""
    book = book or statute_book()
    waits = [
        wait
        for wait in list_waits(book, jurisdiction, debtor_kind, on_date)
        if wait.rule_kind == "minimum_deadline" and wait.from_event in (f"{notice}_sent", f"{notice}_received")
    ]
    return MinimumDeadline(
        calendar_days=_longest(waits, f"{notice}_sent", "calendar"),
        banking_days=max(_longest(waits, wait.from_event, "banking") for wait in waits) if waits else 0,
        row_ids=tuple(wait.facts.row_id for wait in waits),
        calendar_days_from_receipt=_longest(waits, f"{notice}_received", "calendar"),
    )


def notice_deadline(
    jurisdiction: str,
    debtor_kind: str,
    notice: str,
    sent_date: date,
    deadline_days: int,
    *,
    received_date: date | None = None,
    book: StatuteBook | None = None,
) -> RolledDate:
    """The deadline of a notice: `deadline_days` from sending, never under the legal minimum, rolled forward.

    Where the law counts from receipt, `received_date` is the day that can be proven; else receipt is presumed.
    """
    book = book or statute_book()
    minimum = minimum_deadline_days(jurisdiction, debtor_kind, notice, sent_date, book=book)
    nominal = sent_date + timedelta(days=max(deadline_days, minimum.calendar_days))
    row_ids = minimum.row_ids
    if minimum.banking_days or minimum.calendar_days_from_receipt:
        if received_date is None:
            receipt = _presumed_receipt(book, jurisdiction, debtor_kind, notice, sent_date)
            received_date = wait_ends(receipt, sent_date, book)
            row_ids = (*row_ids, receipt.facts.row_id)
        nominal = max(
            nominal,
            add_banking_days(jurisdiction, received_date, minimum.banking_days, book=book),
            received_date + timedelta(days=minimum.calendar_days_from_receipt),
        )
    roll = rolled(jurisdiction, nominal, book=book)
    return RolledDate(roll.nominal_date, roll.effective_date, (*row_ids, *roll.row_ids))


def list_waits(book: StatuteBook, jurisdiction: str, debtor_kind: str, on_date: date) -> Iterator[Wait]:
    """The waiting rows in force for a kind of debtor."""
    known_jurisdiction(book, jurisdiction)
    kind = known_debtor_kind(debtor_kind)
    for wait in book.waits:
        if wait.facts.jurisdiction == jurisdiction and kind in wait.debtor_kinds and wait.facts.in_force(on_date):
            yield wait


def _longest(waits: list[Wait], from_event: str, day_kind: str) -> int:
    return max((wait.days for wait in waits if (wait.from_event, wait.day_kind) == (from_event, day_kind)), default=0)


def _presumed_receipt(book: StatuteBook, jurisdiction: str, debtor_kind: str, notice: str, sent_date: date) -> Wait:
    waits = (
        wait
        for wait in list_waits(book, jurisdiction, debtor_kind, sent_date)
        if wait.rule_kind == "presumed_receipt" and wait.from_event == f"{notice}_sent"
    )
    return only(waits, "waiting_days", f"{jurisdiction}: when {notice} counts as received", sent_date)


def wait_ends(wait: Wait, from_date: date, book: StatuteBook | None = None) -> date:
    """The first day after a wait that began on a day."""
    book = book or statute_book()
    if wait.day_kind == "calendar":
        return from_date + timedelta(days=wait.days)
    if wait.day_kind == "banking":
        return add_banking_days(wait.facts.jurisdiction, from_date, wait.days, book=book)
    raise RuleMissing("waiting_days", f"{wait.facts.row_id} in days; it counts months")
