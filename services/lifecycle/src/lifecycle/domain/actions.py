"""What a creditor asks to be done with a case, and what comes of it."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from lifecycle.domain.case import Case, closed, held, resumed
from lifecycle.domain.dunning import with_due_date
from lifecycle.domain.states import ActionCode, HoldReason
from lifecycle.domain.transitions import available_actions

Effect = Literal["HELD", "RESUMED", "CLOSED"]


@dataclass(frozen=True, slots=True)
class Action:
    """A request, as the creditor made it."""

    code: ActionCode
    requested_date: date
    comment: str = ""
    due_date: date | None = None
    until_date: date | None = None


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
            return _hold(case, replace(action, until_date=None), "DISPUTE", "Objection: disputed")
        case "PAYMENTPLAN":
            return _hold(case, action, "PLAN", "Payment plan allowed: letters stop")
        case "DUEDATE":
            return _move_due_date(case, action)


def _hold(case: Case, action: Action, reason: HoldReason, words: str) -> ActionOutcome:
    until = action.until_date
    if until is not None and until < action.requested_date:
        return _refused(case, f"its last day {until} lies before the day of the request {action.requested_date}")
    text = f"{words} until {until}" if until else f"{words} until resumed"
    return ActionOutcome(held(case, reason, until), True, text, "HELD")


def _move_due_date(case: Case, action: Action) -> ActionOutcome:
    before = case.situation.due_date
    if action.due_date is None:
        return _refused(case, "it names no date; give dueDate")
    if action.due_date < before:
        return _refused(case, f"the due date {before} can only be moved to a later day, not to {action.due_date}")
    situation = with_due_date(case.situation, action.due_date, action.requested_date)
    return ActionOutcome(replace(case, situation=situation), True, f"Due date moved from {before} to {action.due_date}")


def _refused(case: Case, reason: str) -> ActionOutcome:
    return ActionOutcome(case, False, reason)
