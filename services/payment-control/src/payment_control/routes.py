"""HTTP in, from the gateway alone."""

import asyncio
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, status
from fastapi.responses import JSONResponse

from payment_control.domain.allocation import DirectionNotAllowed
from payment_control.domain.decisions import DecisionConflict, DecisionRefused, SubjectUnknown
from payment_control.domain.owed import Part
from payment_control.domain.relief import ClaimNotOpen, MoreThanOwed, NotCorrectable
from payment_control.queries import claims as claim_queries
from payment_control.queries import decisions as decision_queries
from payment_control.queries import screens
from payment_control.queries.suggestions import list_suggestions
from payment_control.schemas import (
    Asked,
    BankFileRead,
    ClaimRead,
    CorrectionAsked,
    DecisionRead,
    EntryRead,
    MatchAsked,
    PaymentCounts,
    PaymentRead,
    PaymentSums,
    QueuedLine,
    SecondWord,
    WaiverAsked,
    claim_read,
)
from payment_control.settings import Settings
from payment_control.use_cases import bank_files, decisions
from payment_control.use_cases.decisions import HandShare
from runtime.clock import today
from runtime.database import RequestTransaction
from runtime.problems import Problem, problem_response
from runtime.tokens import Caller, ServiceCaller

router = APIRouter(prefix="/internal")
statuses: dict[type[Exception], int] = {
    SubjectUnknown: 404,
    DecisionConflict: 409,
    ClaimNotOpen: 409,
    NotCorrectable: 409,
    DirectionNotAllowed: 409,
    DecisionRefused: 422,
    MoreThanOwed: 422,
}


async def _house(caller: ServiceCaller) -> Caller:
    """The office itself: files and queues concern all creditors, so a creditor's token does not open them."""
    if caller.creditor_id is not None:
        raise Problem(403, "Only the office may do this; the token acts for a creditor.")
    return caller


def limits_of(request: Request) -> dict[str, int]:
    """By currency, what one person may give up alone."""
    settings: Settings = request.app.state.settings
    return settings.four_eyes_limits


def _place(cursor: str | None) -> tuple[date, UUID] | None:
    """Where a page of the queue ended."""
    if cursor is None:
        return None
    day, _, line_id = cursor.partition("_")
    try:
        return date.fromisoformat(day), UUID(line_id)
    except ValueError as error:
        raise Problem(422, f"after: {cursor} is not a cursor of this list") from error


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
    caller: HouseCaller,
    session: RequestTransaction,
    limit: Annotated[int, Query(gt=0, le=1000)] = 200,
    reason: str | None = None,
    currency: str | None = None,
    account_id: str | None = None,
    after: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}_[0-9a-f-]{36}$")] = None,
) -> list[QueuedLine]:
    lines = await screens.list_queue(
        session, limit, reason=reason, currency=currency, account_id=account_id, after=_place(after)
    )
    suggestions = await list_suggestions(session, {line.line_id for line in lines if line.kind == "PAYMENT"})
    return [
        QueuedLine.model_validate(
            dict(line._mapping)
            | {"cursor": f"{line.booking_date}_{line.line_id}", "suggestions": suggestions.get(line.line_id, [])}
        )
        for line in lines
    ]


@router.post("/unmatched/{payment_id}/match")
async def match_by_hand(
    payment_id: UUID, body: MatchAsked, caller: HouseCaller, session: RequestTransaction
) -> DecisionRead:
    shares = [HandShare(share.case_id, share.amount_minor, tuple(share.directed)) for share in body.shares]
    done = await decisions.match_by_hand(
        session, body.word(), payment_id, shares, await today(session), keep_rest=body.keep_rest
    )
    return DecisionRead.model_validate(done)


@router.post("/unmatched/{payment_id}/not-ours")
async def disown(
    payment_id: UUID, body: Asked, caller: HouseCaller, session: RequestTransaction, request: Request
) -> DecisionRead:
    done = await decisions.disown(session, body.word(), payment_id, await today(session), limits_of(request))
    return DecisionRead.model_validate(done)


@router.post("/claims/{case_id}/waive")
async def waive_part(
    case_id: int, body: WaiverAsked, caller: HouseCaller, session: RequestTransaction, request: Request
) -> DecisionRead:
    parts = [Part(part.component, part.amount_minor) for part in body.parts]
    done = await decisions.lower_claim(session, body.word(), case_id, parts, await today(session), limits_of(request))
    return DecisionRead.model_validate(done)


@router.post("/claims/{case_id}/write-off")
async def write_off_claim(
    case_id: int, body: Asked, caller: HouseCaller, session: RequestTransaction, request: Request
) -> DecisionRead:
    done = await decisions.lower_claim(session, body.word(), case_id, None, await today(session), limits_of(request))
    return DecisionRead.model_validate(done)


@router.post("/claims/{case_id}/correct")
async def correct_claim(
    case_id: int, body: CorrectionAsked, caller: HouseCaller, session: RequestTransaction
) -> DecisionRead:
    done = await decisions.correct_claim(session, body.word(), case_id, body.cause_id, await today(session))
    return DecisionRead.model_validate(done)


@router.get("/decisions")
async def list_decisions(
    caller: HouseCaller, session: RequestTransaction, status: Literal["DONE", "PENDING", "DECLINED"] | None = None
) -> list[DecisionRead]:
    return [DecisionRead.model_validate(row) for row in await decision_queries.list_decisions(session, status)]


@router.post("/decisions/{decision_id}/approve")
async def approve_decision(
    decision_id: UUID, body: SecondWord, caller: HouseCaller, session: RequestTransaction
) -> DecisionRead:
    done = await decisions.approve(session, decision_id, body.person, await today(session))
    return DecisionRead.model_validate(done)


@router.post("/decisions/{decision_id}/decline")
async def decline_decision(
    decision_id: UUID, body: SecondWord, caller: HouseCaller, session: RequestTransaction
) -> DecisionRead:
    return DecisionRead.model_validate(await decisions.decline(session, decision_id, body.person))


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
