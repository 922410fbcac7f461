"""What is owed, by component. Amounts are minor units."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Component = Literal["PRINCIPAL", "INTEREST", "REMINDER_FEE", "COLLECTION_FEE", "COMPENSATION"]
FEES: tuple[Component, ...] = ("REMINDER_FEE", "COLLECTION_FEE", "COMPENSATION")
COMPONENTS: tuple[Component, ...] = ("PRINCIPAL", "INTEREST", *FEES)


class Part(NamedTuple):
    """An amount of one component; as a change of what is owed, negative lowers it."""

    component: Component
    amount_minor: int


@dataclass(frozen=True, slots=True)
class OpenItems:
    """What is still owed, by component; never negative."""

    principal_minor: int = 0
    interest_minor: int = 0
    reminder_fee_minor: int = 0
    collection_fee_minor: int = 0
    compensation_minor: int = 0

    def __post_init__(self) -> None:
        assert min(self.of(component) for component in COMPONENTS) >= 0, f"nothing owed can be negative: {self}"

    def of(self, component: Component) -> int:
        return getattr(self, f"{component.lower()}_minor")

    @property
    def fees_minor(self) -> int:
        return self.reminder_fee_minor + self.collection_fee_minor + self.compensation_minor

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fees_minor

    def changed_by(self, parts: Iterable[Part]) -> "OpenItems":
        amounts = {component: self.of(component) for component in COMPONENTS}
        for component, amount_minor in parts:
            amounts[component] += amount_minor
        return OpenItems(*(amounts[component] for component in COMPONENTS))


def summed(parts: Iterable[Part]) -> tuple[Part, ...]:
    """One part per component that changed, in the order of components."""
    totals = dict.fromkeys(COMPONENTS, 0)
    for component, amount_minor in parts:
        totals[component] += amount_minor
    return tuple(Part(component, amount_minor) for component, amount_minor in totals.items() if amount_minor)


def negated(parts: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(Part(component, -amount_minor) for component, amount_minor in parts)
