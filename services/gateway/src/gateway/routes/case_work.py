"""Work on cases: review, promises, payment plans, disputes, debtor flags, and what would happen next."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response

from gateway.access import CreditorCaller, ExactRoute, InGate, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.case_work import (
    CaseClose,
    CaseState,
    DebtorFlag,
    DisputeCreate,
    DisputeResolve,
    DryRun,
    FlagCreate,
    Flags,
    PlanCreate,
    PromiseCreate,
    Remark,
)
from gateway.use_cases import case_work

router = APIRouter(prefix="/api/v1/partner", tags=["Case work"], route_class=ExactRoute)

CaseId = Annotated[int, Path(alias="caseId", gt=0, lt=2**63)]
DebtorId = Annotated[UUID, Path(alias="debtorId")]


@router.get("/cases/{caseId}/dry-run", summary="What would happen to a case", responses=problems(404, 422))
async def dry_run_case(
    case_id: CaseId, until: Annotated[date, Query()], creditor: CreditorCaller, gate: InGate
) -> DryRun:
    """The steps, fees and interest until a day, if nothing else happened; nothing is stored or sent."""
    return await case_work.dry_run(gate.downstream, creditor.owner, case_id, until)


@router.post(
    "/cases/{caseId}/prepared",
    status_code=200,
    summary="Mark a case prepared",
    response_model=CaseState,
    responses=posts(404),
)
async def prepare_case(
    case_id: CaseId, body: Annotated[Remark, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """The file is complete: it waits for review. 409 names what is possible in `availableWork`."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.do_work(gate.downstream, creditor.owner, case_id, "prepared", body.model_dump(mode="json")),
        status=200,
    )


@router.post(
    "/cases/{caseId}/reviewed",
    status_code=200,
    summary="Approve a case in review",
    response_model=CaseState,
    responses=posts(404),
)
async def approve_case(
    case_id: CaseId, body: Annotated[Remark, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """Reviewed: the amount is frozen and work begins the day after."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.do_work(gate.downstream, creditor.owner, case_id, "reviewed", body.model_dump(mode="json")),
        status=200,
    )


@router.post(
    "/cases/{caseId}/sent-back",
    status_code=200,
    summary="Send a case back from review",
    response_model=CaseState,
    responses=posts(404),
)
async def send_case_back(
    case_id: CaseId, body: Annotated[Remark, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """The case is to be prepared further."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.do_work(
            gate.downstream, creditor.owner, case_id, "sent-back", body.model_dump(mode="json")
        ),
        status=200,
    )


@router.post(
    "/cases/{caseId}/rejected",
    status_code=200,
    summary="Reject a case in review",
    response_model=CaseState,
    responses=posts(404),
)
async def reject_case(
    case_id: CaseId, body: Annotated[Remark, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """The case is not taken and closes."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.do_work(gate.downstream, creditor.owner, case_id, "rejected", body.model_dump(mode="json")),
        status=200,
    )


@router.post(
    "/cases/{caseId}/closed", status_code=200, summary="Close a case", response_model=CaseState, responses=posts(404)
)
async def close_case(
    case_id: CaseId, body: Annotated[CaseClose, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """End the case with a close code; nothing more is asked for."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.do_work(gate.downstream, creditor.owner, case_id, "closed", body.model_dump(mode="json")),
        status=200,
    )


@router.post(
    "/cases/{caseId}/promise",
    status_code=200,
    summary="Record a promise to pay",
    response_model=CaseState,
    responses=posts(404),
)
async def promise_payment(
    case_id: CaseId, body: Annotated[PromiseCreate, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """Letters rest until the day; it is kept when the money came, broken when the day passed."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.promise_payment(gate.downstream, creditor.owner, case_id, body),
        status=200,
    )


@router.post(
    "/cases/{caseId}/plan",
    status_code=200,
    summary="Propose a payment plan",
    response_model=CaseState,
    responses=posts(404),
)
async def propose_plan(
    case_id: CaseId, body: Annotated[PlanCreate, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """Letters rest until the debtor's answer is due."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.do_work(gate.downstream, creditor.owner, case_id, "plan", body.model_dump(mode="json")),
        status=200,
    )


@router.post(
    "/cases/{caseId}/plan/accepted",
    status_code=200,
    summary="Accept a payment plan",
    response_model=CaseState,
    responses=posts(404),
)
async def accept_plan(
    case_id: CaseId, body: Annotated[Remark, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """Letters rest while each instalment is paid; one that is missed lets the case go on."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.do_work(
            gate.downstream, creditor.owner, case_id, "plan/accepted", body.model_dump(mode="json")
        ),
        status=200,
    )


@router.post(
    "/cases/{caseId}/dispute",
    status_code=200,
    summary="Dispute a claim",
    response_model=CaseState,
    responses=posts(404),
)
async def raise_dispute(
    case_id: CaseId, body: Annotated[DisputeCreate, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """The whole claim stops the case; of a part only that part rests. Interest runs on by law."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.raise_dispute(gate.downstream, creditor.owner, case_id, body),
        status=200,
    )


@router.post(
    "/cases/{caseId}/dispute/resolved",
    status_code=200,
    summary="Resolve a dispute",
    response_model=CaseState,
    responses=posts(404),
)
async def resolve_dispute(
    case_id: CaseId, body: Annotated[DisputeResolve, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """REJECTED: the case goes on. UPHELD and PARTIAL: what is upheld is credited first, once per dispute."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.resolve_dispute(gate.downstream, creditor.owner, case_id, body),
        status=200,
    )


@router.post(
    "/debtors/{debtorId}/flags", status_code=200, summary="Flag a debtor", response_model=Flags, responses=posts(404)
)
async def flag_debtor(
    debtor_id: DebtorId, body: Annotated[FlagCreate, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """All the debtor's cases rest until the flag is lifted, and new ones from the start."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.flag_debtor(gate.downstream, creditor.owner, debtor_id, body.model_dump(mode="json")),
        status=200,
    )


@router.delete("/debtors/{debtorId}/flags/{flag}", summary="Lift a debtor's flag", responses=problems(404, 422))
async def lift_flag(debtor_id: DebtorId, flag: DebtorFlag, creditor: CreditorCaller, gate: InGate) -> Flags:
    """Cases that only flags stopped go on once the last is lifted."""
    return await case_work.lift_flag(gate.downstream, creditor.owner, debtor_id, flag)
