"""HTTP in, from the gateway alone: work on cases that is answered at once."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query

from lifecycle import queries
from lifecycle.domain import work
from lifecycle.domain.case import Case
from lifecycle.domain.transitions import WorkForbidden
from lifecycle.domain.work import Done, WorkRefused
from lifecycle.schemas import CaseSummary
from lifecycle.use_cases import handovers
from lifecycle.use_cases.dry_runs import dry_run
from lifecycle.use_cases.work import CaseNotFound, do_work, flag_debtor, lift_debtor_flag
from lifecycle.work_schemas import (
    CloseOrder,
    DebtorFlag,
    DisputeCreate,
    DisputeOutcome,
    DryRunRead,
    FlagCreate,
    FlagsRead,
    PlanCreate,
    PromiseCreate,
    ReviewOrder,
)
from runtime.clock import today
from runtime.database import RequestTransaction, Session
from runtime.problems import Problem
from runtime.tokens import Caller, ServiceCaller

router = APIRouter(prefix="/internal")


async def answer_work(
    session: Session, caller: Caller, case_id: int, decide: Callable[[Case, date], Done], comment: str = ""
) -> CaseSummary:
    """Decide one case as of today; 404 for another's, 409 with what is possible, 422 by field."""
    day = await today(session)

    async def on_the_case() -> Case:
        return await do_work(
            session, caller.creditor(), case_id, lambda found: decide(found, day), day, comment=comment
        )

    return await _answered(on_the_case, day)


async def _answered(work: Callable[[], Awaitable[Case]], day: date) -> CaseSummary:
    try:
        case = await work()
    except CaseNotFound as missing:
        raise Problem(404, str(missing)) from missing
    except WorkForbidden as wrong:
        raise Problem(409, str(wrong), available_work=list(wrong.allowed)) from wrong
    except WorkRefused as wrong:
        raise Problem(422, str(wrong), errors=[{"field": wrong.field, "message": wrong.message}]) from wrong
    return CaseSummary.of(case, day)


@router.get("/cases/{case_id}/dry-run")
async def dry_run_case(
    case_id: int, until: Annotated[date, Query()], caller: ServiceCaller, session: RequestTransaction
) -> DryRunRead:
    case = await queries.find_case(session, caller.creditor(), case_id)
    if case is None:
        raise Problem(404, f"You have no case {case_id}.")
    day = await today(session)
    if not 0 <= (until - day).days <= 3_660:
        message = f"must lie from today, {day}, to ten years later"
        raise Problem(422, f"until: {message}", errors=[{"field": "until", "message": message}])
    charged = await queries.list_charges(session, [case_id])
    choices = await handovers.load_choices(session, [case])
    return DryRunRead.of(dry_run(case, charged[case_id], day, until, choices), until, case.currency)


@router.post("/cases/{case_id}/prepared")
async def prepare_case(
    case_id: int, body: ReviewOrder, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    day = await today(session)
    return await _answered(lambda: handovers.prepare_case(session, caller.creditor(), case_id, body.comment, day), day)


@router.post("/cases/{case_id}/reviewed")
async def approve_case(
    case_id: int, body: ReviewOrder, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    day = await today(session)
    return await _answered(lambda: handovers.approve_case(session, caller.creditor(), case_id, body.comment, day), day)


@router.post("/cases/{case_id}/sent-back")
async def send_case_back(
    case_id: int, body: ReviewOrder, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    return await answer_work(session, caller, case_id, lambda case, _: work.send_back(case), body.comment)


@router.post("/cases/{case_id}/rejected")
async def reject_case(
    case_id: int, body: ReviewOrder, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    return await answer_work(session, caller, case_id, work.reject, body.comment)


@router.post("/cases/{case_id}/closed")
async def close_case(case_id: int, body: CloseOrder, caller: ServiceCaller, session: RequestTransaction) -> CaseSummary:
    creditor_id, day = caller.creditor(), await today(session)
    return await _answered(
        lambda: handovers.close_case(session, creditor_id, case_id, body.close_code, body.comment, day), day
    )


@router.post("/cases/{case_id}/promise")
async def promise_payment(
    case_id: int, body: PromiseCreate, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    return await answer_work(
        session,
        caller,
        case_id,
        lambda case, day: work.promise(case, body.amount_minor, body.promised_date, day),
        body.comment,
    )


@router.post("/cases/{case_id}/plan")
async def propose_plan(
    case_id: int, body: PlanCreate, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    def decide(case: Case, day: date) -> Done:
        return work.propose_plan(
            case, body.count, body.first_date, body.every_days, body.grace_days, body.answer_by, day
        )

    return await answer_work(session, caller, case_id, decide, body.comment)


@router.post("/cases/{case_id}/plan/accepted")
async def accept_plan(
    case_id: int, body: ReviewOrder, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    return await answer_work(session, caller, case_id, lambda case, _: work.accept_plan(case), body.comment)


@router.post("/cases/{case_id}/dispute")
async def dispute_case(
    case_id: int, body: DisputeCreate, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    dispute_id = uuid4()

    def decide(case: Case, day: date) -> Done:
        return work.dispute(
            case, body.reason, body.evidence, body.disputed_minor, body.deadline_date, day, dispute_id=dispute_id
        )

    return await answer_work(session, caller, case_id, decide)


@router.post("/cases/{case_id}/dispute/resolved")
async def resolve_dispute(
    case_id: int, body: DisputeOutcome, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    return await answer_work(
        session, caller, case_id, lambda case, day: work.resolve_dispute(case, body.outcome, day), body.comment
    )


@router.post("/debtors/{debtor_id}/flags")
async def flag(debtor_id: UUID, body: FlagCreate, caller: ServiceCaller, session: RequestTransaction) -> FlagsRead:
    creditor_id, day = caller.creditor(), await today(session)
    cases = await flag_debtor(session, creditor_id, debtor_id, body.flag, body.comment, day)
    if not cases:
        raise Problem(404, f"You have no debtor {debtor_id}.")  # rolls back
    return await _flags(session, creditor_id, debtor_id)


@router.delete("/debtors/{debtor_id}/flags/{flag}")
async def lift_flag(debtor_id: UUID, flag: DebtorFlag, caller: ServiceCaller, session: RequestTransaction) -> FlagsRead:
    creditor_id, day = caller.creditor(), await today(session)
    if not await lift_debtor_flag(session, creditor_id, debtor_id, flag, day):
        raise Problem(404, f"Your debtor {debtor_id} has no flag {flag}.")
    return await _flags(session, creditor_id, debtor_id)


async def _flags(session: Session, creditor_id: UUID, debtor_id: UUID) -> FlagsRead:
    found = await queries.list_flags(session, [(creditor_id, debtor_id)])
    return FlagsRead(flags=found.get(debtor_id, []))
