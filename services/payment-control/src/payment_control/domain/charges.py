"""What a dunning step adds to a claim: its fees, and interest. Amounts are minor units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from payment_control.domain.claim import Claim, Stage, later_stage
from payment_control.domain.entries import Entry
from payment_control.domain.interest import NO_INTEREST, interest_until
from payment_control.domain.owed import Component, Part
from statutes import StatuteBook


@dataclass(frozen=True, slots=True)
class FeeCharge:
    """A fee as the debtor owes it, with the statute row it rests on; `vat_minor` is within `amount_minor`."""

    component: Component
    amount_minor: int
    statute_row: str
    code: str = ""
    vat_minor: int = 0


@dataclass(frozen=True, slots=True)
class StepCharge:
    """What a dunning step added to a claim."""

    claim: Claim
    entries: tuple[Entry, ...]
    interest_minor: int
    interest_rows: tuple[str, ...]
    interest_warnings: tuple[str, ...]


def charge_step(
    claim: Claim,
    fees: Sequence[FeeCharge],
    stage: Stage,
    as_of: date,
    *,
    accrue: bool,
    cause_id: UUID,
    book: StatuteBook | None = None,
) -> StepCharge:
    """Book a step's fees, and interest from the day after due (or the last accrual) to `as_of`; interest then runs."""
    accrue = accrue and claim.interest_enabled
    interest = interest_until(claim, as_of, cause_id, book) if accrue else NO_INTEREST
    entries = (
        *interest.entries,
        *(
            Entry(
                "FEE_CHARGED",
                fee.component,
                fee.amount_minor,
                as_of,
                cause_id,
                fee.statute_row,
                fee.code,
                fee.vat_minor,
            )
            for fee in fees
        ),
    )
    charged = replace(
        interest.borne_by(claim),
        owed=claim.owed.changed_by(Part(entry.component, entry.amount_minor) for entry in entries),
        claim_version=claim.claim_version + 1,
        stage=later_stage(claim.stage, stage),
        interest_runs=claim.interest_runs or accrue,
        interest_through=max(claim.interest_through, interest.stopped_on or as_of)
        if accrue
        else claim.interest_through,
    )
    amount_minor = sum(entry.amount_minor for entry in interest.entries)
    return StepCharge(charged, entries, amount_minor, interest.row_ids, interest.warnings)
