"""Bodies of the communication centre: messages, threads, delivery, preferences, notes."""

from datetime import date, datetime, time
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainSerializer, StringConstraints, model_validator

from gateway.schemas.wire import Day, Wire

MessageType = Literal["email", "sms"]
AnyMessageType = Literal["email", "sms", "letter", "einvoice", "system"]
Direction = Literal["inbound", "outbound"]
MessageStatus = Literal["queued", "sent", "delivered", "opened", "clicked", "failed", "bounced", "received"]
Category = Literal[
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
Hour = Annotated[time, PlainSerializer(lambda at: at.strftime("%H:%M"), return_type=str, when_used="json")]
Text = Annotated[str, StringConstraints(max_length=50_000)]
Short = Annotated[str, StringConstraints(max_length=500)]


class MessageCreate(Wire):
    """An e-mail or SMS to the debtor: subject and body, or a template with variables; `to` defaults to the debtor."""

    message_type: MessageType
    to: Short | None = Field(default=None, examples=["debtor@example.com", "+4791234567"])
    cc: list[Short] = Field(default_factory=list[str], max_length=10)
    subject: Short | None = None
    body: Text | None = None
    template_id: Short | None = None
    variables: dict[str, Any] = Field(default_factory=dict[str, Any])
    priority: Literal["low", "normal", "high"] = "normal"
    category: Category | None = Field(
        default=None,
        description="Decides what preferences and holds let through; default: the template's, or free_text.",
    )
    thread_id: str | None = None


class MessageSent(Wire):
    """A message on its way; with `releaseAt` it waits, and `rule` says for what."""

    message_id: str
    case_id: int
    message_type: str
    to: list[str]
    subject: str | None
    status: MessageStatus
    sent_at: datetime | None
    sent_by: str
    rule: str | None
    release_at: datetime | None


class MessageListed(Wire):
    """A message of a case. What it says is gone once its debtor was erased."""

    message_id: str
    message_type: AnyMessageType
    direction: Direction
    from_: str | None = Field(alias="from", serialization_alias="from")
    to: list[str]
    cc: list[str]
    subject: str | None
    sent_at: datetime | None = Field(default=None, description="Outbound messages that have left.")
    received_at: datetime | None = Field(default=None, description="Inbound messages.")
    release_at: datetime | None = Field(default=None, description="Queued messages: when they may leave.")
    status: MessageStatus
    reason: str | None = None
    category: str
    has_attachments: bool
    thread_id: str | None
    classification: str | None = Field(default=None, description="auto_reply, where the mail says so itself.")
    sender_verified: bool | None = Field(
        default=None,
        description="Inbound: whether the address is one on file and our mail server vouches for it; never for SMS.",
    )
    sent_by: str | None = None
    details: dict[str, Any] | None = Field(default=None, description="System messages: the fact in figures.")


class MessageList(Wire):
    messages: list[MessageListed]
    total_count: int
    next_cursor: str | None = Field(default=None, description="Send it as `cursor` for the next page.")


class DeliveryEvent(Wire):
    event: str
    timestamp: datetime
    detail: str | None = None


class DeliveryReport(Wire):
    """How far a message has come, and every event on the way, oldest first."""

    message_id: str
    status: MessageStatus
    reason: str | None
    release_at: datetime | None
    events: list[DeliveryEvent]


class ThreadListed(Wire):
    thread_id: str
    subject: str | None
    participants: list[str]
    message_count: int
    last_message_at: datetime
    status: Literal["active", "closed"]


class ThreadList(Wire):
    threads: list[ThreadListed]


class ThreadChange(Wire):
    status: Literal["active", "closed"]


class ThreadChanged(Wire):
    thread_id: str
    status: Literal["active", "closed"]


class ThreadMessage(Wire):
    message_id: str
    from_: str | None = Field(alias="from", serialization_alias="from")
    direction: Direction
    body: str | None
    timestamp: datetime


class ThreadMessages(Wire):
    thread_id: str
    messages: list[ThreadMessage]


class HoursOfContact(Wire):
    """Hours of the debtor's day; the end is not included."""

    start: Hour = Field(examples=["09:00"])
    end: Hour = Field(examples=["17:00"])
    timezone: str = Field(examples=["Europe/Copenhagen"])

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start >= self.end:
            raise ValueError("end must be later than start")
        return self


class Preferences(Wire):
    """What the debtor wishes. A PUT replaces all of it: what is left out goes back to its default."""

    preferred_channel: Literal["email", "sms", "letter"] | None = None
    email_address: Short | None = None
    phone_number: Short | None = None
    allow_sms: bool = True
    allow_email: bool = True
    preferred_language: Annotated[str, StringConstraints(pattern="^[a-z]{2}$")] | None = None
    do_not_contact: bool = False
    reason: Short | None = None
    effective_date: date | None = Field(default=None, description="First business day on which doNotContact holds.")
    exceptions: list[Literal["legal_notices", "payment_confirmations"]] = Field(
        default_factory=list[Literal["legal_notices", "payment_confirmations"]]
    )
    contact_hours: HoursOfContact | None = None


class PreferencesRead(Preferences):
    case_id: int
    changed_by: str | None = None
    changed_at: datetime | None = None


class PreferenceHistory(Wire):
    """All preferences that were ever in force, oldest first."""

    changes: list[PreferencesRead]


class NoteCreate(Wire):
    """A note for creditor and office; no debtor ever sees it."""

    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
    visibility: Literal["internal", "partner"] = "internal"
    category: Annotated[str, StringConstraints(pattern="^[a-z][a-z0-9_]{0,39}$")] = Field(
        default="general", examples=["call_log"]
    )
    tags: list[Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]] = Field(
        default_factory=list[str], max_length=20
    )


class NoteRead(Wire):
    note_id: str
    note: str | None
    created_at: datetime
    created_by: str
    category: str
    visibility: str
    tags: list[str]


class NoteList(Wire):
    notes: list[NoteRead]


class TimelineEntry(Wire):
    """Something that happened on a case: a message, a document, a note or a step of the case."""

    at: datetime
    kind: Literal["message", "document", "note", "case"]
    type: str
    id: str | None
    text: str | None
    who: str
    day: Day | None = Field(default=None, description="The business date of what the case itself tells.")


class Timeline(Wire):
    entries: list[TimelineEntry]
