"""HTTP in, from the gateway alone: a creditor's agreement and its next version."""

import re
from collections.abc import Sequence
from uuid import UUID

from fastapi import APIRouter, status
from pydantic.alias_generators import to_camel

from intake.domain.amendments import AmendmentForbidden
from intake.schemas import AgreementsRead, AgreementVersion, DraftCreate, DraftRead
from intake.use_cases import agreements
from runtime.clock import today
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import ServiceCaller
from statutes import PolicyFault

router = APIRouter(prefix="/internal/agreements")
statuses: dict[type[Exception], int] = {agreements.DraftNotFound: 404, agreements.DraftOutdated: 409}


@router.get("")
async def read_agreements(caller: ServiceCaller, session: RequestTransaction) -> AgreementsRead:
    return await agreements.read_agreements(session, caller.creditor())


@router.post("/drafts", status_code=status.HTTP_201_CREATED)
async def draft_agreement(body: DraftCreate, caller: ServiceCaller, session: RequestTransaction) -> DraftRead:
    try:
        return await agreements.draft_agreement(
            session, caller.creditor(), body.draft_id, body.amendment, await today(session)
        )
    except AmendmentForbidden as forbidden:
        raise _problem(forbidden) from forbidden


@router.post("/drafts/{draft_id}/activate")
async def activate_draft(draft_id: UUID, caller: ServiceCaller, session: RequestTransaction) -> AgreementVersion:
    try:
        return await agreements.activate_draft(session, caller.creditor(), draft_id, await today(session))
    except AmendmentForbidden as forbidden:
        raise _problem(forbidden) from forbidden


def _problem(forbidden: AmendmentForbidden) -> Problem:
    """Each fault by field, rule and row of the law; `errors` says the same in one sentence each."""
    count = len(forbidden.faults)
    return Problem(
        422,
        f"The agreement cannot be changed so: {count} {'thing' if count == 1 else 'things'} must be corrected.",
        errors=[{"field": spelled(fault.field), "message": str(fault)} for fault in forbidden.faults],
        faults=_faults(forbidden.faults),
    )


def _faults(faults: Sequence[PolicyFault]) -> list[dict[str, str]]:
    return [
        {"field": spelled(fault.field), "rule": fault.rule, "statuteRow": fault.row_id, "source": fault.source}
        for fault in faults
    ]


def spelled(field: str) -> str:
    """A field as partners spell it: dunning_policies[0].steps[1].deadline_days becomes dunningPolicies.0.steps.1.deadlineDays."""
    dotted = re.sub(r"\[(\d+)\]", r".\1", field)
    keep_from = "agreed_fees."
    if dotted.startswith(keep_from):
        return "agreedFees." + dotted.removeprefix(keep_from)
    return ".".join(to_camel(part) if "_" in part else part for part in dotted.split("."))
