"""Communication's tables: who is written to, what about, what must not be sent, and what was said."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, MetaData, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from runtime.table import Table as RuntimeTable


class Table(RuntimeTable):
    """The base of this service's tables."""

    metadata = MetaData()


class CreditorRow(Table, table=True):
    """A creditor as letters name it."""

    creditor_id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    business_code: str = Field(sa_type=Text)
    country_code: str = Field(sa_type=Text)
    language_code: str = Field(sa_type=Text)
    email: str = Field(sa_type=Text)


class DebtorRow(Table, table=True):
    """How to reach a debtor: the latest contact details. Personal data."""

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


class InvoiceRow(Table, table=True):
    """The copy of an invoice that letters are written from."""

    __table_args__ = (
        Index("invoice_creditor_number", "creditor_id", "invoice_number"),
        Index("invoice_creditor_date", "creditor_id", "invoice_date"),
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


class CaseStateRow(Table, table=True):
    """What stops letters on a case, each with the version it was told in; and the fees charged so far by step."""

    case_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    claim_version: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    settled: bool = Field(sa_column_kwargs={"server_default": text("false")})
    hold_version: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    held: bool = Field(sa_column_kwargs={"server_default": text("false")})
    closing_version: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    closed: bool = Field(sa_column_kwargs={"server_default": text("false")})
    charges: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'{}'")))


class MessageRow(Table, table=True):
    """One message by one channel. QUEUED, then SENT, FAILED (the channel refused it) or RECALLED."""

    __table_args__ = (
        UniqueConstraint("step_key", "channel", name="message_step_key_channel"),
        Index("message_case_id", "case_id"),
        Index("message_creditor_id", "creditor_id"),
        Index("message_queue", "channel", "next_try_at", postgresql_where=text("status = 'QUEUED'")),
    )

    message_id: UUID = Field(primary_key=True)
    case_id: int = Field(sa_type=BigInteger)
    creditor_id: UUID
    debtor_id: UUID
    category: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    template: str = Field(sa_type=Text)
    step_key: str | None = Field(sa_type=Text)
    status: str = Field(sa_column=Column(Text, nullable=False, server_default="QUEUED"))
    reason: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    content: dict[str, Any] = Field(sa_type=JSONB)
    smtp_message_id: str | None = Field(sa_type=Text)
    as_of: date
    queued_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())
    )
    sent_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    attempts: int = Field(sa_column_kwargs={"server_default": "0"})
    next_try_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())
    )
    leased_until: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    traceparent: str | None = Field(sa_type=Text)


class DeliveryEventRow(Table, table=True):
    """What happened to a message, one row for each time; rows are only ever added."""

    __table_args__ = (Index("delivery_event_message_id", "message_id"),)

    position: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    message_id: UUID
    kind: str = Field(sa_type=Text)
    detail: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())
    )
