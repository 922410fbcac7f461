"""Dunning is re-evaluated: from a case's present situation and a day follows what is to be done, whatever led there."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from lifecycle.domain.states import HELD, Stage, Status
from statutes import Policy, PolicyStep, StopCondition, lawful_after, step_date, step_deadline

_DAY: Final = timedelta(days=1)
_IN_COLLECTION: Final = frozenset({"COLLECTION", "LEGAL", "MONITORING"})


@dataclass(frozen=True, slots=True)
class CaseSituation:
    """All that decides what happens next; amounts are what is still owed, in minor units."""

    status: Status
    stage: Stage
    level: int
    due_date: date
    principal_minor: int
    interest_minor: int = 0
    fees_minor: int = 0
    small_balance_minor: int = 0
    collection_allowed: bool = True
    disputed_minor: int = 0
    original_minor: int = 0
    debtor_country: str = ""
    debtor_vulnerable: bool = False
    with_collector: bool = False
    hold_until_date: date | None = None
    earliest_step_date: date | None = None
    last_step_date: date | None = None
    last_deadline_date: date | None = None

    @property
    def owed_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fees_minor

    @property
    def undisputed_minor(self) -> int:
        """What letters may go on about: a disputed part rests."""
        return max(0, self.owed_minor - self.disputed_minor)

    @property
    def held(self) -> bool:
        return self.status in HELD

    @property
    def at_work(self) -> bool:
        return self.status == "ACTIVE" or self.held


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do on a day; `after` is the situation once it is done."""

    resume: bool
    overdue: bool
    step: PolicyStep | None
    deadline_date: date | None
    next_review_date: date | None
    after: CaseSituation


def next_step(case: CaseSituation, policy: Policy, as_of: date) -> Decision:
    """What is due on `as_of`: the end of a hold, the due date's passing, and at most one rung of the ladder.

    What is still owed decides, never the original amount. A day evaluated late gives what it would have given in time.
    """
    resume = case.held and case.hold_until_date is not None and as_of > case.hold_until_date
    if resume:
        # Letters start again the day after, so that nobody hears of a step before they heard of the resumption.
        case = replace(case, status="ACTIVE", hold_until_date=None, earliest_step_date=as_of + _DAY)

    overdue = _overdue_date(case) is not None and as_of > case.due_date
    if overdue:
        case = replace(case, stage="COLLECTION" if case.with_collector else "OVERDUE")

    step: PolicyStep | None = None
    deadline_date: date | None = None
    falls_on = next_step_date(case, policy)
    if falls_on is not None and as_of >= falls_on:
        step = _next_rung(case, policy)
        assert step is not None  # it has a date
        deadline_date = step_deadline(step, as_of)
        case = replace(case, level=step.level, stage=step.stage, last_step_date=as_of, last_deadline_date=deadline_date)
    return Decision(resume, overdue, step, deadline_date, next_review_date(case, policy), case)


def next_step_date(case: CaseSituation, policy: Policy) -> date | None:
    """The first day the next rung may be taken; None while no rung is to be taken at all."""
    step = _next_rung(case, policy)
    if step is None or case.status != "ACTIVE" or case.with_collector or _stopped(case, policy, step):
        return None
    if not case.collection_allowed and (step.transfers or step.stage in _IN_COLLECTION):
        return None
    not_before = [step_date(step, case.due_date, case.last_deadline_date)]
    if case.earliest_step_date is not None:
        not_before.append(case.earliest_step_date)
    if case.last_step_date is not None:
        not_before.append(case.last_step_date + _DAY)
        if step.days_after_due is not None and (lawful := _lawful_date(case, policy, step)) is not None:
            not_before.append(lawful)
    return max(not_before)


def _lawful_date(case: CaseSituation, policy: Policy, step: PolicyStep) -> date | None:
    """What the law wants between the letters that went, whenever they did, and a step counted from the due date."""
    if case.last_step_date is None or case.last_deadline_date is None:
        return None
    earlier = [rung.code for rung in policy.steps if rung.level <= case.level]
    return lawful_after(step, earlier, case.last_step_date, case.last_deadline_date)


def _next_rung(case: CaseSituation, policy: Policy) -> PolicyStep | None:
    """The rung after the last taken whose conditions fit what is owed and the debtor; others are passed over."""
    return policy.next_step(case.level, owed_minor=case.undisputed_minor, debtor_country=case.debtor_country or None)


def _stopped(case: CaseSituation, policy: Policy, step: PolicyStep) -> bool:
    """While a tolerance or a stop condition of any rung up to this one holds, no later rung is taken either."""
    if case.undisputed_minor <= case.small_balance_minor:
        return True
    holds: dict[StopCondition, bool] = {
        "PRINCIPAL_PAID": case.principal_minor == 0,
        "PARTLY_PAID": case.principal_minor < case.original_minor,
        "DEBTOR_ABROAD": case.debtor_country not in {"", policy.jurisdiction},
        "DEBTOR_VULNERABLE": case.debtor_vulnerable,
    }
    return any(
        case.undisputed_minor <= rung.tolerance_minor or any(holds[reason] for reason in rung.stop_conditions)
        for rung in policy.steps
        if case.level < rung.level <= step.level
    )


def next_review_date(case: CaseSituation, policy: Policy) -> date | None:
    """The first day on which `next_step` finds something to do; None while only a new fact can change anything."""
    if not case.at_work:
        return None
    resumes = case.hold_until_date + _DAY if case.held and case.hold_until_date is not None else None
    days = [day for day in (resumes, _overdue_date(case), next_step_date(case, policy)) if day is not None]
    return min(days, default=None)


def _overdue_date(case: CaseSituation) -> date | None:
    """The day after the due date, until it has been told; a hold stops letters, not the calendar."""
    if case.stage != "INVOICED" or not case.at_work or case.owed_minor == 0:
        return None
    return case.due_date + _DAY


def with_due_date(case: CaseSituation, due_date: date, as_of: date) -> CaseSituation:
    """The case's date moved: before the first letter it may be not yet due again, after one the deadline moves too."""
    if case.level == 0:
        stage: Stage = "INVOICED" if due_date >= as_of else case.stage
        return replace(case, due_date=due_date, stage=stage)
    deadline_date = max(case.last_deadline_date or due_date, due_date)
    return replace(case, due_date=due_date, last_deadline_date=deadline_date)


def first_step_bound(invoice_type: str, due_date: date, accepted_date: date) -> date | None:
    """The day before which no letter goes: a claim that came in late is given the day of its acceptance."""
    if invoice_type == "COLLECTION" or accepted_date > due_date:
        return accepted_date + _DAY
    return None
