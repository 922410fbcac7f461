"""HTTP in, from the gateway alone."""

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import JSONResponse

from payment_control.queries import claims as claim_queries
from payment_control.queries import screens
from payment_control.schemas import (
    BankFileRead,
    ClaimRead,
    EntryRead,
    PaymentCounts,
    PaymentRead,
    PaymentSums,
    QueuedLine,
    claim_read,
)
from payment_control.settings import Settings
from payment_control.use_cases import bank_files
from runtime.clock import today
from runtime.database import RequestTransaction
from runtime.problems import Problem, problem_response
from runtime.tokens import Caller, ServiceCaller

router = APIRouter(prefix="/internal")
statuses: dict[type[Exception], int] = {}


async def _house(caller: ServiceCaller) -> Caller:
    """The office itself: files and queues concern all creditors, so a creditor's token does not open them."""
    if caller.creditor_id is not None:
        raise Problem(403, "Only the office may do this; the token acts for a creditor.")
    return caller


HouseCaller = Annotated[Caller, Depends(_house)]


@router.get("/claims/{case_id}")
async def get_claim(
    case_id: int, caller: ServiceCaller, session: RequestTransaction, as_of: date | None = None
) -> ClaimRead:
    claim = await claim_queries.find_claim_of_case(session, caller.creditor(), case_id)
    if claim is None:
        raise Problem(404, f"You have no claim on case {case_id}.")
    entries = await claim_queries.list_entries(session, claim.claim_id)
    return claim_read(claim, [EntryRead.model_validate(entry) for entry in entries], as_of)


@router.get("/payments")
async def list_payments(
    caller: ServiceCaller,
    session: RequestTransaction,
    from_date: date | None = None,
    to_date: date | None = None,
) -> list[PaymentRead]:
    rows = await screens.list_payments(session, caller.creditor(), from_date, to_date)
    return [PaymentRead.model_validate(row) for row in rows]


@router.post("/bank-files", status_code=status.HTTP_202_ACCEPTED, response_model=BankFileRead)
async def import_bank_file(
    request: Request, name: Annotated[str, Query(min_length=1)], caller: HouseCaller, session: RequestTransaction
) -> BankFileRead | JSONResponse:
    settings: Settings = request.app.state.settings
    reading = await asyncio.to_thread(bank_files.read_bank_file, name, await request.body())
    imported = await bank_files.import_bank_file(session, reading, settings.client_accounts, await today(session))
    if imported.status == "REFUSED":
        # returned, not raised: the refused file is kept whole
        refusal = Problem(
            422,
            f"The file is refused, nothing of it was posted. {imported.error}",
            file_id=str(imported.file_id),
            refused=imported.error,
        )
        return problem_response(refusal, request.url.path)
    return BankFileRead.model_validate(imported)


@router.get("/unmatched")
async def list_unmatched(
    caller: HouseCaller, session: RequestTransaction, limit: Annotated[int, Query(gt=0, le=1000)] = 200
) -> list[QueuedLine]:
    return [QueuedLine.model_validate(row) for row in await screens.list_queue(session, limit)]


@router.get("/payment-counts")
async def get_payment_counts(caller: HouseCaller, session: RequestTransaction) -> PaymentCounts:
    sums = [PaymentSums.model_validate(row) for row in await screens.list_sums(session)]
    counts = await screens.get_counts(session)
    return PaymentCounts(
        sums=sums,
        by_status=counts.by_status,
        unmatched_by_reason=counts.unmatched_by_reason,
        unmatched_reversals=counts.unmatched_reversals,
        files_by_status=counts.files_by_status,
    )
