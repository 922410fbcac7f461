"""What a creditor asks to be done with a case, and what comes of it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal
from uuid import UUID

from lifecycle.domain.arrangements import Dispute, Plan, Promise, covered_through, equal_instalments
from lifecycle.domain.case import Case, closed, held, resumed
from lifecycle.domain.dunning import with_due_date
from lifecycle.domain.limitation import with_clock
from lifecycle.domain.states import ActionCode, HoldReason
from lifecycle.domain.transitions import available_actions
from money import Money

Effect = Literal["HELD", "RESUMED", "CLOSED"]
GRACE_DAYS: Final = 3
"""An instalment is missed when it is not covered so many days after its day, as in plans that the office makes."""


@dataclass(frozen=True, slots=True)
class Action:
    """A request, as the creditor made it."""

    code: ActionCode
    requested_date: date
    comment: str = ""
    due_date: date | None = None
    until_date: date | None = None
    action_id: UUID | None = None
    instalment_count: int | None = None
    first_instalment_date: date | None = None
    instalment_every: Literal["WEEK", "MONTH"] | None = None


@dataclass(frozen=True, slots=True)
class ActionOutcome:
    """The case afterwards, what to tell others, and the words for the timeline; refused means nothing changed."""

    case: Case
    done: bool
    text: str
    effect: Effect | None = None


def perform(case: Case, action: Action) -> ActionOutcome:
    """Do what is asked where the case allows it; a refusal says why and what is allowed."""
    allowed = available_actions(case.situation.status, case.situation.stage, flagged=case.flagged)
    if action.code not in allowed:
        where = f"{case.situation.status} in stage {case.situation.stage}"
        where += " for a flag of its debtor" if case.flagged else ""
        return _refused(case, f"the case is {where}; allowed now: {', '.join(allowed)}")
    match action.code:
        case "COMMENT":
            return ActionOutcome(case, True, "Comment of the creditor")
        case "DIRECTPAYMENT" | "CREDITNOTE":
            return ActionOutcome(case, True, f"{action.code} passed on to payment control")
        case "WITHDRAW":
            return ActionOutcome(
                closed(case, "WITHDRAWN", action.requested_date), True, "Withdrawn by the creditor", "CLOSED"
            )
        case "RESUME":
            return ActionOutcome(resumed(case, action.requested_date), True, "Resumed by the creditor", "RESUMED")
        case "PAUSE":
            return _hold(case, action, "PAUSE", "Paused")
        case "OBJECTION":
            raised = Dispute(reason=action.comment or "Objection", dispute_id=action.action_id)
            return _hold(case, replace(action, until_date=None), "DISPUTE", "Objection: disputed", raised)
        case "PAYMENTPLAN":
            return _plan(case, action)
        case "DUEDATE":
            return _move_due_date(case, action)


def _plan(case: Case, action: Action) -> ActionOutcome:
    """With instalments a plan that the creditor grants; without, letters rest and the case worker makes one."""
    count, first_date, every = action.instalment_count, action.first_instalment_date, action.instalment_every
    if count is None and first_date is None and every is None:
        return _hold(case, action, "PLAN", "Payment plan allowed: letters stop")
    if count is None or first_date is None or every is None:
        return _refused(case, "a plan needs numberOfInstalments, firstInstalmentDate and instalmentEvery together")
    if first_date < action.requested_date:
        return _refused(
            case, f"the first instalment {first_date} lies before the day of the request {action.requested_date}"
        )
    owed = case.situation.owed_minor
    try:
        parts = equal_instalments(owed, count, first_date, 7 if every == "WEEK" else "MONTH")
    except ValueError as wrong:
        return _refused(case, str(wrong))
    plan = Plan(
        accepted=True, instalments=parts, owed_minor=owed, since_version=case.claim_version, grace_days=GRACE_DAYS
    )
    words = f"Payment plan granted: {count} instalments, the first of {Money(parts[0].amount_minor, case.currency)}"
    return _hold(case, replace(action, until_date=covered_through(plan, owed)), "PLAN", words, plan)


def _hold(
    case: Case,
    action: Action,
    reason: HoldReason,
    words: str,
    arrangement: Promise | Plan | Dispute | None = None,
) -> ActionOutcome:
    until = action.until_date
    if until is not None and until < action.requested_date:
        return _refused(case, f"its last day {until} lies before the day of the request {action.requested_date}")
    text = f"{words} until {until}" if until else f"{words} until resumed"
    return ActionOutcome(held(case, reason, until, arrangement), True, text, "HELD")


def _move_due_date(case: Case, action: Action) -> ActionOutcome:
    before = case.situation.due_date
    if action.due_date is None:
        return _refused(case, "it names no date; give dueDate")
    if action.due_date < before:
        return _refused(case, f"the due date {before} can only be moved to a later day, not to {action.due_date}")
    situation = with_due_date(case.situation, action.due_date, action.requested_date)
    moved = with_clock(replace(case, situation=situation), action.requested_date)
    text = f"Due date moved from {before} to {action.due_date}"
    if moved.limitation_date != case.limitation_date:
        text += f"; the claim lives until {moved.limitation_date}"
    return ActionOutcome(moved, True, text)


def _refused(case: Case, reason: str) -> ActionOutcome:
    return ActionOutcome(case, False, reason)
