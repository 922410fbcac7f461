"""Invoices, actions, cases and distribution."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from gateway.access import CreditorCaller, ExactRoute, InGate, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.actions import ActionResults, ActionsCreate
from gateway.schemas.cases import CaseRead, DistributionRead
from gateway.schemas.invoices import InvoiceAccepted, InvoiceBulk, InvoiceBulkResult, SalesInvoiceRequest
from gateway.use_cases import actions, cases, invoices, reports

router = APIRouter(prefix="/api/v1/partner/invoice", tags=["Invoices"], route_class=ExactRoute)

NumberFilter = Annotated[
    str | None, Query(alias="invoiceNumber", max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$")
]


@router.post(
    "",
    status_code=202,
    summary="Create an invoice",
    response_model=InvoiceAccepted,
    responses=posts(),
)
async def create_invoice(
    body: Annotated[SalesInvoiceRequest, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """Hand in an invoice, or with type COLLECTION a claim. A number used before is 409."""
    return await once.answer(
        creditor.owner,
        lambda request_id: invoices.submit_invoice(gate.downstream, creditor.owner, request_id, body),
    )


@router.post(
    "/bulk",
    status_code=202,
    summary="Create up to 1,000 invoices",
    response_model=InvoiceBulkResult,
    responses=posts(),
)
async def create_invoices(
    body: Annotated[InvoiceBulk, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """Each invoice is judged alone: the answer has one result per invoice, in the request's order."""
    return await once.answer(
        creditor.owner,
        lambda request_id: invoices.submit_invoices(gate.downstream, creditor.owner, request_id, body.invoices),
    )


@router.post(
    "/action",
    status_code=202,
    summary="Create invoice actions",
    response_model=ActionResults,
    responses=posts(404),
)
async def create_actions(
    body: Annotated[ActionsCreate, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """Queue actions on cases. What the case's state does not allow is 409 with `availableActions`."""
    return await once.answer(
        creditor.owner,
        lambda request_id: actions.request_actions(gate.downstream, creditor.owner, request_id, body.actions),
    )


@router.get("/case", summary="Retrieve case details", responses=problems(404, 422))
async def get_case(
    creditor: CreditorCaller,
    gate: InGate,
    case_id: Annotated[int | None, Query(alias="caseId", gt=0, lt=2**63)] = None,
    invoice_number: NumberFilter = None,
) -> CaseRead:
    """Status, balance, payments, timeline and possible actions of one case, by `caseId` or `invoiceNumber`."""
    return await cases.read_case(gate.downstream, creditor.owner, case_id, invoice_number)


@router.get("/distribution", summary="Retrieve distribution information", responses=problems(422))
async def list_distributions(
    creditor: CreditorCaller,
    gate: InGate,
    invoice_number: NumberFilter = None,
    from_inv_date: Annotated[date | None, Query(alias="fromInvDate")] = None,
    to_inv_date: Annotated[date | None, Query(alias="toInvDate")] = None,
    fetch_type: Annotated[str | None, Query(alias="fetchType", pattern="^(ALL|FAILED|SUCCESSFUL)$")] = None,
) -> DistributionRead:
    """How invoices reached their debtors; without dates or a number, those of the last 30 days."""
    filters = reports.DistributionQuery(invoice_number, from_inv_date, to_inv_date, fetch_type)
    return await reports.list_distributions(gate.database, gate.downstream, creditor.owner, filters)
