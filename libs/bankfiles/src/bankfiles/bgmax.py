"""Bankgirot BgMax: reader of the Swedish payment report, 80-character records in ISO 8859-1."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from bankfiles.records import FixedRecord
from bankfiles.text_lines import text_of
from bankfiles.values import (
    AccountStatement,
    BankFile,
    BankTransaction,
    ReferencedAmount,
    Rejected,
    assembled,
)

_LENGTH = 80
_PAYMENT, _DEDUCTION, _EXTRA, _EXTRA_NEGATIVE = "20", "21", "22", "23"


class _Record(FixedRecord):
    __slots__ = ()

    @property
    def kind(self) -> str:
        return self.text[:2]


@dataclass(slots=True)
class _Payment:
    """A payment or deduction with the records that follow it."""

    head: _Record
    extra: list[_Record] = field(default_factory=list[_Record])
    texts: list[str] = field(default_factory=list[str])
    name: str = ""

    @property
    def signed_minor(self) -> int:
        amount = self.head.digits(38, 55)
        return amount if self.head.kind == _PAYMENT else -amount


@dataclass(slots=True)
class _Section:
    """The payments to one bankgiro number, from its opening record to its deposit."""

    opening: _Record
    payments: list[_Payment] = field(default_factory=list[_Payment])


def read_bgmax(content: bytes) -> BankFile:
    """Read one or several deliveries; wrong structure, counts or sums refuse the file. A payment is a transaction."""
    statements: list[AccountStatement] = []
    rejected: list[Rejected] = []
    written: list[str] = []
    for delivery in _deliveries(_records(content)):
        statements += _sections(delivery, rejected)
        written.append(delivery[0].columns(25, 44))
    return assembled("bgmax", "+".join(written), statements, rejected)


def _deliveries(records: Sequence[_Record]) -> Iterator[Sequence[_Record]]:
    """From each start record to its end record."""
    begin = 0
    for place, record in enumerate(records):
        if place == begin and (record.kind != "01" or record.columns(3, 22) != "BGMAX"):
            raise record.refused("expected the start record of a BgMax file (01BGMAX)")
        if record.kind == "70":
            yield records[begin : place + 1]
            begin = place + 1
    if begin < len(records):
        raise records[-1].refused("the file does not end with its end record (70); it is cut off")


def _sections(records: Sequence[_Record], rejected: list[Rejected]) -> list[AccountStatement]:
    """The deposits of a delivery, checked against the counts of its end record."""
    statements: list[AccountStatement] = []
    section: _Section | None = None
    counts = dict.fromkeys((_PAYMENT, _DEDUCTION, _EXTRA, _EXTRA_NEGATIVE, "15"), 0)
    for record in records[1:-1]:
        if record.kind in counts:
            counts[record.kind] += 1
        if record.kind == "05":
            if section is not None:
                raise record.refused("a new section (05) opens before the deposit record (15) of the last")
            section = _Section(record)
        elif section is None:
            raise record.refused(f"record {record.kind} stands outside a section (05)")
        elif record.kind == "15":
            statements.append(_statement(section, record, rejected))
            section = None
        else:
            _collect(section, record)
    end = records[-1]
    if section is not None:
        raise end.refused("the last section has no deposit record (15); the file is cut off")
    for name, stated, counted in (
        ("payments", end.digits(3, 10), counts[_PAYMENT]),
        ("deductions", end.digits(11, 18), counts[_DEDUCTION]),
        ("extra references", end.digits(19, 26), counts[_EXTRA] + counts[_EXTRA_NEGATIVE]),
        ("deposits", end.digits(27, 34), counts["15"]),
    ):
        if stated != counted:
            raise end.refused(f"announces {stated} {name} but there are {counted}")
    return statements


def _records(content: bytes) -> list[_Record]:
    rows = text_of(content).rstrip("\n ").split("\n")
    return [_Record(number, row.ljust(_LENGTH)) for number, row in enumerate(rows, start=1)]


def _collect(section: _Section, record: _Record) -> None:
    if record.kind in (_PAYMENT, _DEDUCTION):
        section.payments.append(_Payment(record))
        return
    if record.kind not in (_EXTRA, _EXTRA_NEGATIVE, "25", "26", "27", "28", "29"):
        raise record.refused(f"record type {record.kind} is unknown")
    if not section.payments:
        raise record.refused(f"record {record.kind} follows no payment (20, 21)")
    payment = section.payments[-1]
    if record.kind in (_EXTRA, _EXTRA_NEGATIVE):
        payment.extra.append(record)
    elif record.kind == "25":
        payment.texts.append(record.columns(3, 52))
    elif record.kind == "26":
        payment.name = record.columns(3, 37)


def _statement(section: _Section, deposit: _Record, rejected: list[Rejected]) -> AccountStatement:
    total = sum(payment.signed_minor for payment in section.payments)
    if deposit.digits(51, 68) != total:
        raise deposit.refused(
            f"announces the sum {deposit.digits(51, 68)} but its payments sum to {total} (minor units)"
        )
    if deposit.digits(72, 79) != len(section.payments):
        raise deposit.refused(f"announces {deposit.digits(72, 79)} payments but there are {len(section.payments)}")
    account, currency = section.opening.columns(3, 12).lstrip("0"), section.opening.columns(23, 25)
    if currency not in ("SEK", "EUR") or deposit.columns(69, 71) != currency:
        raise deposit.refused(
            f"currency {deposit.columns(69, 71)!r} in a section of {currency!r}; SEK and EUR are read"
        )
    day = _day(deposit)
    transactions: list[BankTransaction] = []
    for payment in section.payments:
        if payment.signed_minor == 0:
            rejected.append(Rejected(f"line {payment.head.number}", "the amount is zero"))
        else:
            transactions.append(_transaction(payment, account, currency, day))
    return AccountStatement(account, currency, deposit.columns(46, 50), (), tuple(transactions))


def _transaction(payment: _Payment, account: str, currency: str, day: date) -> BankTransaction:
    head = payment.head
    own = head.columns(13, 37)
    stated = tuple(
        ReferencedAmount(
            "".join(extra.columns(13, 37).split()),
            extra.digits(38, 55) * (-1 if extra.kind == _EXTRA_NEGATIVE else 1),
        )
        for extra in payment.extra
        if extra.columns(13, 37)
    )
    references = tuple(dict.fromkeys(filter(None, ("".join(own.split()), *(part.reference for part in stated)))))
    payer = head.columns(3, 12)
    return BankTransaction(
        account=account,
        booking_date=day,
        value_date=day,
        amount_minor=abs(payment.signed_minor),
        currency=currency,
        direction="CREDIT" if payment.signed_minor > 0 else "DEBIT",
        is_reversal=False,
        reference=references[0] if len(references) == 1 else "",
        text="\n".join(filter(None, payment.texts)),
        payer_name=payment.name,
        payer_account=payer.lstrip("0"),
        end_to_end_id="",
        servicer_reference=head.columns(58, 69),
        references=references,
        # Amounts of zero say that the payer named the references without dividing the payment.
        parts=stated if sum(part.amount_minor for part in stated) == abs(payment.signed_minor) else (),
    )


def _day(deposit: _Record) -> date:
    text = deposit.columns(38, 45)
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError as error:
        raise deposit.refused(f"payment day {text!r} is not a date; expected YYYYMMDD") from error
