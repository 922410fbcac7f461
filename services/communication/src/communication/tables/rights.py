"""What was done about debtors' data, and what is still to be done."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, Text, func
from sqlmodel import Field

from communication.tables.table import Table


class DebtorEventRow(Table, table=True):
    """EXPORTED, HELD, RELEASED or ERASED, by whom and why; rows are only ever added."""

    __table_args__ = (Index("debtor_event_debtor_id", "debtor_id"),)

    position: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    debtor_id: UUID
    kind: str = Field(sa_type=Text)
    who: str = Field(sa_type=Text)
    detail: str = Field(sa_column=Column(Text, nullable=False, server_default=""))
    at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())
    )


class LetterToShredRow(Table, table=True):
    """A letter of an erased debtor that may lie in the print folder; gone once the file is."""

    message_id: UUID = Field(primary_key=True)
    as_of: date
    due_at: datetime = Field(
        sa_column=Column(DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())
    )
