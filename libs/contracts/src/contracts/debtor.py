"""The one contract that carries a debtor's contact details; only communication consumes it."""

from typing import ClassVar
from uuid import UUID

from contracts.event import Country, DebtorKind, Event


class DebtorRecorded(Event):
    """A debtor became known, or their contact details changed. Personal data: communication alone may listen."""

    topic: ClassVar[str] = "debtor.recorded"
    producer: ClassVar[str] = "intake"
    consumers: ClassVar[tuple[str, ...]] = ("communication",)

    debtor_id: UUID
    creditor_id: UUID
    kind: DebtorKind
    name: str
    street: str
    street2: str | None = None
    postal_code: str
    postal_district: str
    country_code: Country
    language_code: str
    email: str | None = None
    phone: str | None = None

    @property
    def key(self) -> str:
        return str(self.debtor_id)
