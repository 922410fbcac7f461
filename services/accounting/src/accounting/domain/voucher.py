"""A voucher: what one fact did to one book, in one currency, as signed lines that sum to zero."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import ClassVar, Literal, Protocol
from uuid import UUID, uuid5

from accounting.domain.chart import Book, account

Movement = Literal[
    "SALE",
    "PAYMENT",
    "DIRECT_PAYMENT",
    "CREDITED",
    "WAIVED",
    "WRITTEN_OFF",
    "SMALL_BALANCE",
    "INTEREST_ACCRUED",
    "CORRECTED",
    "COLLECTED",
]
"""What moved a receivable; reports tell sales, payments and losses apart by it."""


class Fact(Protocol):
    """What a voucher rests on: an event, or the reversal of another voucher."""

    topic: ClassVar[str]
    producer: ClassVar[str]

    @property
    def event_id(self) -> UUID: ...


class UnbalancedVoucher(ValueError):
    """The amounts of a fact contradict each other, so that its debits and credits differ."""

    def __init__(self, fact: Fact, book: Book, difference_minor: int) -> None:
        super().__init__(
            f"{fact.topic} {fact.event_id}: debit and credit of the book {book} differ by {difference_minor} minor units;"
            f" {fact.producer} must tell amounts that add up"
        )


@dataclass(frozen=True, slots=True)
class Line:
    """An amount on an account in minor units: debit positive, credit negative."""

    account_code: str
    amount_minor: int
    component: str | None = None
    text: str = ""


def debit(account_code: str, amount_minor: int, component: str | None = None, text: str = "") -> Line:
    return Line(account_code, amount_minor, component, text)


def credit(account_code: str, amount_minor: int, component: str | None = None, text: str = "") -> Line:
    return Line(account_code, -amount_minor, component, text)


@dataclass(frozen=True, slots=True)
class Origin:
    """What all vouchers of a fact have in common."""

    fact: Fact
    currency: str
    voucher_date: date
    text: str
    case_id: int | None = None
    invoice_number: str | None = None
    settlement_id: UUID | None = None
    movement: str | None = None
    fact_date: date | None = None
    reverses: UUID | None = None


@dataclass(frozen=True, slots=True)
class Voucher:
    """A balanced set of lines in one book; `creditor_id` owns the book, None where the office does."""

    book: Book
    creditor_id: UUID | None
    origin: Origin
    lines: tuple[Line, ...]

    @property
    def voucher_id(self) -> UUID:
        return voucher_id(self.origin.fact.event_id, self.book)

    @property
    def total_minor(self) -> int:
        """The sum of the debit side."""
        return sum(line.amount_minor for line in self.lines if line.amount_minor > 0)

    def outside(self, closed_through: date | None) -> "Voucher":
        """The voucher on the first open day, with a note, where its own day is closed."""
        day = self.origin.voucher_date
        if closed_through is None or day > closed_through:
            return self
        text = f"{self.origin.text} (of {day}, period closed)"
        moved = replace(self.origin, voucher_date=closed_through + timedelta(days=1), fact_date=day, text=text)
        return replace(self, origin=moved)


def voucher_id(fact_id: UUID, book: Book) -> UUID:
    """A fact makes at most one voucher in each book, whose id follows from both."""
    return uuid5(fact_id, book)


def vouchers(origin: Origin, book: Book, creditor_id: UUID | None, lines: Iterable[Line]) -> list[Voucher]:
    """The voucher of these lines, none where nothing moved: an amount of zero makes no line."""
    moved = tuple(line for line in lines if line.amount_minor)
    if difference_minor := sum(line.amount_minor for line in moved):
        raise UnbalancedVoucher(origin.fact, book, difference_minor)
    for line in moved:
        account(book, creditor_id, line.account_code)  # a code outside the book's chart is our own mistake: KeyError
    return [Voucher(book, creditor_id, origin, moved)] if moved else []
