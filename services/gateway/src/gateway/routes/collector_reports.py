"""What collectors report of their cases: with the collector's own token, or the office's for what came by other ways."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, Response, Security
from fastapi.security import APIKeyHeader

from gateway.access import ExactRoute, InGate, PostOnce, is_office
from gateway.routes.answers import posts
from gateway.schemas.collectors import AmountCollected, CaseAccepted, CaseClosedByCollector, CollectorReportRead
from gateway.use_cases import collectors
from gateway.use_cases.collectors import Reporter

router = APIRouter(prefix="/api/v1/collector", tags=["Collectors"], route_class=ExactRoute)

_collector_key = APIKeyHeader(
    name="X-Api-Key", scheme_name="CollectorToken", description="The token of a collector.", auto_error=False
)
_office_key = APIKeyHeader(
    name="X-Api-Key", scheme_name="OfficeToken", description="The collection office's token.", auto_error=False
)
CaseId = Annotated[int, Path(alias="caseId", gt=0, lt=2**63)]


async def _reporter(
    gate: InGate,
    key: Annotated[str | None, Security(_collector_key)],
    _: Annotated[str | None, Security(_office_key)],
) -> Reporter:
    if (owner := is_office(gate, key)) is not None:
        return Reporter(owner)
    reporter = await collectors.recognise(gate.downstream, key)
    gate.rate_limit.check(str(reporter.owner))
    return reporter


ReportingCaller = Annotated[Reporter, Depends(_reporter)]


@router.post(
    "/cases/{caseId}/accepted",
    status_code=200,
    summary="Report that a case was taken",
    response_model=CollectorReportRead,
    responses=posts(404),
)
async def accept_case(
    case_id: CaseId, body: Annotated[CaseAccepted, Body()], reporter: ReportingCaller, gate: InGate, once: PostOnce
) -> Response:
    """With the collector's own number of it. 409 names what may be reported in `availableReports`."""
    report = {"kind": "ACCEPTED", "reference": body.reference}
    return await once.answer(
        reporter.owner, lambda _: collectors.report(gate.downstream, reporter, case_id, report), status=200
    )


@router.post(
    "/cases/{caseId}/collected",
    status_code=200,
    summary="Report money that was collected",
    response_model=CollectorReportRead,
    responses=posts(404),
)
async def add_collected_amount(
    case_id: CaseId, body: Annotated[AmountCollected, Body()], reporter: ReportingCaller, gate: InGate, once: PostOnce
) -> Response:
    """The same external id again changes nothing; with another amount, day or case it is 409."""
    return await once.answer(
        reporter.owner, lambda _: collectors.report_amount(gate.downstream, reporter, case_id, body), status=200
    )


@router.post(
    "/cases/{caseId}/closed",
    status_code=200,
    summary="Report that a collector is done",
    response_model=CollectorReportRead,
    responses=posts(404),
)
async def close_case(
    case_id: CaseId,
    body: Annotated[CaseClosedByCollector, Body()],
    reporter: ReportingCaller,
    gate: InGate,
    once: PostOnce,
) -> Response:
    """The case closes with the code. After it no more money can be reported on it."""
    report = body.model_dump(mode="json") | {"kind": "CLOSED"}
    return await once.answer(
        reporter.owner, lambda _: collectors.report(gate.downstream, reporter, case_id, report), status=200
    )
