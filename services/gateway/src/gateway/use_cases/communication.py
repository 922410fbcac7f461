"""The communication centre: what partners send and read, asked of communication."""

import asyncio
import base64
import binascii
import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.communication import (
    DeliveryEvent,
    DeliveryReport,
    HoursOfContact,
    MessageCreate,
    MessageList,
    MessageListed,
    MessageSent,
    NoteCreate,
    NoteList,
    NoteRead,
    PreferenceHistory,
    Preferences,
    PreferencesRead,
    ThreadChanged,
    ThreadList,
    ThreadListed,
    ThreadMessage,
    ThreadMessages,
    Timeline,
    TimelineEntry,
)
from gateway.schemas.public_ids import meant, shown
from gateway.schemas.wire import refused
from gateway.use_cases.tokens import Creditor

_SERVICE = "communication"
_TIMELINE_PAGE = 200


def who(creditor: Creditor) -> str:
    """Whose token it was; people's names are not known here."""
    return f"partner:{creditor.token.partner_code}"


async def send_message(
    downstream: Downstream, creditor: Creditor, case_id: int, request_id: UUID, body: MessageCreate
) -> MessageSent:
    """Queue a message; 422 names the field, or the rule that forbids it."""
    values = body.model_dump(mode="json", exclude={"thread_id"})
    values |= {"request_id": str(request_id), "sent_by": who(creditor)}
    if body.thread_id is not None:
        values["thread_id"] = str(meant("thr", body.thread_id))
    told = await downstream.post(_SERVICE, f"/internal/cases/{case_id}/messages", creditor.owner, values)
    return MessageSent.model_validate(told | {"message_id": shown("msg", told["message_id"])})


async def list_messages(
    downstream: Downstream, creditor_id: UUID, case_id: int, filters: Mapping[str, Any], cursor: str | None, limit: int
) -> MessageList:
    """A page of messages, newest first."""
    params = {**filters, **_after(cursor), "limit": limit}
    told = await downstream.call(_SERVICE, "GET", f"/internal/cases/{case_id}/messages", creditor_id, params=params)
    page = told.json()
    rows = page["messages"]
    return MessageList(
        messages=[_listed(row) for row in rows],
        total_count=page["total_count"],
        next_cursor=_cursor(rows[-1]) if len(rows) == limit else None,
    )


async def get_delivery_report(downstream: Downstream, creditor_id: UUID, message_id: str) -> DeliveryReport:
    told = await downstream.get(_SERVICE, f"/internal/messages/{meant('msg', message_id)}/delivery-report", creditor_id)
    return DeliveryReport(
        message_id=message_id,
        status=told["status"],
        reason=told["reason"] or None,
        release_at=told["release_at"],
        events=[
            DeliveryEvent(event=event["kind"].lower(), timestamp=event["at"], detail=event["detail"] or None)
            for event in told["events"]
        ],
    )


async def list_threads(downstream: Downstream, creditor_id: UUID, case_id: int) -> ThreadList:
    told = await downstream.get(_SERVICE, f"/internal/cases/{case_id}/threads", creditor_id)
    threads = [row | {"thread_id": shown("thr", row["thread_id"])} for row in told]
    return ThreadList(threads=[ThreadListed.model_validate(row) for row in threads])


async def list_thread_messages(downstream: Downstream, creditor_id: UUID, thread_id: str) -> ThreadMessages:
    told = await downstream.get(_SERVICE, f"/internal/threads/{meant('thr', thread_id)}/messages", creditor_id)
    messages = [
        ThreadMessage.model_validate(
            {
                "message_id": shown("msg", row["message_id"]),
                "from": row["sender"],
                "direction": row["direction"],
                "body": row["body"],
                "timestamp": row["at"],
            }
        )
        for row in told
    ]
    return ThreadMessages(thread_id=thread_id, messages=messages)


async def change_thread(downstream: Downstream, creditor_id: UUID, thread_id: str, status: str) -> ThreadChanged:
    path = f"/internal/threads/{meant('thr', thread_id)}"
    await downstream.call(_SERVICE, "PUT", path, creditor_id, body={"status": status})
    return ThreadChanged.model_validate({"thread_id": thread_id, "status": status})


async def set_preferences(
    downstream: Downstream, creditor: Creditor, case_id: int, wishes: Preferences
) -> PreferencesRead:
    """Put the debtor's wishes in force; the ones before stay in the history."""
    values = wishes.model_dump(mode="json", exclude={"contact_hours"}) | {"changed_by": who(creditor)}
    if wishes.contact_hours is not None:
        hours = wishes.contact_hours
        values |= {
            "hours_start": hours.start.isoformat(),
            "hours_end": hours.end.isoformat(),
            "hours_timezone": hours.timezone,
        }
    path = f"/internal/cases/{case_id}/communication-preferences"
    told = await downstream.call(_SERVICE, "PUT", path, creditor.owner, body=values)
    return _preferences(case_id, told.json())


async def get_preferences(downstream: Downstream, creditor_id: UUID, case_id: int) -> PreferencesRead:
    """What is in force; the defaults for a debtor who said nothing."""
    told = await downstream.get(_SERVICE, f"/internal/cases/{case_id}/communication-preferences", creditor_id)
    return _preferences(case_id, told) if told else PreferencesRead(case_id=case_id)


async def list_preference_history(downstream: Downstream, creditor_id: UUID, case_id: int) -> PreferenceHistory:
    path = f"/internal/cases/{case_id}/communication-preferences/history"
    told = await downstream.get(_SERVICE, path, creditor_id)
    return PreferenceHistory(changes=[_preferences(case_id, row) for row in told])


async def add_note(
    downstream: Downstream, creditor: Creditor, case_id: int, request_id: UUID, body: NoteCreate
) -> NoteRead:
    values = body.model_dump(mode="json") | {"request_id": str(request_id), "created_by": who(creditor)}
    return _note(await downstream.post(_SERVICE, f"/internal/cases/{case_id}/notes", creditor.owner, values))


async def list_notes(
    downstream: Downstream, creditor_id: UUID, case_id: int, category: str | None, tag: str | None
) -> NoteList:
    params = {"category": category, "tag": tag}
    told = await downstream.get(_SERVICE, f"/internal/cases/{case_id}/notes", creditor_id, params)
    return NoteList(notes=[_note(row) for row in told])


async def read_timeline(downstream: Downstream, creditor_id: UUID, case_id: int) -> Timeline:
    """Messages, documents, notes and what the case itself tells, newest first."""
    base = f"/internal/cases/{case_id}"
    messages, documents, notes, case = await asyncio.gather(
        downstream.get(_SERVICE, f"{base}/messages", creditor_id, {"limit": _TIMELINE_PAGE}),
        downstream.get(_SERVICE, f"{base}/documents", creditor_id),
        downstream.get(_SERVICE, f"{base}/notes", creditor_id),
        downstream.find("lifecycle", base, creditor_id),
    )
    entries = [_message_entry(row) for row in messages["messages"]]
    entries += [_document_entry(row) for row in documents]
    entries += [_note_entry(row) for row in notes]
    entries += [_case_entry(row) for row in (case["timeline"] if case else [])]
    return Timeline(entries=sorted(entries, key=lambda entry: entry.at, reverse=True))


def _listed(row: dict[str, Any]) -> MessageListed:
    inbound = row["direction"] == "inbound"
    return MessageListed.model_validate(
        {
            **row,
            "message_id": shown("msg", row["message_id"]),
            "from": row["sender"],
            "received_at": row["at"] if inbound else None,
            "sent_at": None if inbound else row["sent_at"],
            "reason": row["reason"] or None,
            "thread_id": shown("thr", row["thread_id"]) if row["thread_id"] else None,
            "sent_by": row["sent_by"] or None,
            "details": row["detail"],
        }
    )


def _preferences(case_id: int, row: dict[str, Any]) -> PreferencesRead:
    hours = None
    if row["hours_start"] is not None:
        hours = HoursOfContact(start=row["hours_start"], end=row["hours_end"], timezone=row["hours_timezone"])
    return PreferencesRead.model_validate(row | {"case_id": case_id, "contact_hours": hours})


def _note(row: dict[str, Any]) -> NoteRead:
    return NoteRead.model_validate(row | {"note_id": shown("note", row["note_id"])})


def _message_entry(row: dict[str, Any]) -> TimelineEntry:
    kind = row["category"] if row["message_type"] == "system" else f"{row['message_type']}_{row['direction']}"
    return TimelineEntry(
        at=row["at"],
        kind="message",
        type=kind,
        id=shown("msg", row["message_id"]),
        text=row["subject"],
        who=row["sent_by"] or row["sender"] or "System",
    )


def _document_entry(row: dict[str, Any]) -> TimelineEntry:
    return TimelineEntry(
        at=row["uploaded_at"],
        kind="document",
        type=row["document_type"],
        id=shown("doc", row["document_id"]),
        text=row["file_name"],
        who=row["uploaded_by"],
    )


def _note_entry(row: dict[str, Any]) -> TimelineEntry:
    return TimelineEntry(
        at=row["created_at"],
        kind="note",
        type=row["category"],
        id=shown("note", row["note_id"]),
        text=row["note"],
        who=row["created_by"],
    )


def _case_entry(row: dict[str, Any]) -> TimelineEntry:
    return TimelineEntry(
        at=row["at"],
        kind="case",
        type=row["kind"],
        id=None,
        text=row["text"],
        who=row["who"],
        day=date.fromisoformat(row["entry_date"]),
    )


def _cursor(row: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps([row["at"], row["message_id"]]).encode()).decode()


def _after(cursor: str | None) -> dict[str, str]:
    if cursor is None:
        return {}
    try:
        at, message_id = json.loads(base64.urlsafe_b64decode(cursor))
        return {"before_at": str(at), "before_id": str(UUID(message_id))}
    except (ValueError, TypeError, binascii.Error, AttributeError) as error:
        raise refused([{"field": "query.cursor", "message": "is no cursor of an earlier page"}]) from error
