"""What an e-invoice says by EN 16931: VAT by rate, lines with prices that are not negative, and how it is paid."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from money import exponent, share

VatCategory = Literal["S", "Z", "O"]
"""S: standard rate; Z: zero rate of a registered seller; O: the seller is not registered, nothing is subject to VAT."""

_MOST_DECIMALS: Final = 2
_TOLERANCE_MINOR: Final = 99
"""EN 16931 lets the VAT of a rate differ from rate times base by less than one unit of the currency."""
_FIK: Final = re.compile(r"\d{15}")
_FIK_CREDITOR: Final = re.compile(r"\d{8}")
_DANISH_IBAN: Final = re.compile(r"DK\d{2}(\d{4})(\d{10})")


class EInvoiceImpossible(ValueError):
    """The invoice cannot be written as an e-invoice; the message says why, without personal data."""


@dataclass(frozen=True, slots=True)
class VatPart:
    """What is taxed at one rate, in minor units; the rate in basis points."""

    category: VatCategory
    rate: int
    taxable_minor: int
    vat_minor: int


@dataclass(frozen=True, slots=True)
class EInvoiceLine:
    """A row: quantity times price is net, in minor units; a credited row has a negative quantity, never a negative price."""

    text: str
    quantity: Decimal
    price_minor: int
    net_minor: int
    category: VatCategory
    rate: int


@dataclass(frozen=True, slots=True)
class Figures:
    """An invoice's figures in minor units, which add up."""

    lines: tuple[EInvoiceLine, ...]
    vat: tuple[VatPart, ...]
    net_minor: int
    vat_minor: int
    gross_minor: int


@dataclass(frozen=True, slots=True)
class PaymentMeans:
    """How to pay: the code of UNCL4461, the reference, the account, and its branch where the account alone is not enough."""

    code: Literal["30", "42", "58", "93"]
    reference: str
    account: str
    branch: str | None = None


def figures_of(
    lines: Sequence[Mapping[str, Any]], gross_minor: int, vat_minor: int, currency: str, *, registered: bool
) -> Figures:
    """The invoice's lines and VAT by rate; EInvoiceImpossible where EN 16931 cannot express them.

    VAT that the creditor rounded row by row is kept as invoiced: the difference goes to the rate with the largest base.
    """
    if exponent(currency) > _MOST_DECIMALS:
        raise EInvoiceImpossible(f"{currency} has more decimals than an e-invoice may show")
    if not lines:
        raise EInvoiceImpossible("the invoice has no rows")
    if not registered and any(line["vat"] for line in lines):
        raise EInvoiceImpossible("VAT is charged, and the creditor has no VAT number on file")
    written = tuple(_line(line, registered) for line in lines)
    taxable: dict[int, int] = defaultdict(int)
    for line in written:
        taxable[line.rate] += line.net_minor
    vat = {rate: share(base, rate) for rate, base in taxable.items()}
    rest_minor = vat_minor - sum(vat.values())
    if rest_minor:
        largest = max((rate for rate in taxable if rate), key=lambda rate: (taxable[rate], rate), default=None)
        if largest is None or abs(rest_minor) > _TOLERANCE_MINOR:
            raise EInvoiceImpossible("the VAT is not that of the rows")
        vat[largest] += rest_minor
    net_minor = sum(taxable.values())
    if net_minor + vat_minor != gross_minor:
        raise EInvoiceImpossible("the rows do not add up to the total")
    parts = (VatPart(_category(rate, registered), rate, taxable[rate], vat[rate]) for rate in sorted(taxable))
    return Figures(written, tuple(parts), net_minor, vat_minor, gross_minor)


def payment_means(
    reference: str, iban: str, currency: str, *, seller_country: str, buyer_country: str, fik_creditor_number: str
) -> PaymentMeans:
    """A transfer to the IBAN; between Danes by payment card or domestic account, as their rules want it."""
    if seller_country == "DK" and buyer_country == "DK":
        if _FIK.fullmatch(reference) and _FIK_CREDITOR.fullmatch(fik_creditor_number):
            return PaymentMeans("93", f"71#{reference}", fik_creditor_number)
        domestic = _DANISH_IBAN.fullmatch(iban)
        if domestic:
            return PaymentMeans("42", reference, domestic[2], domestic[1])
        if currency != "EUR":
            raise EInvoiceImpossible("between Danes the account must be Danish")
    return PaymentMeans("58" if currency == "EUR" else "30", reference, iban)


def _line(line: Mapping[str, Any], registered: bool) -> EInvoiceLine:
    quantity, price_minor = Decimal(line["quantity"]), int(line["unit_price_minor"])
    if price_minor < 0:
        quantity, price_minor = -quantity, -price_minor
    rate = int(line["vat"])
    return EInvoiceLine(line["text"], quantity, price_minor, int(line["net_minor"]), _category(rate, registered), rate)


def _category(rate: int, registered: bool) -> VatCategory:
    if rate:
        return "S"
    return "Z" if registered else "O"
