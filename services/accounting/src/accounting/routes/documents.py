"""Documents for accounting systems, where they go, and how a settlement may be booked."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request

from accounting import chart_queries, document_queries
from accounting.document_schemas import (
    DocumentsRead,
    DocumentsSubmit,
    InvoicesSubmit,
    SettlementToBook,
    SuggestedLineRead,
    SuggestionRead,
    TargetRead,
    TargetSet,
)
from accounting.domain.documents import Document, DocumentKind, DocumentStatus
from accounting.domain.suggestion import Account, Covered, suggest
from accounting.settings import Settings
from accounting.systems.endpoint import secret_of
from accounting.use_cases import documents
from runtime.database import RequestTransaction
from runtime.problems import Problem
from runtime.tokens import ServiceCaller

router = APIRouter()

_MOST_DOCUMENTS = 1_000


@router.get("/accounting-target")
async def get_target(caller: ServiceCaller, session: RequestTransaction, request: Request) -> TargetRead:
    """Without a choice, CSV in the drop folder."""
    found = await document_queries.find_target(session, caller.creditor())
    kind, url = (found.kind, found.url) if found else ("CSV", None)
    settings: Settings = request.app.state.settings
    secret = secret_of(settings.service_secret.get_secret_value(), caller.creditor()) if kind == "HTTP" else None
    return TargetRead(kind=kind, url=url, secret=secret)


@router.post("/accounting-target")
async def set_target(
    body: TargetSet, caller: ServiceCaller, session: RequestTransaction, request: Request
) -> TargetRead:
    if (body.kind == "HTTP") != (body.url is not None):
        raise Problem(422, "url: is needed for HTTP, and for HTTP alone")
    settings: Settings = request.app.state.settings
    await documents.set_target(session, caller.creditor(), body.kind, body.url, settings.accounting_endpoints)
    return await get_target(caller, session, request)


@router.post("/accounting-documents")
async def submit_documents(body: DocumentsSubmit, caller: ServiceCaller, session: RequestTransaction) -> DocumentsRead:
    """The same document again is the same; under its identifier another is refused unless the first failed."""
    wanted = [
        Document(caller.creditor(), body.kind, one.source_identifier, one.document_date, one.content)
        for one in body.documents
    ]
    return DocumentsRead.of(await documents.submit(session, wanted))


@router.post("/accounting-invoices")
async def submit_invoices(body: InvoicesSubmit, caller: ServiceCaller, session: RequestTransaction) -> DocumentsRead:
    wanted = [(one.source_identifier, one.invoice_number) for one in body.invoices]
    return DocumentsRead.of(await documents.submit_invoices(session, caller.creditor(), wanted))


@router.get("/accounting-documents")
async def list_documents(
    kind: DocumentKind,
    caller: ServiceCaller,
    session: RequestTransaction,
    source_identifier: str | None = None,
    from_date: date | None = None,
    to_date: date | None = None,
    status: DocumentStatus | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_DOCUMENTS)] = _MOST_DOCUMENTS,
) -> DocumentsRead:
    """By day of submission."""
    rows = await document_queries.list_documents(
        session,
        caller.creditor(),
        kind,
        source_identifier=source_identifier,
        from_date=from_date,
        to_date=to_date,
        status=status,
        limit=limit,
    )
    return DocumentsRead.of(rows)


@router.post("/bookkeeping-suggestion")
async def suggest_bookkeeping(
    body: SettlementToBook, caller: ServiceCaller, session: RequestTransaction
) -> SuggestionRead:
    """How the creditor may book a settlement, on the accounts of their own system. Nothing is stored."""
    chart = await chart_queries.list_chart(session, caller.creditor())
    if not chart:
        raise Problem(404, "Your chart of accounts is not opened yet; ask again in a moment.")
    accounts = {row.code: Account(row.code, row.account_number, row.vat_code, row.text) for row in chart}
    covered = [Covered(part.invoice_number, part.component, part.amount_minor) for part in body.parts]
    lines = suggest(body.settlement_number, body.net_minor, covered, body.deductions, accounts)
    return SuggestionRead(
        creditor_id=caller.creditor(), lines=[SuggestedLineRead.model_validate(line) for line in lines]
    )
