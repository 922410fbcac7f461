"""What creditors ask to be done with their cases."""

from collections.abc import Sequence
from dataclasses import replace

from contracts import ActionRequested
from lifecycle import collector_queries
from lifecycle.domain.actions import Action, ActionOutcome, perform
from lifecycle.domain.case import Case
from lifecycle.domain.handovers import Withdrawal, withdrawal
from lifecycle.domain.timeline import TimelineEntry
from lifecycle.use_cases.announcements import case_closed, case_held, case_resumed
from lifecycle.use_cases.changes import Changes, lock_cases_of, save_and_tell
from runtime.database import Session


async def apply_actions(session: Session, events: Sequence[ActionRequested]) -> None:
    """Do what is asked, in order; each outcome, done or refused, shows on the timeline."""
    cases, events = await lock_cases_of(session, events)

    withdrawn = [cases[event.case_id].handover_id for event in events if event.code == "WITHDRAW"]
    handovers = await collector_queries.list_handovers(session, {one for one in withdrawn if one})

    changes = Changes(cases)
    for event in events:
        action = Action(
            event.code,
            event.requested_date,
            event.comment,
            event.due_date,
            event.until_date,
            event.action_id,
            event.instalment_count,
            event.first_instalment_date,
            event.instalment_every,
        )
        case = changes.cases[event.case_id]
        outcome = perform(case, action)
        if event.code == "WITHDRAW" and outcome.done and case.handover_id:
            handover = handovers.get(case.handover_id)
            outcome = _weighed(case, outcome, withdrawal(handover, event.requested_date))
        changes.put(outcome.case)
        changes.entries.append(_entry(event, outcome))
        match outcome.effect:
            case "HELD":
                changes.facts.append(case_held(outcome.case, event.requested_date))
            case "RESUMED":
                changes.facts.append(case_resumed(outcome.case, event.requested_date))
            case "CLOSED":
                changes.facts.append(case_closed(outcome.case, "WITHDRAWN", event.requested_date))
            case None:
                pass

    await save_and_tell(session, changes)


def _weighed(case: Case, outcome: ActionOutcome, towards_collector: Withdrawal) -> ActionOutcome:
    """A withdrawal, as the collector's terms have it."""
    if towards_collector.refused:
        return ActionOutcome(case, False, towards_collector.text)
    return replace(outcome, text=f"{outcome.text}; {towards_collector.text}")


def _entry(event: ActionRequested, outcome: ActionOutcome) -> TimelineEntry:
    text = outcome.text if outcome.done else f"{event.code} refused: {outcome.text}"
    return TimelineEntry(
        event.case_id,
        event.requested_date,
        event.occurred_at,
        "ACTION" if outcome.done else "ACTION_REFUSED",
        f"{text}. {event.comment}" if event.comment else text,
        who="Creditor",
        ids={"action_id": str(event.action_id), "code": event.code},
    )
