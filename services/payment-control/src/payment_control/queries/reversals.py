"""Payments that the bank takes back, with everything they had covered."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from payment_control.domain.accounts import Arrival
from payment_control.domain.claim import Stage
from payment_control.domain.owed import COMPONENTS, Part
from runtime.database import Session

_LOCK_ORIGINALS = text(
    """
    SELECT p.payment_id, p.account_id, p.reversal_key, p.amount_minor, p.currency,
        p.not_ours_minor + (SELECT coalesce(sum(r.amount_minor), 0) FROM refund r WHERE r.payment_id = p.payment_id
            AND r.source = 'NOT_OURS' AND r.status IN ('APPROVED', 'SENT', 'PAID'))::bigint AS not_ours_minor,
        a.allocation_id,
        a.claim_id, a.stage, a.collected_before, a.surplus_minor, a.principal_minor, a.interest_minor, a.reminder_fee_minor,
        a.collection_fee_minor, a.compensation_minor
    FROM payment p LEFT JOIN allocation a ON a.payment_id = p.payment_id AND NOT a.reversed
    WHERE p.status <> 'REVERSED' AND (p.account_id, p.reversal_key, p.amount_minor) IN
        (SELECT * FROM unnest(CAST(:accounts AS text[]), CAST(:keys AS text[]), CAST(:amounts AS bigint[])))
    ORDER BY p.booking_date DESC, p.value_date DESC, p.payment_id, a.allocation_id FOR UPDATE OF p
    """
)
_SPARED = text(
    """
    SELECT cause_id, claim_id, component, amount_minor FROM claim_entry
    WHERE cause_id = ANY(CAST(:payment_ids AS uuid[])) AND kind = 'SMALL_BALANCE' ORDER BY entry_id
    """
)
_SAVE_REVERSED = text(
    """
    WITH new AS (SELECT * FROM unnest(CAST(:reversal_ids AS uuid[]), CAST(:payment_ids AS uuid[]))
            AS new (reversal_id, payment_id)),
        taken AS (UPDATE reversal r SET payment_id = new.payment_id, reason = 'APPLIED' FROM new
            WHERE r.reversal_id = new.reversal_id),
        due AS (UPDATE collected_amount c SET status = 'DUE', payment_id = NULL FROM new
            WHERE c.payment_id = new.payment_id),
        undone AS (UPDATE allocation a SET reversed = true FROM new WHERE a.payment_id = new.payment_id)
    UPDATE payment p SET status = 'REVERSED' FROM new WHERE p.payment_id = new.payment_id
    """
)


@dataclass(frozen=True, slots=True)
class Covered:
    """What a payment had covered of one claim."""

    allocation_id: UUID
    claim_id: UUID
    stage: Stage
    surplus_minor: int
    parts: tuple[Part, ...]
    collected_before: bool = False

    @property
    def amount_minor(self) -> int:
        return self.surplus_minor + sum(part.amount_minor for part in self.parts)


@dataclass(frozen=True, slots=True)
class Original:
    """A payment that may be reversed, as it was allocated: to one claim, several, or none.

    What was refunded counts where it had lain: the bank takes back the whole payment, and the refund is another fact.
    """

    payment_id: UUID
    account_id: str
    reversal_key: str
    amount_minor: int
    currency: str
    not_ours_minor: int
    covered: tuple[Covered, ...]

    @property
    def unmatched_minor(self) -> int:
        """What was allotted to no claim, whether it waited in the queue or was not ours."""
        return self.amount_minor - sum(covered.amount_minor for covered in self.covered)

    @property
    def place(self) -> tuple[str, str, int, str]:
        return self.account_id, self.reversal_key, self.amount_minor, self.currency


async def lock_originals(session: Session, arrivals: Sequence[Arrival]) -> list[Original]:
    """Payments that these lines may take back, the newest first."""
    named = [arrival for arrival in arrivals if arrival.reversal_key]
    rows = await session.execute(
        _LOCK_ORIGINALS,
        {
            "accounts": [arrival.account_id for arrival in named],
            "keys": [arrival.reversal_key for arrival in named],
            "amounts": [arrival.transaction.amount_minor for arrival in named],
        },
    )
    grouped: dict[UUID, list[Any]] = {}
    for row in rows:
        grouped.setdefault(row.payment_id, []).append(row)
    return [_original(of_payment) for of_payment in grouped.values()]


async def list_spared(session: Session, payment_ids: Collection[UUID]) -> dict[tuple[UUID, UUID], list[Part]]:
    """What was let go as a small balance, by payment and claim, as parts to be owed again."""
    spared: dict[tuple[UUID, UUID], list[Part]] = {}
    for row in await session.execute(_SPARED, {"payment_ids": sorted(payment_ids)}):
        spared.setdefault((row.cause_id, row.claim_id), []).append(Part(row.component, -row.amount_minor))
    return spared


async def save_reversed(session: Session, payment_by_reversal: Mapping[UUID, UUID]) -> None:
    """Mark payments and allocations as reversed, tie each reversal to its payment; collectors owe what they had passed on."""
    if payment_by_reversal:
        await session.execute(
            _SAVE_REVERSED,
            {"reversal_ids": list(payment_by_reversal), "payment_ids": list(payment_by_reversal.values())},
        )


def _original(rows: Sequence[Any]) -> Original:
    first = rows[0]
    return Original(
        payment_id=first.payment_id,
        account_id=first.account_id,
        reversal_key=first.reversal_key,
        amount_minor=first.amount_minor,
        currency=first.currency,
        not_ours_minor=first.not_ours_minor,
        covered=tuple(_covered(row) for row in rows if row.allocation_id is not None),
    )


def _covered(row: Any) -> Covered:
    parts = [Part(component, getattr(row, f"{component.lower()}_minor")) for component in COMPONENTS]
    return Covered(
        allocation_id=row.allocation_id,
        claim_id=row.claim_id,
        stage=row.stage,
        surplus_minor=row.surplus_minor,
        parts=tuple(part for part in parts if part.amount_minor),
        collected_before=row.collected_before,
    )
