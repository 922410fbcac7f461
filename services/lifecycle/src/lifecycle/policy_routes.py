"""HTTP in, from the gateway alone: policies in place of the agreed one, and the limitation of a claim."""

import re
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Query
from pydantic.alias_generators import to_camel

from lifecycle import queries
from lifecycle.domain import work
from lifecycle.domain.limitation import clock_of
from lifecycle.domain.overrides import OverrideForbidden
from lifecycle.override_queries import Target, list_overrides
from lifecycle.policy_schemas import InterruptionCreate, LimitationRead, OverrideRead, PolicyOrder
from lifecycle.schemas import CaseSummary
from lifecycle.use_cases.overrides import DebtorNotFound, named_policy_document, remove_override, set_override
from lifecycle.use_cases.work import CaseNotFound
from lifecycle.work_routes import answer_work
from lifecycle.work_schemas import Prose, ReviewOrder
from runtime.clock import today
from runtime.database import RequestTransaction, Session
from runtime.problems import Problem
from runtime.tokens import ServiceCaller
from statutes import UnknownPolicy

router = APIRouter(prefix="/internal")

Comment = Annotated[Prose, Query()]


@router.put("/cases/{case_id}/policy")
async def set_case_policy(
    case_id: int, body: PolicyOrder, caller: ServiceCaller, session: RequestTransaction
) -> OverrideRead:
    return await _set(session, Target(caller.creditor(), case_id=case_id), body)


@router.get("/cases/{case_id}/policy")
async def get_case_policy(case_id: int, caller: ServiceCaller, session: RequestTransaction) -> OverrideRead:
    if await queries.find_case(session, caller.creditor(), case_id) is None:
        raise Problem(404, str(CaseNotFound(case_id)))
    return await _read(session, Target(caller.creditor(), case_id=case_id))


@router.delete("/cases/{case_id}/policy")
async def remove_case_policy(
    case_id: int, caller: ServiceCaller, session: RequestTransaction, comment: Comment = ""
) -> OverrideRead:
    return await _remove(session, Target(caller.creditor(), case_id=case_id), comment)


@router.put("/debtors/{debtor_id}/policy")
async def set_debtor_policy(
    debtor_id: UUID, body: PolicyOrder, caller: ServiceCaller, session: RequestTransaction
) -> OverrideRead:
    return await _set(session, Target(caller.creditor(), debtor_id=debtor_id), body)


@router.get("/debtors/{debtor_id}/policy")
async def get_debtor_policy(debtor_id: UUID, caller: ServiceCaller, session: RequestTransaction) -> OverrideRead:
    if not await queries.has_debtor(session, caller.creditor(), debtor_id):
        raise Problem(404, str(DebtorNotFound(debtor_id)))
    return await _read(session, Target(caller.creditor(), debtor_id=debtor_id))


@router.delete("/debtors/{debtor_id}/policy")
async def remove_debtor_policy(
    debtor_id: UUID, caller: ServiceCaller, session: RequestTransaction, comment: Comment = ""
) -> OverrideRead:
    return await _remove(session, Target(caller.creditor(), debtor_id=debtor_id), comment)


@router.get("/cases/{case_id}/limitation")
async def get_limitation(case_id: int, caller: ServiceCaller, session: RequestTransaction) -> LimitationRead:
    case = await queries.find_case(session, caller.creditor(), case_id)
    if case is None:
        raise Problem(404, str(CaseNotFound(case_id)))
    return LimitationRead.of(clock_of(case), [event for event in case.interruptions if event.undone])


@router.post("/cases/{case_id}/limitation/interruptions")
async def record_interruption(
    case_id: int, body: InterruptionCreate, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    cause = f"record:{uuid4()}"
    return await answer_work(
        session,
        caller,
        case_id,
        lambda case, day: work.record_interruption(case, body.kind, body.on_date, body.ended_date, cause, day),
        body.comment,
    )


@router.post("/cases/{case_id}/retried")
async def retry_case(
    case_id: int, body: ReviewOrder, caller: ServiceCaller, session: RequestTransaction
) -> CaseSummary:
    return await answer_work(session, caller, case_id, work.retry, body.comment)


async def _set(session: Session, target: Target, body: PolicyOrder) -> OverrideRead:
    try:
        if body.policy is not None:
            document: dict[str, object] = {**body.policy.model_dump(mode="json"), "version": 1}
        else:
            document = await named_policy_document(session, target.creditor_id, str(body.policy_code))
        await set_override(session, target, document, body.comment, await today(session))
    except (CaseNotFound, DebtorNotFound) as missing:
        raise Problem(404, str(missing)) from missing
    except UnknownPolicy as unknown:
        errors = [{"field": "policyCode", "message": str(unknown)}]
        raise Problem(422, str(unknown), errors=errors) from unknown
    except OverrideForbidden as forbidden:
        raise _problem(forbidden) from forbidden
    return await _read(session, target)


async def _remove(session: Session, target: Target, comment: str) -> OverrideRead:
    try:
        if not await remove_override(session, target, comment, await today(session)):
            raise Problem(404, "There is no policy but the agreed one.")
    except (CaseNotFound, DebtorNotFound) as missing:
        raise Problem(404, str(missing)) from missing
    except OverrideForbidden as forbidden:
        raise _problem(forbidden) from forbidden
    return await _read(session, target)


async def _read(session: Session, target: Target) -> OverrideRead:
    return OverrideRead.of(await list_overrides(session, target))


def _problem(forbidden: OverrideForbidden) -> Problem:
    """Each fault by field, rule, row of the law and source; `errors` says the same in one sentence each."""
    faults = [(_spelled(fault.field), fault) for fault in forbidden.faults]
    return Problem(
        422,
        str(forbidden),
        errors=[{"field": field, "message": str(fault)} for field, fault in faults],
        faults=[
            {"field": field, "rule": fault.rule, "statuteRow": fault.row_id, "source": fault.source}
            for field, fault in faults
        ],
    )


def _spelled(field: str) -> str:
    """A field as partners spell it: steps[1].deadline_days becomes policy.steps.1.deadlineDays."""
    dotted = re.sub(r"\[(\d+)\]", r".\1", field)
    words = ".".join(to_camel(part) if "_" in part else part for part in dotted.split("."))
    return words if words == "policy" else f"policy.{words}"
