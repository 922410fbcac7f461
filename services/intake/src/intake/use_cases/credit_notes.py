"""Credit notes handed in like invoices: each becomes an action on the case of the invoice it credits."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid5

from contracts import ActionRequested
from delivery import publish
from intake import queries
from intake.domain.dates import misdated
from intake.domain.submission import Submission
from intake.schemas import FieldError, InvoiceResult
from intake.tables import InvoiceRow
from runtime.database import Session

_CREDITED = "invoice.references.creditedInvoiceNumber"


async def credit_invoices(
    session: Session, creditor_id: UUID, notes: Sequence[tuple[int, Submission]], today: date
) -> list[InvoiceResult]:
    """Ask for each invoice to be credited by its note; a note's number counts once, the same note again answers the same.

    Four statements, for one note as for a thousand. An invoice of the same batch can be credited.
    """
    numbers = {note.credited_invoice_number for _, note in notes if note.credited_invoice_number}
    invoices = {row.number: row for row in await queries.list_invoices(session, creditor_id, numbers)}
    known = await queries.list_actions(session, {_action_id(creditor_id, note) for _, note in notes})

    results: list[InvoiceResult] = []
    actions: dict[UUID, ActionRequested] = {}
    for index, note in notes:
        invoice = invoices.get(note.credited_invoice_number or "")
        errors = _judge(note, invoice, today)
        if errors or invoice is None:
            results.append(_refused(index, note, 422, errors))
            continue
        action = _action(note, invoice, _action_id(creditor_id, note), today)
        earlier = known.get(action.action_id) or actions.get(action.action_id)
        if earlier is not None and not _same(earlier, action):
            message = f"credit note {note.number} was handed in before, with another amount or for another invoice"
            results.append(_refused(index, note, 409, [("invoice.header.number", message)]))
            continue
        actions[action.action_id] = action
        results.append(
            InvoiceResult(
                index=index,
                ok=True,
                invoice_number=note.number,
                invoice_id=invoice.invoice_id,
                case_id=invoice.case_id,
                payment_reference=invoice.payment_reference,
            )
        )

    new = await queries.save_actions(session, list(actions.values())) if actions else set[UUID]()
    await publish(session, [action for action_id, action in actions.items() if action_id in new])
    return results


def _action_id(creditor_id: UUID, note: Submission) -> UUID:
    return uuid5(creditor_id, f"credit note:{note.number}")


def _judge(note: Submission, invoice: InvoiceRow | None, today: date) -> list[tuple[str, str]]:
    if not note.credited_invoice_number:
        return [(_CREDITED, "needed for a CREDIT_NOTE: the number of the invoice it credits")]
    if invoice is None:
        return [(_CREDITED, f"you have no invoice {note.credited_invoice_number}")]
    errors: list[tuple[str, str]] = []
    if wrong := misdated(note.invoice_date, today):
        errors.append(("invoice.header.date", wrong))
    if not invoice.payment_control:
        errors.append((_CREDITED, f"invoice {invoice.number} is not under payment control: nothing is watched over"))
    if note.currency != invoice.currency:
        errors.append(("invoice.header.currencyCode", f"invoice {invoice.number} is in {invoice.currency}"))
    return errors


def _action(note: Submission, invoice: InvoiceRow, action_id: UUID, today: date) -> ActionRequested:
    return ActionRequested(
        event_id=uuid5(action_id, "action.requested"),
        creditor_id=invoice.creditor_id,
        case_id=invoice.case_id,
        action_id=action_id,
        claim_id=invoice.invoice_id,
        code="CREDITNOTE",
        requested_date=today,
        currency=note.currency,
        amount_minor=note.gross_minor,
        payment_date=note.invoice_date,
        reference=note.number,
    )


def _same(one: ActionRequested, other: ActionRequested) -> bool:
    return (one.claim_id, one.amount_minor) == (other.claim_id, other.amount_minor)


def _refused(index: int, note: Submission, status: int, errors: Sequence[tuple[str, str]]) -> InvoiceResult:
    return InvoiceResult(
        index=index,
        ok=False,
        invoice_number=note.number,
        status=status,
        detail=" ".join(f"{field}: {message}" for field, message in errors),
        errors=[FieldError(field=field, message=message) for field, message in errors],
    )
