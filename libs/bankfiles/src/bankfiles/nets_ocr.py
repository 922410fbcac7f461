"""Nets OCR giro (service 09): reader and writer of 80-character records in ISO 8859-1."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bankfiles.text_lines import text_of
from bankfiles.values import (
    AccountStatement,
    BankFile,
    BankFileRefused,
    BankTransaction,
    LineRefused,
    Rejected,
    assembled,
)

_RECORD_LENGTH = 80
_ENCODING = "iso-8859-1"
_CURRENCY = "NOK"
_TRANSACTION_TYPES = range(10, 22)
_REVERSALS = (18, 20)
_WITH_TEXT = (20, 21)
_TEXT_LENGTH = 40
_KID = re.compile(r"\d{1,24}[\d-]|\d|")
_NO_DATE = "000000"
_OTHER_ASSIGNMENTS = {
    ("21", "00"): "AvtaleGiro payment requests",
    ("21", "24"): "AvtaleGiro agreements",
    ("21", "36"): "AvtaleGiro cancellations",
}


@dataclass(frozen=True, slots=True)
class OcrPayment:
    """One payment to write; `transaction_type` 10 is a giro, 18 and 20 are reversals, 20 and 21 carry a text."""

    kid: str
    amount_minor: int
    settlement_date: date
    payer_account: str = ""
    payer_date: date | None = None
    transaction_type: int = 10
    text: str = ""
    archive_number: str = "0000000000"


@dataclass(frozen=True, slots=True)
class OcrAssignment:
    """The payments to one account under one OCR agreement."""

    account: str
    agreement_id: str
    assignment_number: str
    payments: Sequence[OcrPayment]


@dataclass(slots=True)
class _Line:
    """One record and its place; columns are counted from 1, as in the bank's manual."""

    number: int
    text: str

    def columns(self, first: int, last: int) -> str:
        return self.text[first - 1 : last]

    def digits(self, first: int, last: int) -> int:
        """The number in the columns; a broken number breaks the file, since no sum could be checked."""
        text = self.columns(first, last)
        if not (text.isascii() and text.isdigit()):
            raise self.refused(f"columns {first}-{last} should be digits but are {text!r}")
        return int(text)

    @property
    def service(self) -> str:
        return self.columns(3, 4)

    @property
    def transaction_type(self) -> str:
        return self.columns(5, 6)

    @property
    def record_type(self) -> str:
        return self.columns(7, 8)

    def refused(self, reason: str) -> BankFileRefused:
        return BankFileRefused(f"line {self.number}", reason)


@dataclass(slots=True)
class _Payment:
    """The records of one payment: amount item 1 and 2, and a text when the type has one."""

    item_1: _Line
    item_2: _Line
    text: str = ""

    @property
    def is_reversal(self) -> bool:
        return int(self.item_1.transaction_type) in _REVERSALS or self.item_1.columns(32, 32) == "-"

    @property
    def amount_minor(self) -> int:
        return self.item_1.digits(33, 49)

    @property
    def signed_minor(self) -> int:
        return -self.amount_minor if self.is_reversal else self.amount_minor


@dataclass(slots=True)
class _Counts:
    """What an end record has to agree with."""

    payments: int = 0
    records: int = 0
    gross_minor: int = 0
    net_minor: int = 0

    def add(self, other: "_Counts") -> None:
        self.payments += other.payments
        self.gross_minor += other.gross_minor
        self.net_minor += other.net_minor


@dataclass(slots=True)
class _Assignment:
    """The payments to one account, or a part of the file that is `left_out` and why."""

    line: int
    account: str
    number: str
    left_out: str = ""
    payments: list[_Payment] = field(default_factory=list[_Payment])
    counts: _Counts = field(default_factory=_Counts)


def read_ocr(content: bytes) -> BankFile:
    """Read one or several transmissions; wrong structure, counts or sums refuse the file, an unreadable payment itself.

    What stands beside the payments, such as AvtaleGiro agreements, is left out and said to be.
    """
    statements: list[AccountStatement] = []
    rejected: list[Rejected] = []
    numbers: list[str] = []
    for transmission in _transmissions(_lines(content)):
        start, end = transmission[0], transmission[-1]
        total = _Counts(records=len(transmission))
        for assignment in _assignments(iter(transmission[1:-1])):
            total.add(assignment.counts)
            if assignment.left_out:
                rejected.append(Rejected(f"line {assignment.line}", assignment.left_out))
            else:
                statements.append(_statement(assignment, rejected))
        _check_counts(end, total)
        numbers.append(start.columns(17, 23))
    return assembled("ocr-giro", "+".join(numbers), statements, rejected)


def _lines(content: bytes) -> list[_Line]:
    rows = text_of(content).split("\n")
    while rows and not rows[-1].strip():
        rows.pop()
    lines = [_Line(number, row) for number, row in enumerate(rows, start=1)]
    for line in lines:
        if len(line.text) != _RECORD_LENGTH:
            raise line.refused(f"{len(line.text)} characters long; every record has {_RECORD_LENGTH}")
        if line.columns(1, 2) != "NY":
            raise line.refused(f"starts with {line.columns(1, 2)!r}; every record starts with NY")
    if len(lines) < 2:
        raise BankFileRefused("line 1", "the file has no start and end record; ask the bank for a full copy")
    return lines


def _transmissions(lines: Sequence[_Line]) -> Iterator[Sequence[_Line]]:
    """From each start record to its end record; banks put several into one file."""
    begin = 0
    for place, line in enumerate(lines):
        if place == begin:
            _expect(line, "00", "10", "the start record of a transmission")
        elif line.service == "00" or place == len(lines) - 1:
            _expect(line, "00", "89", "the end record of a transmission")
            yield lines[begin : place + 1]
            begin = place + 1
    if begin < len(lines):
        raise lines[-1].refused("the transmission has no end record (89); the file is cut off")


def _expect(line: _Line, service: str, record_type: str, name: str) -> None:
    if (line.service, line.record_type) != (service, record_type):
        raise line.refused(
            f"expected {name} (service {service}, record {record_type}), "
            f"found service {line.service}, record {line.record_type}"
        )


def _assignments(body: Iterator[_Line]) -> Iterator[_Assignment]:
    for line in body:
        _expect(line, line.service, "20", "the start record of an assignment")
        assignment = _Assignment(line.number, account=line.columns(25, 35), number=line.columns(18, 24))
        if line.service == "09":
            end = _collect(line, body, assignment)
            _check_counts(end, assignment.counts)
        else:
            _leave_out(line, body, assignment)
        yield assignment


def _leave_out(start: _Line, body: Iterator[_Line], assignment: _Assignment) -> None:
    """An assignment of another service: its records are counted, and its end record is believed."""
    records = 1
    for line in body:
        records += 1
        if line.service != start.service:
            raise line.refused(f"service {line.service} inside an assignment of service {start.service}")
        if line.record_type == "88":
            if line.digits(17, 24) != records:
                raise line.refused(f"announces {line.digits(17, 24)} records but there are {records}")
            assignment.counts = _Counts(line.digits(9, 16), records, line.digits(25, 41), line.digits(25, 41))
            name = _OTHER_ASSIGNMENTS.get((start.service, start.transaction_type), "an assignment of another kind")
            assignment.left_out = (
                f"{name} (service {start.service}), lines {start.number} to {line.number}: no payments to read"
            )
            return
    raise start.refused("the assignment has no end record (88); the file is cut off")


def _collect(start: _Line, body: Iterator[_Line], assignment: _Assignment) -> _Line:
    """Gather the payments up to the assignment's end record, which is returned."""
    counts = assignment.counts
    counts.records = 1
    previous = start
    for line in body:
        counts.records += 1
        if line.service != "09":
            raise line.refused(f"service {line.service} inside an assignment of service 09")
        match line.record_type:
            case "88":
                _complete(previous)
                return line
            case "30":
                _complete(previous)
            case "31":
                _follows(line, previous, "30")
                payment = _Payment(previous, line)
                assignment.payments.append(payment)
                counts.payments += 1
                counts.gross_minor += payment.amount_minor
                counts.net_minor += payment.signed_minor
            case "32":
                _follows(line, previous, "31")
                assignment.payments[-1].text = line.columns(16, 55).rstrip()
            case other:
                raise line.refused(f"record type {other} does not belong in an OCR assignment")
        previous = line
    raise previous.refused("the assignment has no end record (88); the file is cut off")


def _complete(previous: _Line) -> None:
    if previous.record_type == "30":
        raise previous.refused("amount item 1 (30) is not followed by amount item 2 (31)")


def _follows(line: _Line, previous: _Line, record_type: str) -> None:
    if previous.record_type != record_type or previous.columns(9, 15) != line.columns(9, 15):
        raise line.refused(f"record {line.record_type} must follow record {record_type} of the same payment")
    if not (line.transaction_type.isdigit() and line.transaction_type == previous.transaction_type):
        raise line.refused(f"transaction type {line.transaction_type} differs from the record before")


def _check_counts(end: _Line, counted: _Counts) -> None:
    """Counts and sum of an end record; reversals may be subtracted or not, banks do both."""
    payments, records, sum_minor = end.digits(9, 16), end.digits(17, 24), end.digits(25, 41)
    if payments != counted.payments:
        raise end.refused(f"announces {payments} payments but there are {counted.payments}")
    if records != counted.records:
        raise end.refused(f"announces {records} records but there are {counted.records}")
    if sum_minor not in (abs(counted.net_minor), counted.gross_minor):
        raise end.refused(f"announces the sum {sum_minor} but the payments sum to {counted.net_minor} øre")


def _statement(assignment: _Assignment, rejected: list[Rejected]) -> AccountStatement:
    transactions: list[BankTransaction] = []
    for payment in assignment.payments:
        try:
            transactions.append(_transaction(payment, assignment.account))
        except LineRefused as reason:
            rejected.append(Rejected(f"line {payment.item_1.number}", str(reason)))
    return AccountStatement(
        account=assignment.account,
        currency=_CURRENCY,
        statement_id=assignment.number,
        balances=(),
        transactions=tuple(transactions),
    )


def _transaction(payment: _Payment, account: str) -> BankTransaction:
    item_1, item_2 = payment.item_1, payment.item_2
    if payment.amount_minor == 0:
        raise LineRefused("the amount is zero")
    if int(item_1.transaction_type) not in _TRANSACTION_TYPES:
        raise LineRefused(f"transaction type {item_1.transaction_type} is unknown; 10 to 21 are")
    kid = item_1.columns(50, 74).strip()
    if not _KID.fullmatch(kid):
        raise LineRefused(f"{kid!r} cannot be a KID: digits, and a dash only as the last character")
    settled = _nets_date(item_1.columns(16, 21), "settlement date")
    payer_account = item_2.columns(48, 58)
    return BankTransaction(
        account=account,
        booking_date=settled,
        value_date=settled,
        amount_minor=payment.amount_minor,
        currency=_CURRENCY,
        direction="DEBIT" if payment.is_reversal else "CREDIT",
        is_reversal=payment.is_reversal,
        reference=kid,
        text=payment.text,
        payer_name="",
        payer_account="" if not payer_account.strip("0 ") else payer_account,
        end_to_end_id="",
        # Centre, day code, settlement part and serial number, then the archive number: the bank's way to the voucher.
        servicer_reference=f"{item_1.columns(22, 31)}-{item_2.columns(16, 25)}",
        references=(kid,) if kid else (),
    )


def _nets_date(text: str, name: str) -> date:
    try:
        if text.isascii() and text.isdigit():
            return datetime.strptime(text, "%d%m%y").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        pass
    raise LineRefused(f"{name} {text!r} is not a date; expected DDMMYY")


def write_ocr(sender: str, transmission_number: str, recipient: str, assignments: Sequence[OcrAssignment]) -> bytes:
    """An OCR giro file with right counts and sums; reversals are written with a minus sign and subtracted."""
    rows = [f"NY000010{_number(sender, 8)}{_number(transmission_number, 7)}{_number(recipient, 8)}"]
    total = _Counts()
    for assignment in assignments:
        body, counts = _assignment_rows(assignment)
        rows += body
        total.add(counts)
    total.records = len(rows) + 1
    dates = [payment.settlement_date for assignment in assignments for payment in assignment.payments]
    rows.append(f"NY000089{_end_columns(total)}{_ddmmyy(min(dates, default=None))}")
    return "".join(f"{row:0<{_RECORD_LENGTH}}\n" for row in rows).encode(_ENCODING)


def _assignment_rows(assignment: OcrAssignment) -> tuple[list[str], _Counts]:
    rows = [
        f"NY090020{_number(assignment.agreement_id, 9)}{_number(assignment.assignment_number, 7)}"
        f"{_number(assignment.account, 11)}"
    ]
    counts = _Counts()
    for number, payment in enumerate(assignment.payments, start=1):
        rows += _payment_rows(payment, number)
        counts.payments += 1
        counts.gross_minor += payment.amount_minor
        counts.net_minor += -payment.amount_minor if payment.transaction_type in _REVERSALS else payment.amount_minor
    counts.records = len(rows) + 1
    dates = [payment.settlement_date for payment in assignment.payments]
    first, last = min(dates, default=None), max(dates, default=None)
    rows.append(f"NY090088{_end_columns(counts)}{_ddmmyy(first)}{_ddmmyy(first)}{_ddmmyy(last)}")
    return rows, counts


def _payment_rows(payment: OcrPayment, number: int) -> list[str]:
    if payment.amount_minor <= 0:
        raise ValueError(f"payment {number}: the amount must be positive, got {payment.amount_minor}")
    if not _KID.fullmatch(payment.kid):
        raise ValueError(f"payment {number}: {payment.kid!r} cannot be a KID")
    if payment.transaction_type not in _TRANSACTION_TYPES:
        raise ValueError(f"payment {number}: transaction type {payment.transaction_type} is not one of 10 to 21")
    kind = f"{payment.transaction_type:02}"
    sign = "-" if payment.transaction_type in _REVERSALS else "0"
    settled = _ddmmyy(payment.settlement_date)
    rows = [
        # Settlement place: centre 13, day code 01, part 0, serial number 00001 for every file we write.
        f"NY09{kind}30{number:07}{settled}1301000001{sign}{_number(str(payment.amount_minor), 17)}{payment.kid:>25}",
        f"NY09{kind}31{number:07}{_number(payment.archive_number, 10)}{'':0<16}"
        f"{_ddmmyy(payment.payer_date or payment.settlement_date)}{_number(payment.payer_account or '0', 11)}",
    ]
    if payment.transaction_type in _WITH_TEXT:
        rows.append(f"NY09{kind}32{number:07}{_text(payment.text, number)}")
    elif payment.text:
        raise ValueError(f"payment {number}: transaction type {kind} has no text; use 20 or 21")
    return rows


def _end_columns(counts: _Counts) -> str:
    return f"{counts.payments:08}{counts.records:08}{abs(counts.net_minor):017}"


def _ddmmyy(day: date | None) -> str:
    return f"{day:%d%m%y}" if day else _NO_DATE


def _number(text: str, width: int) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= width):
        raise ValueError(f"{text!r} should be at most {width} digits")
    return text.zfill(width)


def _text(text: str, number: int) -> str:
    if len(text) > _TEXT_LENGTH or not text.isprintable():
        raise ValueError(f"payment {number}: the text must be at most {_TEXT_LENGTH} printable characters")
    return f"{text:<{_TEXT_LENGTH}}"
