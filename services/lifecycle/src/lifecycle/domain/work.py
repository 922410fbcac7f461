"""What the office or a creditor does with one case, answered at once: preparing, review, promise, plan, dispute, close."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal
from uuid import UUID

from lifecycle.domain.arrangements import (
    Dispute,
    Plan,
    Promise,
    covered_through,
    equal_instalments,
    next_dispute_alert,
)
from lifecycle.domain.case import Case, closed, disputed_in_part, held, pending, resumed, retried, undisputed
from lifecycle.domain.interruptions import Interrupting
from lifecycle.domain.limitation import clock_of, interrupted
from lifecycle.domain.timeline import EntryKind
from lifecycle.domain.transitions import WorkCode, WorkForbidden, available_work, check_work, moved
from money import Money
from statutes import StatuteError
from statutes.procedure_rows import EventKind

Effect = Literal["HELD", "RESUMED", "CLOSED"]
MOST_PROMISE_DAYS: Final = 92


class WorkRefused(ValueError):
    """What is asked makes no sense; `field` says where."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


@dataclass(frozen=True, slots=True)
class Done:
    """The case afterwards, the words for its timeline, and what to tell others."""

    case: Case
    kind: EntryKind
    text: str
    effect: Effect | None = None
    acknowledges: bool = False
    """The debtor owned up to the debt, which interrupts limitation."""


def _check(case: Case, code: WorkCode) -> None:
    check_work(case.case_id, case.situation.status, code, flagged=case.flagged)


def prepare(case: Case, day: date, *, review: bool = True) -> Done:
    """The file is complete; it goes to review, or straight to work where none is wanted."""
    _check(case, "PREPARED")
    if review:
        return Done(_with_status(case, "REVIEWING"), "REVIEW", "Prepared: waits for review")
    return Done(pending(case, day), "REVIEW", "Prepared: no review is wanted, work begins")


def approve(case: Case, day: date) -> Done:
    """Reviewed: the amount is frozen and work begins."""
    _check(case, "REVIEWED")
    return Done(pending(case, day), "REVIEW", "Reviewed and approved: work begins")


def send_back(case: Case) -> Done:
    """The reviewer wants more."""
    _check(case, "SEND_BACK")
    return Done(_with_status(case, "PREPARING"), "REVIEW", "Sent back to be prepared")


def reject(case: Case, day: date) -> Done:
    """The reviewer does not take the case."""
    _check(case, "REJECT")
    return Done(closed(case, "DISPUTED_DECLINED", day), "CLOSED", "Rejected in review", "CLOSED")


def close(case: Case, close_code: str, day: date) -> Done:
    """End the case; no more money is asked for on it."""
    _check(case, "CLOSE")
    return Done(closed(case, close_code, day), "CLOSED", f"Case closed: {close_code}", "CLOSED")


def retry(case: Case, day: date) -> Done:
    """What the law's tables had no answer for was seen to: the case goes on where it stood, from the day after."""
    _check(case, "RETRY")
    try:
        _ = case.rules
    except StatuteError as still:
        raise WorkRefused("policy", f"{still}; set a policy for this case first") from still
    return Done(retried(case, day), "REVIEW", f"Taken up again, after: {case.failure}")


def record_interruption(
    case: Case, kind: EventKind, on_date: date, ended_date: date | None, cause: str, day: date
) -> Done:
    """Something happened outside that may interrupt limitation, such as a judgment; what the law makes of it is told."""
    if case.closed:
        raise WorkForbidden(case.case_id, "INTERRUPTION", case.situation.status, available_work(case.situation.status))
    if on_date > day:
        raise WorkRefused("on_date", f"must not lie after today, {day}")
    if ended_date is not None and ended_date < on_date:
        raise WorkRefused("ended_date", f"must not lie before it began, {on_date}")
    after = interrupted(case, Interrupting(kind=kind, on_date=on_date, ended_date=ended_date, cause=cause), day)
    text = f"{kind.replace('_', ' ').capitalize()} of {on_date}: "
    if after.limitation_date != case.limitation_date:
        return Done(after, "LIMITATION", text + f"the claim lives until {after.limitation_date}")
    clock = clock_of(after)
    why = (
        next((one.reason for one in clock.ignored if one.interruption.on_date == on_date), "")
        if clock
        else "no law on file"
    )
    return Done(after, "LIMITATION", text + (f"limitation is not moved, {why}" if why else "limitation is not moved"))


def promise(case: Case, amount_minor: int, promised_date: date, day: date) -> Done:
    """Letters rest until the promised day; kept when the money came, broken when the day passed."""
    _check(case, "PROMISE")
    owed = case.situation.owed_minor
    if not 0 < amount_minor <= owed:
        raise WorkRefused("amount_minor", f"must be between 1 and what is owed, {owed}")
    if not 0 <= (promised_date - day).days <= MOST_PROMISE_DAYS:
        raise WorkRefused("promised_date", f"must lie from today, {day}, to {MOST_PROMISE_DAYS} days later")
    agreed = Promise(
        amount_minor=amount_minor, promised_date=promised_date, owed_minor=owed, since_version=case.claim_version
    )
    text = f"Promised to be paid by {promised_date}"
    return Done(held(case, "PROMISE", promised_date, agreed), "HELD", text, "HELD", acknowledges=True)


def propose_plan(
    case: Case, count: int, first_date: date, every_days: int, grace_days: int, answer_by: date, day: date
) -> Done:
    """A plan in equal instalments; letters rest until the debtor's answer is due."""
    _check(case, "PLAN")
    if first_date < day:
        raise WorkRefused("first_date", f"must not lie before today, {day}")
    if answer_by < day:
        raise WorkRefused("answer_by", f"must not lie before today, {day}")
    owed = case.situation.owed_minor
    try:
        parts = equal_instalments(owed, count, first_date, every_days)
    except ValueError as wrong:
        raise WorkRefused("count", str(wrong)) from wrong
    plan = Plan(
        accepted=False, instalments=parts, owed_minor=owed, since_version=case.claim_version, grace_days=grace_days
    )
    text = f"Payment plan of {count} instalments proposed, to be accepted by {answer_by}"
    return Done(held(case, "PLAN", answer_by, plan), "HELD", text, "HELD")


def accept_plan(case: Case) -> Done:
    """The debtor took the plan: letters rest while each instalment is paid."""
    plan = case.arrangement
    if not isinstance(plan, Plan) or plan.accepted or case.situation.status != "ON_PLAN":
        raise WorkForbidden(
            case.case_id,
            "ACCEPT_PLAN",
            case.situation.status,
            available_work(case.situation.status, flagged=case.flagged),
        )
    taken = plan.model_copy(update={"accepted": True})
    through = covered_through(taken, case.situation.owed_minor)
    accepted = held(case, "PLAN", through, taken)
    return Done(accepted, "HELD", "Payment plan accepted", "HELD", acknowledges=True)


def dispute(
    case: Case,
    reason: str,
    evidence: Sequence[str],
    disputed_minor: int | None,
    deadline_date: date | None,
    day: date,
    *,
    dispute_id: UUID | None = None,
) -> Done:
    """A whole dispute stops the case; of a partial one only the disputed amount rests. Interest runs on by law.

    Case workers are warned before the day by which it is to be answered, and when it has passed.
    """
    _check(case, "DISPUTE")
    principal = case.situation.principal_minor
    if disputed_minor is not None and not 0 < disputed_minor < principal:
        raise WorkRefused("disputed_minor", f"must be less than the open principal, {principal}; leave it out for all")
    if deadline_date is not None and deadline_date < day:
        raise WorkRefused("deadline_date", f"must not lie before today, {day}")
    raised = Dispute(
        reason=reason,
        evidence=tuple(evidence),
        disputed_minor=disputed_minor,
        deadline_date=deadline_date,
        dispute_id=dispute_id,
    )
    alert_date = next_dispute_alert(raised, day)
    if disputed_minor is None:
        disputed = replace(held(case, "DISPUTE", None, raised), dispute_alert_date=alert_date)
        return Done(disputed, "HELD", f"Disputed: {reason}", "HELD")
    if case.situation.status != "ACTIVE":
        raise WorkRefused("disputed_minor", "a case that rests can only be disputed as a whole")
    disputed = replace(disputed_in_part(case, raised), dispute_alert_date=alert_date)
    return Done(disputed, "DISPUTED", f"Disputed in part, {Money(disputed_minor, case.currency)}: {reason}")


def resolve_dispute(case: Case, outcome: Literal["UPHELD", "PARTIAL", "REJECTED"], day: date) -> Done:
    """The dispute is judged and the case goes on; what is upheld comes off the claim by a credit note beside it."""
    raised = case.arrangement
    status = case.situation.status
    if case.closed or (status != "DISPUTED" and not isinstance(raised, Dispute)):
        raise WorkForbidden(case.case_id, "RESOLVE_DISPUTE", status, available_work(status))
    text = f"Dispute {outcome.lower()}"
    if status == "DISPUTED":
        return Done(resumed(case, day), "RESUMED", text, "RESUMED")
    return Done(undisputed(case), "DISPUTED", text)


def _with_status(case: Case, status: Literal["REVIEWING", "PREPARING"]) -> Case:
    return replace(case, situation=replace(case.situation, status=moved(case.situation.status, status)))
