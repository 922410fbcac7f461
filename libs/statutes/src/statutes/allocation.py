"""The order in which a payment covers fees, interest and principal."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from statutes.book import StatuteBook, known_debtor_kind, known_jurisdiction, only, statute_book

Component = Literal["fees", "interest", "principal"]
Context = Literal["one_claim", "consumer_loan"]


@dataclass(frozen=True, slots=True)
class AllocationRule:
    """The default order for one claim, whether the debtor may choose another (and the creditor then refuse), the row.

    A `confidence` of low means that the law's text was not read: have the order confirmed before it decides a case.
    """

    components: tuple[Component, ...]
    debtor_may_direct: bool
    row_id: str
    creditor_may_refuse: bool = False
    confidence: str = "high"


def allocation_order(
    jurisdiction: str, debtor_kind: str, *, on_date: date = date.max, book: StatuteBook | None = None
) -> tuple[Component, ...]:
    """The components a payment covers, first to last."""
    return allocation_rule(jurisdiction, debtor_kind, on_date=on_date, book=book).components


def allocation_rule(
    jurisdiction: str,
    debtor_kind: str,
    *,
    context: Context = "one_claim",
    on_date: date = date.max,
    book: StatuteBook | None = None,
) -> AllocationRule:
    """The order for a voluntary payment on one claim, or on a consumer loan; by default the law as last on file."""
    book = book or statute_book()
    known_jurisdiction(book, jurisdiction)
    kind = known_debtor_kind(debtor_kind)
    rows = (
        row
        for row in book.allocations
        if row.facts.jurisdiction == jurisdiction
        and row.context == context
        and kind in row.debtor_kinds
        and row.facts.in_force(on_date)
    )
    row = only(rows, "allocation", f"{jurisdiction}, {kind}: {context}", on_date)
    return AllocationRule(
        cast(tuple[Component, ...], row.components),
        row.debtor_may_direct,
        row.facts.row_id,
        row.creditor_may_refuse,
        row.facts.confidence,
    )
