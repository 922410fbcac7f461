"""What comes in from outside: handed to communication; what found no case waits for the office."""

from typing import Final
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.correspondence_work import (
    MailAssigned,
    ReportsCreate,
    SmsReceived,
    Taken,
    WaitingMail,
    WaitingMailList,
)
from gateway.schemas.public_ids import meant, shown
from gateway.schemas.wire import Faults
from runtime.problems import Problem

_SERVICE: Final = "communication"


async def list_waiting(downstream: Downstream, limit: int) -> WaitingMailList:
    told = await downstream.get(_SERVICE, "/internal/unmatched-mail", None, {"limit": limit})
    rows = [row | {"message_id": shown("msg", row["message_id"])} for row in told]
    return WaitingMailList(messages=[WaitingMail.model_validate(row) for row in rows])


async def assign_mail(downstream: Downstream, message_id: str, case_id: int) -> MailAssigned:
    """File a waiting mail on a case; 404 for an unknown mail or case."""
    path = f"/internal/unmatched-mail/{meant('msg', message_id)}/assign"
    await downstream.post(_SERVICE, path, None, {"case_id": case_id})
    return MailAssigned(message_id=message_id, case_id=case_id)


async def take_mail(downstream: Downstream, raw: bytes) -> Taken:
    """A mail as it came over the wire."""
    told = await downstream.call(_SERVICE, "POST", "/internal/inbound-mail", None, content=raw)
    return Taken.model_validate(told.json())


async def take_reports(downstream: Downstream, body: ReportsCreate) -> Taken:
    """What a provider says became of messages; one malformed id refuses the batch."""
    faults, events = Faults(), list[dict[str, str]]()
    for number, event in enumerate(body.events):
        message_id = _message_id(event.message_id)
        if message_id is None:
            faults.add(f"events.{number}.messageId", "is no id of a message")
        else:
            events.append({"message_id": str(message_id), "event": event.event, "detail": event.detail})
    faults.raise_if_any()
    return Taken.model_validate(await downstream.post(_SERVICE, "/internal/delivery-events", None, {"events": events}))


async def take_sms(downstream: Downstream, body: SmsReceived) -> Taken:
    """A short message from somebody; its sender is whoever the network says, and nobody vouches for that."""
    values = {"provider_id": body.provider_id, "sender": body.from_, "to": body.to, "text": body.text}
    return Taken.model_validate(await downstream.post(_SERVICE, "/internal/inbound-sms", None, values))


def _message_id(value: str) -> UUID | None:
    """With or without prefix: providers hand back the reference they were given."""
    try:
        return meant("msg", value) if value.startswith("msg_") else UUID(value)
    except (Problem, ValueError):
        return None
