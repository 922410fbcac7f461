"""Every SQL statement of accounting."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text
from sqlmodel import col

from accounting.domain.chart import Account, Book
from accounting.domain.posting import Invoice
from accounting.domain.voucher import Voucher
from accounting.tables import InvoiceRow
from runtime.database import Session

_OPEN_ACCOUNTS = text(
    """
    INSERT INTO chart_account (book, creditor_id, code, name, kind)
    SELECT * FROM unnest(CAST(:book AS text[]), CAST(:creditor_id AS uuid[]), CAST(:code AS text[]),
        CAST(:name AS text[]), CAST(:kind AS text[])) AS new (book, creditor_id, code, name, kind)
    ORDER BY book, creditor_id, code
    ON CONFLICT ON CONSTRAINT chart_account_code DO NOTHING
    """
)
_SAVE_INVOICES = text(
    """
    INSERT INTO invoice (case_id, creditor_id, invoice_number, currency, gross_minor, vat_minor, invoice_date, due_date,
        accepted_date, payment_reference, payment_control)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:creditor_id AS uuid[]), CAST(:invoice_number AS text[]),
        CAST(:currency AS text[]), CAST(:gross_minor AS bigint[]), CAST(:vat_minor AS bigint[]),
        CAST(:invoice_date AS date[]), CAST(:due_date AS date[]), CAST(:accepted_date AS date[]),
        CAST(:payment_reference AS text[]), CAST(:payment_control AS boolean[]))
    ON CONFLICT (case_id) DO NOTHING
    """
)
_SAVE_VOUCHERS = text(
    """
    INSERT INTO voucher (voucher_id, book, creditor_id, fact, fact_id, settlement_id, currency, voucher_date, text,
        total_minor, movement, fact_date, reverses)
    SELECT * FROM unnest(CAST(:voucher_id AS uuid[]), CAST(:book AS text[]), CAST(:creditor_id AS uuid[]),
        CAST(:fact AS text[]), CAST(:fact_id AS uuid[]), CAST(:settlement_id AS uuid[]), CAST(:currency AS text[]),
        CAST(:voucher_date AS date[]), CAST(:text AS text[]), CAST(:total_minor AS bigint[]),
        CAST(:movement AS text[]), CAST(:fact_date AS date[]), CAST(:reverses AS uuid[]))
    ON CONFLICT (voucher_id) DO NOTHING RETURNING voucher_id
    """
)
_SAVE_LINES = text(
    """
    INSERT INTO voucher_line (voucher_id, line_no, account_code, amount_minor, case_id, invoice_number, component, text)
    SELECT * FROM unnest(CAST(:voucher_id AS uuid[]), CAST(:line_no AS integer[]), CAST(:account_code AS text[]),
        CAST(:amount_minor AS bigint[]), CAST(:case_id AS bigint[]), CAST(:invoice_number AS text[]),
        CAST(:component AS text[]), CAST(:text AS text[]))
    """
)
_BALANCES = text(
    """
    SELECT sums.creditor_id, sums.account_code, coalesce(account.account_number, account.code) AS account_number,
        account.name AS account_name, account.kind, sums.currency,
        sums.balance_minor
    FROM (
        SELECT voucher.creditor_id, line.account_code, voucher.currency,
            CAST(sum(line.amount_minor) AS bigint) AS balance_minor
        FROM voucher JOIN voucher_line line USING (voucher_id)
        WHERE voucher.book = :book AND voucher.voucher_date <= coalesce(CAST(:as_of AS date), 'infinity')
            AND (CAST(:creditor_id AS uuid) IS NULL OR voucher.creditor_id = CAST(:creditor_id AS uuid))
        GROUP BY voucher.creditor_id, line.account_code, voucher.currency
    ) AS sums
    JOIN chart_account account ON account.book = :book AND account.code = sums.account_code
        AND account.creditor_id IS NOT DISTINCT FROM sums.creditor_id
    ORDER BY sums.creditor_id, sums.account_code, sums.currency
    """
)
_VOUCHERS = """
    SELECT voucher.voucher_id, voucher.voucher_number, voucher.fact, voucher.fact_id, voucher.settlement_id,
        voucher.currency, voucher.voucher_date, voucher.fact_date, voucher.text, voucher.total_minor, voucher.reverses,
        line.line_no, line.account_code, coalesce(account.account_number, account.code) AS account_number,
        account.vat_code, account.name AS account_name, line.amount_minor, line.case_id,
        coalesce(line.invoice_number, invoice.invoice_number) AS invoice_number, line.component,
        line.text AS line_text
    FROM voucher JOIN voucher_line line USING (voucher_id)
    JOIN chart_account account ON account.book = 'CREDITOR' AND account.creditor_id = voucher.creditor_id
        AND account.code = line.account_code
    LEFT JOIN invoice ON invoice.case_id = line.case_id
    WHERE voucher.creditor_id = :creditor_id AND {about}
    ORDER BY voucher.voucher_number, line.line_no
"""
_VOUCHERS_OF_CASE = text(_VOUCHERS.format(about="line.case_id = :case_id"))
_VOUCHERS_OF_SETTLEMENT = text(_VOUCHERS.format(about="voucher.settlement_id = :settlement_id"))
_VOUCHER = text(_VOUCHERS.format(about="voucher.voucher_id = :voucher_id"))
_COUNTS = text(
    """
    SELECT voucher.book, voucher.fact, voucher.currency, count(*) AS vouchers, CAST(coalesce(sum(sums.lines), 0) AS bigint) AS lines,
        CAST(sum(voucher.total_minor) AS bigint) AS total_minor,
        count(*) FILTER (WHERE sums.difference IS DISTINCT FROM 0 OR sums.debit IS DISTINCT FROM voucher.total_minor) AS unbalanced
    FROM voucher LEFT JOIN (
        SELECT voucher_id, count(*) AS lines, sum(amount_minor) AS difference,
            sum(amount_minor) FILTER (WHERE amount_minor > 0) AS debit
        FROM voucher_line GROUP BY voucher_id
    ) AS sums USING (voucher_id)
    GROUP BY voucher.book, voucher.fact, voucher.currency ORDER BY voucher.book, voucher.fact, voucher.currency
    """
)


async def open_accounts(session: Session, accounts: Iterable[Account]) -> None:
    """Add what the charts do not have yet, in one order for all, so that batches cannot deadlock."""
    wanted = list(accounts)
    await session.execute(
        _OPEN_ACCOUNTS,
        {
            "book": [account.book for account in wanted],
            "creditor_id": [account.creditor_id for account in wanted],
            "code": [account.code for account in wanted],
            "name": [account.name for account in wanted],
            "kind": [account.kind for account in wanted],
        },
    )


async def save_invoices(session: Session, invoices: Sequence[Invoice]) -> None:
    await session.execute(
        _SAVE_INVOICES,
        {
            "case_id": [invoice.case_id for invoice in invoices],
            "creditor_id": [invoice.creditor_id for invoice in invoices],
            "invoice_number": [invoice.invoice_number for invoice in invoices],
            "currency": [invoice.currency for invoice in invoices],
            "gross_minor": [invoice.gross_minor for invoice in invoices],
            "vat_minor": [invoice.vat_minor for invoice in invoices],
            "invoice_date": [invoice.invoice_date for invoice in invoices],
            "due_date": [invoice.due_date for invoice in invoices],
            "accepted_date": [invoice.accepted_date for invoice in invoices],
            "payment_reference": [invoice.payment_reference for invoice in invoices],
            "payment_control": [invoice.payment_control for invoice in invoices],
        },
    )


async def list_invoices(session: Session, case_ids: Collection[int]) -> dict[int, Invoice]:
    """The invoices of these cases by case id, as far as they are known here."""
    found = await session.execute(select(InvoiceRow).where(col(InvoiceRow.case_id).in_(case_ids)))
    return {row.case_id: Invoice(**row) for row in found.mappings()}


async def save_vouchers(session: Session, vouchers: Sequence[Voucher]) -> list[Voucher]:
    """Store vouchers, all of them in one statement and their lines in another; returns those that are new."""
    stored = await session.execute(
        _SAVE_VOUCHERS,
        {
            "voucher_id": [voucher.voucher_id for voucher in vouchers],
            "book": [voucher.book for voucher in vouchers],
            "creditor_id": [voucher.creditor_id for voucher in vouchers],
            "fact": [voucher.origin.fact.topic for voucher in vouchers],
            "fact_id": [voucher.origin.fact.event_id for voucher in vouchers],
            "settlement_id": [voucher.origin.settlement_id for voucher in vouchers],
            "currency": [voucher.origin.currency for voucher in vouchers],
            "voucher_date": [voucher.origin.voucher_date for voucher in vouchers],
            "text": [voucher.origin.text for voucher in vouchers],
            "total_minor": [voucher.total_minor for voucher in vouchers],
            "movement": [voucher.origin.movement for voucher in vouchers],
            "fact_date": [voucher.origin.fact_date for voucher in vouchers],
            "reverses": [voucher.origin.reverses for voucher in vouchers],
        },
    )
    new_ids = set(stored.scalars())
    new = [voucher for voucher in vouchers if voucher.voucher_id in new_ids]
    if new:
        await _save_lines(session, new)
    return new


async def _save_lines(session: Session, vouchers: Sequence[Voucher]) -> None:
    lines = [(voucher, number, line) for voucher in vouchers for number, line in enumerate(voucher.lines, start=1)]
    await session.execute(
        _SAVE_LINES,
        {
            "voucher_id": [voucher.voucher_id for voucher, _, _ in lines],
            "line_no": [number for _, number, _ in lines],
            "account_code": [line.account_code for _, _, line in lines],
            "amount_minor": [line.amount_minor for _, _, line in lines],
            "case_id": [voucher.origin.case_id for voucher, _, _ in lines],
            "invoice_number": [voucher.origin.invoice_number for voucher, _, _ in lines],
            "component": [line.component for _, _, line in lines],
            "text": [line.text for _, _, line in lines],
        },
    )


async def list_balances(
    session: Session, book: Book, creditor_id: UUID | None, as_of: date | None = None
) -> Sequence[Row[Any]]:
    """Sum per account and currency, of one creditor's book or (None) of everything in the book."""
    values = {"book": book, "creditor_id": creditor_id, "as_of": as_of}
    return (await session.execute(_BALANCES, values)).all()


async def list_vouchers_of_case(session: Session, creditor_id: UUID, case_id: int) -> Sequence[Row[Any]]:
    """The lines of a creditor's vouchers about a case, in order of posting."""
    return (await session.execute(_VOUCHERS_OF_CASE, {"creditor_id": creditor_id, "case_id": case_id})).all()


async def list_vouchers_of_settlement(session: Session, creditor_id: UUID, settlement_id: UUID) -> Sequence[Row[Any]]:
    """The lines of a creditor's vouchers about a settlement and its payouts, in order of posting."""
    found = await session.execute(_VOUCHERS_OF_SETTLEMENT, {"creditor_id": creditor_id, "settlement_id": settlement_id})
    return found.all()


async def list_voucher(session: Session, creditor_id: UUID, voucher_id: UUID) -> Sequence[Row[Any]]:
    """The lines of one voucher of a creditor; none where it is unknown or another's."""
    return (await session.execute(_VOUCHER, {"creditor_id": creditor_id, "voucher_id": voucher_id})).all()


async def list_voucher_counts(session: Session) -> Sequence[Row[Any]]:
    """Per book, fact and currency: how many vouchers and lines, their debit side, and how many do not balance."""
    return (await session.execute(_COUNTS)).all()
