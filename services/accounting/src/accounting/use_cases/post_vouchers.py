"""Facts become vouchers."""

from collections.abc import Sequence
from uuid import uuid5

from accounting import chart_queries, queries
from accounting.domain.chart import account, creditor_accounts
from accounting.domain.posting import Invoice, book, needs_invoice
from accounting.domain.voucher import Voucher
from contracts import ClaimChanged, CreditorOnboarded, Event, InvoiceCreated, VoucherPosted
from delivery import publish, release, trace_of, traced, wait_for
from runtime.database import Session


async def open_charts(session: Session, creditors: Sequence[CreditorOnboarded]) -> None:
    """Give each creditor their chart of accounts, and remember who they are."""
    await chart_queries.save_creditors(session, creditors)
    await queries.open_accounts(
        session, [opened for creditor in creditors for opened in creditor_accounts(creditor.creditor_id)]
    )


async def keep_invoices(session: Session, facts: Sequence[InvoiceCreated]) -> None:
    """Remember how much of each invoice is VAT and its dates, and let go on what waited for it."""
    invoices = [
        Invoice(
            fact.case_id,
            fact.creditor_id,
            fact.invoice_number,
            fact.currency,
            fact.gross_minor,
            fact.vat_minor,
            fact.invoice_date,
            fact.due_date,
            fact.accepted_date,
            fact.payment_reference,
            fact.payment_control,
        )
        for fact in facts
    ]

    await queries.save_invoices(session, invoices)
    await release(session, [f"case:{invoice.case_id}" for invoice in invoices])


async def post_vouchers(session: Session, facts: Sequence[Event]) -> None:
    """Book each fact in the books it touches, once; a credit note waits for its invoice.

    What belongs to a closed period is booked on the first open day, with a note.
    """
    credit_notes = [fact for fact in facts if isinstance(fact, ClaimChanged) and needs_invoice(fact)]
    case_ids = {fact.case_id for fact in credit_notes}
    invoices = await queries.list_invoices(session, case_ids) if case_ids else {}

    missing = {fact.event_id: f"case:{fact.case_id}" for fact in credit_notes if fact.case_id not in invoices}
    due = [voucher for fact in facts if fact.event_id not in missing for voucher in book(fact, invoices)]
    accounts = {account(it.book, it.creditor_id, line.account_code) for it in due for line in it.lines}

    await wait_for(session, missing, facts)
    if due:
        await queries.open_accounts(session, accounts)
        with traced({str(fact.event_id): trace_of(fact.key) for fact in facts}):
            await save_in_open_periods(session, due)


async def save_in_open_periods(session: Session, due: Sequence[Voucher]) -> list[Voucher]:
    """Store vouchers, announce those that are new and return them."""
    creditors = {voucher.creditor_id for voucher in due if voucher.creditor_id}
    closed = await chart_queries.list_closed(session, creditors)
    dated = [voucher.outside(closed.get((voucher.book, voucher.creditor_id))) for voucher in due]
    posted = await queries.save_vouchers(session, dated)
    await publish(session, [_posted(voucher) for voucher in posted])
    return posted


def _posted(voucher: Voucher) -> VoucherPosted:
    origin = voucher.origin
    return VoucherPosted(
        event_id=uuid5(voucher.voucher_id, "voucher.posted"),
        voucher_id=voucher.voucher_id,
        book=voucher.book,
        creditor_id=voucher.creditor_id,
        fact=origin.fact.topic,
        fact_id=origin.fact.event_id,
        currency=origin.currency,
        total_minor=voucher.total_minor,
        voucher_date=origin.voucher_date,
    )
