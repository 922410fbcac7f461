"""Facts about the business date of the test environment."""

from datetime import date
from typing import ClassVar

from contracts.event import Event


class ClockAdvanced(Event):
    """The test clock reached a new business date; every service now does what became due on it."""

    topic: ClassVar[str] = "clock.advanced"
    producer: ClassVar[str] = "gateway"
    consumers: ClassVar[tuple[str, ...]] = (
        "intake",
        "lifecycle",
        "payment-control",
        "settlement",
        "communication",
        "accounting",
    )

    business_date: date

    @property
    def key(self) -> str:
        return "clock"
