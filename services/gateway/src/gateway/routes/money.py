"""Payments and settlements."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from gateway.access import CreditorCaller, InGate
from gateway.routes.answers import problems
from gateway.schemas.money import PaymentRead, SettlementList, SettlementReport
from gateway.use_cases import reports

router = APIRouter(prefix="/api/v1/partner", tags=["Payments"])

FromDate = Annotated[date | None, Query(alias="fromDate", description="Default: 30 days before `toDate`.")]
ToDate = Annotated[date | None, Query(alias="toDate", description="Default: today's business date.")]
SettlementId = Annotated[int, Path(alias="settlementId", gt=0, lt=2**63)]


@router.get("/payments", summary="Retrieve payments", responses=problems(422))
async def list_payments(
    creditor: CreditorCaller, gate: InGate, from_date: FromDate = None, to_date: ToDate = None
) -> list[PaymentRead]:
    """Payments allocated to your invoices. Provisional: book from settlements."""
    return await reports.list_payments(gate.database, gate.downstream, creditor.owner, from_date, to_date)


@router.get("/settlements", summary="Retrieve settlements", responses=problems(422))
async def list_settlements(
    creditor: CreditorCaller,
    gate: InGate,
    from_date: FromDate = None,
    to_date: ToDate = None,
    unfetched_only: Annotated[bool, Query(alias="unfetchedOnly")] = False,
) -> SettlementList:
    """Disbursements to you. `unfetchedOnly=true` gives only those that were never fetched."""
    return await reports.list_settlements(
        gate.database, gate.downstream, creditor.owner, from_date, to_date, unfetched_only=unfetched_only
    )


@router.get(
    "/settlements/{settlementId}/report.pdf",
    summary="Settlement report as PDF",
    response_class=Response,
    responses=problems(404, 422) | {200: {"description": "The report.", "content": {"application/pdf": {}}}},
)
async def get_settlement_pdf(settlement_id: SettlementId, creditor: CreditorCaller, gate: InGate) -> Response:
    """The settlement with its lines, for people."""
    path = f"/internal/settlements/{settlement_id}/report.pdf"
    found = await gate.downstream.call("settlement", "GET", path, creditor.owner)
    name = f'attachment; filename="settlement-{settlement_id}.pdf"'
    return Response(found.content, media_type="application/pdf", headers={"Content-Disposition": name})


@router.get(
    "/settlements/{settlementId}/report.json", summary="Settlement report as JSON", responses=problems(404, 422)
)
async def get_settlement_report(
    settlement_id: SettlementId, creditor: CreditorCaller, gate: InGate
) -> SettlementReport:
    """The same report for programs."""
    return await reports.read_settlement_report(gate.downstream, creditor.owner, settlement_id)
