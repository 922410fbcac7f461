"""Documents for the creditor's accounting system, and how a settlement may be booked."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Response

from gateway.access import CreditorCaller, ExactRoute, InGate, PostOnce
from gateway.routes.answers import posts, problems
from gateway.schemas.accounting_documents import (
    BookkeepingSuggestion,
    InvoicesSubmit,
    InvoicesSynced,
    LedgersSynced,
    LedgerSubmit,
    PaymentsSubmit,
    PaymentsSynced,
    Target,
    TargetRead,
)
from gateway.use_cases import accounting_documents as documents

router = APIRouter(prefix="/api/v1/partner", tags=["Accounting"], route_class=ExactRoute)

Source = Annotated[str | None, Query(alias="sourceIdentifier", min_length=1, max_length=100)]
FromDate = Annotated[date | None, Query(alias="fromDate", description="First day of submission.")]
ToDate = Annotated[date | None, Query(alias="toDate", description="Last day of submission.")]
StatusFilter = Annotated[int | None, Query(ge=0, le=2, description="0 pending, 1 synchronised, 2 failed.")]
_NOTHING: dict[int | str, dict[str, Any]] = {204: {"description": "Nothing matches."}}


@router.post(
    "/accounting/ledger",
    status_code=202,
    summary="Submit a ledger",
    response_model=LedgersSynced,
    responses=posts(),
)
async def submit_ledger(
    body: Annotated[LedgerSubmit, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """A complete set of rows that balances. The same identifier with other content is 409, unless the first failed."""
    return await once.answer(
        creditor.owner, lambda _: documents.submit_ledger(gate.downstream, creditor.owner, body.ledgers)
    )


@router.get(
    "/accounting/ledger",
    summary="Ledger sync status",
    response_model=LedgersSynced,
    responses=problems(422) | _NOTHING,
)
async def list_ledgers(
    creditor: CreditorCaller,
    gate: InGate,
    source: Source = None,
    from_date: FromDate = None,
    to_date: ToDate = None,
    status: StatusFilter = None,
) -> LedgersSynced | Response:
    """Whether ledgers are queued, synchronised or failed, and why. At most 1,000."""
    found = await documents.list_ledgers(
        gate.downstream,
        creditor.owner,
        source_identifier=source,
        from_date=from_date,
        to_date=to_date,
        status=status,
    )
    return found if found.ledgers else Response(status_code=204)


@router.post(
    "/accounting/payment",
    status_code=202,
    summary="Submit payments",
    response_model=PaymentsSynced,
    responses=posts(),
)
async def submit_payments(
    body: Annotated[PaymentsSubmit, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """All of them or, if one is faulty, none."""
    return await once.answer(creditor.owner, lambda _: documents.submit_payments(gate.downstream, creditor.owner, body))


@router.get(
    "/accounting/payment",
    summary="Payment sync status",
    response_model=PaymentsSynced,
    responses=problems(422) | _NOTHING,
)
async def list_payments(
    creditor: CreditorCaller,
    gate: InGate,
    source: Source = None,
    from_date: FromDate = None,
    to_date: ToDate = None,
    status: StatusFilter = None,
) -> PaymentsSynced | Response:
    """Whether payments are queued, synchronised or failed, and why. At most 1,000."""
    found = await documents.list_payments(
        gate.downstream,
        creditor.owner,
        source_identifier=source,
        from_date=from_date,
        to_date=to_date,
        status=status,
    )
    return found if found.payments else Response(status_code=204)


@router.post(
    "/accounting/invoice",
    status_code=202,
    summary="Submit invoices to accounting",
    response_model=InvoicesSynced,
    responses=posts(),
)
async def submit_invoices(
    body: Annotated[InvoicesSubmit, Body()], creditor: CreditorCaller, gate: InGate, once: PostOnce
) -> Response:
    """Invoices you handed in, by number. All of them or, if one is unknown, none."""
    return await once.answer(creditor.owner, lambda _: documents.submit_invoices(gate.downstream, creditor.owner, body))


@router.get(
    "/accounting/invoice",
    summary="Invoice sync status",
    response_model=InvoicesSynced,
    responses=problems(422) | _NOTHING,
)
async def list_invoices(
    creditor: CreditorCaller,
    gate: InGate,
    source: Source = None,
    from_date: FromDate = None,
    to_date: ToDate = None,
    status: StatusFilter = None,
) -> InvoicesSynced | Response:
    """Whether invoices are queued, synchronised or failed, and why. At most 1,000."""
    found = await documents.list_invoices(
        gate.downstream,
        creditor.owner,
        source_identifier=source,
        from_date=from_date,
        to_date=to_date,
        status=status,
    )
    return found if found.invoices else Response(status_code=204)


@router.get("/accounting/target", summary="Where your documents go", responses=problems())
async def get_target(creditor: CreditorCaller, gate: InGate) -> TargetRead:
    """At first CSV files in the office's drop folder."""
    return await documents.read_target(gate.downstream, creditor.owner)


@router.put("/accounting/target", summary="Choose where your documents go", responses=problems(400, 422))
async def set_target(body: Annotated[Target, Body()], creditor: CreditorCaller, gate: InGate) -> TargetRead:
    """Also for documents that still wait."""
    return await documents.set_target(gate.downstream, creditor.owner, body)


@router.get(
    "/settlements/{settlementId}/bookkeeping",
    summary="Bookkeeping suggestion of a settlement",
    responses=problems(404, 422),
)
async def suggest_bookkeeping(
    settlement_id: Annotated[int, Path(alias="settlementId", gt=0, lt=2**63)], creditor: CreditorCaller, gate: InGate
) -> BookkeepingSuggestion:
    """Balanced lines on the accounts of your own system: bank, receivables per invoice, income, cost, input VAT."""
    return await documents.suggest_bookkeeping(gate.downstream, creditor.owner, settlement_id)
