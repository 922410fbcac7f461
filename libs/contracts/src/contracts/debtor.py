"""Debtors: the one contract that carries contact details, which only communication consumes, and the one that ends them."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import Field

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
    business_code: str = ""
    vat_number: str = ""
    einvoice_address: str | None = Field(
        default=None,
        description="Where e-invoices reach the debtor: scheme of the Peppol code list, colon, identifier.",
    )

    @property
    def key(self) -> str:
        return str(self.debtor_id)


class DebtorErased(Event):
    """A debtor was erased for good (GDPR article 17): whoever keeps the person's details or words about them blanks them.

    The ledger's facts stay under the same id, which names nobody any more.
    """

    topic: ClassVar[str] = "debtor.erased"
    producer: ClassVar[str] = "communication"
    consumers: ClassVar[tuple[str, ...]] = ("intake", "lifecycle")

    debtor_id: UUID
    creditor_id: UUID
    as_of: date

    @property
    def key(self) -> str:
        return str(self.debtor_id)
