"""Values of template variables, written the way readers of a language and country write them."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from communication.domain.templates import Fault, TemplateRefused, Variable
from communication.domain.wording import Language
from communication.rendering.notation import Notation
from money import Money

_PLACE_FIRST = frozenset({"GB", "IE", "US", "CA", "AU", "NZ"})
"""Countries whose postal code follows the place."""


def write_values(variables: tuple[Variable, ...], values: Mapping[str, Any], language: Language) -> dict[str, str]:
    """Each value as text; TemplateRefused names those that are not of their variable's kind."""
    notation = Notation(language)
    written: dict[str, str] = {}
    faults: list[Fault] = []
    for variable in variables:
        try:
            written[variable.name] = _WRITERS[variable.kind](values[variable.name], notation)
        except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation):
            faults.append(Fault(f"variables.{variable.name}", _SHAPES[variable.kind]))
    if faults:
        raise TemplateRefused(faults)
    return written


def address_lines(address: Mapping[str, str | None], language: Language, home: str | None = None) -> list[str]:
    """An address as it stands on a letter; the country is named unless it is `home`."""
    code, place = address.get("postal_code") or "", address.get("postal_district") or ""
    country = (address.get("country_code") or "").upper()
    last = [place, code] if country in _PLACE_FIRST else [f"{code} {place}".strip()]
    lines = [address.get("name"), address.get("street2"), address.get("street"), *last]
    if country and country != home:
        lines.append(Notation(language).country(country))
    return [line for line in lines if line]


def _text(value: Any, _: Notation) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError
    return str(value)


def _amount(value: Any, notation: Notation) -> str:
    currency = str(value["currency"])
    minor = Money.parse(_decimal(value["amount"]), currency).minor
    return notation.money(minor, currency)


def _date(value: Any, notation: Notation) -> str:
    return notation.date(date.fromisoformat(value))


def _number(value: Any, notation: Notation) -> str:
    return notation.number(_decimal(value))


def _decimal(value: Any) -> Decimal:
    """Decimals and texts of digits; a float has lost its digits already."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise TypeError
    number = Decimal(value)
    if not number.is_finite() or abs(number) >= 10**15:
        raise ValueError
    return number


def _address(value: Any, notation: Notation) -> str:
    snake = {"postalCode": "postal_code", "postalDistrict": "postal_district", "countryCode": "country_code"}
    address: dict[str, str | None] = {
        snake.get(str(name), str(name)): _text(part, notation) for name, part in value.items() if part is not None
    }
    if unknown := address.keys() - {"name", "street", "street2", *snake.values()}:
        raise ValueError(unknown)
    return "\n".join(address_lines(address, notation.language))


_WRITERS = {"text": _text, "amount": _amount, "date": _date, "number": _number, "address": _address}
_SHAPES = {
    "text": "must be a text",
    "amount": 'must be an amount such as {"amount": "1250.50", "currency": "NOK"}',
    "date": "must be a date such as 2026-02-16",
    "number": 'must be a number such as "12.5"',
    "address": "must be an address with street, postalCode, postalDistrict and countryCode",
}
