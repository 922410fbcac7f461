"""What became of payments: where their money went, and why."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import text

from payment_control.domain.allocation import Allocation
from payment_control.domain.claim import Claim
from payment_control.domain.ids import id_beside
from payment_control.domain.matching import Verdict
from payment_control.domain.owed import COMPONENTS
from runtime.database import Session, columns

_DECIDE = text(
    """
    UPDATE payment SET status = new.status,
        allocated_minor = payment.allocated_minor + new.allocated_minor,
        surplus_minor = payment.surplus_minor + new.surplus_minor,
        unmatched_minor = new.unmatched_minor,
        reason = CASE WHEN new.unmatched_minor > 0 THEN coalesce(new.reason, payment.reason) END
    FROM unnest(CAST(:payment_id AS uuid[]), CAST(:status AS text[]), CAST(:reason AS text[]),
        CAST(:allocated_minor AS bigint[]), CAST(:surplus_minor AS bigint[]), CAST(:unmatched_minor AS bigint[]))
        AS new (payment_id, status, reason, allocated_minor, surplus_minor, unmatched_minor)
    WHERE payment.payment_id = new.payment_id
    """
)
_CLAIMS_OF_PAYMENT = text("SELECT claim_id FROM allocation WHERE payment_id = :payment_id")
_SAVE_ALLOCATIONS = text(
    """
    INSERT INTO allocation (allocation_id, payment_id, claim_id, principal_minor, interest_minor, reminder_fee_minor,
        collection_fee_minor, compensation_minor, stage, reversed, surplus_minor, collected_before)
    SELECT new.allocation_id, new.payment_id, new.claim_id, new.principal_minor, new.interest_minor,
        new.reminder_fee_minor, new.collection_fee_minor, new.compensation_minor, new.stage, false, new.surplus_minor,
        new.collected_before
    FROM unnest(CAST(:allocation_id AS uuid[]), CAST(:payment_id AS uuid[]), CAST(:claim_id AS uuid[]),
        CAST(:principal_minor AS bigint[]), CAST(:interest_minor AS bigint[]), CAST(:reminder_fee_minor AS bigint[]),
        CAST(:collection_fee_minor AS bigint[]), CAST(:compensation_minor AS bigint[]), CAST(:stage AS text[]),
        CAST(:surplus_minor AS bigint[]), CAST(:collected_before AS boolean[]))
        AS new (allocation_id, payment_id, claim_id, principal_minor, interest_minor, reminder_fee_minor,
            collection_fee_minor, compensation_minor, stage, surplus_minor, collected_before)
    """
)
_EXPLAIN = text(
    """
    INSERT INTO payment_match (payment_id, rung, reason, evidence, candidates)
    SELECT new.payment_id, new.rung, new.reason, new.evidence,
        ARRAY(SELECT jsonb_array_elements_text(new.candidates)::uuid)
    FROM unnest(CAST(:payment_id AS uuid[]), CAST(:rung AS text[]), CAST(:reason AS text[]),
        CAST(:evidence AS jsonb[]), CAST(:candidates AS jsonb[]))
        AS new (payment_id, rung, reason, evidence, candidates)
    ON CONFLICT (payment_id) DO UPDATE SET rung = excluded.rung, reason = excluded.reason,
        evidence = excluded.evidence, candidates = excluded.candidates, at = excluded.at
    """
)


@dataclass(frozen=True, slots=True)
class Allotted:
    """A share of a payment, spread over its claim; `claim` is the claim as the payment found it."""

    claim: Claim
    allocation: Allocation

    @property
    def amount_minor(self) -> int:
        return self.allocation.allocated_minor + self.allocation.surplus_minor


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a payment and why: allotted to one or several claims, or queued. A person may allot a part."""

    payment_id: UUID
    amount_minor: int
    verdict: Verdict
    allotted: tuple[Allotted, ...] = ()
    again: UUID | None = None
    """The office's decision, where only what is left of the payment is placed: parts of it were placed or refunded."""
    collected_before: bool = False
    """A collector passes on what it had reported: the claims had fallen then."""

    def allocation_id(self, share: Allotted) -> UUID:
        """The same for the same payment and claim, whenever it is computed."""
        if self.again:
            return uuid5(self.again, f"allocation:{share.claim.claim_id}")
        only = len(self.allotted) == 1
        return id_beside(self.payment_id, "allocation" if only else f"allocation:{share.claim.claim_id}")


async def list_claims_of_payment(session: Session, payment_id: UUID) -> set[UUID]:
    """The claims that parts of the payment were for."""
    return set((await session.execute(_CLAIMS_OF_PAYMENT, {"payment_id": payment_id})).scalars())


async def save_decisions(session: Session, decisions: Sequence[Decision]) -> None:
    """Write what became of payments that lay in the queue, their allocations, and the explanation of each."""
    if not decisions:
        return
    decided = [standing(decision) for decision in decisions]
    await session.execute(_DECIDE, columns(decided, *decided[0]))
    await save_shares(session, decisions)


async def save_shares(session: Session, decisions: Sequence[Decision]) -> None:
    """Write the allocations of stored payments, and the explanation of each."""
    allocations = [_allocated(decision, share) for decision in decisions for share in decision.allotted]
    if allocations:
        await session.execute(_SAVE_ALLOCATIONS, columns(allocations, *allocations[0]))
    explained = [_explained(decision) for decision in decisions]
    await session.execute(_EXPLAIN, columns(explained, *explained[0]))


def standing(decision: Decision) -> dict[str, Any]:
    """How the payment stands by the decision."""
    allotted = decision.allotted
    left_minor = decision.amount_minor - sum(share.amount_minor for share in allotted)
    return {
        "payment_id": decision.payment_id,
        "status": "UNMATCHED" if left_minor else "ALLOCATED",
        "reason": decision.verdict.reason,
        "allocated_minor": sum(share.allocation.allocated_minor for share in allotted),
        "surplus_minor": sum(share.allocation.surplus_minor for share in allotted),
        "unmatched_minor": left_minor,
    }


def _allocated(decision: Decision, share: Allotted) -> dict[str, Any]:
    amounts = dict(share.allocation.parts)
    return {
        "allocation_id": decision.allocation_id(share),
        "payment_id": decision.payment_id,
        "claim_id": share.claim.claim_id,
        "stage": share.claim.stage,
        "surplus_minor": share.allocation.surplus_minor,
        "collected_before": decision.collected_before,
    } | {f"{component.lower()}_minor": amounts.get(component, 0) for component in COMPONENTS}


def _explained(decision: Decision) -> dict[str, Any]:
    verdict = decision.verdict
    return {
        "payment_id": decision.payment_id,
        "rung": verdict.rung,
        "reason": verdict.reason,
        "evidence": json.dumps(dict(verdict.evidence)),
        "candidates": json.dumps([str(claim_id) for claim_id in verdict.candidates]),
    }
