"""What a payment covers first, and what is let go of a small rest. Amounts are minor units."""

from collections.abc import Sequence
from dataclasses import dataclass

from payment_control.domain.claim import Claim
from payment_control.domain.owed import FEES, Component, OpenItems, Part
from statutes import allocation_rule

ORDERED: tuple[str, ...] = ("fees", "interest", "principal")
_COVERED: dict[str, tuple[Component, ...]] = {"fees": FEES, "interest": ("INTEREST",), "principal": ("PRINCIPAL",)}
_SPARED: tuple[Component, ...] = ("INTEREST", *reversed(FEES))


class DirectionNotAllowed(ValueError):
    """The debtor says what a payment is for, where the law leaves that to others."""

    def __init__(self, claim: "Claim", row_id: str) -> None:
        super().__init__(
            f"In {claim.jurisdiction} a debtor of this kind may not say what a payment covers (row {row_id}); "
            "leave the direction out and the order of law counts."
        )
        self.row_id = row_id


@dataclass(frozen=True, slots=True)
class Allocation:
    """A payment spread over what was owed: parts + surplus = amount; the surplus is the debtor's."""

    parts: tuple[Part, ...]
    surplus_minor: int

    @property
    def allocated_minor(self) -> int:
        return sum(part.amount_minor for part in self.parts)


def covering_order(claim: Claim, directed: Sequence[str] = ()) -> tuple[Sequence[str], str]:
    """Which of fees, interest and principal is covered first, and the statute row that says so.

    The debtor's own direction wins where the law lets it. An order agreed with the creditor counts for businesses;
    a consumer's payment is spread as the law says.
    """
    rule = allocation_rule(claim.jurisdiction, claim.debtor_kind)
    if directed:
        if not rule.debtor_may_direct:
            raise DirectionNotAllowed(claim, rule.row_id)
        return (*directed, *(name for name in rule.components if name not in directed)), rule.row_id
    if claim.allocation_order and claim.debtor_kind == "BUSINESS":
        return claim.allocation_order.split("|"), rule.row_id
    return rule.components, rule.row_id


def allocate(amount_minor: int, owed: OpenItems, order: Sequence[str]) -> Allocation:
    """Spread a payment in the given order of fees, interest and principal; within the fees the oldest kind first."""
    assert amount_minor > 0
    left = amount_minor
    parts: list[Part] = []
    for name in order:
        for component in _COVERED[name]:
            if covered := min(left, owed.of(component)):
                parts.append(Part(component, covered))
                left -= covered
    return Allocation(tuple(parts), left)


def spare(owed: OpenItems, residual_minor: int, limit_minor: int) -> tuple[Part, ...]:
    """What is let go of a residual up to the limit: interest, then the newest fees; nothing if principal would fall."""
    if not 0 < residual_minor <= min(limit_minor, owed.total_minor - owed.principal_minor):
        return ()
    left = residual_minor
    parts: list[Part] = []
    for component in _SPARED:
        if spared := min(left, owed.of(component)):
            parts.append(Part(component, -spared))
            left -= spared
    return tuple(parts)
