"""Policies of one debtor or one case in place of the agreed one, and the limitation of a claim."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Response

from gateway.access import CreditorCaller, ExactRoute, InGate, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.case_rules import InterruptionCreate, LimitationRead, PolicyOverride, PolicyOverrideRead
from gateway.schemas.case_work import CaseState, Remark
from gateway.schemas.wire import Prose
from gateway.use_cases import case_rules, case_work

router = APIRouter(prefix="/api/v1/partner", tags=["Case work"], route_class=ExactRoute)

CaseId = Annotated[int, Path(alias="caseId", gt=0, lt=2**63)]
DebtorId = Annotated[UUID, Path(alias="debtorId")]
Comment = Annotated[Prose, Query()]


@router.put("/cases/{caseId}/policy", summary="Set the policy of a case", responses=problems(400, 404, 422))
async def set_case_policy(
    case_id: CaseId, body: Annotated[PolicyOverride, Body()], creditor: CreditorCaller, gate: InGate
) -> PolicyOverrideRead:
    """Of the case alone; the letters it has sent are not sent again. A refusal names rule, row and source."""
    return await case_rules.set_policy(gate.downstream, creditor.owner, f"cases/{case_id}", body)


@router.get("/cases/{caseId}/policy", summary="See the policy of a case", responses=problems(404, 422))
async def get_case_policy(case_id: CaseId, creditor: CreditorCaller, gate: InGate) -> PolicyOverrideRead:
    """What is in force instead of the agreed policy, with every version there was."""
    return await case_rules.read_policy(gate.downstream, creditor.owner, f"cases/{case_id}")


@router.delete("/cases/{caseId}/policy", summary="Remove the policy of a case", responses=problems(404, 422))
async def remove_case_policy(
    case_id: CaseId, creditor: CreditorCaller, gate: InGate, comment: Comment = ""
) -> PolicyOverrideRead:
    """From the next step on the agreed policy is in force again."""
    return await case_rules.remove_policy(gate.downstream, creditor.owner, f"cases/{case_id}", comment)


@router.put("/debtors/{debtorId}/policy", summary="Set the policy of a debtor", responses=problems(400, 404, 422))
async def set_debtor_policy(
    debtor_id: DebtorId, body: Annotated[PolicyOverride, Body()], creditor: CreditorCaller, gate: InGate
) -> PolicyOverrideRead:
    """Of all the debtor's open cases and of new ones; a case with a policy of its own keeps it."""
    return await case_rules.set_policy(gate.downstream, creditor.owner, f"debtors/{debtor_id}", body)


@router.get("/debtors/{debtorId}/policy", summary="See the policy of a debtor", responses=problems(404, 422))
async def get_debtor_policy(debtor_id: DebtorId, creditor: CreditorCaller, gate: InGate) -> PolicyOverrideRead:
    """What is in force instead of the agreed policy, with every version there was."""
    return await case_rules.read_policy(gate.downstream, creditor.owner, f"debtors/{debtor_id}")


@router.delete("/debtors/{debtorId}/policy", summary="Remove the policy of a debtor", responses=problems(404, 422))
async def remove_debtor_policy(
    debtor_id: DebtorId, creditor: CreditorCaller, gate: InGate, comment: Comment = ""
) -> PolicyOverrideRead:
    """From the next step on the agreed policy is in force again."""
    return await case_rules.remove_policy(gate.downstream, creditor.owner, f"debtors/{debtor_id}", comment)


@router.get("/cases/{caseId}/limitation", summary="When a claim is lost", responses=problems(404, 422))
async def get_limitation(case_id: CaseId, creditor: CreditorCaller, gate: InGate) -> LimitationRead:
    """The clock with all that interrupted it, and what did not and why, each by the row of the law."""
    return await case_rules.read_limitation(gate.downstream, creditor.owner, case_id)


@router.post(
    "/cases/{caseId}/limitation/interruptions",
    status_code=200,
    summary="Record what may interrupt limitation",
    response_model=CaseState,
    responses=posts(404),
)
async def record_interruption(
    case_id: CaseId, body: Annotated[InterruptionCreate, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """A judgment, a legal step, a written acknowledgement: payments, letters and promises are counted by themselves."""
    return await once.answer(
        creditor.owner,
        lambda _: case_rules.record_interruption(gate.downstream, creditor.owner, case_id, body),
        status=200,
    )


@router.post(
    "/cases/{caseId}/retried",
    status_code=200,
    summary="Take up a case that failed",
    response_model=CaseState,
    responses=posts(404),
)
async def retry_case(
    case_id: CaseId, body: Annotated[Remark, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """What stopped it was seen to: it goes on from the day after."""
    return await once.answer(
        creditor.owner,
        lambda _: case_work.do_work(gate.downstream, creditor.owner, case_id, "retried", body.model_dump(mode="json")),
        status=200,
    )
