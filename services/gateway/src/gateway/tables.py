"""The gateway's own tables."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Column, Date, DateTime, ForeignKey, Index, Integer, MetaData, SmallInteger, Text, Uuid, func
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
