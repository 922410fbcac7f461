"""The day late interest begins to run."""

from datetime import date, timedelta

from statutes.book import StatuteBook, known_jurisdiction, statute_book
from statutes.errors import RuleMissing
from statutes.rows import Wait
from statutes.waiting import EarliestDate, list_waits

# What the thirty days are counted from, by the words of each law; and default by a reminder alone, in Switzerland.
_DEMANDS = ("demand", "invoice_sent", "invoice_received", "invoice_and_due")
_STARTS = ("late_interest_start", "default", "verzug")


def interest_start_date(
    jurisdiction: str,
    debtor_kind: str,
    *,
    due_date: date | None = None,
    demand_date: date | None = None,
    consumer_was_told: bool = False,
    book: StatuteBook | None = None,
) -> EarliestDate:
    """The first day that bears interest: the day after an agreed `due_date`, else after the days the law counts.

    `demand_date` is when the invoice or demand was sent (NO, SE, FI) or received (DE, NL, EU), or the reminder (CH).
    A German consumer is in default after 30 days only if the invoice said so (`consumer_was_told`).
    """
    book = book or statute_book()
    known_jurisdiction(book, jurisdiction)
    if due_date is not None:
        return EarliestDate(due_date + timedelta(days=1), ())
    if demand_date is None:
        raise ValueError("give the agreed due date, or the date of the demand where none was agreed")
    row = _row(book, jurisdiction, debtor_kind, demand_date)
    if jurisdiction == "DE" and debtor_kind.lower() == "consumer" and not consumer_was_told:
        raise RuleMissing("waiting_days", "DE: a consumer who was not told of default after 30 days; remind instead")
    return EarliestDate(demand_date + timedelta(days=row.days + 1), (row.facts.row_id,))


def _row(book: StatuteBook, jurisdiction: str, debtor_kind: str, on_date: date) -> Wait:
    for wait in list_waits(book, jurisdiction, debtor_kind, on_date):
        default_by_reminder = wait.rule_kind == "automatic_default" and wait.days == 0
        if wait.to_event in _STARTS and (wait.from_event in _DEMANDS or default_by_reminder):
            return wait
    raise RuleMissing(
        "waiting_days", f"{jurisdiction}, {debtor_kind}: when interest starts without a due date", on_date
    )
