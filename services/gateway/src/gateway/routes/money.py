"""Payments and settlements."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from gateway.access import CreditorCaller, InGate
from gateway.routes.answers import problems
from gateway.schemas.money import PaymentRead, SettlementList, SettlementReport
from gateway.schemas.settlements import Bookkept, Payouts, UpcomingSettlements
from gateway.use_cases import reports, settlements

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
    exclude_closed: Annotated[bool, Query(alias="excludeClosed")] = False,
) -> SettlementList:
    """Disbursements to you. `unfetchedOnly=true` gives only those that were never fetched, `excludeClosed=true` only
    those you have not marked as bookkept; both of whatever date, unless you ask for a period."""
    return await reports.list_settlements(
        gate.database,
        gate.downstream,
        creditor.owner,
        from_date,
        to_date,
        unfetched_only=unfetched_only,
        exclude_closed=exclude_closed,
    )


@router.get("/settlements/upcoming", summary="What will be settled next", responses=problems(503))
async def read_upcoming_settlements(creditor: CreditorCaller, gate: InGate) -> UpcomingSettlements:
    """What was collected and not settled yet, and what it waits for; provisional until it is settled."""
    return await settlements.read_upcoming(gate.downstream, creditor.owner)


@router.get("/settlements/{settlementId}/payouts", summary="Payouts, line by line", responses=problems(404, 422))
async def list_settlement_payouts(settlement_id: SettlementId, creditor: CreditorCaller, gate: InGate) -> Payouts:
    """Each transfer of a settlement with the lines it is the sum of, and every attempt at it."""
    return await settlements.list_payouts(gate.downstream, creditor.owner, settlement_id)


@router.patch("/settlements/{settlementId}/bookkeep", summary="Mark as bookkept", responses=problems(404, 409, 422))
async def mark_settlement_bookkept(
    settlement_id: SettlementId,
    creditor: CreditorCaller,
    gate: InGate,
    internal_accounting_id: Annotated[
        str | None,
        Query(
            alias="internalAccountingId",
            min_length=1,
            max_length=100,
            pattern=r"^[^\x00-\x1f\x7f]+$",
            description="The voucher's id in your accounting.",
        ),
    ] = None,
) -> Bookkept:
    """Close the settlement: `excludeClosed=true` leaves it out. Marking it again changes nothing; another id is 409."""
    return await settlements.mark_bookkept(gate.downstream, creditor.owner, settlement_id, internal_accounting_id)


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
    "/settlements/{settlementId}/report.csv",
    summary="Settlement report as CSV",
    response_class=Response,
    responses=problems(404, 422) | {200: {"description": "The lines.", "content": {"text/csv": {}}}},
)
async def get_settlement_csv(settlement_id: SettlementId, creditor: CreditorCaller, gate: InGate) -> Response:
    """A row per line, for spreadsheets: decimals with a point, UTF-8."""
    path = f"/internal/settlements/{settlement_id}/report.csv"
    found = await gate.downstream.call("settlement", "GET", path, creditor.owner)
    name = f'attachment; filename="settlement-{settlement_id}.csv"'
    return Response(found.content, media_type="text/csv", headers={"Content-Disposition": name})


@router.get(
    "/settlements/{settlementId}/report.json", summary="Settlement report as JSON", responses=problems(404, 422)
)
async def get_settlement_report(
    settlement_id: SettlementId, creditor: CreditorCaller, gate: InGate
) -> SettlementReport:
    """The same report for programs."""
    return await reports.read_settlement_report(gate.downstream, creditor.owner, settlement_id)
