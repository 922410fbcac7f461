"""How invoices reached their debtors."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from communication import queries
from communication.schemas.distribution import AttemptRead, DistributionRead, DistributionStatus
from runtime.database import RequestTransaction
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
            status=_status(row.status, row.progress),
            reason=row.reason,
            sent_at=row.sent_at,
            message_id=row.message_id,
            payment_control=row.payment_control,
            attempts=[
                AttemptRead(**attempt | {"status": _status(attempt["status"], attempt["progress"])})
                for attempt in row.attempts
            ],
        )
        for row in rows
    ]


def _status(status: str, progress: str | None) -> DistributionStatus:
    """What left and came back has failed."""
    return "FAILED" if progress in ("BOUNCED", "FAILED") else _DISTRIBUTION_STATUS[status]
