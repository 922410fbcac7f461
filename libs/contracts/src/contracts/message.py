"""What communication says about messages and documents. Never a body, a name or an address."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from contracts.event import CaseEvent, Channel

Category = Literal[
    "invoice",
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


class InvoiceDistributed(CaseEvent):
    """An invoice was handed to its channel, or could not be."""

    topic: ClassVar[str] = "invoice.distributed"
    producer: ClassVar[str] = "communication"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "gateway")

    invoice_id: UUID
    message_id: UUID
    channel: Channel
    successful: bool
    reason: str = ""
    as_of: date


class MessageSent(CaseEvent):
    """A message left for the debtor."""

    topic: ClassVar[str] = "message.sent"
    producer: ClassVar[str] = "communication"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "gateway")

    message_id: UUID
    category: Category
    channel: Channel
    template: str
    step_key: str | None = None
    as_of: date


class MessageDelivered(CaseEvent):
    """The channel reported that a message arrived."""

    topic: ClassVar[str] = "message.delivered"
    producer: ClassVar[str] = "communication"
    consumers: ClassVar[tuple[str, ...]] = ()

    message_id: UUID
    channel: Channel
    as_of: date


class MessageFailed(CaseEvent):
    """A message could not be delivered through a channel."""

    topic: ClassVar[str] = "message.failed"
    producer: ClassVar[str] = "communication"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "gateway")

    message_id: UUID
    category: Category
    channel: Channel
    reason: str
    next_channel: Channel | None = None
    as_of: date


class MessageReceived(CaseEvent):
    """Someone wrote to the office about a case."""

    topic: ClassVar[str] = "message.received"
    producer: ClassVar[str] = "communication"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)

    message_id: UUID
    channel: Channel
    as_of: date


class DocumentUploaded(CaseEvent):
    """A document was filed on a case."""

    topic: ClassVar[str] = "document.uploaded"
    producer: ClassVar[str] = "communication"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)

    document_id: UUID
    document_type: str
    as_of: date
