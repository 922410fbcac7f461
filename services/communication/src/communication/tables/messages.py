"""What must not be sent, and what was said."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, LargeBinary, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from communication.tables.table import Table


class CaseStateRow(Table, table=True):
    """What stops letters on a case, each with the version it was told in; and the fees charged so far by step."""

    case_id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    claim_version: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    settled: bool = Field(sa_column_kwargs={"server_default": text("false")})
    hold_version: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    held: bool = Field(sa_column_kwargs={"server_default": text("false")})
    closing_version: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    closed: bool = Field(sa_column_kwargs={"server_default": text("false")})
    hold_reason: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    charges: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False, server_default=text("'{}'")))


class MessageRow(Table, table=True):
    """One message by one channel. QUEUED, then SENT, FAILED (the channel refused it) or RECALLED; inbound: RECEIVED.

    `sealed` holds from, to, subject and body, readable with the debtor's data key only.
    """

    __table_args__ = (
        UniqueConstraint("step_key", "channel", name="message_step_key_channel"),
        Index("message_case_id", "case_id"),
        Index("message_creditor_id", "creditor_id"),
        Index("message_debtor_id", "debtor_id"),
        Index("message_thread_id", "thread_id"),
        Index("message_smtp_message_id", "smtp_message_id"),
        Index(
            "message_deadline",
            text("(content ->> 'deadline_date')"),
            postgresql_where=text("step_key IS NOT NULL"),
        ),
        Index("message_letter_group", "letter_group", postgresql_where=text("letter_group IS NOT NULL")),
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
    direction: str = Field(sa_column=Column(Text, nullable=False, server_default="OUTBOUND"))
    sealed: bytes | None = Field(sa_type=LargeBinary)
    thread_id: UUID | None
    priority: str = Field(sa_column=Column(Text, nullable=False, server_default="normal"))
    sent_by: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    has_attachments: bool = Field(sa_column_kwargs={"server_default": text("false")})
    classification: str | None = Field(sa_type=Text)
    progress: str | None = Field(sa_type=Text)
    sender_verified: bool | None
    contacts: int = Field(sa_column_kwargs={"server_default": "1"})
    letter_group: UUID | None


class LetterGroupRow(Table, table=True):
    """A letter that several steps share: how many there are, and how many of their messages are queued."""

    group_id: UUID = Field(primary_key=True)
    size: int
    arrived: int


class FailureSummaryRow(Table, table=True):
    """What a creditor is told about a day on which invoices could not be distributed: QUEUED, then SENT or FAILED."""

    __table_args__ = (
        UniqueConstraint("creditor_id", "day", name="failure_summary_once"),
        Index("failure_summary_queue", "next_try_at", postgresql_where=text("status = 'QUEUED'")),
    )

    summary_id: UUID = Field(primary_key=True)
    creditor_id: UUID
    day: date
    failures: list[dict[str, Any]] = Field(sa_type=JSONB)
    status: str = Field(sa_column=Column(Text, nullable=False, server_default="QUEUED"))
    reason: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    attempts: int = Field(sa_column_kwargs={"server_default": "0"})
    next_try_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())
    )
    leased_until: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))
    sent_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


class DistributionFailureRow(Table, table=True):
    """An invoice that no channel is left for; `told_on` is the day its creditor was told."""

    __table_args__ = (Index("distribution_failure_untold", "day", postgresql_where=text("told_on IS NULL")),)

    message_id: UUID = Field(primary_key=True)
    creditor_id: UUID
    case_id: int = Field(sa_type=BigInteger)
    channel: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    day: date
    told_on: date | None


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
