"""What every decision of the office goes through: made once per id, and above a limit only when a second person agrees."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from payment_control.domain.decisions import (
    DecisionConflict,
    DecisionKind,
    OfficeDecision,
    SubjectUnknown,
    check_second_person,
    needs_second_person,
)
from payment_control.queries import decisions as queries
from runtime.database import Session


@dataclass(frozen=True, slots=True)
class Word:
    """Who says it, why, and under which id, so that a repeat says it once."""

    decision_id: UUID
    person: str
    reason: str


def decision_of(
    word: Word, kind: DecisionKind, subject_id: UUID, amount_minor: int, currency: str, detail: Mapping[str, Any]
) -> OfficeDecision:
    """What a word decides, before anybody else was asked."""
    return OfficeDecision(word.decision_id, kind, subject_id, amount_minor, currency, word.reason, word.person, detail)


async def find_known(session: Session, decision: OfficeDecision) -> OfficeDecision | None:
    """The same decision, made before under this id; a different one under the same id is a conflict."""
    known = await queries.lock_decision(session, decision.decision_id)
    if known is not None and not decision.is_repeat_of(known):
        raise DecisionConflict(f"Decision {decision.decision_id} was made before with another content.")
    return known


async def ask(session: Session, decision: OfficeDecision, limits: Mapping[str, int]) -> OfficeDecision:
    """The decision as it stands now: DONE, or PENDING until a second person agrees."""
    await refuse_while_waiting(session, decision.subject_id)
    if needs_second_person(decision.kind, decision.amount_minor, decision.currency, limits):
        return replace(decision, status="PENDING")
    return decision


async def refuse_while_waiting(session: Session, subject_id: UUID) -> None:
    """DecisionConflict while another decision on the payment or claim waits for a second person."""
    if await queries.is_waited_for(session, subject_id):
        raise DecisionConflict("Another decision on it waits for a second person; approve or decline that one first.")


async def lock_waiting(session: Session, decision_id: UUID, person: str) -> OfficeDecision:
    """The decision that this person may approve."""
    decision = await queries.lock_decision(session, decision_id)
    if decision is None:
        raise SubjectUnknown(f"There is no decision {decision_id}.")
    check_second_person(decision, person)
    return decision


async def lock_payment(session: Session, payment_id: UUID) -> Any:
    """The payment as it stands, held until the transaction ends."""
    payment = await queries.lock_payment(session, payment_id)
    if payment is None:
        raise SubjectUnknown(f"There is no payment {payment_id} in the queue.")
    return payment
