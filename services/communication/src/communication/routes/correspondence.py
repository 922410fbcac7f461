"""Free messages, conversations and delivery reports."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request

from communication import queries
from communication.schemas.correspondence import (
    CorrespondencePage,
    CorrespondenceRead,
    DeliveryEventRead,
    DeliveryReport,
    MessageCreate,
    MessageQueued,
    ThreadChange,
    ThreadRead,
    WebhookFacts,
)
from communication.use_cases import correspondence
from communication.use_cases.correspondence import Draft
from communication.use_cases.keys import key_for_reading
from communication.vault.store import Vault
from runtime.database import RequestTransaction
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal")

MessageType = Literal["email", "sms", "letter", "einvoice", "system"]
Direction = Literal["inbound", "outbound"]


@router.post("/cases/{case_id}/messages", status_code=201)
async def send_message(
    case_id: int, body: MessageCreate, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> MessageQueued:
    """Queue a message; it leaves at once, or when the debtor's hours begin."""
    draft = Draft(**body.model_dump(exclude={"request_id", "cc"}), cc=tuple(body.cc))
    state = request.app.state
    queued = await correspondence.send_message(
        session, state.vault, state.settings, caller.creditor(), case_id, body.request_id, draft
    )
    return MessageQueued(
        message_id=queued.message_id,
        case_id=case_id,
        message_type=body.message_type,
        to=list(queued.to),
        subject=queued.subject,
        status="queued",
        sent_at=None,
        sent_by=body.sent_by,
        rule=queued.rule,
        release_at=queued.release_at,
    )


@router.get("/cases/{case_id}/messages")
async def list_correspondence(
    case_id: int,
    caller: ServiceCaller,
    session: RequestTransaction,
    request: Request,
    type: MessageType | None = None,
    direction: Direction | None = None,
    date_from: date | None = None,
    date_to: date | None = None,
    status: str | None = None,
    category: str | None = None,
    before_at: datetime | None = None,
    before_id: UUID | None = None,
    limit: Annotated[int, Query(gt=0, le=200)] = 50,
) -> CorrespondencePage:
    """A page of everything said on a case, newest first."""
    filters: dict[str, Any] = {
        "channel": type.upper() if type else None,
        "direction": direction.upper() if direction else None,
        "date_from": date_from,
        "date_to": date_to,
        "status": status,
        "category": category,
        "before_at": before_at,
        "before_id": before_id,
        "limit": limit,
    }
    page = await correspondence.list_correspondence(
        session, request.app.state.vault, caller.creditor(), case_id, filters
    )
    return CorrespondencePage(messages=[read(row, fields) for row, fields in page.rows], total_count=page.total)


@router.get("/messages/{message_id}/delivery-report")
async def get_delivery_report(message_id: UUID, caller: ServiceCaller, session: RequestTransaction) -> DeliveryReport:
    """Every event of a message, oldest first."""
    message = await correspondence.get_message(session, caller.creditor(), message_id)
    events = await queries.list_events(session, message_id)
    return DeliveryReport(
        message_id=message_id,
        status=message.status,
        reason=message.reason,
        release_at=message.release_at,
        events=[DeliveryEventRead.model_validate(event) for event in events],
    )


@router.get("/messages/{message_id}/webhook")
async def get_webhook_facts(
    message_id: UUID, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> WebhookFacts:
    """What the gateway needs to tell a partner of a message; asked when it sends, kept nowhere."""
    vault: Vault = request.app.state.vault
    message = await correspondence.get_message(session, caller.creditor(), message_id)
    fields = correspondence.opened(message, await key_for_reading(session, vault.provider, message.debtor_id))
    return WebhookFacts(
        message_id=message_id,
        case_id=message.case_id,
        message_type=message.channel.lower(),
        sender=fields.get("from"),
        subject=fields.get("subject"),
        has_attachments=message.has_attachments,
        received_at=message.queued_at,
    )


@router.get("/cases/{case_id}/threads")
async def list_threads(
    case_id: int, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> list[ThreadRead]:
    """The case's conversations."""
    found = await correspondence.list_threads(session, request.app.state.vault, caller.creditor(), case_id)
    return [ThreadRead.model_validate(thread) for thread in found]


@router.get("/threads/{thread_id}/messages")
async def list_thread_messages(
    thread_id: UUID, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> list[CorrespondenceRead]:
    """A conversation, oldest first."""
    vault = request.app.state.vault
    found = await correspondence.list_thread_messages(session, vault, caller.creditor(), thread_id)
    return [read(row, fields) for row, fields in found]


@router.put("/threads/{thread_id}")
async def change_thread(
    thread_id: UUID, body: ThreadChange, caller: ServiceCaller, session: RequestTransaction
) -> ThreadChange:
    """Close a conversation, or take it up again."""
    await correspondence.get_thread(session, caller.creditor(), thread_id)
    await queries.set_thread_status(session, thread_id, body.status)
    return body


def read(row: Any, fields: dict[str, Any]) -> CorrespondenceRead:
    return CorrespondenceRead(
        message_id=row.message_id,
        message_type=row.channel.lower(),
        direction=row.direction.lower(),
        category=row.category,
        sender=fields.get("from"),
        to=fields.get("to", []),
        cc=fields.get("cc", []),
        subject=fields.get("subject"),
        body=fields.get("body"),
        status=row.status,
        reason=row.reason,
        at=row.at,
        sent_at=row.sent_at,
        release_at=row.release_at,
        has_attachments=row.has_attachments,
        thread_id=row.thread_id,
        classification=row.classification,
        sent_by=row.sent_by,
        detail=row.detail,
        sender_verified=row.sender_verified,
    )
