"""What accounting stores: charts, vouchers with their lines, closed periods, invoices, and documents to be synced."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Identity, Index, MetaData, Text, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

import runtime.table


class Table(runtime.table.Table):
    """Base of accounting's tables."""

    metadata = MetaData()


class ChartAccountRow(Table, table=True):
    """An account of a book; `creditor_id` is None in the office's books."""

    __table_args__ = (
        UniqueConstraint("book", "creditor_id", "code", name="chart_account_code", postgresql_nulls_not_distinct=True),
    )

    chart_account_id: UUID = Field(primary_key=True, sa_column_kwargs={"server_default": sql("gen_random_uuid()")})
    book: str = Field(sa_type=Text)
    creditor_id: UUID | None
    code: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    account_number: str | None = Field(sa_type=Text)
    vat_code: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})
    vat_basis_points: int = Field(sa_column_kwargs={"server_default": "0"})
    line_text: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})


class VoucherRow(Table, table=True):
    """What one fact did to one book; never changed."""

    __table_args__ = (
        CheckConstraint("(book = 'CREDITOR') = (creditor_id IS NOT NULL)", name="voucher_owner"),
        CheckConstraint("total_minor > 0", name="voucher_total"),
        UniqueConstraint("reverses", name="voucher_reverses_once"),
        Index("voucher_creditor_id", "creditor_id", postgresql_where=sql("creditor_id IS NOT NULL")),
        Index("voucher_settlement_id", "settlement_id", postgresql_where=sql("settlement_id IS NOT NULL")),
    )

    voucher_id: UUID = Field(primary_key=True)
    voucher_number: int = Field(sa_type=BigInteger, sa_column_args=[Identity(always=True)])
    book: str = Field(sa_type=Text)
    creditor_id: UUID | None
    fact: str = Field(sa_type=Text)
    fact_id: UUID
    settlement_id: UUID | None
    currency: str = Field(sa_type=Text)
    voucher_date: date
    text: str = Field(sa_type=Text)
    total_minor: int = Field(sa_type=BigInteger)
    movement: str | None = Field(sa_type=Text)
    fact_date: date | None
    reverses: UUID | None = Field(foreign_key="voucher.voucher_id")


class VoucherLineRow(Table, table=True):
    """An amount on an account: debit positive, credit negative. Lines come with their voucher and are never changed."""

    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="voucher_line_amount"),
        Index("voucher_line_case_id", "case_id", postgresql_where=sql("case_id IS NOT NULL")),
    )

    voucher_id: UUID = Field(primary_key=True, foreign_key="voucher.voucher_id")
    line_no: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    account_code: str = Field(sa_type=Text)
    amount_minor: int = Field(sa_type=BigInteger)
    case_id: int | None = Field(sa_type=BigInteger)
    invoice_number: str | None = Field(sa_type=Text)
    component: str | None = Field(sa_type=Text)
    text: str = Field(sa_type=Text)


class InvoiceRow(Table, table=True):
    """How much of an invoice's gross is VAT, and its dates; a copy of what intake told."""

    __table_args__ = (Index("invoice_number_of_creditor", "creditor_id", "invoice_number"),)

    case_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    creditor_id: UUID
    invoice_number: str = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    gross_minor: int = Field(sa_type=BigInteger)
    vat_minor: int = Field(sa_type=BigInteger)
    invoice_date: date
    due_date: date
    accepted_date: date
    payment_reference: str = Field(sa_type=Text, sa_column_kwargs={"server_default": ""})
    payment_control: bool = Field(sa_column_kwargs={"server_default": sql("true")})


class ClosedPeriodRow(Table, table=True):
    """A book was closed through a day; rows are only ever added."""

    __table_args__ = (
        UniqueConstraint(
            "book", "creditor_id", "closed_through", name="closed_period_once", postgresql_nulls_not_distinct=True
        ),
    )

    closed_period_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_args=[Identity(always=True)])
    book: str = Field(sa_type=Text)
    creditor_id: UUID | None
    closed_through: date
    closed_on: date


class CreditorRow(Table, table=True):
    """Who a creditor is to an accounting system; a copy of what intake told."""

    creditor_id: UUID = Field(primary_key=True)
    name: str = Field(sa_type=Text)
    business_code: str = Field(sa_type=Text)
    country_code: str = Field(sa_type=Text)


class AccountingTargetRow(Table, table=True):
    """Where a creditor's documents go; without a row, as CSV into the drop folder."""

    creditor_id: UUID = Field(primary_key=True)
    kind: str = Field(sa_type=Text)
    url: str | None = Field(sa_type=Text)


class AccountingDocumentRow(Table, table=True):
    """A document on its way to the creditor's accounting system."""

    __table_args__ = (
        UniqueConstraint("creditor_id", "kind", "source_identifier", name="accounting_document_once"),
        Index("accounting_document_due", "due_at", postgresql_where=sql("status = 'PENDING'")),
    )

    document_id: UUID = Field(primary_key=True)
    creditor_id: UUID
    kind: str = Field(sa_type=Text)
    source_identifier: str = Field(sa_type=Text)
    document_date: date
    content: dict[str, Any] = Field(sa_type=JSONB)
    status: str = Field(sa_type=Text)
    attempts: int = Field(sa_column_kwargs={"server_default": "0"})
    due_at: datetime = Field(sa_type=DateTime(timezone=True), sa_column_kwargs={"server_default": sql("now()")})
    description: str = Field(sa_type=Text)
    sync_date: date | None
    submitted_on: date
    traceparent: str | None = Field(sa_type=Text)
