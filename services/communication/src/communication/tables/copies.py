"""Whom we write to, and what about: copies of what other services keep."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from communication.tables.table import Table


class CreditorRow(Table, table=True):
    """A creditor as letters name it."""

    creditor_id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    business_code: str = Field(sa_type=Text)
    country_code: str = Field(sa_type=Text)
    language_code: str = Field(sa_type=Text)
    email: str = Field(sa_type=Text)
    seat: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    vat_number: str = Field(sa_column=Column(Text, nullable=False, server_default=""))


class AgreementRow(Table, table=True):
    """What letters need of the agreement in force."""

    creditor_id: UUID = Field(primary_key=True)
    agreement_version: int
    deducts_vat: bool
    track_mail: bool = Field(sa_column_kwargs={"server_default": text("false")})
    failure_summary: bool = Field(sa_column_kwargs={"server_default": text("true")})


class DebtorRow(Table, table=True):
    """How to reach a debtor: the latest contact details. Personal data."""

    __table_args__ = (Index("debtor_phone", text("right(regexp_replace(phone, '[^0-9]', '', 'g'), 8)")),)

    debtor_id: UUID = Field(primary_key=True)
    creditor_id: UUID
    kind: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    street: str = Field(sa_type=Text)
    street2: str | None = Field(sa_type=Text)
    postal_code: str = Field(sa_type=Text)
    postal_district: str = Field(sa_type=Text)
    country_code: str = Field(sa_type=Text)
    language_code: str = Field(sa_type=Text)
    email: str | None = Field(sa_type=Text)
    phone: str | None = Field(sa_type=Text)
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    erased_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    legal_hold: bool = Field(sa_column_kwargs={"server_default": text("false")})
    legal_hold_reason: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    business_code: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    vat_number: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    einvoice_address: str | None = Field(sa_type=Text)


class InvoiceRow(Table, table=True):
    """The copy of an invoice that letters are written from."""

    __table_args__ = (
        Index("invoice_creditor_number", "creditor_id", "invoice_number"),
        Index("invoice_creditor_date", "creditor_id", "invoice_date"),
        Index("invoice_payment_reference", "payment_reference"),
        Index("invoice_invoice_number", "invoice_number"),
    )

    case_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    invoice_id: UUID
    creditor_id: UUID
    debtor_id: UUID
    invoice_number: str = Field(sa_type=Text)
    invoice_type: str = Field(sa_type=Text)
    invoice_date: date
    due_date: date
    currency: str = Field(sa_type=Text)
    gross_minor: int = Field(sa_type=BigInteger)
    vat_minor: int = Field(sa_type=BigInteger)
    lines: list[dict[str, Any]] = Field(sa_type=JSONB)
    payment_reference: str = Field(sa_type=Text)
    payment_iban: str = Field(sa_type=Text)
    debtor_country: str = Field(sa_type=Text)
    language_code: str = Field(sa_type=Text)
    distribution_channel: str | None = Field(sa_type=Text)
    traceparent: str | None = Field(sa_type=Text)
    buyer_reference: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    order_reference: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    payment_control: bool = Field(sa_column_kwargs={"server_default": text("true")})
