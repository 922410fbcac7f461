"""Bodies about free messages, conversations and delivery."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

FreeCategory = Literal[
    "reminder",
    "notice",
    "legal_notice",
    "payment_confirmation",
    "case_update",
    "document_request",
    "settlement_offer",
    "appointment",
    "free_text",
]


class MessageCreate(BaseModel):
    """A message to send."""

    model_config = ConfigDict(extra="forbid")

    request_id: UUID
    message_type: Literal["email", "sms"]
    to: str | None = None
    cc: list[str] = Field(default_factory=list[str])
    subject: str | None = None
    body: str | None = None
    template_id: str | None = None
    variables: dict[str, Any] = Field(default_factory=dict[str, Any])
    priority: Literal["low", "normal", "high"] = "normal"
    category: FreeCategory | None = None
    thread_id: UUID | None = None
    sent_by: str


class MessageQueued(BaseModel):
    """A message as the caller may follow it; `rule` says why it leaves at `release_at` only."""

    message_id: UUID
    case_id: int
    message_type: str
    to: list[str]
    subject: str | None
    status: str
    sent_at: datetime | None
    sent_by: str
    rule: str | None
    release_at: datetime | None


class CorrespondenceRead(BaseModel):
    """A message in a list or conversation."""

    message_id: UUID
    message_type: str
    direction: str
    category: str
    sender: str | None
    to: list[str]
    cc: list[str]
    subject: str | None
    body: str | None
    status: str
    reason: str
    at: datetime
    sent_at: datetime | None
    release_at: datetime | None
    has_attachments: bool
    thread_id: UUID | None
    classification: str | None
    sent_by: str
    detail: dict[str, Any] | None
    sender_verified: bool | None


class CorrespondencePage(BaseModel):
    messages: list[CorrespondenceRead]
    total_count: int


class DeliveryEventRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    kind: str
    detail: str
    at: datetime


class DeliveryReport(BaseModel):
    """How far a message has come, and everything on the way."""

    message_id: UUID
    status: str
    reason: str
    release_at: datetime | None
    events: list[DeliveryEventRead]


class ThreadRead(BaseModel):
    thread_id: UUID
    subject: str | None
    participants: list[str]
    message_count: int
    last_message_at: datetime
    status: Literal["active", "closed"]


class ThreadChange(BaseModel):
    status: Literal["active", "closed"]


class WebhookFacts(BaseModel):
    """What a partner's webhook tells of an inbound message and no event may carry."""

    message_id: UUID
    case_id: int
    message_type: str
    sender: str | None
    subject: str | None
    has_attachments: bool
    received_at: datetime
