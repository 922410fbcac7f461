"""What the gateway asks communication: signed calls, answered for the caller's creditor only."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from communication import queries
from communication.schemas import DistributionRead, DistributionStatus, MessageCount, MessageRead
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal")

_DISTRIBUTION_STATUS: dict[str, DistributionStatus] = {
    "QUEUED": "PENDING",
    "SENT": "SUCCESSFUL",
    "FAILED": "FAILED",
    "RECALLED": "FAILED",
}


@router.get("/distribution")
async def list_distribution(
    caller: ServiceCaller,
    session: RequestTransaction,
    invoice_number: str | None = None,
    from_invoice_date: date | None = None,
    to_invoice_date: date | None = None,
    limit: Annotated[int, Query(gt=0, le=1000)] = 500,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[DistributionRead]:
    """The distribution of the creditor's invoices, by invoice date; a letter that replaced an e-mail counts."""
    rows = await queries.list_distribution(
        session, caller.creditor(), invoice_number, from_invoice_date, to_invoice_date, limit, offset
    )
    return [
        DistributionRead(
            invoice_number=row.invoice_number,
            invoice_date=row.invoice_date,
            case_id=row.case_id,
            channel=row.channel,
            status=_DISTRIBUTION_STATUS[row.status],
            reason=row.reason,
            sent_at=row.sent_at,
            message_id=row.message_id,
        )
        for row in rows
    ]


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
