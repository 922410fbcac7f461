"""What accounting stores: charts of accounts, vouchers with their lines, and a copy of each invoice's VAT."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, MetaData, Text, UniqueConstraint
from sqlalchemy import text as sql
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


class VoucherRow(Table, table=True):
    """What one fact did to one book; never changed."""

    __table_args__ = (
        CheckConstraint("(book = 'CREDITOR') = (creditor_id IS NOT NULL)", name="voucher_owner"),
        CheckConstraint("total_minor > 0", name="voucher_total"),
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
    """How much of an invoice's gross is VAT; a copy of what intake told."""

    case_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    creditor_id: UUID
    invoice_number: str = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    gross_minor: int = Field(sa_type=BigInteger)
    vat_minor: int = Field(sa_type=BigInteger)
