"""Bodies about distribution."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

DistributionStatus = Literal["PENDING", "SUCCESSFUL", "FAILED"]


class AttemptRead(BaseModel):
    """One channel the invoice was given to; a fall is told by its reason."""

    channel: str
    status: DistributionStatus
    reason: str
    queued_at: datetime
    sent_at: datetime | None


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
    payment_control: bool
    attempts: list[AttemptRead]
