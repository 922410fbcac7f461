"""What intake stores."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, MetaData, Sequence, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

import runtime.table


class Table(runtime.table.Table):
    """Base of intake's tables."""

    metadata = MetaData()


CASE_NUMBERS = Sequence("case_number", start=100_001, metadata=Table.metadata)
CUSTOMER_NUMBERS = Sequence("customer_number", start=1_001, metadata=Table.metadata)


class CreditorRow(Table, table=True):
    """A creditor the office works for."""

    creditor_id: UUID = Field(primary_key=True)
    partner_code: str
    customer_code: str = Field(unique=True)
    name: str
    business_code: str
    vat_number: str
    country_code: str
    language_code: str
    email: str
    reference_prefix: str = Field(unique=True)
    onboarded_date: date


class AgreementRow(Table, table=True):
    """A version of a creditor's agreement, whole; the highest version is in force."""

    __table_args__ = (UniqueConstraint("creditor_id", "agreement_version"),)

    agreement_id: UUID = Field(primary_key=True)
    creditor_id: UUID = Field(foreign_key="creditor.creditor_id")
    agreement_version: int
    valid_from: date
    document: dict[str, Any] = Field(sa_type=JSONB)


class AgreementDraftRow(Table, table=True):
    """A version drawn up but not in force: built on `base_version`; once activated it names its own version."""

    draft_id: UUID = Field(primary_key=True)
    creditor_id: UUID = Field(foreign_key="creditor.creditor_id", index=True)
    base_version: int
    drafted_date: date
    document: dict[str, Any] = Field(sa_type=JSONB)
    activated_version: int | None = None


class DebtorRow(Table, table=True):
    """A debtor of one creditor, with contact details as last handed in; erased, the id the same party gets if it returns."""

    debtor_id: UUID = Field(primary_key=True)
    creditor_id: UUID = Field(foreign_key="creditor.creditor_id")
    contact: dict[str, Any] = Field(sa_type=JSONB)
    successor_id: UUID | None = None


class InvoiceRow(Table, table=True):
    """An accepted invoice; immutable."""

    __table_args__ = (UniqueConstraint("creditor_id", "number"), UniqueConstraint("payment_iban", "payment_reference"))

    invoice_id: UUID = Field(primary_key=True)
    case_id: int = Field(sa_type=BigInteger, unique=True)
    creditor_id: UUID = Field(foreign_key="creditor.creditor_id")
    debtor_id: UUID = Field(foreign_key="debtor.debtor_id")
    number: str
    payment_iban: str
    payment_reference: str
    currency: str
    gross_minor: int = Field(sa_type=BigInteger)
    due_date: date
    accepted_date: date
    payment_control: bool
    request_id: UUID
    document: dict[str, Any] = Field(sa_type=JSONB)


class InvoiceActionRow(Table, table=True):
    """Something a creditor asked to be done with an invoice."""

    action_id: UUID = Field(primary_key=True)
    creditor_id: UUID = Field(foreign_key="creditor.creditor_id")
    case_id: int = Field(sa_type=BigInteger, index=True)
    code: str
    requested_date: date
    document: dict[str, Any] = Field(sa_type=JSONB)
