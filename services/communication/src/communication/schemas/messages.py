"""Bodies about messages."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class MessageRead(BaseModel):
    """A message of a case, without its body."""

    model_config = ConfigDict(from_attributes=True)

    message_id: UUID
    case_id: int
    category: str
    channel: str
    template: str
    step_key: str | None
    status: str
    reason: str
    as_of: date
    queued_at: datetime
    sent_at: datetime | None
    attempts: int


class MessageCount(BaseModel):
    """How many messages share a channel, status and category."""

    model_config = ConfigDict(from_attributes=True)

    channel: str
    status: str
    category: str
    count: int
