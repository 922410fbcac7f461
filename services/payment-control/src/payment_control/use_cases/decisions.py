"""A person decides about a queued payment or a claim; above a limit a second person must agree first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from contracts import Event
from delivery import publish, traced
from payment_control.domain.claim import Claim
from payment_control.domain.decisions import (
    DecisionConflict,
    DecisionRefused,
    OfficeDecision,
    SubjectUnknown,
)
from payment_control.domain.entries import Outcome
from payment_control.domain.matching import Share, Verdict
from payment_control.domain.owed import COMPONENTS, Part
from payment_control.domain.payment import pay
from payment_control.domain.relief import take_back, waive, write_off
from payment_control.queries import bank_files, matches
from payment_control.queries import claims as claim_queries
from payment_control.queries import decisions as queries
from payment_control.queries.claims import ClaimEntries
from payment_control.queries.matches import Allotted, Decision
from payment_control.use_cases import facts
from payment_control.use_cases.refunds import drop_refund, release_refund
from payment_control.use_cases.second_person import (
    Word,
    ask,
    decision_of,
    find_known,
    lock_payment,
    lock_waiting,
    refuse_while_waiting,
)
from runtime.database import Session


@dataclass(frozen=True, slots=True)
class HandShare:
    """The part of a payment that a person gives to the claim of a case; `directed` is the order the debtor named."""

    case_id: int
    amount_minor: int
    directed: tuple[str, ...] = ()


async def match_by_hand(
    session: Session,
    word: Word,
    payment_id: UUID,
    shares: Sequence[HandShare],
    today: date,
    *,
    keep_rest: bool = False,
) -> OfficeDecision:
    """Spread a queued payment over the claims a person names; what a share exceeds its claim by is the debtor's.

    `keep_rest`: the shares may sum to less, and the rest stays in the queue with its reason.
    """
    detail: dict[str, Any] = {"shares": [[share.case_id, share.amount_minor, list(share.directed)] for share in shares]}
    if keep_rest:
        detail["keep_rest"] = True
    total_minor = sum(share.amount_minor for share in shares)
    await bank_files.lock_imports(session)
    payment = await lock_payment(session, payment_id)
    decision = decision_of(word, "MATCH", payment_id, total_minor, payment.currency, detail)
    if known := await find_known(session, decision):
        return known
    _refuse_unless_queued(payment)
    await refuse_while_waiting(session, payment_id)
    left_minor = payment.unmatched_minor
    if total_minor > left_minor or (total_minor < left_minor and not keep_rest):
        raise DecisionRefused(
            f"shares: they sum to {total_minor}, in the queue lie {left_minor} (minor units); less needs keep_rest"
        )
    if len({share.case_id for share in shares}) < len(shares):
        raise DecisionRefused("shares: a case is named twice; give it one share")

    claims = await claim_queries.lock_claims_of_cases(session, {share.case_id for share in shares})
    if left_minor < payment.amount_minor:
        await _refuse_second_share(session, payment_id, claims.values())
    arrival = queries.arrival_of(payment)
    allotted: list[Allotted] = []
    outcomes: list[Outcome] = []
    for share in shares:
        claim = _payable(claims.get(share.case_id), share, payment)
        outcome, allocation = pay(claim, share.amount_minor, payment.value_date, payment_id, share.directed)
        allotted.append(Allotted(claim, allocation))
        outcomes.append(outcome)
    verdict = Verdict(
        tuple(Share(one.claim.claim_id, one.amount_minor) for one in allotted),
        None,
        "HAND",
        {"decision_id": str(word.decision_id)},
        tuple(one.claim.claim_id for one in allotted),
    )
    again = word.decision_id if left_minor < payment.amount_minor else None
    placed = Decision(payment_id, left_minor, verdict, tuple(allotted), again)

    announced: list[Event] = []
    for one, outcome in zip(allotted, outcomes, strict=True):
        announced += [facts.allocated(arrival, placed, one, today), *facts.outcome(outcome, today)]
    await matches.save_decisions(session, [placed])
    await queries.save_decision(session, decision)
    await _save(session, outcomes, announced)
    return decision


async def disown(
    session: Session, word: Word, payment_id: UUID, today: date, limits: Mapping[str, int]
) -> OfficeDecision:
    """The money is for no claim of ours: it leaves the queue and stays on the account."""
    payment = await lock_payment(session, payment_id)
    decision = decision_of(word, "NOT_OURS", payment_id, payment.unmatched_minor, payment.currency, {})
    if known := await find_known(session, decision):
        return known
    _refuse_unless_queued(payment)
    decision = await ask(session, decision, limits)
    if decision.status == "DONE":
        await _disown(session, decision, payment, today)
    await queries.save_decision(session, decision)
    return decision


async def lower_claim(
    session: Session, word: Word, case_id: int, parts: Sequence[Part] | None, today: date, limits: Mapping[str, int]
) -> OfficeDecision:
    """Waive `parts`, or write off everything when there are none."""
    if parts and len({part.component for part in parts}) < len(parts):
        raise DecisionRefused("parts: a component is named twice; give it one amount")
    claim = await _claim(session, case_id)
    amount_minor = sum(part.amount_minor for part in parts) if parts else claim.owed.total_minor
    detail = {"parts": [list(part) for part in parts or ()]}
    kind = "WAIVE" if parts else "WRITE_OFF"
    decision = decision_of(word, kind, claim.claim_id, amount_minor, claim.currency, detail)
    if known := await find_known(session, decision):
        return known
    outcome = _lowered(claim, decision, today)
    decision = await ask(session, decision, limits)
    await queries.save_decision(session, decision)
    if decision.status == "DONE":
        await _save(session, [outcome], facts.outcome(outcome, today))
    return decision


async def correct_claim(session: Session, word: Word, case_id: int, cause_id: UUID, today: date) -> OfficeDecision:
    """Take back what one cause booked on a claim, by entries that name the old ones."""
    claim = await _claim(session, case_id)
    entries = await queries.list_entries_of_cause(session, claim.claim_id, cause_id)
    amount_minor = abs(sum(booked.entry.amount_minor for booked in entries))
    decision = decision_of(word, "CORRECT", claim.claim_id, amount_minor, claim.currency, {"cause_id": str(cause_id)})
    if known := await find_known(session, decision):
        return known
    outcome = take_back(claim, entries, today, word.decision_id)
    await queries.save_decision(session, decision)
    await _save(session, [outcome], facts.outcome(outcome, today))
    return decision


async def approve(session: Session, decision_id: UUID, person: str, today: date) -> OfficeDecision:
    """The second person agrees, and it is done."""
    decision = await lock_waiting(session, decision_id, person)
    if decision.kind == "REFUND":
        await release_refund(session, decision_id, today)
    elif decision.kind == "NOT_OURS":
        payment = await lock_payment(session, decision.subject_id)
        _refuse_unless_queued(payment)
        await _disown(session, decision, payment, today)
    else:
        claims = await claim_queries.lock_claims(session, {decision.subject_id})
        claim = claims[decision.subject_id]
        if decision.kind == "WRITE_OFF" and claim.owed.total_minor > decision.amount_minor:
            raise DecisionConflict("More is owed now than when the write-off was asked for; decline it and ask anew.")
        outcome = _lowered(claim, decision, today)
        await _save(session, [outcome], facts.outcome(outcome, today))
    done = replace(decision, status="DONE", decided_by=person)
    await queries.save_decision(session, done)
    return done


async def decline(session: Session, decision_id: UUID, person: str) -> OfficeDecision:
    """It is not done; whoever asked may take it back, too."""
    decision = await queries.lock_decision(session, decision_id)
    if decision is None:
        raise SubjectUnknown(f"There is no decision {decision_id}.")
    if decision.status != "PENDING":
        raise DecisionConflict(f"The decision is {decision.status.lower()} already.")
    if decision.kind == "REFUND":
        await drop_refund(session, decision_id)
    declined = replace(decision, status="DECLINED", decided_by=person)
    await queries.save_decision(session, declined)
    return declined


async def _disown(session: Session, decision: OfficeDecision, payment: Any, today: date) -> None:
    await queries.disown(session, payment.payment_id)
    await publish(session, [facts.disowned(decision, payment, today)])


async def _refuse_second_share(session: Session, payment_id: UUID, claims: Collection[Claim]) -> None:
    """A payment whose refund came back may be matched again, but not to a claim it was for before."""
    before = await matches.list_claims_of_payment(session, payment_id)
    for claim in claims:
        if claim.claim_id in before:
            raise DecisionConflict(
                f"The payment was for case {claim.case_id} before; refund the rest, or name another."
            )


def _refuse_unless_queued(payment: Any) -> None:
    if payment.status != "UNMATCHED":
        raise DecisionConflict(f"The payment is not in the queue any more, it is {payment.status.lower()}.")


async def _claim(session: Session, case_id: int) -> Claim:
    claims = await claim_queries.lock_claims_of_cases(session, {case_id})
    if case_id not in claims:
        raise SubjectUnknown(f"There is no claim on case {case_id}.")
    return claims[case_id]


def _payable(claim: Claim | None, share: HandShare, payment: Any) -> Claim:
    if claim is None:
        raise DecisionRefused(f"shares: there is no claim on case {share.case_id}")
    if claim.currency != payment.currency:
        raise DecisionRefused(f"shares: the claim of case {share.case_id} is in {claim.currency}, the payment is not")
    if claim.status != "OPEN":
        raise DecisionConflict(f"The claim of case {share.case_id} is {claim.status.lower()}; nothing is owed on it.")
    return claim


def _lowered(claim: Claim, decision: OfficeDecision, today: date) -> Outcome:
    if decision.kind == "WRITE_OFF":
        return write_off(claim, today, decision.decision_id)
    amounts = dict(decision.detail["parts"])
    parts = [Part(component, amounts[component]) for component in COMPONENTS if component in amounts]
    return waive(claim, parts, today, decision.decision_id)


async def _save(session: Session, outcomes: Sequence[Outcome], announced: Sequence[Event]) -> None:
    claims = [outcome.claim for outcome in outcomes]
    await claim_queries.save_claims(session, claims)
    await claim_queries.add_entries(
        session, [ClaimEntries(outcome.claim, facts.entries_of(outcome.changes)) for outcome in outcomes]
    )
    with traced(facts.traces(claims)):
        await publish(session, announced)
