"""SWIFT MT940: reader of account statements in tagged lines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from bankfiles.mt940_details import read_details
from bankfiles.text_lines import text_of
from bankfiles.values import (
    AccountStatement,
    Balance,
    BankFile,
    BankFileRefused,
    BankTransaction,
    Direction,
    LineRefused,
    Rejected,
    assembled,
)
from money import Money

_TAG = re.compile(r":(\d{2}[A-Z]?):")
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})(\d[\d,]*)")
_ENTRY = re.compile(r"(\d{6})(\d{4})?(R?[CD])([A-Z])?(\d[\d,]*)([A-Z][A-Z0-9]{3})(.*)")
_KINDS = {"60F": "OPBD", "60M": "ITBD", "62F": "CLBD", "62M": "ITBD"}
_NO_REFERENCE = ("", "NONREF", "NOTPROVIDED", "EREF")


@dataclass(frozen=True, slots=True)
class _Field:
    """One tag with the lines that belong to it."""

    number: int
    tag: str
    lines: tuple[str, ...]

    @property
    def first(self) -> str:
        return self.lines[0].strip()


@dataclass(slots=True)
class _Statement:
    account: str = ""
    statement_id: str = ""
    currency: str = ""
    is_closed: bool = False
    balances: list[Balance] = field(default_factory=list[Balance])
    entries: list[tuple[_Field, list[str]]] = field(default_factory=list[tuple[_Field, list[str]]])


def read_mt940(content: bytes) -> BankFile:
    """Read one or several statements; an unreadable entry is rejected with its line, a broken file is refused."""
    text = text_of(content)
    rejected: list[Rejected] = []
    statements = [_finished(statement, rejected) for statement in _statements(text)]
    if not statements:
        raise BankFileRefused("line 1", "no statement (:20:) in the file; nothing to read")
    return assembled("mt940", "", statements, rejected)


def _fields(text: str) -> Iterator[_Field]:
    number, tag, lines = 0, "", list[str]()
    for place, line in enumerate(text.split("\n"), start=1):
        found = _TAG.match(line.lstrip("\x01"))
        if found or line.startswith(("-}", "{")) or line.strip() == "-":
            if tag:
                yield _Field(number, tag, tuple(lines))
            tag = ""
        if found:
            number, tag, lines = place, found[1], [line.lstrip("\x01")[found.end() :]]
        elif tag:
            lines.append(line)
    if tag:
        yield _Field(number, tag, tuple(lines))


def _statements(text: str) -> Iterator[_Statement]:
    statement: _Statement | None = None
    for found in _fields(text):
        if found.tag == "20":
            if statement is not None:
                yield statement
            statement = _Statement()
        elif statement is None:
            raise BankFileRefused(f"line {found.number}", f":{found.tag}: stands before the first statement (:20:)")
        elif found.tag == "25":
            statement.account = "".join(found.first.split())
        elif found.tag in ("28", "28C"):
            statement.statement_id = found.first
        elif found.tag in _KINDS:
            statement.is_closed |= found.tag.startswith("62")
            statement.balances.append(_balance(found))
            statement.currency = statement.balances[-1].currency
        elif found.tag == "61":
            statement.entries.append((found, []))
        elif found.tag == "86" and statement.entries and not statement.is_closed:  # else it is of the statement
            statement.entries[-1][1].extend(line.strip() for line in found.lines if line.strip())
    if statement is not None:
        yield statement


def _balance(found: _Field) -> Balance:
    parts = _BALANCE.match(found.first)
    if parts is None:
        raise BankFileRefused(f"line {found.number}", f":{found.tag}: {found.first!r} is not a balance")
    try:
        minor = _minor(parts[4], parts[3])
        day = _day(parts[2])
    except LineRefused as reason:
        raise BankFileRefused(f"line {found.number}", f":{found.tag}: {reason}") from reason
    return Balance(_KINDS[found.tag], minor if parts[1] == "C" else -minor, parts[3], day)


def _finished(statement: _Statement, rejected: list[Rejected]) -> AccountStatement:
    if not statement.account or not statement.currency:
        missing = ":25: (account)" if not statement.account else ":60F: (opening balance)"
        raise BankFileRefused("", f"statement {statement.statement_id or '?'} has no {missing}; the file is cut off")
    if not statement.is_closed:
        raise BankFileRefused(
            "", f"statement {statement.statement_id or '?'} has no :62F: (closing balance); it is cut off"
        )
    transactions: list[BankTransaction] = []
    for found, information in statement.entries:
        try:
            transactions.append(_transaction(statement, found, information))
        except LineRefused as reason:
            rejected.append(Rejected(f"line {found.number}", str(reason)))
    return AccountStatement(
        statement.account,
        statement.currency,
        statement.statement_id,
        tuple(statement.balances),
        tuple(transactions),
    )


def _transaction(statement: _Statement, found: _Field, information: list[str]) -> BankTransaction:
    parts = _ENTRY.match(found.first)
    if parts is None:
        raise LineRefused(f":61: {found.first!r} is not a statement line")
    valued = _day(parts[1])
    minor = _minor(parts[5], statement.currency)
    if minor == 0:
        raise LineRefused("the amount is zero")
    reversal = parts[3].startswith("R")
    direction: Direction = "CREDIT" if (parts[3][-1] == "C") != reversal else "DEBIT"
    customer, _, bank = (part.strip() for part in parts[7].partition("//"))
    supplement = [line.strip() for line in found.lines[1:] if line.strip()]
    details = read_details(information, supplement)
    end_to_end_id = details.end_to_end_id or ("" if customer in _NO_REFERENCE else customer)
    return BankTransaction(
        account=statement.account,
        booking_date=_booked(parts[2], valued),
        value_date=valued,
        amount_minor=minor,
        currency=statement.currency,
        direction=direction,
        is_reversal=reversal,
        reference=details.reference,
        text=details.text,
        payer_name=details.name,
        payer_account="" if details.account == statement.account else details.account,
        end_to_end_id=end_to_end_id,
        servicer_reference=bank,
        references=(details.reference,) if details.reference else (),
    )


def _minor(text: str, currency: str) -> int:
    whole, _, decimals = text.partition(",")
    try:
        return Money.parse(f"{whole}.{decimals or '0'}", currency).minor
    except ValueError as error:
        raise LineRefused(str(error)) from error


def _day(text: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError as error:
        raise LineRefused(f"{text!r} is not a date; expected YYMMDD") from error


def _booked(month_and_day: str | None, valued: date) -> date:
    """The entry date has no year: the one that lies nearest to the value date."""
    if not month_and_day:
        return valued
    near: list[date] = []
    for year in (valued.year - 1, valued.year, valued.year + 1):
        try:
            near.append(date(year, int(month_and_day[:2]), int(month_and_day[2:])))
        except ValueError:
            continue
    if not near:
        raise LineRefused(f"entry date {month_and_day!r} is not a day; expected MMDD")
    return min(near, key=lambda day: abs(day - valued))
