"""Messages of a case, and the house's count of all."""

from fastapi import APIRouter

from communication import queries
from communication.schemas.messages import MessageCount, MessageRead
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal")


@router.get("/messages")
async def list_messages(caller: ServiceCaller, session: RequestTransaction, case_id: int) -> list[MessageRead]:
    """All messages of a case, oldest first."""
    creditor_id = caller.creditor()
    if not await queries.has_case(session, creditor_id, case_id):
        raise Problem(404, f"There is no case {case_id}.")
    return [MessageRead.model_validate(row) for row in await queries.list_messages(session, creditor_id, case_id)]


@router.get("/message-counts")
async def count_messages(caller: ServiceCaller, session: RequestTransaction) -> list[MessageCount]:
    """The house's own count of all messages."""
    if caller.creditor_id is not None:
        raise Problem(403, "This call is for the house itself; the token names a creditor.")
    return [MessageCount.model_validate(row) for row in await queries.count_messages(session)]
