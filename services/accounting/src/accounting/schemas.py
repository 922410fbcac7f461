"""HTTP bodies of accounting's internal API; amounts in minor units."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import Row

from accounting.domain.chart import Book, Kind


class BalanceRead(BaseModel):
    """What stands on an account in one currency: debit positive, credit negative."""

    model_config = ConfigDict(from_attributes=True)

    creditor_id: UUID | None
    account_code: str
    account_number: str
    account_name: str
    kind: Kind
    currency: str
    balance_minor: int


class BalancesRead(BaseModel):
    book: Book
    balances: list[BalanceRead]

    @classmethod
    def of(cls, book: Book, rows: Iterable[Row[Any]]) -> Self:
        return cls(book=book, balances=[BalanceRead.model_validate(row) for row in rows])


class VoucherLineRead(BaseModel):
    """One side of the voucher is zero."""

    account_code: str
    account_number: str
    vat_code: str
    account_name: str
    debit_minor: int
    credit_minor: int
    case_id: int | None
    invoice_number: str | None
    component: str | None
    text: str


class VoucherRead(BaseModel):
    """A voucher of the creditor's own book."""

    model_config = ConfigDict(from_attributes=True)

    voucher_id: UUID
    voucher_number: int
    fact: str
    fact_id: UUID
    settlement_id: UUID | None
    currency: str
    voucher_date: date
    fact_date: date | None
    reverses: UUID | None
    text: str
    total_minor: int
    lines: list[VoucherLineRead] = []


class VouchersRead(BaseModel):
    vouchers: list[VoucherRead]

    @classmethod
    def of(cls, rows: Iterable[Row[Any]]) -> Self:
        """Rows come line by line, a voucher's lines together."""
        vouchers: list[VoucherRead] = []
        for _, lines in groupby(rows, key=lambda row: row.voucher_number):
            own = list(lines)
            voucher = VoucherRead.model_validate(own[0])
            voucher.lines = [_line(row) for row in own]
            vouchers.append(voucher)
        return cls(vouchers=vouchers)


def _line(row: Row[Any]) -> VoucherLineRead:
    return VoucherLineRead(
        account_code=row.account_code,
        account_number=row.account_number,
        vat_code=row.vat_code,
        account_name=row.account_name,
        debit_minor=max(row.amount_minor, 0),
        credit_minor=max(-row.amount_minor, 0),
        case_id=row.case_id,
        invoice_number=row.invoice_number,
        component=row.component,
        text=row.line_text,
    )


class AccountMapping(BaseModel):
    """What an account of our chart is called in the creditor's own system; VAT in basis points."""

    model_config = ConfigDict(from_attributes=True)

    code: str
    account_number: str
    vat_code: str = ""
    vat_basis_points: int = Field(default=0, ge=0, le=10_000)
    text: str = ""


class AccountMappings(BaseModel):
    accounts: list[AccountMapping] = Field(min_length=1, max_length=100)


class ChartAccountRead(AccountMapping):
    name: str
    kind: Kind


class ChartRead(BaseModel):
    accounts: list[ChartAccountRead]

    @classmethod
    def of(cls, rows: Iterable[Row[Any]]) -> Self:
        return cls(accounts=[ChartAccountRead.model_validate(row) for row in rows])


class PeriodClose(BaseModel):
    closed_through: date


class ClosedPeriod(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    book: Book
    closed_through: date
    closed_on: date


class ClosedPeriods(BaseModel):
    """Each closing, oldest first; the last one per book counts."""

    periods: list[ClosedPeriod]

    @classmethod
    def of(cls, rows: Iterable[Row[Any]]) -> Self:
        return cls(periods=[ClosedPeriod.model_validate(row) for row in rows])


class VoucherReverse(BaseModel):
    reason: str = Field(min_length=1, max_length=140)


class VoucherCount(BaseModel):
    """Vouchers of one kind of fact in one book and currency."""

    model_config = ConfigDict(from_attributes=True)

    book: Book
    fact: str
    currency: str
    vouchers: int
    lines: int
    total_minor: int
    unbalanced: int


class VoucherCounts(BaseModel):
    """How much was booked; `unbalanced` is 0 unless the books are broken."""

    vouchers: int
    unbalanced: int
    counts: list[VoucherCount]

    @classmethod
    def of(cls, rows: Iterable[Row[Any]]) -> Self:
        counts = [VoucherCount.model_validate(row) for row in rows]
        return cls(
            vouchers=sum(count.vouchers for count in counts),
            unbalanced=sum(count.unbalanced for count in counts),
            counts=counts,
        )
