"""The limitation clock of a case: when its claim is lost, what interrupted it, and the days on which to warn of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from lifecycle.domain.case import Case
from lifecycle.domain.interruptions import Interrupting, by_law, with_event
from statutes import Interruption, Limitation, RuleMissing, UnknownJurisdiction, limitation_date, statute_book


def limitation_of(
    jurisdiction: str,
    debtor_kind: str,
    due_date: date,
    arose_date: date | None,
    interruptions: Sequence[Interruption] = (),
) -> Limitation | None:
    """The clock as the law of the country runs it; None where no row is on file, which is never guessed."""
    try:
        return limitation_date(
            jurisdiction, debtor_kind, due_date=due_date, arose_date=arose_date, interruptions=interruptions
        )
    except (RuleMissing, UnknownJurisdiction):
        return None


def clock_of(case: Case) -> Limitation | None:
    """The clock of a case: from its due date as it is now, the day its claim arose, and what interrupted it."""
    due_date = case.situation.due_date
    # a case from before this day was kept: no later than the day it was opened
    arose_date = case.arose_date or min(due_date, case.opened_date)
    return limitation_of(case.jurisdiction, case.debtor_kind, due_date, arose_date, by_law(case.interruptions))


def with_clock(case: Case, day: date) -> Case:
    """The case with the date on which its claim is lost, and the next day after `day` to warn of it."""
    clock = clock_of(case)
    if clock is None:
        return replace(case, limitation_date=None, limitation_alert_date=None)
    return replace(case, limitation_date=clock.last_date, limitation_alert_date=next_alert(clock.alert_dates, day))


def interrupted(case: Case, event: Interrupting, day: date) -> Case:
    """Something happened that may interrupt; where the law of the country says it does the period runs anew."""
    events = with_event(case.interruptions, event)
    return case if events == case.interruptions else with_clock(replace(case, interruptions=events), day)


def next_alert(alert_dates: Sequence[date], after: date) -> date | None:
    """The next day to warn after a day: 90, 60 and 30 days before the claim is lost."""
    return next((day for day in alert_dates if day > after), None)


@cache
def interrupted_by_demands() -> tuple[str, ...]:
    """The countries in whose law a demand alone starts the period anew."""
    return tuple(sorted({row.facts.jurisdiction for row in statute_book().limitations if "demand" in row.restarts}))
