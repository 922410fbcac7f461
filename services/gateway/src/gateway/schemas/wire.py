"""What all bodies of the partner API share: camelCase, decimals, text without control characters."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel

from money import InvalidAmount, Money, TooManyDecimals, UnknownCurrency
from runtime.problems import Problem

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LONGEST_AMOUNT = Decimal(10) ** 15


class Wire(BaseModel):
    """A body of the partner API: camelCase names; fields it does not know are ignored."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore", frozen=True)


def printable(value: str) -> str:
    """For `AfterValidator`: refuses control characters."""
    if _CONTROL.search(value):
        raise ValueError("must not contain control characters")
    return value


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("must be a number")
    return value


def _invoice_number(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _iban(value: str) -> str:
    iban = value.replace(" ", "").upper()
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", iban):
        raise ValueError("must be an IBAN: country, two check digits, account")
    digits = "".join(str(int(character, 36)) for character in iban[4:] + iban[:4])
    if int(digits) % 97 != 1:
        raise ValueError("is not a valid IBAN: its check digits do not fit; compare it with the bank's paper")
    return iban


def text(max_length: int, min_length: int = 0) -> Any:
    """A constrained string for `Annotated`: trimmed, bounded, printable."""
    return StringConstraints(strip_whitespace=True, min_length=min_length, max_length=max_length)


Day = date
"""`date` for bodies that have a field of that name."""
Line = Annotated[str, text(140), AfterValidator(printable)]
Name = Annotated[str, text(140, 1), AfterValidator(printable)]
Code = Annotated[str, text(40, 1), AfterValidator(printable)]
Prose = Annotated[str, text(2_000), AfterValidator(printable)]
InvoiceNumber = Annotated[
    str,
    StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$"),
    BeforeValidator(_invoice_number),
    WithJsonSchema({"anyOf": [{"type": "integer"}, {"type": "string", "maxLength": 40}], "examples": [251601000]}),
]
CountryCode = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Z]{2}$")]
CurrencyCode = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Z]{3}$")]
LanguageCode = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Z]{2}$")]
Email = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, max_length=254, pattern=r"^[^@\s<>\",;]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
    ),
]
Iban = Annotated[str, AfterValidator(_iban)]
Bic = Annotated[
    str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$")
]

Amount = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(allow_inf_nan=False, gt=-_LONGEST_AMOUNT, lt=_LONGEST_AMOUNT),
    WithJsonSchema({"type": "number", "description": "In major units, with at most the currency's decimals."}),
]
"""A decimal coming in; `Faults.minor` turns it into minor units."""

Percentage = Annotated[
    Decimal,
    BeforeValidator(_number),
    Field(ge=0, le=100, decimal_places=2),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "examples": [25.5]}),
]

# JSON knows no decimals; up to 15 digits a double prints exactly the amount it was made of.
AmountOut = Annotated[
    Decimal,
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "examples": [1240.5]}),
]


def major(amount_minor: int, currency: str) -> Decimal:
    """Minor units as the decimal of the partner API."""
    return Money(amount_minor, currency).to_decimal()


def basis_points(percentage: Decimal | None) -> int | None:
    return None if percentage is None else int(percentage * 100)


class Faults:
    """Collects what is wrong with a body, field by field, so that all of it is told at once."""

    def __init__(self) -> None:
        self.errors: list[dict[str, str]] = []

    def add(self, field: str, message: str) -> None:
        self.errors.append({"field": field, "message": message})

    def minor(self, field: str, amount: Decimal, currency: str) -> int:
        """The amount in minor units; noted as a fault (and 0) if the currency cannot hold it exactly."""
        try:
            return Money.parse(amount, currency).minor
        except UnknownCurrency:
            return 0  # told once, by `currency`
        except (TooManyDecimals, InvalidAmount) as error:
            self.add(field, str(error))
            return 0

    def currency(self, field: str, currency: str) -> bool:
        """Whether ISO 4217 knows the currency; noted as a fault if not."""
        try:
            Money.zero(currency)
        except UnknownCurrency as error:
            self.add(field, str(error))
            return False
        return True

    def raise_if_any(self) -> None:
        if self.errors:
            raise refused(self.errors)


def refused(errors: Sequence[Mapping[str, str]], status: int = 422) -> Problem:
    count = len(errors)
    return Problem(status, f"{count} field{'s' if count > 1 else ''} must be corrected.", errors=errors)


def with_field(problem: Problem) -> Problem:
    """A refusal worded as "field: reason", with that field among its errors."""
    found = re.match(r"([a-zA-Z][\w.]*): (.+)", problem.detail)
    if found and not problem.errors and problem.status == 422:
        problem.errors = [{"field": found[1], "message": found[2]}]
    return problem


def check_period(from_date: date, to_date: date, first: str = "fromDate") -> None:
    """422 naming `first` if the period ends before it begins."""
    if from_date > to_date:
        raise refused([{"field": first, "message": f"must not lie after the period's end, {to_date}"}])
