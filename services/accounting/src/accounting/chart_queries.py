"""SQL about charts of accounts, closed periods and vouchers to be reversed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from accounting.domain.chart import Book
from accounting.domain.reversal import Posted
from accounting.domain.voucher import Line
from contracts import CreditorOnboarded
from runtime.database import Session

_SAVE_CREDITORS = text(
    """
    INSERT INTO creditor (creditor_id, name, business_code, country_code)
    SELECT * FROM unnest(CAST(:creditor_id AS uuid[]), CAST(:name AS text[]), CAST(:business_code AS text[]),
        CAST(:country_code AS text[]))
    ON CONFLICT (creditor_id) DO NOTHING
    """
)
_CHART = text(
    """
    SELECT code, name, kind, coalesce(account_number, code) AS account_number, vat_code, vat_basis_points,
        line_text AS text
    FROM chart_account WHERE book = 'CREDITOR' AND creditor_id = :creditor_id ORDER BY code
    """
)
_MAP = text(
    """
    UPDATE chart_account SET account_number = new.account_number, vat_code = new.vat_code,
        vat_basis_points = new.vat_basis_points, line_text = new.line_text
    FROM unnest(CAST(:code AS text[]), CAST(:account_number AS text[]), CAST(:vat_code AS text[]),
        CAST(:vat_basis_points AS integer[]), CAST(:line_text AS text[]))
        AS new (code, account_number, vat_code, vat_basis_points, line_text)
    WHERE chart_account.book = 'CREDITOR' AND chart_account.creditor_id = :creditor_id AND chart_account.code = new.code
    RETURNING chart_account.code
    """
)
_CLOSED = text("SELECT book, creditor_id, closed_through FROM closed_periods(CAST(:creditors AS uuid[]))")
_LOCK = text("SELECT pg_advisory_xact_lock(7201200)")
_CLOSE = text(
    """
    INSERT INTO closed_period (book, creditor_id, closed_through, closed_on)
    SELECT book, :creditor_id, :closed_through, :closed_on FROM unnest(CAST(:books AS text[])) AS book
    """
)
_HISTORY = text(
    "SELECT book, closed_through, closed_on FROM closed_period WHERE creditor_id IS NOT DISTINCT FROM :creditor_id"
    " ORDER BY closed_through, book"
)
_POSTED = text(
    """
    SELECT voucher.*, line.account_code, line.amount_minor, line.component, line.text AS line_text, line.case_id,
        line.invoice_number
    FROM voucher JOIN voucher_line line USING (voucher_id)
    WHERE voucher.creditor_id = :creditor_id AND voucher.voucher_number = :number ORDER BY line.line_no
    """
)
_NUMBERS = text("SELECT voucher_number FROM voucher WHERE creditor_id = :creditor_id AND reverses = :voucher_id")


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a creditor's own system knows an account of our chart; VAT in basis points."""

    code: str
    account_number: str
    vat_code: str
    vat_basis_points: int
    text: str


async def save_creditors(session: Session, creditors: Sequence[CreditorOnboarded]) -> None:
    await session.execute(
        _SAVE_CREDITORS,
        {
            "creditor_id": [creditor.creditor_id for creditor in creditors],
            "name": [creditor.name for creditor in creditors],
            "business_code": [creditor.business_code for creditor in creditors],
            "country_code": [creditor.country_code for creditor in creditors],
        },
    )


async def list_chart(session: Session, creditor_id: UUID) -> Sequence[Row[Any]]:
    """A creditor's chart with its mapping, by code."""
    return (await session.execute(_CHART, {"creditor_id": creditor_id})).all()


async def save_mappings(session: Session, creditor_id: UUID, mappings: Sequence[Mapping]) -> set[str]:
    """Store what accounts are called in the creditor's system; returns the codes that the chart has."""
    saved = await session.execute(
        _MAP,
        {
            "creditor_id": creditor_id,
            "code": [mapping.code for mapping in mappings],
            "account_number": [mapping.account_number for mapping in mappings],
            "vat_code": [mapping.vat_code for mapping in mappings],
            "vat_basis_points": [mapping.vat_basis_points for mapping in mappings],
            "line_text": [mapping.text for mapping in mappings],
        },
    )
    return set(saved.scalars())


async def list_closed(session: Session, creditors: Collection[UUID]) -> dict[tuple[str, UUID | None], date]:
    """The last closed day of the office's books and of these creditors', held against closing until the commit."""
    rows = await session.execute(_CLOSED, {"creditors": sorted(creditors)})
    return {(row.book, row.creditor_id): row.closed_through for row in rows}


async def lock_books(session: Session) -> None:
    """Wait for postings under way and hold up those to come."""
    await session.execute(_LOCK)


async def close_books(
    session: Session, books: Sequence[Book], creditor_id: UUID | None, closed_through: date, closed_on: date
) -> None:
    values = {"books": list(books), "creditor_id": creditor_id}
    await session.execute(_CLOSE, values | {"closed_through": closed_through, "closed_on": closed_on})


async def list_history(session: Session, creditor_id: UUID | None) -> Sequence[Row[Any]]:
    """Each closing of a creditor's book, or (None) of the office's books."""
    return (await session.execute(_HISTORY, {"creditor_id": creditor_id})).all()


async def find_posted(session: Session, creditor_id: UUID, number: int) -> Posted | None:
    rows = (await session.execute(_POSTED, {"creditor_id": creditor_id, "number": number})).all()
    if not rows:
        return None
    first = rows[0]
    return Posted(
        voucher_id=first.voucher_id,
        voucher_number=first.voucher_number,
        creditor_id=creditor_id,
        currency=first.currency,
        case_id=first.case_id,
        invoice_number=first.invoice_number,
        settlement_id=first.settlement_id,
        movement=first.movement,
        lines=tuple(Line(row.account_code, row.amount_minor, row.component, row.line_text) for row in rows),
    )


async def find_reversal_number(session: Session, creditor_id: UUID, voucher_id: UUID) -> int | None:
    found = await session.execute(_NUMBERS, {"creditor_id": creditor_id, "voucher_id": voucher_id})
    return found.scalar_one_or_none()
