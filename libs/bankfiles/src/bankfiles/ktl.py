"""Finnish list of reference payments (KTL): reader of 90-character records, amounts in cents of euro.

Columns as the banks' common service description of incoming reference payments counts them, from 1.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from bankfiles.records import FixedRecord
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

OPENING = re.compile(r"0\d{10}[^\n]{12,79}\n[359]\d{12}")
"""How such a file starts: the record of the batch, then a payment or the sums of an empty one."""

_LENGTH = 90
_EURO = "1"
_PAYMENT, _DIRECT_DEBIT = "3", "5"


class _Record(FixedRecord):
    __slots__ = ()

    @property
    def kind(self) -> str:
        return self.text[:1]

    @property
    def amount_minor(self) -> int:
        return self.digits(78, 87)

    @property
    def is_correction(self) -> bool:
        return self.columns(88, 88) == "1"

    @property
    def has_failed(self) -> bool:
        """A direct debit that was not paid; the return code tells why."""
        return self.kind == _DIRECT_DEBIT and self.columns(90, 90) not in ("", "0")


@dataclass(slots=True)
class _Batch:
    """From the batch record to the sums."""

    opening: _Record
    payments: list[_Record] = field(default_factory=list[_Record])


def read_ktl(content: bytes) -> BankFile:
    """Read one or several batches; wrong structure, counts or sums refuse the file, an unreadable payment itself."""
    statements: list[AccountStatement] = []
    rejected: list[Rejected] = []
    batch: _Batch | None = None
    last = _Record(1, "")
    for last in _records(content):
        if last.kind == "0":
            if batch is not None:
                raise last.refused("a new batch (0) begins before the sums (9) of the last")
            batch = _Batch(last)
        elif batch is None:
            raise last.refused(f"record {last.kind} stands before a batch record (0)")
        elif last.kind in (_PAYMENT, _DIRECT_DEBIT):
            batch.payments.append(last)
        elif last.kind == "9":
            _check_sums(last, batch.payments)
            statements += _statements(batch, rejected)
            batch = None
        else:
            raise last.refused(f"record type {last.kind!r} is unknown; 0, 3, 5 and 9 are read")
    if batch is not None or last.kind != "9":
        raise last.refused("the file does not end with the sums (9); it is cut off")
    return assembled("ktl", "", statements, rejected)


def _records(content: bytes) -> list[_Record]:
    rows = text_of(content).rstrip("\n ").split("\n")
    for number, row in enumerate(rows, start=1):
        if len(row.rstrip()) > _LENGTH:
            raise BankFileRefused(f"line {number}", f"{len(row)} characters long; a record has {_LENGTH}")
    return [_Record(number, row.ljust(_LENGTH)) for number, row in enumerate(rows, start=1)]


def _check_sums(sums: _Record, payments: Sequence[_Record]) -> None:
    paid = [record for record in payments if not record.is_correction and not record.has_failed]
    corrected = [record for record in payments if record.is_correction]
    for name, of_kind, first in (("payments", paid, 2), ("corrections", corrected, 19)):
        count, sum_minor = sums.digits(first, first + 5), sums.digits(first + 6, first + 16)
        if count != len(of_kind):
            raise sums.refused(f"announces {count} {name} but there are {len(of_kind)}")
        if sum_minor != (found := sum(record.amount_minor for record in of_kind)):
            raise sums.refused(f"announces the sum {sum_minor} of {name} but they sum to {found} cents")


def _statements(batch: _Batch, rejected: list[Rejected]) -> list[AccountStatement]:
    """A batch may hold payments to several accounts."""
    by_account: dict[str, list[BankTransaction]] = {}
    failed: dict[str, int] = {}
    for record in batch.payments:
        account = record.columns(2, 15)
        by_account.setdefault(account, [])
        if record.has_failed:
            failed[account] = failed.get(account, 0) + 1
            continue
        try:
            by_account[account].append(_transaction(record, account))
        except LineRefused as reason:
            rejected.append(Rejected(f"line {record.number}", str(reason)))
    batch_id = batch.opening.columns(2, 22)
    return [
        AccountStatement(account, "EUR", batch_id, (), tuple(transactions), failed.get(account, 0))
        for account, transactions in by_account.items()
    ]


def _transaction(record: _Record, account: str) -> BankTransaction:
    if record.columns(76, 76) != _EURO:
        raise LineRefused(f"currency code {record.columns(76, 76)!r} is not 1 (euro)")
    if record.amount_minor == 0:
        raise LineRefused("the amount is zero")
    reference = record.columns(44, 63).lstrip("0")
    return BankTransaction(
        account=account,
        booking_date=_day(record.columns(16, 21), "booking date"),
        value_date=_day(record.columns(22, 27), "payment date"),
        amount_minor=record.amount_minor,
        currency="EUR",
        direction="DEBIT" if record.is_correction else "CREDIT",
        is_reversal=record.is_correction,
        reference=reference,
        text="",
        payer_name=record.columns(64, 75),
        payer_account="",
        end_to_end_id="",
        servicer_reference=record.columns(28, 43),
        references=(reference,) if reference else (),
    )


def _day(text: str, name: str) -> date:
    try:
        return date(2000 + int(text[:2]), int(text[2:4]), int(text[4:6]))
    except ValueError as error:
        raise LineRefused(f"{name} {text!r} is not a date; expected YYMMDD") from error
