"""What settlement stores; amounts in minor units."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, MetaData, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

import runtime.table


class Table(runtime.table.Table):
    """Base of settlement's tables."""

    metadata = MetaData()


class CreditorRow(Table, table=True):
    """A creditor's name and language, as onboarded."""

    creditor_id: UUID = Field(primary_key=True)
    name: str
    country_code: str
    language_code: str


class AgreementRow(Table, table=True):
    """A version of an agreement; the highest one valid on a day is in force."""

    creditor_id: UUID = Field(primary_key=True)
    agreement_version: int = Field(primary_key=True)
    valid_from: date
    jurisdiction: str
    schedule: str = Field(description="Interval, day and roll, for example WEEKLY 3 FOLLOWING.")
    document: dict[str, Any] = Field(sa_type=JSONB)


class InvoiceRow(Table, table=True):
    """Since when an invoice is due, and what it was for: commission may depend on both."""

    case_id: int = Field(primary_key=True, sa_type=BigInteger)
    due_date: date
    gross_minor: int = Field(sa_type=BigInteger)


class CreditorHoldRow(Table, table=True):
    """While it is not released, a creditor is neither settled nor paid; its money accrues."""

    __table_args__ = (
        Index(
            "ux_creditor_hold_creditor_id", "creditor_id", unique=True, postgresql_where=text("released_date IS NULL")
        ),
    )

    hold_id: UUID = Field(primary_key=True)
    creditor_id: UUID
    reason: str
    held_date: date
    release_id: UUID | None = None
    released_date: date | None = None
    release_reason: str | None = None


class SettlementRow(Table, table=True):
    """A closed period: allocated = own share + net."""

    __table_args__ = (UniqueConstraint("creditor_id", "currency", "account_id", "settlement_date"),)

    settlement_id: UUID = Field(primary_key=True)
    settlement_number: int = Field(sa_type=BigInteger, unique=True)
    creditor_id: UUID
    currency: str
    account_id: str
    settlement_date: date
    line_count: int
    allocated_minor: int = Field(sa_type=BigInteger)
    principal_minor: int = Field(sa_type=BigInteger)
    interest_minor: int = Field(sa_type=BigInteger)
    fees_minor: int = Field(sa_type=BigInteger)
    fee_share_minor: int = Field(sa_type=BigInteger)
    commission_minor: int = Field(sa_type=BigInteger)
    vat_minor: int = Field(sa_type=BigInteger)
    own_share_minor: int = Field(sa_type=BigInteger)
    net_minor: int = Field(sa_type=BigInteger)
    api_fetched_date: date | None = None
    bookkept_date: date | None = None
    internal_accounting_id: str | None = None
    traceparent: str | None = None


class AccrualLineRow(Table, table=True):
    """An allocation, a reversal (negative), or a share of ours that was deferred; open while `settlement_id` is null."""

    __table_args__ = (
        Index(
            "ix_accrual_line_open",
            "creditor_id",
            "currency",
            "account_id",
            postgresql_where=text("settlement_id IS NULL AND (allocated_minor <> 0 OR kind = 'DEFERRAL')"),
        ),
        Index("ix_accrual_line_settlement_id", "settlement_id"),
    )

    line_id: UUID = Field(primary_key=True)
    kind: str
    creditor_id: UUID
    currency: str
    account_id: str
    case_id: int | None = Field(default=None, sa_type=BigInteger)
    invoice_number: str
    payment_reference: str
    stage: str | None = None
    principal_minor: int = Field(sa_type=BigInteger)
    interest_minor: int = Field(sa_type=BigInteger)
    reminder_fee_minor: int = Field(sa_type=BigInteger)
    collection_fee_minor: int = Field(sa_type=BigInteger)
    compensation_minor: int = Field(sa_type=BigInteger)
    allocated_minor: int = Field(sa_type=BigInteger)
    value_date: date
    as_of: date
    reverses_id: UUID | None = None
    traceparent: str | None = None
    settlement_id: UUID | None = Field(default=None, foreign_key="settlement.settlement_id")
    agreement_version: int | None = None
    fee_share_minor: int | None = Field(default=None, sa_type=BigInteger)
    commission_minor: int | None = Field(default=None, sa_type=BigInteger)
    vat_minor: int | None = Field(default=None, sa_type=BigInteger)
    payout_part: int | None = None


class SettlementRunRow(Table, table=True):
    """A creditor's money in one currency and account was looked at on a day, whether or not it was settled."""

    creditor_id: UUID = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    run_date: date = Field(primary_key=True)


class SettlementCounterRow(Table, table=True):
    """The last counter given out in settlement numbers of a day."""

    counter_date: date = Field(primary_key=True)
    last: int


class PaymentOrderRow(Table, table=True):
    """A payment file for the bank, byte for byte as it goes out."""

    __table_args__ = (
        UniqueConstraint("account_id", "order_date", "sequence"),
        Index("ix_payment_order_written", "order_date", postgresql_where=text("status = 'WRITTEN'")),
    )

    message_id: str = Field(primary_key=True)
    account_id: str
    order_date: date
    sequence: int
    status: str = Field(description="WRITTEN in the database, then DELIVERED to the bank's folder.")
    content: bytes


class PayoutRow(Table, table=True):
    """One attempt to transfer what a settlement pays to the creditor or to ourselves; or a refund, which has one attempt."""

    __table_args__ = (
        UniqueConstraint("settlement_id", "kind", "part", "attempt"),
        ForeignKeyConstraint(["settlement_id"], ["settlement.settlement_id"]),
        CheckConstraint(
            "CASE WHEN kind = 'REFUND' THEN num_nonnulls(refund_id, payment_id, refund_source, remittance_text) = 4"
            " AND num_nonnulls(settlement_id, creditor_id) = 0"
            " ELSE num_nonnulls(settlement_id, creditor_id) = 2"
            " AND num_nonnulls(refund_id, payment_id, refund_source, remittance_text) = 0 END",
            name="payout_owner_check",
        ),
        Index("ix_payout_message_id", "message_id"),
        Index("ix_payout_unordered", "initiated_date", postgresql_where=text("message_id IS NULL")),
        Index("ix_payout_failed", "failed_date", postgresql_where=text("failed_date IS NOT NULL")),
    )

    payout_id: UUID = Field(primary_key=True)
    settlement_id: UUID | None = None
    creditor_id: UUID | None = None
    kind: str
    part: int = 0
    attempt: int
    account_id: str
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str
    iban: str
    bic: str | None = None
    name: str
    reference: str | None = None
    end_to_end_id: str = Field(unique=True)
    initiated_date: date
    status: str
    message_id: str | None = Field(default=None, foreign_key="payment_order.message_id")
    booking_date: date | None = None
    failed_date: date | None = None
    reason: str | None = None
    refund_id: UUID | None = Field(default=None, unique=True)
    payment_id: UUID | None = None
    refund_source: str | None = None
    remittance_text: str | None = None
    traceparent: str | None = None


class BankMessageRow(Table, table=True):
    """A file of the bank that was read; the same name with other bytes is another file."""

    name: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    message_kind: str
    refused: str | None = None
    read_date: date
