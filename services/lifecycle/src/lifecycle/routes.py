"""HTTP in, from the gateway alone."""

from typing import Annotated

from fastapi import APIRouter, Query

from lifecycle import collector_message_queries, collector_queries, queries
from lifecycle.collector_schemas import HandoverRead
from lifecycle.domain.states import Stage, Status
from lifecycle.schemas import CaseCounts, CaseList, CaseRead, CaseSummary
from runtime.clock import today
from runtime.database import RequestTransaction, Session
from runtime.problems import Problem
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal")


@router.get("/cases/{case_id}")
async def get_case(case_id: int, caller: ServiceCaller, session: RequestTransaction) -> CaseRead:
    case = await queries.find_case(session, caller.creditor(), case_id)
    if case is None:
        raise Problem(404, f"You have no case {case_id}.")
    entries = await queries.list_entries(session, case_id)
    return CaseRead.of(case, entries, await today(session), await _handovers(session, case_id))


async def _handovers(session: Session, case_id: int) -> list[HandoverRead]:
    """The case's collectors, the first first."""
    found = (await collector_queries.list_handovers_of_cases(session, [case_id])).get(case_id, [])
    if not found:
        return []
    last = await collector_message_queries.list_last_messages(session, {one.handover_id for one in found})
    collected = await collector_queries.list_reports(session, case_id)
    return [HandoverRead.of(one, last.get(one.handover_id), collected) for one in found]


@router.get("/cases")
async def list_cases(
    caller: ServiceCaller,
    session: RequestTransaction,
    status: Status | None = None,
    stage: Stage | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[int, Query(ge=0, description="`next_cursor` of the page before.")] = 0,
) -> CaseList:
    found = await queries.list_cases(
        session, caller.creditor(), status=status, stage=stage, after=cursor, limit=limit + 1
    )
    page = found[:limit]
    day = await today(session)
    return CaseList(
        items=[CaseSummary.of(case, day) for case in page],
        next_cursor=str(page[-1].case_id) if len(found) > limit else None,
    )


@router.get("/case-counts")
async def count_cases(caller: ServiceCaller, session: RequestTransaction) -> CaseCounts:
    return CaseCounts.of(await queries.count_cases(session, caller.creditor_id))
