"""HTTP bodies of the creditor reports; amounts in minor units, days and per cent in hundredths."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Any, Self

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Row

from accounting.domain.figures import BUCKETS, COHORT_AGES, Receivables, figures, is_of_age, rate


class Bucket(BaseModel):
    bucket: str
    invoices: int
    open_minor: int


class CurrencyBuckets(BaseModel):
    currency: str
    total_minor: int
    buckets: list[Bucket]


class OpenInvoice(BaseModel):
    """One invoice; `invoice_number` and dates are None where the books know only charges on it so far."""

    case_id: int
    invoice_number: str | None
    invoice_date: date | None
    due_date: date | None
    days_overdue: int
    bucket: str
    currency: str
    principal_minor: int
    interest_minor: int
    fees_minor: int
    open_minor: int


class AgedReceivables(BaseModel):
    """The buckets cover everything; invoices come page by page, `next_after` is None on the last."""

    as_of: date
    currencies: list[CurrencyBuckets]
    invoices: list[OpenInvoice]
    next_after: int | None

    @classmethod
    def of(cls, as_of: date, sums: Iterable[Row[Any]], invoices: Sequence[Row[Any]], limit: int) -> Self:
        page = invoices[:limit]
        return cls(
            as_of=as_of,
            currencies=[_buckets(currency, list(rows)) for currency, rows in groupby(sums, lambda row: row.currency)],
            invoices=[OpenInvoice(**_columns(row) | {"bucket": BUCKETS[row.bucket]}) for row in page],
            next_after=page[-1].case_id if len(invoices) > limit else None,
        )


def _buckets(currency: str, rows: Sequence[Row[Any]]) -> CurrencyBuckets:
    found = {row.bucket: row for row in rows}
    return CurrencyBuckets(
        currency=currency,
        total_minor=sum(row.open_minor for row in rows),
        buckets=[
            Bucket(
                bucket=name,
                invoices=found[number].invoices if number in found else 0,
                open_minor=found[number].open_minor if number in found else 0,
            )
            for number, name in enumerate(BUCKETS)
        ],
    )


class CohortAge(BaseModel):
    """What came in within so many days of acceptance; the rate is None until the whole month is that old."""

    days: int
    collected_minor: int
    recovery_rate: int | None


class Cohort(BaseModel):
    """The claims placed in one month."""

    month: date
    currency: str
    invoices: int
    placed_minor: int
    collected_minor: int
    collected_principal_minor: int
    recovery_rate: int | None
    principal_recovery_rate: int | None
    ages: list[CohortAge]


class Recovery(BaseModel):
    as_of: date
    cohorts: list[Cohort]

    @classmethod
    def of(cls, as_of: date, rows: Iterable[Row[Any]]) -> Self:
        return cls(as_of=as_of, cohorts=[_cohort(as_of, row) for row in rows])


def _cohort(as_of: date, row: Row[Any]) -> Cohort:
    found = _columns(row)
    return Cohort(
        month=row.month,
        currency=row.currency,
        invoices=row.invoices,
        placed_minor=row.placed_minor,
        collected_minor=row.collected_minor,
        collected_principal_minor=row.collected_principal_minor,
        recovery_rate=rate(row.collected_minor, row.placed_minor),
        principal_recovery_rate=rate(row.collected_principal_minor, row.placed_minor),
        ages=[
            CohortAge(
                days=days,
                collected_minor=found[f"within_{days}"],
                recovery_rate=rate(found[f"within_{days}"], row.placed_minor)
                if is_of_age(row.month, days, as_of)
                else None,
            )
            for days in COHORT_AGES
        ],
    )


class CurrencyFigures(BaseModel):
    currency: str
    opening_minor: int
    sales_minor: int
    closing_minor: int
    current_minor: int
    dso: int | None
    best_possible_dso: int | None
    average_days_delinquent: int | None
    cei: int | None


class KeyFigures(BaseModel):
    from_date: date
    to_date: date
    days: int
    currencies: list[CurrencyFigures]

    @classmethod
    def of(cls, from_date: date, to_date: date, rows: Iterable[Row[Any]]) -> Self:
        days = (to_date - from_date).days + 1
        return cls(
            from_date=from_date, to_date=to_date, days=days, currencies=[_currency_figures(row, days) for row in rows]
        )


def _currency_figures(row: Row[Any], days: int) -> CurrencyFigures:
    of = Receivables(row.opening_minor, row.sales_minor, row.closing_minor, row.current_minor, days)
    found = figures(of)
    return CurrencyFigures(
        **_columns(row),
        dso=found.dso,
        best_possible_dso=found.best_possible_dso,
        average_days_delinquent=found.average_days_delinquent,
        cei=found.cei,
    )


class StatementLine(BaseModel):
    """One side is zero; `balance_minor` is the account's after the line, debit positive."""

    model_config = ConfigDict(from_attributes=True)

    voucher_date: date
    voucher_number: int
    text: str
    case_id: int | None
    invoice_number: str | None
    component: str | None
    debit_minor: int
    credit_minor: int
    balance_minor: int


class CurrencyStatement(BaseModel):
    currency: str
    opening_minor: int
    closing_minor: int
    lines: list[StatementLine]


class AccountStatement(BaseModel):
    account_code: str
    from_date: date
    to_date: date
    currencies: list[CurrencyStatement]

    @classmethod
    def of(cls, code: str, from_date: date, to_date: date, sums: Iterable[Row[Any]], lines: Iterable[Row[Any]]) -> Self:
        by_currency = {currency: list(rows) for currency, rows in groupby(lines, lambda row: row.currency)}
        return cls(
            account_code=code,
            from_date=from_date,
            to_date=to_date,
            currencies=[
                CurrencyStatement(
                    **_columns(row), lines=[_statement_line(line) for line in by_currency.get(row.currency, ())]
                )
                for row in sums
            ],
        )


def _statement_line(row: Row[Any]) -> StatementLine:
    debit_minor, credit_minor = max(row.amount_minor, 0), max(-row.amount_minor, 0)
    return StatementLine(**_columns(row) | {"debit_minor": debit_minor, "credit_minor": credit_minor})


def _columns(row: Row[Any]) -> dict[str, Any]:
    return row._asdict()  # pyright: ignore[reportPrivateUsage] - public; the underscore keeps it apart from columns
