"""Documents for a creditor's accounting system: taken in, sent by the courier, told how they fared."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Row

from accounting import document_queries as queries
from accounting.document_queries import Outcome
from accounting.domain.documents import Document, DocumentChanged, EndpointRefused, TargetKind, is_open_to
from contracts import AccountingSynced
from delivery import publish, traced, wake
from money import Money
from runtime.clock import today
from runtime.database import Database, Session
from runtime.telemetry import current_traceparent


class InvoicesUnknown(ValueError):
    """Invoices that the creditor's books do not have."""

    def __init__(self, numbers: Sequence[str]) -> None:
        super().__init__(f"invoices: you have no invoice {', '.join(numbers)}")


async def set_target(session: Session, creditor_id: UUID, kind: TargetKind, url: str | None, opened: str) -> None:
    """Where the creditor's documents go from now on, those still waiting included."""
    if url is not None and not is_open_to(url, opened):
        raise EndpointRefused
    await queries.save_target(session, creditor_id, kind, url)


async def submit(session: Session, documents: Sequence[Document]) -> Sequence[Row[Any]]:
    """Queue documents. The same again is the same; other content is refused unless the first has failed."""
    stored = await queries.submit(session, documents, await today(session), current_traceparent())
    wake(session, "accounting documents")
    contents = {document.document_id: document.content for document in documents}
    changed = [row.source_identifier for row in stored if row.content != contents[row.document_id]]
    if changed:
        raise DocumentChanged(documents[0].kind, changed)
    return stored


async def submit_invoices(session: Session, creditor_id: UUID, wanted: Sequence[tuple[str, str]]) -> Sequence[Row[Any]]:
    """Queue invoices (identifier, number) as the books know them."""
    invoices = await queries.list_invoices(session, creditor_id, [number for _, number in wanted])
    if unknown := sorted({number for _, number in wanted} - set(invoices)):
        raise InvoicesUnknown(unknown)
    documents = [_invoice_document(creditor_id, identifier, invoices[number]) for identifier, number in wanted]
    return await submit(session, documents)


def _invoice_document(creditor_id: UUID, identifier: str, invoice: Row[Any]) -> Document:
    def amount(minor: int) -> str:
        return str(Money(minor, invoice.currency).to_decimal())

    content = {
        "invoiceIdentifier": identifier,
        "invoiceNumber": invoice.invoice_number,
        "invoiceDate": invoice.invoice_date.isoformat(),
        "dueDate": invoice.due_date.isoformat(),
        "currency": invoice.currency,
        "grossAmount": amount(invoice.gross_minor),
        "netAmount": amount(invoice.gross_minor - invoice.vat_minor),
        "vatAmount": amount(invoice.vat_minor),
        "paymentReference": invoice.payment_reference,
    }
    return Document(creditor_id, "INVOICE", identifier, invoice.invoice_date, content)


async def record(database: Database, outcomes: Sequence[Outcome]) -> None:
    """One transaction for the batch; a document that arrived or failed for good is announced."""
    async with database.transaction() as session:
        day = await today(session)
        recorded = await queries.record(session, outcomes, day)
        final = [one for one in outcomes if one.document.document_id in recorded and one.status != "PENDING"]
        with traced({str(one.document.creditor_id): one.document.traceparent for one in final}):
            await publish(
                session,
                [
                    AccountingSynced(
                        event_id=uuid5(one.document.document_id, one.document.due_at.isoformat()),
                        creditor_id=one.document.creditor_id,
                        document_kind=one.document.kind,
                        source_identifier=one.document.source_identifier,
                        successful=one.status == "SYNCED",
                        description=one.description,
                        sync_date=day,
                    )
                    for one in final
                ],
            )
