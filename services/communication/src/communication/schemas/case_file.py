"""Bodies about documents, notes and preferences."""

from datetime import date, datetime, time
from typing import Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator


class DocumentRead(BaseModel):
    """A version of a document, without its content."""

    document_id: UUID
    case_id: int
    file_name: str | None
    description: str | None
    document_type: str
    media_type: str
    version: int
    size: int
    uploaded_at: datetime
    uploaded_by: str
    retain_until: date


class DocumentAccess(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    who: str
    at: datetime


class NoteCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    request_id: UUID
    note: str
    visibility: Literal["internal", "partner"]
    category: str
    tags: list[str]
    created_by: str


class NoteRead(BaseModel):
    note_id: UUID
    note: str | None
    visibility: str
    category: str
    tags: list[str]
    created_at: datetime
    created_by: str


class Wishes(BaseModel):
    """What a debtor wishes; hours come all three or not at all."""

    model_config = ConfigDict(extra="forbid")

    preferred_channel: Literal["email", "sms", "letter"] | None = None
    email_address: str | None = None
    phone_number: str | None = None
    allow_sms: bool = True
    allow_email: bool = True
    preferred_language: str | None = Field(default=None, pattern="^[a-z]{2}$")
    do_not_contact: bool = False
    reason: str | None = Field(default=None, max_length=2000)
    effective_date: date | None = None
    exceptions: list[Literal["legal_notices", "payment_confirmations"]] = Field(default_factory=list[str])  # type: ignore[arg-type]
    hours_start: time | None = None
    hours_end: time | None = None
    hours_timezone: str | None = None

    @model_validator(mode="after")
    def _hours_are_whole(self) -> Self:
        given = [self.hours_start, self.hours_end, self.hours_timezone]
        if any(one is None for one in given) and any(one is not None for one in given):
            raise ValueError("contact hours need start, end and timezone")
        return self


class WishesChange(Wishes):
    changed_by: str


class WishesRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    preferred_channel: str | None
    email_address: str | None
    phone_number: str | None
    allow_sms: bool
    allow_email: bool
    preferred_language: str | None
    do_not_contact: bool
    reason: str | None
    effective_date: date | None
    exceptions: list[str]
    hours_start: time | None
    hours_end: time | None
    hours_timezone: str | None
    changed_by: str
    changed_at: datetime
