"""What lifecycle stores."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

import runtime.table


class Table(runtime.table.Table):
    """Base of lifecycle's tables."""

    metadata = MetaData()


class AgreementRow(Table, table=True):
    """Copy of a version of a creditor's agreement; a case takes its terms when it opens."""

    creditor_id: UUID = Field(primary_key=True)
    agreement_version: int = Field(primary_key=True)
    document: dict[str, Any] = Field(sa_type=JSONB)


class CaseRow(Table, table=True):
    """A case: its situation as last evaluated, with its copy of the claim's balance in minor units."""

    __table_args__ = (
        Index(
            "case_next_review_date",
            "next_review_date",
            "case_id",
            postgresql_where=text("next_review_date IS NOT NULL"),
        ),
        Index("case_creditor_id", "creditor_id", "case_id"),
        Index("case_debtor_id", "creditor_id", "debtor_id"),
        Index(
            "case_group_letters",
            "creditor_id",
            "debtor_id",
            "case_id",
            postgresql_where=text("group_letters AND next_review_date IS NOT NULL"),
        ),
        Index(
            "case_limitation_alert_date",
            "limitation_alert_date",
            "case_id",
            postgresql_where=text("limitation_alert_date IS NOT NULL"),
        ),
        Index(
            "case_dispute_alert_date",
            "dispute_alert_date",
            "case_id",
            postgresql_where=text("dispute_alert_date IS NOT NULL"),
        ),
    )

    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    creditor_id: UUID
    claim_id: UUID
    invoice_number: str = Field(sa_type=Text)
    currency: str = Field(sa_type=Text)
    debtor_kind: str = Field(sa_type=Text)
    policy_code: str = Field(sa_type=Text)
    policy_version: int
    jurisdiction: str = Field(sa_type=Text)
    creditor_deducts_vat: bool
    interest_enabled: bool
    collection_allowed: bool
    small_balance_minor: int = Field(sa_type=BigInteger)
    opened_date: date
    status: str = Field(sa_type=Text)
    stage: str = Field(sa_type=Text)
    level: int
    due_date: date
    principal_minor: int = Field(sa_type=BigInteger)
    interest_minor: int = Field(sa_type=BigInteger)
    fees_minor: int = Field(sa_type=BigInteger)
    claim_version: int
    earliest_step_date: date | None = None
    last_step_date: date | None = None
    last_deadline_date: date | None = None
    hold_reason: str | None = Field(default=None, sa_type=Text)
    hold_until_date: date | None = None
    hold_version: int
    closing_version: int
    close_code: str | None = Field(default=None, sa_type=Text)
    closed_date: date | None = None
    failure: str | None = Field(default=None, sa_type=Text)
    next_review_date: date | None = None
    traceparent: str | None = Field(default=None, sa_type=Text)
    debtor_country: str = Field(sa_type=Text)
    debtor_vulnerable: bool
    original_minor: int = Field(sa_type=BigInteger)
    disputed_minor: int = Field(sa_type=BigInteger)
    debtor_id: UUID | None = None
    policy_document: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    accept_low_confidence: bool
    group_letters: bool = Field(sa_column_kwargs={"server_default": text("false")})
    agreed_fees: dict[str, Any] = Field(sa_type=JSONB)
    arrangement: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    limitation_date: date | None = None
    limitation_alert_date: date | None = None
    dispute_alert_date: date | None = None
    source: str = Field(sa_type=Text)
    closed_from: str | None = Field(default=None, sa_type=Text)
    handover_id: UUID | None = None
    with_collector: bool
    arose_date: date | None = None
    interruptions: list[dict[str, Any]] = Field(sa_type=JSONB)
    agreed_policy: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    override_scope: str | None = Field(default=None, sa_type=Text)
    override_version: int | None = None


class DebtorFlagRow(Table, table=True):
    """What is known of a debtor that stops collection, until it is lifted."""

    creditor_id: UUID = Field(primary_key=True)
    debtor_id: UUID = Field(primary_key=True)
    flag: str = Field(primary_key=True, sa_type=Text)
    comment: str = Field(sa_type=Text)
    set_date: date


class PolicyOverrideRow(Table, table=True):
    """Which policy a debtor or a case has instead of the agreed one; each change is a version, without a document: none."""

    __table_args__ = (
        CheckConstraint("(debtor_id IS NULL) <> (case_id IS NULL)", name="policy_override_is_of_one"),
        Index(
            "policy_override_debtor",
            "creditor_id",
            "debtor_id",
            "version",
            unique=True,
            postgresql_where=text("debtor_id IS NOT NULL"),
        ),
        Index(
            "policy_override_case",
            "case_id",
            "version",
            unique=True,
            postgresql_where=text("case_id IS NOT NULL"),
        ),
    )

    position: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True, nullable=False)
    )
    creditor_id: UUID
    debtor_id: UUID | None = None
    case_id: int | None = Field(default=None, sa_type=BigInteger)
    version: int
    document: dict[str, Any] | None = Field(default=None, sa_type=JSONB)
    comment: str = Field(sa_type=Text)
    set_date: date


class CaseStepRow(Table, table=True):
    """A rung that was taken; the key makes sure it never is again."""

    __table_args__ = (Index("case_step_case_id", "case_id", "level"),)

    step_key: str = Field(primary_key=True, sa_type=Text)
    case_id: int = Field(sa_type=BigInteger, foreign_key="case.case_id")
    level: int
    step_code: str = Field(sa_type=Text)
    as_of: date
    deadline_date: date
    charges: list[dict[str, Any]] = Field(sa_type=JSONB)


class CollectorConfigurationRow(Table, table=True):
    """How a creditor's cases go to a collector; a deleted one stays for the hand-overs that name it."""

    __table_args__ = (
        Index(
            "collector_configuration_name",
            "creditor_id",
            "name",
            unique=True,
            postgresql_where=text("NOT deleted"),
        ),
    )

    configuration_id: UUID = Field(primary_key=True)
    creditor_id: UUID
    collector: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    priority: int
    enabled: bool
    conditions: dict[str, Any] = Field(sa_type=JSONB)
    skip_review: bool
    adapter: str = Field(sa_type=Text)
    url: str | None = Field(default=None, sa_type=Text)
    free_withdrawal_days: int | None = None
    late_withdrawal: str = Field(sa_type=Text)
    processing_days: int | None = None
    remits_to: str = Field(sa_type=Text)
    version: int
    token_hash: str | None = Field(default=None, sa_type=Text, unique=True)
    deleted: bool


class HandoverRow(Table, table=True):
    """A case with a collector; at most one that has not ended per case."""

    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("handover_open", "case_id", unique=True, postgresql_where=text("ended_date IS NULL")),
        Index(
            "handover_deadline_date",
            "deadline_date",
            "handover_id",
            postgresql_where=text("ended_date IS NULL AND deadline_date IS NOT NULL"),
        ),
    )

    handover_id: UUID = Field(primary_key=True)
    case_id: int = Field(sa_type=BigInteger, foreign_key="case.case_id")
    creditor_id: UUID
    number: int
    configuration_id: UUID = Field(foreign_key="collector_configuration.configuration_id")
    collector: str = Field(sa_type=Text)
    adapter: str = Field(sa_type=Text)
    remits_to: str = Field(sa_type=Text)
    free_withdrawal_days: int | None = None
    late_withdrawal: str = Field(sa_type=Text)
    processing_days: int | None = None
    state: str = Field(sa_type=Text)
    chosen_date: date
    queued_date: date | None = None
    handed_date: date | None = None
    accepted_date: date | None = None
    ended_date: date | None = None
    deadline_date: date | None = None
    collector_reference: str | None = Field(default=None, sa_type=Text)
    reason: str | None = Field(default=None, sa_type=Text)
    told_hold_version: int
    told_claim_version: int


class CollectorMessageRow(Table, table=True):
    """What a collector is told, in order per hand-over; a courier carries it."""

    __table_args__ = (
        Index(
            "collector_message_pending",
            "handover_id",
            "position",
            postgresql_where=text("status = 'PENDING'"),
        ),
        Index("collector_message_handover_id", "handover_id", "position"),
    )

    position: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True, nullable=False)
    )
    message_id: UUID = Field(unique=True)
    handover_id: UUID = Field(foreign_key="handover.handover_id")
    case_id: int = Field(sa_type=BigInteger)
    kind: str = Field(sa_type=Text)
    content: dict[str, Any] = Field(sa_type=JSONB)
    as_of: date
    status: str = Field(sa_type=Text)
    attempts: int
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    batch_id: UUID | None = None
    description: str = Field(sa_type=Text)
    sent_date: date | None = None
    traceparent: str | None = Field(default=None, sa_type=Text)


class CollectedReportRow(Table, table=True):
    """Money a collector reported, in minor units; its own id of it is unique per collector."""

    __table_args__ = (
        UniqueConstraint("creditor_id", "collector", "external_id"),
        Index("collected_report_case_id", "case_id"),
    )

    report_id: UUID = Field(primary_key=True)
    creditor_id: UUID
    handover_id: UUID = Field(foreign_key="handover.handover_id")
    case_id: int = Field(sa_type=BigInteger)
    collector: str = Field(sa_type=Text)
    external_id: str = Field(sa_type=Text)
    amount_minor: int = Field(sa_type=BigInteger)
    currency: str = Field(sa_type=Text)
    collected_on: date
    reported_date: date


class CollectorFileRow(Table, table=True):
    """A file a collector left for us, and which of its lines were refused and why."""

    creditor_id: UUID = Field(primary_key=True)
    collector: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    sha256: str = Field(primary_key=True, sa_type=Text)
    lines: int
    taken: int
    refused: list[dict[str, Any]] = Field(sa_type=JSONB)
    picked_date: date


class TimelineEntryRow(Table, table=True):
    """Something that happened to a case; written once, never changed."""

    __table_args__ = (Index("timeline_entry_case_id", "case_id", "position"),)

    position: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True, nullable=False)
    )
    case_id: int = Field(sa_type=BigInteger)
    entry_date: date
    at: datetime = Field(sa_type=DateTime(timezone=True))
    kind: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    ids: dict[str, Any] = Field(sa_type=JSONB)


class UnfollowedInvoiceRow(Table, table=True):
    """An invoice without case work (intermediation): what is told about it is not waited for."""

    case_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    creditor_id: UUID
