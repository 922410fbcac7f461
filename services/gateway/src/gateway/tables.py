"""The gateway's own tables."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from runtime.table import Table


class GatewayTable(Table):
    """Base of the gateway's tables, with its own metadata."""

    metadata: ClassVar[Any] = MetaData()


class PartnerRow(GatewayTable, table=True):
    """A software house that onboards creditors."""

    code: str = Field(sa_column=Column(Text, primary_key=True))
    name: str = Field(sa_column=Column(Text, nullable=False))


class ApiTokenRow(GatewayTable, table=True):
    """An access token, kept only as its SHA-256: one creditor, one environment."""

    __table_args__ = (Index("api_token_creditor_id", "creditor_id"),)

    token_hash: str = Field(sa_column=Column(Text, primary_key=True))
    partner_code: str = Field(sa_column=Column(Text, ForeignKey("partner.code"), nullable=False))
    creditor_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    environment: str = Field(sa_column=Column(Text, nullable=False))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    expires_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    revoked_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))


class IdempotencyRecordRow(GatewayTable, table=True):
    """What was answered to a POST, under the key its caller chose."""

    __table_args__ = (Index("idempotency_record_started_at", "started_at"),)

    owner: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    key: str = Field(sa_column=Column(Text, primary_key=True))
    body_hash: str = Field(sa_column=Column(Text, nullable=False))
    status: str = Field(sa_column=Column(Text, nullable=False))
    response_status: int | None = Field(default=None, sa_column=Column(Integer))
    response_body: str | None = Field(default=None, sa_column=Column(Text))
    started_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


class TestClockRow(GatewayTable, table=True):
    """Where the test clock is and where it is to go; one row."""

    __test__ = False  # pytest: the name begins with Test, but it is no test

    id: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    target_date: date = Field(sa_column=Column(Date, nullable=False))
    reached_date: date = Field(sa_column=Column(Date, nullable=False))
    state: str = Field(sa_column=Column(Text, nullable=False))


class WebhookSubscriptionRow(GatewayTable, table=True):
    """Where a creditor wants to be told what; its secret follows from its id and version and is stored nowhere."""

    __table_args__ = (Index("webhook_subscription_creditor_id", "creditor_id"),)

    subscription_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    creditor_id: UUID = Field(sa_column=Column(Uuid, nullable=False))
    environment: str = Field(sa_column=Column(Text, nullable=False))
    url: str = Field(sa_column=Column(Text, nullable=False))
    events: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    secret_version: int = Field(sa_column=Column(Integer, nullable=False, server_default=text("1")))
    is_active: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("true")))
    disabled_reason: str | None = Field(default=None, sa_column=Column(Text))
    failures_in_a_row: int = Field(sa_column=Column(Integer, nullable=False, server_default=text("0")))
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    updated_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))


class WebhookDeliveryRow(GatewayTable, table=True):
    """One fact for one subscription: the payload (ids only), how often it was tried, and what came of it."""

    __table_args__ = (
        Index("webhook_delivery_due", "next_attempt_at", "delivery_id", postgresql_where=text("status = 'PENDING'")),
        Index("webhook_delivery_log", "subscription_id", text("created_at DESC")),
    )

    delivery_id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    subscription_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("webhook_subscription.subscription_id", ondelete="CASCADE"), nullable=False)
    )
    event: str = Field(sa_column=Column(Text, nullable=False))
    case_id: int | None = Field(default=None, sa_column=Column(BigInteger))
    payload: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    is_replay: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=text("false")))
    status: str = Field(sa_column=Column(Text, nullable=False, server_default=text("'PENDING'")))
    attempts: int = Field(sa_column=Column(Integer, nullable=False, server_default=text("0")))
    next_attempt_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now())
    )
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.now()))
    delivered_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    last_response_code: int | None = Field(default=None, sa_column=Column(Integer))
    last_error: str | None = Field(default=None, sa_column=Column(Text))
