"""Mail that found no case: the office reads the queue and files it."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from gateway.access import InGate, OfficeCaller, PostOnce
from gateway.routes.answers import posts, problems
from gateway.routes.communication import MessageId
from gateway.schemas.correspondence_work import MailAssign, MailAssigned, WaitingMailList
from gateway.use_cases import waiting_mail

router = APIRouter(prefix="/api/v1/office", tags=["Office"])


@router.get("/unmatched-mail", summary="Mail without a case", responses=problems(422))
async def list_waiting(
    owner: OfficeCaller, gate: InGate, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> WaitingMailList:
    """What came in and names no case, or several; oldest first."""
    return await waiting_mail.list_waiting(gate.downstream, limit)


@router.post(
    "/unmatched-mail/{messageId}/assign",
    status_code=200,
    summary="File a mail on a case",
    response_model=MailAssigned,
    responses=posts(404),
)
async def assign_mail(
    message_id: MessageId, body: MailAssign, owner: OfficeCaller, gate: InGate, once: PostOnce
) -> Response:
    """It becomes a message of the case, its attachments documents, and the creditor is told."""
    return await once.answer(
        owner, lambda _: waiting_mail.assign_mail(gate.downstream, message_id, body.case_id), status=200
    )
