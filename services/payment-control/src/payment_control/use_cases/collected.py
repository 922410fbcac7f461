"""Money that collectors take in: their reports lower claims; what they pass on to the office clears its reports."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from contracts import CaseCollected, ClaimChanged, Event
from delivery import publish, traced, wait_for
from payment_control.domain.allocation import Allocation
from payment_control.domain.claim import Claim
from payment_control.domain.decisions import DecisionConflict, DecisionRefused, OfficeDecision
from payment_control.domain.matching import Share, Verdict
from payment_control.domain.owed import COMPONENTS, Part
from payment_control.domain.payment import collect
from payment_control.queries import bank_files, matches
from payment_control.queries import claims as claim_queries
from payment_control.queries import collected as queries
from payment_control.queries import decisions as decision_queries
from payment_control.queries.claims import ClaimEntries
from payment_control.queries.matches import Allotted, Decision
from payment_control.use_cases import facts
from payment_control.use_cases.second_person import (
    Word,
    decision_of,
    find_known,
    lock_payment,
    refuse_while_waiting,
)
from runtime.database import Session


class CollectedInOtherCurrency(ValueError):
    """A collector reports money in another currency than the claim is in; the message is parked for a person."""


@dataclass(frozen=True, slots=True)
class Remittance:
    """What a payment of a collector is for, by the collector's own ids."""

    collector: str
    external_ids: tuple[str, ...]


async def take_reports(session: Session, events: Sequence[CaseCollected]) -> None:
    """Lower each claim by what its collector took in, once per report; a report that comes before its claim waits.

    What goes to the office is due from the collector: no creditor is paid of it before it stands on a client account.
    """
    claims = await claim_queries.lock_claims_of_cases(session, {event.case_id for event in events})
    absent = {event.case_id for event in events} - claims.keys()
    if absent:
        absent -= await claim_queries.list_untracked(session, absent)
        await wait_for(
            session, {event.event_id: f"case:{event.case_id}" for event in events if event.case_id in absent}, events
        )
    known = await queries.list_known(session, {event.report_id for event in events})

    announced: list[Event] = []
    entries: list[ClaimEntries] = []
    rows: list[dict[str, Any]] = []
    for event in events:
        claim = claims.get(event.case_id)
        if claim is None or event.report_id in known:
            continue
        if event.currency != claim.currency:
            raise CollectedInOtherCurrency(
                f"report {event.external_id} of {event.collector} is in {event.currency}, the claim in {claim.currency}"
            )
        known.add(event.report_id)
        outcome, allocation = collect(claim, event.amount_minor, event.collected_on, event.as_of, event.report_id)
        claims[event.case_id] = outcome.claim
        entries.append(ClaimEntries(outcome.claim, facts.entries_of(outcome.changes)))
        rows.append(_row(event, claim, allocation))
        announced += [_with_receiver(fact, event) for fact in facts.outcome(outcome, event.as_of)]

    await claim_queries.save_claims(session, claims.values())
    await claim_queries.add_entries(session, entries)
    await queries.save_amounts(session, rows)
    await publish(session, announced)


async def clear_remittance(
    session: Session, word: Word, payment_id: UUID, remittance: Remittance, today: date
) -> OfficeDecision:
    """A queued payment is a collector's for amounts it reported: they are the creditors' now, the claims stay as they are.

    The collector passes on what it reported, to the minor unit; its own fee is no part of it.
    """
    detail = {"collector": remittance.collector, "external_ids": sorted(remittance.external_ids)}
    await bank_files.lock_imports(session)
    payment = await lock_payment(session, payment_id)
    left_minor = payment.unmatched_minor
    decision = decision_of(word, "REMITTANCE", payment_id, left_minor, payment.currency, detail)
    if known := await find_known(session, decision):
        return known
    await refuse_while_waiting(session, payment_id)
    if payment.status != "UNMATCHED":
        raise DecisionConflict(f"The payment is not in the queue any more, it is {payment.status.lower()}.")
    rows = await queries.lock_amounts(session, remittance.collector, remittance.external_ids)
    _refuse_unless_due(remittance, rows, payment)

    claims = await claim_queries.lock_claims(session, {row.claim_id for row in rows})
    allotted = [
        _allotted(claims[claim_id], list(of_claim)) for claim_id, of_claim in groupby(rows, lambda row: row.claim_id)
    ]
    if left_minor < payment.amount_minor and claims.keys() & await matches.list_claims_of_payment(session, payment_id):
        raise DecisionConflict("The payment was for one of these cases before; refund the rest, or name other amounts.")
    verdict = Verdict(
        tuple(Share(one.claim.claim_id, one.amount_minor) for one in allotted),
        None,
        "HAND",
        {"decision_id": str(word.decision_id), "collector": remittance.collector},
        tuple(one.claim.claim_id for one in allotted),
    )
    again = word.decision_id if left_minor < payment.amount_minor else None
    placed = Decision(payment_id, left_minor, verdict, tuple(allotted), again, collected_before=True)

    arrival = decision_queries.arrival_of(payment)
    await matches.save_decisions(session, [placed])
    await queries.clear_amounts(session, [row.report_id for row in rows], payment_id)
    await decision_queries.save_decision(session, decision)
    with traced(facts.traces(claims.values())):
        await publish(session, [facts.allocated(arrival, placed, one, today) for one in allotted])
    return decision


def _refuse_unless_due(remittance: Remittance, rows: Sequence[Any], payment: Any) -> None:
    missing = set(remittance.external_ids) - {row.external_id for row in rows}
    if missing:
        raise DecisionRefused(f"external_ids: {remittance.collector} reported no {', '.join(sorted(missing))}")
    for row in rows:
        if row.status != "DUE":
            why = "goes to the creditor" if row.status == "WITH_CREDITOR" else "was passed on before"
            raise DecisionConflict(f"{row.external_id} {why}; it is not due from {row.collector}.")
        if row.currency != payment.currency:
            raise DecisionRefused(f"external_ids: {row.external_id} is in {row.currency}, the payment is not")
    total_minor = sum(row.amount_minor for row in rows)
    if total_minor != payment.unmatched_minor:
        raise DecisionRefused(
            f"external_ids: they sum to {total_minor}, in the queue lie {payment.unmatched_minor} (minor units)"
        )


def _allotted(claim: Claim, rows: Sequence[Any]) -> Allotted:
    """One share per claim, at the stage in which the first of it was collected: commission depends on it."""
    sums = (Part(name, sum(getattr(row, f"{name.lower()}_minor") for row in rows)) for name in COMPONENTS)
    parts = tuple(part for part in sums if part.amount_minor)
    allocation = Allocation(parts, sum(row.surplus_minor for row in rows))
    return Allotted(replace(claim, stage=rows[0].stage), allocation)


def _row(event: CaseCollected, claim: Claim, allocation: Allocation) -> dict[str, Any]:
    amounts = dict(allocation.parts)
    return {
        "report_id": event.report_id,
        "claim_id": claim.claim_id,
        "case_id": claim.case_id,
        "collector": event.collector,
        "external_id": event.external_id,
        "amount_minor": event.amount_minor,
        "currency": event.currency,
        "collected_on": event.collected_on,
        "stage": claim.stage,
        "surplus_minor": allocation.surplus_minor,
        "status": "DUE" if event.remitted_to == "OFFICE" else "WITH_CREDITOR",
    } | {f"{name.lower()}_minor": amounts.get(name, 0) for name in COMPONENTS}


def _with_receiver(fact: Event, event: CaseCollected) -> Event:
    if isinstance(fact, ClaimChanged) and fact.cause == "COLLECTED":
        return fact.model_copy(update={"remitted_to": event.remitted_to})
    return fact
