"""Bodies of bookkeeping: charts, balances, vouchers, periods."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from gateway.schemas.wire import AmountOut, Line, Percentage, Wire

AccountNumber = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9._-]{1,20}$")]
VatCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9._-]{0,20}$")]


def _filled(value: str) -> str:
    if not value:
        raise ValueError("must not be empty")
    return value


class AccountMapping(Wire):
    """What an account of the chart is called in your own system."""

    code: Annotated[str, StringConstraints(pattern=r"^\d{4}$")]
    account_number: AccountNumber
    vat_code: VatCode = ""
    vat_percentage: Percentage = Decimal(0)
    text: Line = ""


class AccountMappings(Wire):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"accounts": [{"code": "1500", "accountNumber": "1701", "vatCode": "", "text": "Kunder"}]}]
        }
    )

    accounts: list[AccountMapping] = Field(min_length=1, max_length=100)


class ChartAccount(Wire):
    """`kind` is ASSET, LIABILITY, INCOME or EXPENSE."""

    code: str
    name: str
    kind: str
    account_number: str
    vat_code: str
    vat_percentage: AmountOut
    text: str


class Chart(Wire):
    accounts: list[ChartAccount]


class AccountBalance(Wire):
    """Debit positive, credit negative."""

    code: str
    account_number: str
    account_name: str
    kind: str
    currency: str
    balance_amount: AmountOut


class Balances(Wire):
    as_of: date | None
    balances: list[AccountBalance]


class VoucherLine(Wire):
    code: str
    account_number: str
    account_name: str
    vat_code: str
    debit_amount: AmountOut
    credit_amount: AmountOut
    case_id: int | None
    invoice_number: str | None
    component: str | None
    text: str


class Voucher(Wire):
    """`factDate` is the day it belongs to, where that period was closed; `reverses` the voucher it takes back."""

    voucher_number: int
    voucher_id: UUID
    voucher_date: date
    fact_date: date | None
    fact: str
    reverses: UUID | None
    currency: str
    text: str
    total_amount: AmountOut
    lines: list[VoucherLine]


class Vouchers(Wire):
    vouchers: list[Voucher]


class VoucherReverse(Wire):
    reason: Annotated[Line, AfterValidator(_filled)]


class PeriodClose(Wire):
    closed_through: date = Field(description="Last day of the period; it must lie before today.")


class ClosedPeriod(Wire):
    book: Literal["CLIENT_MONEY", "CREDITOR", "OWN"]
    closed_through: date
    closed_on: date


class ClosedPeriods(Wire):
    periods: list[ClosedPeriod]
