"""The bodies of communication's internal HTTP answers."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

DistributionStatus = Literal["PENDING", "SUCCESSFUL", "FAILED"]


class DistributionRead(BaseModel):
    """How one invoice reached, or did not reach, its debtor."""

    invoice_number: str
    invoice_date: date
    case_id: int
    channel: str
    status: DistributionStatus
    reason: str
    sent_at: datetime | None
    message_id: UUID


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
