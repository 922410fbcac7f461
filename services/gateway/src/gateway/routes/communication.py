"""The communication centre: messages, threads, delivery reports, preferences, notes, the timeline."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from gateway.access import EitherCaller, InGate, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.communication import (
    AnyMessageType,
    DeliveryReport,
    Direction,
    MessageCreate,
    MessageList,
    MessageSent,
    MessageStatus,
    NoteCreate,
    NoteList,
    NoteRead,
    PreferenceHistory,
    Preferences,
    PreferencesRead,
    ThreadChange,
    ThreadChanged,
    ThreadList,
    ThreadMessages,
    Timeline,
)
from gateway.use_cases import communication

router = APIRouter(prefix="/api", tags=["Communication"])

CaseId = Annotated[int, Path(alias="caseId", gt=0, lt=2**63)]
MessageId = Annotated[str, Path(alias="messageId", examples=["msg_00000000000000000000000000000001"])]
ThreadId = Annotated[str, Path(alias="threadId", examples=["thr_00000000000000000000000000000001"])]


@router.post(
    "/cases/{caseId}/messages",
    status_code=201,
    summary="Send an e-mail or SMS",
    response_model=MessageSent,
    responses=posts(404),
)
async def send_message(
    case_id: CaseId, body: MessageCreate, creditor: EitherCaller, gate: InGate, once: PostOnce
) -> Response:
    """Queue a message to the debtor. What preferences, the law or the case's state forbid is 422 with `rule`; outside
    the debtor's contact hours it stays `queued` until `releaseAt`."""
    return await once.answer(
        creditor.owner,
        lambda request_id: communication.send_message(gate.downstream, creditor, case_id, request_id, body),
        status=201,
    )


@router.get("/cases/{caseId}/messages", summary="List messages", responses=problems(404, 422))
async def list_messages(
    case_id: CaseId,
    creditor: EitherCaller,
    gate: InGate,
    type: AnyMessageType | None = None,
    direction: Direction | None = None,
    date_from: Annotated[date | None, Query(alias="dateFrom")] = None,
    date_to: Annotated[date | None, Query(alias="dateTo")] = None,
    status: MessageStatus | None = None,
    category: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Annotated[str | None, Query(max_length=400)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> MessageList:
    """Everything said on a case in both directions, newest first; `totalCount` counts all that fit the filters."""
    filters: dict[str, Any] = {
        "type": type,
        "direction": direction,
        "date_from": date_from,
        "date_to": date_to,
        "status": status,
        "category": category,
    }
    return await communication.list_messages(gate.downstream, creditor.owner, case_id, filters, cursor, limit)


@router.get("/messages/{messageId}/delivery-report", summary="Delivery report", responses=problems(404, 422))
async def get_delivery_report(message_id: MessageId, creditor: EitherCaller, gate: InGate) -> DeliveryReport:
    """How far a message has come: `queued`, `sent`, `delivered`, `opened`, `clicked`, or `failed`, `bounced`."""
    return await communication.get_delivery_report(gate.downstream, creditor.owner, message_id)


@router.get("/cases/{caseId}/threads", summary="List conversations", responses=problems(404, 422))
async def list_threads(case_id: CaseId, creditor: EitherCaller, gate: InGate) -> ThreadList:
    return await communication.list_threads(gate.downstream, creditor.owner, case_id)


@router.get("/threads/{threadId}/messages", summary="Messages of a conversation", responses=problems(404, 422))
async def list_thread_messages(thread_id: ThreadId, creditor: EitherCaller, gate: InGate) -> ThreadMessages:
    return await communication.list_thread_messages(gate.downstream, creditor.owner, thread_id)


@router.put("/threads/{threadId}", summary="Close or reopen a conversation", responses=problems(404, 422))
async def change_thread(thread_id: ThreadId, body: ThreadChange, creditor: EitherCaller, gate: InGate) -> ThreadChanged:
    return await communication.change_thread(gate.downstream, creditor.owner, thread_id, body.status)


@router.put(
    "/cases/{caseId}/communication-preferences", summary="Set preferences or opt-out", responses=problems(404, 409, 422)
)
async def set_preferences(case_id: CaseId, body: Preferences, creditor: EitherCaller, gate: InGate) -> PreferencesRead:
    """Replace the debtor's preferences, on all of the debtor's cases with you. Notices that the law asks of a dunning
    policy go out all the same, by letter where a channel is closed."""
    return await communication.set_preferences(gate.downstream, creditor, case_id, body)


@router.get("/cases/{caseId}/communication-preferences", summary="Read preferences", responses=problems(404, 422))
async def get_preferences(case_id: CaseId, creditor: EitherCaller, gate: InGate) -> PreferencesRead:
    return await communication.get_preferences(gate.downstream, creditor.owner, case_id)


@router.get(
    "/cases/{caseId}/communication-preferences/history", summary="History of preferences", responses=problems(404, 422)
)
async def list_preference_history(case_id: CaseId, creditor: EitherCaller, gate: InGate) -> PreferenceHistory:
    return await communication.list_preference_history(gate.downstream, creditor.owner, case_id)


@router.post(
    "/cases/{caseId}/notes", status_code=201, summary="Add a note", response_model=NoteRead, responses=posts(404)
)
async def add_note(case_id: CaseId, body: NoteCreate, creditor: EitherCaller, gate: InGate, once: PostOnce) -> Response:
    """A note for you and the office; no debtor ever sees it."""
    return await once.answer(
        creditor.owner,
        lambda request_id: communication.add_note(gate.downstream, creditor, case_id, request_id, body),
        status=201,
    )


@router.get("/cases/{caseId}/notes", summary="List notes", responses=problems(404, 422))
async def list_notes(
    case_id: CaseId,
    creditor: EitherCaller,
    gate: InGate,
    category: Annotated[str | None, Query(max_length=40)] = None,
    tag: Annotated[str | None, Query(max_length=40)] = None,
) -> NoteList:
    return await communication.list_notes(gate.downstream, creditor.owner, case_id, category, tag)


@router.get("/cases/{caseId}/timeline", summary="Everything that happened on a case", responses=problems(404, 422))
async def read_timeline(case_id: CaseId, creditor: EitherCaller, gate: InGate) -> Timeline:
    """Messages, documents, notes and the case's own steps in one list, newest first; of messages the latest 200."""
    return await communication.read_timeline(gate.downstream, creditor.owner, case_id)
