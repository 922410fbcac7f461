"""Bodies of the creditor reports: amounts in major units; days and per cent with two decimals, null where undefined."""

from datetime import date

from gateway.schemas.wire import AmountOut, Wire


class Bucket(Wire):
    """CURRENT, 1-30, 31-60, 61-90 or 90+ days after the due date."""

    bucket: str
    invoices: int
    open_amount: AmountOut


class CurrencyBuckets(Wire):
    currency: str
    total_amount: AmountOut
    buckets: list[Bucket]


class OpenInvoice(Wire):
    case_id: int
    invoice_number: str | None
    invoice_date: date | None
    due_date: date | None
    days_overdue: int
    bucket: str
    currency: str
    capital_amount: AmountOut
    interest_amount: AmountOut
    fees_amount: AmountOut
    open_amount: AmountOut


class AgedReceivables(Wire):
    """`currencies` cover everything; `invoices` are one page: `cursor=<nextCursor>` asks for the next."""

    as_of: date
    currencies: list[CurrencyBuckets]
    invoices: list[OpenInvoice]
    next_cursor: int | None


class CohortAge(Wire):
    """Collected within so many days of placement; the rate is null until the whole month is that old."""

    days: int
    collected_amount: AmountOut
    recovery_rate: AmountOut | None


class Cohort(Wire):
    """The claims placed in the month that begins on `month`."""

    month: date
    currency: str
    invoices: int
    placed_amount: AmountOut
    collected_amount: AmountOut
    collected_capital_amount: AmountOut
    recovery_rate: AmountOut | None
    capital_recovery_rate: AmountOut | None
    ages: list[CohortAge]


class Recovery(Wire):
    as_of: date
    cohorts: list[Cohort]


class CurrencyFigures(Wire):
    currency: str
    opening_amount: AmountOut
    sales_amount: AmountOut
    closing_amount: AmountOut
    current_amount: AmountOut
    dso: AmountOut | None
    best_possible_dso: AmountOut | None
    average_days_delinquent: AmountOut | None
    cei: AmountOut | None


class KeyFigures(Wire):
    from_date: date
    to_date: date
    days: int
    currencies: list[CurrencyFigures]


class StatementLine(Wire):
    """`balanceAmount` is the account's after the line: debit positive."""

    voucher_date: date
    voucher_number: int
    text: str
    case_id: int | None
    invoice_number: str | None
    debit_amount: AmountOut
    credit_amount: AmountOut
    balance_amount: AmountOut


class CurrencyStatement(Wire):
    currency: str
    opening_amount: AmountOut
    closing_amount: AmountOut
    lines: list[StatementLine]


class AccountStatement(Wire):
    code: str
    from_date: date
    to_date: date
    currencies: list[CurrencyStatement]
