"""Accept invoices."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from contracts import DebtorRecorded, InvoiceCreated
from delivery import publish
from intake import queries
from intake.domain.accounts import ClientAccount
from intake.domain.submission import Creditor, Refusal, Submission, accept, covered_kinds, judge
from intake.schemas import FieldError, InvoiceResult
from intake.tables import InvoiceRow
from intake.use_cases.credit_notes import credit_invoices
from runtime.database import Session


class CreditorNotFound(Exception):
    """The caller's creditor is not known here."""

    def __init__(self, creditor_id: UUID) -> None:
        super().__init__(f"There is no creditor {creditor_id}.")


async def accept_invoices(
    session: Session,
    creditor_id: UUID,
    request_id: UUID,
    submissions: Sequence[Submission],
    accounts: Mapping[str, ClientAccount],
    today: date,
) -> list[InvoiceResult]:
    """Accept what can be accepted, refuse the rest with reasons; one bad invoice never stops its neighbours.

    Eight statements at most, for one invoice as for a thousand, and four more where there are credit notes. The same request again answers the same.
    """
    creditor = await queries.find_creditor(session, creditor_id)
    if creditor is None:
        raise CreditorNotFound(creditor_id)
    known = {row.number: row for row in await queries.list_invoices(session, creditor_id, _numbers(submissions))}
    taken = await queries.list_taken_references(session, _places(submissions, creditor, accounts))
    case_ids = iter(await queries.next_case_ids(session, len(submissions)))

    covered = covered_kinds(creditor.agreement)
    results: list[InvoiceResult] = []
    accepted: dict[int, tuple[InvoiceCreated, DebtorRecorded]] = {}
    numbers = set(known)
    references = {reference for _, reference in taken}
    for index, submission in enumerate(submissions):
        if submission.invoice_type == "CREDIT_NOTE":
            continue
        earlier = known.get(submission.number)
        if earlier is not None and earlier.request_id == request_id:
            results.append(_accepted(index, earlier))
            continue
        refusal = judge(submission, creditor, covered, numbers, references, today)
        if refusal:
            results.append(_refused(index, submission, refusal))
            continue
        accepted[index] = accept(submission, creditor, accounts, next(case_ids), today)
        invoice = accepted[index][0]
        numbers.add(submission.number)
        references.add(invoice.payment_reference)
        results.append(_taken(index, invoice))

    results = await _save(session, request_id, await _renamed(session, accepted), results)
    notes = [(index, note) for index, note in enumerate(submissions) if note.invoice_type == "CREDIT_NOTE"]
    if notes:
        results += await credit_invoices(session, creditor_id, notes, today)
    return sorted(results, key=lambda result: result.index)


async def _renamed(
    session: Session, accepted: Mapping[int, tuple[InvoiceCreated, DebtorRecorded]]
) -> Mapping[int, tuple[InvoiceCreated, DebtorRecorded]]:
    """An erased debtor that is handed in again is somebody new."""
    if not accepted:
        return accepted
    successors = await queries.list_successors(session, {debtor.debtor_id for _, debtor in accepted.values()})
    if not successors:
        return accepted
    renamed: dict[int, tuple[InvoiceCreated, DebtorRecorded]] = {}
    for index, (invoice, debtor) in accepted.items():
        change = {"debtor_id": successors.get(debtor.debtor_id, debtor.debtor_id)}
        renamed[index] = (invoice.model_copy(update=change), debtor.model_copy(update=change))
    return renamed


async def _save(
    session: Session,
    request_id: UUID,
    accepted: Mapping[int, tuple[InvoiceCreated, DebtorRecorded]],
    results: list[InvoiceResult],
) -> list[InvoiceResult]:
    if not accepted:
        return results
    changed = await queries.save_debtors(session, [debtor for _, debtor in accepted.values()])
    stored = await queries.save_invoices(session, [invoice for invoice, _ in accepted.values()], request_id)
    debtors = {debtor.debtor_id: debtor for _, debtor in accepted.values()}
    await publish(session, [debtor for debtor_id, debtor in debtors.items() if debtor_id in changed])
    await publish(session, [invoice for invoice, _ in accepted.values() if invoice.invoice_id in stored])
    by_index = {result.index: result for result in results}
    for index, (invoice, _) in accepted.items():
        if invoice.invoice_id not in stored:
            number = invoice.invoice_number
            message = f"invoice {number} or its payment reference was handed in by another request at the same moment"
            by_index[index] = _conflict(index, number, message)
    return list(by_index.values())


def _numbers(submissions: Sequence[Submission]) -> set[str]:
    return {submission.number for submission in submissions}


def _places(
    submissions: Sequence[Submission], creditor: Creditor, accounts: Mapping[str, ClientAccount]
) -> set[tuple[str, str]]:
    """The (IBAN, reference) pairs that the submissions ask for."""
    chosen = creditor.agreement.incoming_account_by_currency
    return {
        (accounts[chosen[submission.currency]].iban, submission.payment_reference)
        for submission in submissions
        if submission.payment_reference and submission.currency in chosen
    }


def _taken(index: int, invoice: InvoiceCreated) -> InvoiceResult:
    return InvoiceResult(
        index=index,
        ok=True,
        invoice_number=invoice.invoice_number,
        invoice_id=invoice.invoice_id,
        case_id=invoice.case_id,
        payment_reference=invoice.payment_reference,
    )


def _accepted(index: int, row: InvoiceRow) -> InvoiceResult:
    return InvoiceResult(
        index=index,
        ok=True,
        invoice_number=row.number,
        invoice_id=row.invoice_id,
        case_id=row.case_id,
        payment_reference=row.payment_reference,
    )


def _refused(index: int, submission: Submission, refusal: Refusal) -> InvoiceResult:
    return InvoiceResult(
        index=index,
        ok=False,
        invoice_number=submission.number,
        status=refusal.status,
        detail=refusal.detail,
        errors=[FieldError(field=field, message=message) for field, message in refusal.errors],
    )


def _conflict(index: int, number: str, message: str) -> InvoiceResult:
    return InvoiceResult(
        index=index,
        ok=False,
        invoice_number=number,
        status=409,
        detail=message,
        errors=[FieldError(field="invoice.header.number", message=message)],
    )
