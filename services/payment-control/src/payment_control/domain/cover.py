"""Whether the client funds of a currency cover what they are held for. Amounts are minor units."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Cover:
    """Held on the client accounts of a currency at the end of `day`, and for whom.

    `allocated` and `refunded` are what was placed so, less what has left the bank for it is owed. Money taken back
    whose payment nobody knows has left the bank and is not deducted from anybody's: until it is found, it is short.
    """

    currency: str
    day: date
    held_minor: int
    unmatched_minor: int
    surplus_minor: int
    not_ours_minor: int
    allocated_minor: int
    paid_out_minor: int
    refunded_minor: int
    refunds_paid_minor: int
    in_transit_minor: int
    """Ordered and not debited yet; a part of what is owed."""

    @property
    def owed_to_creditors_minor(self) -> int:
        """Collected and not paid out, our own share included until it is moved to our own account."""
        return self.allocated_minor - self.paid_out_minor

    @property
    def owed_to_payers_minor(self) -> int:
        """What exceeds the claims, and refunds under way."""
        return self.surplus_minor + self.refunded_minor - self.refunds_paid_minor

    @property
    def liabilities_minor(self) -> int:
        unplaced_minor = self.unmatched_minor + self.not_ours_minor
        return unplaced_minor + self.owed_to_creditors_minor + self.owed_to_payers_minor

    @property
    def excess_minor(self) -> int:
        """What is held above what is owed; negative: client funds are short."""
        return self.held_minor - self.liabilities_minor
