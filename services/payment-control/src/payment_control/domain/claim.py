"""A claim: what is owed on one invoice and under which terms. Amounts are minor units."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Literal
from uuid import UUID

from payment_control.domain.owed import OpenItems
from statutes import Compounding

Stage = Literal["INVOICED", "OVERDUE", "REMINDER", "NOTICE", "COLLECTION", "LEGAL", "MONITORING"]
Status = Literal["OPEN", "SETTLED", "CLOSED"]
SettledBy = Literal["PAID", "CREDITED", "WRITTEN_OFF"]
STAGES: tuple[Stage, ...] = ("INVOICED", "OVERDUE", "REMINDER", "NOTICE", "COLLECTION", "LEGAL", "MONITORING")


@dataclass(frozen=True, slots=True)
class Claim:
    """What is owed on one invoice and under which terms."""

    claim_id: UUID
    case_id: int
    creditor_id: UUID
    debtor_id: UUID
    invoice_number: str
    payment_reference: str
    reference_scheme: str
    account_id: str
    currency: str
    jurisdiction: str
    debtor_kind: str
    due_date: date
    owed: OpenItems
    original_minor: int
    claim_version: int
    stage: Stage
    status: Status
    interest_enabled: bool
    interest_runs: bool
    interest_through: date
    small_balance_minor: int
    closing_version: int = 0
    close_code: str | None = None
    traceparent: str | None = None
    allocation_order: str = ""
    """The order agreed with the creditor, as "interest|principal|fees"; "": the order of law."""
    accept_low_confidence: bool = False
    compounding_started_on: date | None = None
    """Where interest bears interest (NL): the first day of default; None before the first interest and elsewhere."""
    capitalised_minor: int = 0
    pending_minor: int = 0

    @property
    def compounding(self) -> Compounding | None:
        """Unpaid interest that bears interest already, and that which will from the next anniversary on."""
        if self.compounding_started_on is None:
            return None
        return Compounding(self.compounding_started_on, self.capitalised_minor, self.pending_minor)


def close(claim: Claim, close_code: str, closing_version: int) -> Claim:
    """Nothing more is done on the claim, its balance stays; a settled claim is closed already."""
    if closing_version <= claim.closing_version or claim.status == "SETTLED" or close_code in ("PAID", "CREDITED"):
        return claim
    return replace(claim, status="CLOSED", close_code=close_code, closing_version=closing_version)


def later_stage(current: Stage, reached: Stage) -> Stage:
    """Stages only go forward."""
    return reached if STAGES.index(reached) > STAGES.index(current) else current
