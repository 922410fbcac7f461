"""A hand-over: one case with one collector, from the choice to the end, and what the collector must be told meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from lifecycle.domain.case import Case
from lifecycle.domain.collectors import (
    Adapter,
    Candidate,
    CollectorConfiguration,
    LateWithdrawal,
    RemitsTo,
)
from lifecycle.domain.dunning import Decision
from lifecycle.domain.states import Status
from lifecycle.domain.transitions import moved

State = Literal[
    "REVIEW", "QUEUED", "HANDED", "ACCEPTED", "OWN", "CLOSED", "RECALLED", "RETURNED", "REFUSED", "CANCELLED"
]
MessageKind = Literal["PLACE", "BALANCE", "HOLD", "RESUME", "RECALL"]

GIVEN_BACK: Final[frozenset[State]] = frozenset({"RETURNED", "REFUSED"})
"""Ends after which the same collector is not chosen for the case again."""
WITH_COLLECTOR: Final[frozenset[State]] = frozenset({"QUEUED", "HANDED", "ACCEPTED"})
_NAMESPACE: Final = UUID("6f6a3a5e-2f0b-5b53-9a0e-6c1c6a0b7d11")


@dataclass(frozen=True, slots=True)
class Handover:
    """The terms are those of the day it was chosen; `told_*` is what the collector knows of the case."""

    handover_id: UUID
    case_id: int
    creditor_id: UUID
    number: int
    configuration_id: UUID
    collector: str
    adapter: Adapter
    remits_to: RemitsTo
    free_withdrawal_days: int | None
    late_withdrawal: LateWithdrawal
    processing_days: int | None
    state: State
    chosen_date: date
    queued_date: date | None = None
    handed_date: date | None = None
    accepted_date: date | None = None
    ended_date: date | None = None
    deadline_date: date | None = None
    collector_reference: str | None = None
    reason: str | None = None
    told_hold_version: int = 0
    told_claim_version: int = 0

    @property
    def free_withdrawal_until(self) -> date | None:
        """The last day on which the case may be taken back free of charge; None while that has no end."""
        if self.handed_date is None or self.free_withdrawal_days is None:
            return None
        return self.handed_date + timedelta(days=self.free_withdrawal_days)


@dataclass(frozen=True, slots=True)
class Message:
    """Something a collector is told once; amounts in minor units. The same fact has the same id."""

    handover_id: UUID
    case_id: int
    kind: MessageKind
    key: str
    content: Mapping[str, Any]

    @property
    def message_id(self) -> UUID:
        return uuid5(self.handover_id, f"{self.kind}:{self.key}")


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """What a withdrawal means towards the collector, in words for the case's timeline."""

    refused: bool
    text: str


def candidate(case: Case) -> Candidate:
    return Candidate(
        case.situation.owed_minor, case.currency, case.situation.debtor_country, case.debtor_kind, case.source
    )


def planned(case: Case, configuration: CollectorConfiguration, number: int, day: date) -> Handover:
    """The `number`th hand-over of the case: waits for review, or goes at once where none is wanted."""
    chosen = Handover(
        handover_id=uuid5(_NAMESPACE, f"handover:{case.case_id}:{number}"),
        case_id=case.case_id,
        creditor_id=case.creditor_id,
        number=number,
        configuration_id=configuration.configuration_id,
        collector=configuration.collector,
        adapter=configuration.adapter,
        remits_to=configuration.remits_to,
        free_withdrawal_days=configuration.free_withdrawal_days,
        late_withdrawal=configuration.late_withdrawal,
        processing_days=configuration.processing_days,
        state="REVIEW",
        chosen_date=day,
    )
    return released(chosen, case, day) if configuration.skip_review else chosen


def released(handover: Handover, case: Case, day: date) -> Handover:
    """Reviewed, or in no need of it; the collector's days begin."""
    days = handover.processing_days
    return replace(
        handover,
        state="OWN" if handover.adapter == "OWN" else "QUEUED",
        queued_date=day,
        deadline_date=None if days is None else day + timedelta(days=days),
        told_hold_version=case.hold_version,
        told_claim_version=case.claim_version,
    )


def placed(case: Case, handover: Handover) -> Case:
    """The case while `handover` is in its state: in review, on its way, or with our own collection."""
    situation = case.situation
    match handover.state:
        case "REVIEW":
            situation = replace(situation, status=_into(situation.status, "REVIEWING"))
        case "QUEUED":
            situation = replace(situation, status=_into(situation.status, "PENDING"), with_collector=True)
        case _:
            pass
    return replace(case, situation=situation, handover_id=handover.handover_id)


def _into(status: Status, wanted: Status) -> Status:
    return status if status == wanted else moved(status, wanted)


def without_step(before: Case, decision: Decision) -> Decision:
    """What the day brings where the transferring rung is not taken, since a collector or a reviewer comes first."""
    was = before.situation
    after = replace(
        decision.after,
        level=was.level,
        stage="OVERDUE" if decision.overdue else was.stage,
        last_step_date=was.last_step_date,
        last_deadline_date=was.last_deadline_date,
    )
    return replace(decision, step=None, deadline_date=None, next_review_date=None, after=after)


def handed(handover: Handover, day: date) -> Handover:
    return replace(handover, state="HANDED", handed_date=day)


def handed_over(case: Case) -> Case:
    """The collector has it: at work, in collection. A due date not yet told as passed is still to be told."""
    situation = case.situation
    stage = situation.stage if situation.stage == "INVOICED" else "COLLECTION"
    status = moved(situation.status, "ACTIVE") if situation.status == "PENDING" else situation.status
    return replace(case, situation=replace(situation, status=status, stage=stage))


def ended(handover: Handover, state: State, day: date, reason: str) -> Handover:
    return replace(handover, state=state, ended_date=day, reason=reason)


def given_back(case: Case) -> Case:
    """No collector has the case any more: somebody must look at it. A hold stays a hold."""
    case = parted(case)
    if case.situation.status not in {"ACTIVE", "PENDING"}:
        return case
    status = moved(case.situation.status, "REVIEWING")
    return replace(case, situation=replace(case.situation, status=status))


def parted(case: Case) -> Case:
    return replace(case, situation=replace(case.situation, with_collector=False), handover_id=None)


def withdrawal(handover: Handover | None, day: date) -> Withdrawal:
    """Free until the agreed days after the hand-over are over; after them as agreed: it may cost, or is refused."""
    if handover is None or handover.handed_date is None:
        return Withdrawal(False, "no collector has the case: free of charge")
    last = handover.free_withdrawal_until
    if last is None:
        return Withdrawal(False, f"no days of free withdrawal are agreed with {handover.collector}")
    if day <= last:
        return Withdrawal(False, f"free of charge at {handover.collector} until {last}")
    over = f"the {handover.free_withdrawal_days} days of free withdrawal at {handover.collector} ended on {last}"
    if handover.late_withdrawal == "REFUSED":
        return Withdrawal(True, f"{over}, and later withdrawal is not agreed")
    return Withdrawal(False, f"{over}: the collector may charge its cost")


def overdue(handover: Handover, day: date) -> str | None:
    """Why the collector's time is over on `day`; None while it is not."""
    if handover.ended_date or handover.deadline_date is None or day <= handover.deadline_date:
        return None
    return (
        f"{handover.collector} had the case since {handover.queued_date}; its {handover.processing_days} days"
        f" ended on {handover.deadline_date} without closing it"
    )


def place_message(case: Case, handover: Handover) -> Message:
    """All of the case that lifecycle knows."""
    content = {
        "claim_id": str(case.claim_id),
        "invoice_number": case.invoice_number,
        "debtor_id": str(case.debtor_id) if case.debtor_id else None,
        "debtor_kind": case.debtor_kind,
        "debtor_country": case.situation.debtor_country,
        "due_date": case.situation.due_date.isoformat(),
        "limitation_date": case.limitation_date.isoformat() if case.limitation_date else None,
        "stage": case.situation.stage,
        "source": case.source,
        "remits_to": handover.remits_to,
    } | _balance(case)
    return Message(handover.handover_id, case.case_id, "PLACE", "1", content)


def recall_message(handover: Handover, reason: str) -> Message:
    return Message(handover.handover_id, handover.case_id, "RECALL", "1", {"reason": reason})


def follow(
    case: Case, handover: Handover, day: date, *, never_left: bool = False
) -> tuple[Case, Handover, list[Message]]:
    """What the case became, put to its hand-over: the difference is told to the collector.

    Re-evaluated, not driven: called twice, or late, it ends in the same place. `never_left` says that a queued case was
    taken off the queue before anybody outside could hear of it.
    """
    if case.closed:
        reason = f"The case was closed: {case.close_code}"
        if handover.state in {"HANDED", "ACCEPTED"} or (handover.state == "QUEUED" and not never_left):
            return parted(case), ended(handover, "RECALLED", day, reason), [recall_message(handover, reason)]
        state: State = "CLOSED" if handover.state == "OWN" else "CANCELLED"
        return parted(case), ended(handover, state, day, reason), []
    if handover.state == "REVIEW" and case.situation.status == "PREPARING":
        return parted(case), ended(handover, "CANCELLED", day, "Sent back to be prepared"), []
    if handover.state not in WITH_COLLECTOR:
        return case, handover, []
    messages = list[Message]()
    if case.hold_version > handover.told_hold_version:
        messages.append(_hold_message(case, handover))
    if case.claim_version > handover.told_claim_version:
        version = str(case.claim_version)
        messages.append(Message(handover.handover_id, case.case_id, "BALANCE", version, _balance(case)))
    told = replace(handover, told_hold_version=case.hold_version, told_claim_version=case.claim_version)
    return case, told, messages


def _hold_message(case: Case, handover: Handover) -> Message:
    version = str(case.hold_version)
    if not case.situation.held:
        return Message(handover.handover_id, case.case_id, "RESUME", version, {})
    until = case.situation.hold_until_date
    content = {"reason": case.hold_reason, "until_date": until.isoformat() if until else None}
    return Message(handover.handover_id, case.case_id, "HOLD", version, content)


def _balance(case: Case) -> dict[str, Any]:
    return {
        "currency": case.currency,
        "principal_minor": case.situation.principal_minor,
        "interest_minor": case.situation.interest_minor,
        "fees_minor": case.situation.fees_minor,
        "owed_minor": case.situation.owed_minor,
    }
