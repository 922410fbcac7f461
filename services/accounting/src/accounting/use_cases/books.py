"""What a creditor does with their own book: name its accounts, close periods, take vouchers back."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from accounting import chart_queries
from accounting.chart_queries import Mapping
from accounting.domain.chart import Book
from accounting.domain.periods import check_closing
from accounting.domain.reversal import AlreadyReversed, reverse
from accounting.use_cases.post_vouchers import save_in_open_periods
from runtime.clock import today
from runtime.database import Session

_OFFICE_BOOKS: tuple[Book, ...] = ("CLIENT_MONEY", "OWN")


class UnknownAccount(ValueError):
    """A code that the creditor's chart does not have."""

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(
            f"accounts: your chart has no {', '.join(codes)}; GET /partner/accounting/accounts lists its codes"
        )


class VoucherNotFound(LookupError):
    """No such voucher in the creditor's book."""

    def __init__(self, number: int) -> None:
        super().__init__(f"You have no voucher {number}.")


async def map_accounts(session: Session, creditor_id: UUID, mappings: Sequence[Mapping]) -> Sequence[Row[Any]]:
    """Name accounts as the creditor's own system does; all of them or, on an unknown code, none."""
    known = await chart_queries.save_mappings(session, creditor_id, mappings)
    if unknown := sorted({mapping.code for mapping in mappings} - known):
        raise UnknownAccount(unknown)
    return await chart_queries.list_chart(session, creditor_id)


async def close_period(session: Session, creditor_id: UUID | None, closed_through: date) -> None:
    """Close a creditor's book, or (None) both books of the office, for ever."""
    books = _OFFICE_BOOKS if creditor_id is None else ("CREDITOR",)
    await chart_queries.lock_books(session)
    closed = await chart_queries.list_closed(session, {creditor_id} if creditor_id else ())
    day = await today(session)
    check_closing(closed_through, closed.get((books[0], creditor_id)), day)
    await chart_queries.close_books(session, books, creditor_id, closed_through, day)


async def reverse_voucher(session: Session, creditor_id: UUID, number: int, reason: str) -> UUID:
    """Take a voucher back with one of opposite signs, dated today or the first open day; returns the new one's id."""
    posted = await chart_queries.find_posted(session, creditor_id, number)
    if posted is None:
        raise VoucherNotFound(number)
    new = await save_in_open_periods(session, [reverse(posted, reason, await today(session))])
    if new:
        return new[0].voucher_id
    earlier = await chart_queries.find_reversal_number(session, creditor_id, posted.voucher_id)
    raise AlreadyReversed(number, earlier or number)
