"""Bodies of the webhook routes."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from gateway.schemas.wire import Wire, text

WebhookEvent = Literal[
    "case.opened",
    "case.overdue",
    "case.step.reached",
    "case.held",
    "case.resumed",
    "case.transferred",
    "case.closed",
    "claim.settled",
    "document.uploaded",
    "invoice.distributed",
    "message.failed",
    "message.received",
    "message.sent",
    "payment.allocated",
    "payment.reversed",
    "payout.confirmed",
    "payout.failed",
    "settlement.created",
]
"""The facts a partner can be told, by the names of docs/events.md."""

Url = Annotated[str, text(1_024, 1)]


class WebhookCreate(Wire):
    """A new subscription."""

    url: Url = Field(description="https, reachable from the Internet; redirects are not followed.")
    events: list[WebhookEvent] = Field(min_length=1, description="Fixed once created.")


class WebhookChange(Wire):
    """What is left out stays as it is."""

    url: Url | None = None
    is_active: bool | None = Field(default=None, description="true also forgets earlier failures.")
    regenerate_secret: bool = False


class WebhookRead(Wire):
    """A subscription."""

    id: UUID
    url: str
    events: list[str]
    is_active: bool
    created_utc: datetime
    updated_utc: datetime
    disabled_reason: str | None = None


class WebhookCreated(WebhookRead):
    """A subscription with its secret, which is shown this once."""

    secret: str = Field(description="base64; decode it before you compute the HMAC.")


class WebhookTested(Wire):
    """How the endpoint answered a test call."""

    success: bool
    http_status_code: int | None = None
    duration_ms: int
    error_message: str | None = None
    error_category: Literal["TimeoutError", "NetworkError", "SslError", "HttpError"] | None = None
    test_payload: str


class EventLogged(Wire):
    """A delivery as the log has it; only the last attempt's result is kept."""

    id: UUID
    subscription_id: UUID
    case_id: int | None = None
    event_type: str
    payload: str = Field(description="JSON. Of message.received without sender and subject, which are kept nowhere.")
    status: str = Field(description="PENDING, DELIVERED or FAILED.")
    created_at: datetime
    delivered_at: datetime | None = None
    attempt_count: int
    last_response_code: int | None = None
    last_error: str | None = None


class EventReplayed(Wire):
    """A delivery that was queued again."""

    event_id: UUID
    subscription_id: UUID
    event_type: str
