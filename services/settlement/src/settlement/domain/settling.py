"""What of the collected money is the creditor's and what is ours; amounts in minor units, one currency at a time.

Every line keeps: allocated = our part of interest and fees + commission + VAT + the creditor's part.
A settlement is the sum of its lines, column by column, so the same holds for it to the minor unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from contracts import Agreement, Stage
from money import share

LineKind = Literal["ALLOCATION", "REVERSAL", "DEFERRAL"]

_COMMISSION_STAGES: frozenset[Stage | None] = frozenset({"COLLECTION", "LEGAL", "MONITORING"})


@dataclass(frozen=True, slots=True)
class Collected:
    """What one allocation brought, or one reversal took back (then negative)."""

    principal_minor: int
    interest_minor: int = 0
    reminder_fee_minor: int = 0
    collection_fee_minor: int = 0
    compensation_minor: int = 0
    stage: Stage | None = None

    @property
    def fees_minor(self) -> int:
        return self.reminder_fee_minor + self.collection_fee_minor + self.compensation_minor

    @property
    def allocated_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fees_minor


@dataclass(frozen=True, slots=True)
class OwnShare:
    """Our part: of interest and fees, commission, and the VAT on what we sell."""

    fee_share_minor: int = 0
    commission_minor: int = 0
    vat_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.fee_share_minor + self.commission_minor + self.vat_minor

    def __neg__(self) -> "OwnShare":
        return OwnShare(-self.fee_share_minor, -self.commission_minor, -self.vat_minor)

    def __add__(self, other: "OwnShare") -> "OwnShare":
        return OwnShare(
            self.fee_share_minor + other.fee_share_minor,
            self.commission_minor + other.commission_minor,
            self.vat_minor + other.vat_minor,
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """Age and size of what was collected on: days from the due date to the day the money came, and the invoice."""

    days_overdue: int
    gross_minor: int


def commission_of(agreement: Agreement, claim: Claim | None) -> int:
    """Basis points of commission: the tier that applies, the oldest first and then the largest, or the flat rate.

    Only an agreement without tiers can do without the claim.
    """
    if not agreement.commission_tiers:
        return agreement.commission
    assert claim is not None, "a line waits until its claim is known"
    applying = [
        tier
        for tier in agreement.commission_tiers
        if claim.days_overdue >= tier.days_overdue_from and claim.gross_minor >= tier.amount_from_minor
    ]
    if not applying:
        return agreement.commission
    return max(applying, key=lambda tier: (tier.days_overdue_from, tier.amount_from_minor)).commission


def own_share_of(collected: Collected, agreement: Agreement, claim: Claim | None = None) -> OwnShare:
    """Our part of one line by its agreement; each component is rounded half-up once, a reversal mirrors its allocation.

    VAT is on what we sell: our part of the fees and the commission. Interest that we keep carries none.
    """
    collection_minor = collected.collection_fee_minor + collected.compensation_minor
    own_interest_minor = collected.interest_minor - share(collected.interest_minor, agreement.interest_share)
    own_fees_minor = (
        collected.reminder_fee_minor
        - share(collected.reminder_fee_minor, agreement.reminder_fee_share)
        + collection_minor
        - share(collection_minor, agreement.collection_fee_share)
    )
    earns_commission = collected.stage in _COMMISSION_STAGES
    commission = commission_of(agreement, claim) if earns_commission else 0
    commission_minor = share(collected.principal_minor, commission)
    return OwnShare(
        fee_share_minor=own_interest_minor + own_fees_minor,
        commission_minor=commission_minor,
        vat_minor=share(own_fees_minor + commission_minor, agreement.commission_vat),
    )


@dataclass(frozen=True, slots=True)
class SettledLine:
    """A line with our part of it worked out."""

    collected: Collected
    own: OwnShare


@dataclass(frozen=True, slots=True)
class Totals:
    """A settlement: allocated = own + net, column by column the sum of its lines.

    `deferred` is our negative share that waits for later money; it is not in `own`.
    """

    principal_minor: int
    interest_minor: int
    fees_minor: int
    own: OwnShare
    deferred: OwnShare | None

    @property
    def allocated_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fees_minor

    @property
    def net_minor(self) -> int:
        return self.allocated_minor - self.own.total_minor


def settle(lines: Sequence[SettledLine], minimum_payout_minor: int = 0) -> Totals | None:
    """Close these lines, or None when the creditor is due nothing or less than the minimum: then all of them wait.

    A creditor is never paid more than was allocated, because no more lies on the client-funds account. So where
    reversals leave our share (or its VAT) negative, that share is deferred whole: the creditor gets all that was
    allocated now, and what we owe back counts against our share of the next settlement.
    """
    own = sum((line.own for line in lines), OwnShare())
    owes_back = own.total_minor < 0 or own.vat_minor < 0
    totals = Totals(
        principal_minor=sum(line.collected.principal_minor for line in lines),
        interest_minor=sum(line.collected.interest_minor for line in lines),
        fees_minor=sum(line.collected.fees_minor for line in lines),
        own=OwnShare() if owes_back else own,
        deferred=own if owes_back else None,
    )
    return totals if totals.net_minor > 0 and totals.net_minor >= minimum_payout_minor else None
