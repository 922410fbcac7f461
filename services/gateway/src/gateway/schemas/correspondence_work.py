"""Bodies about waiting mail, providers' reports, and what is done about a debtor's data."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from gateway.schemas.wire import Prose, Wire

ReportKind = Literal["DELIVERED", "OPENED", "CLICKED", "BOUNCED", "FAILED", "DEFERRED"]


class WaitingMail(Wire):
    """A message that found no case, and why."""

    message_id: str
    message_type: Literal["email", "sms"] = "email"
    sender: str
    subject: str
    reason: str
    received_at: datetime
    has_attachments: bool


class WaitingMailList(Wire):
    """The queue, oldest first."""

    messages: list[WaitingMail]


class MailAssign(Wire):
    case_id: int = Field(gt=0, lt=2**63)


class MailAssigned(Wire):
    message_id: str
    case_id: int


class Erased(Wire):
    """The debtor is erased; the id names nobody any more."""

    case_id: int
    debtor_id: str
    erased: Literal[True] = True


class LegalHoldChange(Wire):
    """A hold needs a reason: whoever tries to erase the debtor is shown it."""

    hold: bool
    reason: Prose = ""


class LegalHoldRead(Wire):
    case_id: int
    hold: bool
    reason: str


class ReportCreate(Wire):
    """What became of one message; `detail` holds codes of the provider, never addresses."""

    message_id: str = Field(examples=["msg_00000000000000000000000000000001"])
    event: ReportKind
    detail: Annotated[str, StringConstraints(max_length=200, pattern=r"^[0-9A-Za-z .:_-]*$")] = ""


class ReportsCreate(Wire):
    events: Annotated[list[ReportCreate], Field(min_length=1, max_length=1000)]


class SmsReceived(Wire):
    """A short message that came to the office's number; `providerId` is the same however often it is sent."""

    provider_id: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    from_: Annotated[str, StringConstraints(min_length=3, max_length=40)] = Field(
        alias="from", examples=["+4791234567"]
    )
    to: Annotated[str, StringConstraints(max_length=40)] = ""
    text: Annotated[str, StringConstraints(max_length=10_000)]


class Taken(Wire):
    """How many of what was sent in concerned a case or message of ours."""

    count: int
