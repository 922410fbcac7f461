"""The limitation clock of a case: when its claim is lost, and the days on which to warn of it."""

from datetime import date

from statutes import Limitation, RuleMissing, limitation_date


def limitation_of(jurisdiction: str, debtor_kind: str, due_date: date, arose_date: date) -> Limitation | None:
    """The clock as the law of the country runs it; None where no row is on file, which is never guessed."""
    try:
        return limitation_date(jurisdiction, debtor_kind, due_date=due_date, arose_date=arose_date)
    except RuleMissing:
        return None


def next_alert(clock: Limitation, after: date) -> date | None:
    """The next day to warn after a day: 90, 60 and 30 days before the claim is lost."""
    return next((day for day in clock.alert_dates if day > after), None)
