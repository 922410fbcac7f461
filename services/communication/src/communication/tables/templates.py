"""The table of message templates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from communication.tables.table import Table


class MessageTemplateRow(Table, table=True):
    """One version of a creditor's template in one language; DRAFT, then ACTIVE, then RETIRED. Its text never changes."""

    __table_args__ = (
        Index(
            "message_template_active",
            "creditor_id",
            "template_id",
            "language",
            unique=True,
            postgresql_where=text("status = 'ACTIVE'"),
        ),
        Index("message_template_request", "creditor_id", "request_id", unique=True),
    )

    creditor_id: UUID = Field(primary_key=True)
    template_id: str = Field(primary_key=True, sa_type=Text)
    language: str = Field(primary_key=True, sa_type=Text)
    version: int = Field(primary_key=True)
    status: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    type: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    variables: list[dict[str, Any]] = Field(sa_type=JSONB)
    request_id: UUID
    created_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())
    )
