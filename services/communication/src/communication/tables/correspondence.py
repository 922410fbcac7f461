"""Keys, conversations, documents, notes and wishes: what is known of debtors beyond letters, sealed where it is words."""

from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from communication.tables.table import Table


def _now() -> Column[Any]:
    return Column(DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())


class DataKeyRow(Table, table=True):
    """A debtor's data key, wrapped by the master key; none once it was destroyed."""

    debtor_id: UUID = Field(primary_key=True)
    key_id: str = Field(sa_type=Text)
    wrapped: bytes | None = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_column=_now())
    destroyed_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


class SystemMessageRow(Table, table=True):
    """A fact told among a case's messages; nobody is sent it."""

    __table_args__ = (Index("system_message_case_id", "case_id"),)

    message_id: UUID = Field(primary_key=True)
    case_id: int = Field(sa_type=BigInteger)
    kind: str = Field(sa_type=Text)
    detail: dict[str, Any] = Field(sa_type=JSONB)
    as_of: date
    at: datetime = Field(sa_column=_now())


class ThreadRow(Table, table=True):
    """A conversation about one subject."""

    __table_args__ = (Index("thread_case_id", "case_id"),)

    thread_id: UUID = Field(primary_key=True)
    case_id: int = Field(sa_type=BigInteger)
    creditor_id: UUID
    debtor_id: UUID
    sealed_subject: bytes = Field(sa_type=LargeBinary)
    status: str = Field(sa_column=Column(Text, nullable=False, server_default="active"))
    created_at: datetime = Field(sa_column=_now())


class DocumentRow(Table, table=True):
    """A document of a case; it is kept until a day and purged after it."""

    __table_args__ = (
        Index("document_case_id", "case_id"),
        Index("document_retain_until", "retain_until", postgresql_where=text("purged_at IS NULL")),
    )

    document_id: UUID = Field(primary_key=True)
    case_id: int = Field(sa_type=BigInteger)
    creditor_id: UUID
    debtor_id: UUID
    document_type: str = Field(sa_type=Text)
    message_id: UUID | None
    retain_until: date
    purged_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


class DocumentVersionRow(Table, table=True):
    """One version: where its sealed content lies; `sealed` holds the file's name and description."""

    __table_args__ = (Index("document_version_object_key", "object_key"),)

    document_id: UUID = Field(primary_key=True, foreign_key="document.document_id")
    version: int = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    media_type: str = Field(sa_type=Text)
    size_bytes: int = Field(sa_type=BigInteger)
    object_key: str = Field(sa_type=Text)
    uploaded_by: str = Field(sa_type=Text)
    uploaded_at: datetime = Field(sa_column=_now())


class DocumentUploadRow(Table, table=True):
    """An object that is being stored: gone once its version is on record, or once the object was removed again."""

    object_key: str = Field(primary_key=True, sa_type=Text)
    started_at: datetime = Field(sa_column=_now())


class DocumentAccessRow(Table, table=True):
    """Who was given a version; rows are only ever added."""

    __table_args__ = (Index("document_access_document_id", "document_id"),)

    position: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    document_id: UUID
    version: int
    who: str = Field(sa_type=Text)
    at: datetime = Field(sa_column=_now())


class NoteRow(Table, table=True):
    """A note; its text and tags are sealed."""

    __table_args__ = (Index("note_case_id", "case_id"),)

    note_id: UUID = Field(primary_key=True)
    case_id: int = Field(sa_type=BigInteger)
    creditor_id: UUID
    debtor_id: UUID
    sealed: bytes = Field(sa_type=LargeBinary)
    visibility: str = Field(sa_type=Text)
    category: str = Field(sa_type=Text)
    created_by: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_column=_now())


class PreferenceRow(Table, table=True):
    """What a debtor wishes now."""

    __table_args__ = (Index("preference_phone", text("right(regexp_replace(phone_number, '[^0-9]', '', 'g'), 8)")),)

    debtor_id: UUID = Field(primary_key=True)
    creditor_id: UUID
    preferred_channel: str | None = Field(sa_type=Text)
    email_address: str | None = Field(sa_type=Text)
    phone_number: str | None = Field(sa_type=Text)
    allow_sms: bool = Field(sa_column_kwargs={"server_default": text("true")})
    allow_email: bool = Field(sa_column_kwargs={"server_default": text("true")})
    preferred_language: str | None = Field(sa_type=Text)
    do_not_contact: bool = Field(sa_column_kwargs={"server_default": text("false")})
    reason: str | None = Field(sa_type=Text)
    effective_date: date | None
    exceptions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False, server_default=text("'{}'")))
    hours_start: time | None
    hours_end: time | None
    hours_timezone: str | None = Field(sa_type=Text)
    changed_by: str = Field(sa_type=Text)
    changed_at: datetime = Field(sa_column=_now())


class PreferenceHistoryRow(Table, table=True):
    """What a debtor wished at any time."""

    __table_args__ = (Index("preference_history_debtor_id", "debtor_id"),)

    position: int = Field(sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    debtor_id: UUID
    creditor_id: UUID
    preferred_channel: str | None = Field(sa_type=Text)
    email_address: str | None = Field(sa_type=Text)
    phone_number: str | None = Field(sa_type=Text)
    allow_sms: bool
    allow_email: bool
    preferred_language: str | None = Field(sa_type=Text)
    do_not_contact: bool
    reason: str | None = Field(sa_type=Text)
    effective_date: date | None
    exceptions: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    hours_start: time | None
    hours_end: time | None
    hours_timezone: str | None = Field(sa_type=Text)
    changed_by: str = Field(sa_type=Text)
    changed_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))


class UnmatchedMailRow(Table, table=True):
    """An inbound mail or SMS that found no case, sealed with the office's own key until somebody assigns it."""

    message_id: UUID = Field(primary_key=True)
    sealed: bytes = Field(sa_type=LargeBinary)
    reason: str = Field(sa_type=Text)
    channel: str = Field(sa_column=Column(Text, nullable=False, server_default="EMAIL"))
    received_at: datetime = Field(sa_column=_now())
