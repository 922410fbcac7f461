"""How parties are named in the Peppol network: electronic addresses, register and VAT numbers, addresses in parts."""

import re
from dataclasses import dataclass
from typing import Final

_PEPPOL: Final = re.compile(r"(\d{4}):([A-Za-z0-9][A-Za-z0-9._-]{0,49})")
_REGISTERS: Final[dict[str, tuple[str, str, str]]] = {
    "NO": ("0192", r"\d{9}", ""),
    "SE": ("0007", r"\d{10}", ""),
    "FI": ("0216", r"\d{8}", "0037"),
    "DK": ("0184", r"\d{8}", "DK"),
    "NL": ("0106", r"\d{8}", ""),
    "CH": ("0183", r"CHE\d{9}", ""),
    "BE": ("0208", r"\d{10}", ""),
}
"""By country: the scheme of its register of companies, the form of its numbers, and what the scheme puts before them."""
_VAT_SCHEMES: Final[dict[str, str]] = {
    "AT": "9914", "BG": "9926", "CY": "9928", "CZ": "9929", "DE": "9930", "EE": "9931", "ES": "9920", "FR": "9957",
    "GR": "9933", "HR": "9934", "HU": "9910", "IE": "9935", "IT": "0211", "LT": "9937", "LU": "9938", "LV": "9939",
    "MT": "9943", "PL": "9945", "PT": "9946", "RO": "9947", "SI": "9949", "SK": "9950",
}  # fmt: skip
_VAT_PREFIXES: Final = {"GR": "EL"}
_PLACE: Final = re.compile(r"(?:(?P<street>.+), )?(?P<postal_code>[A-Z]{0,2}-?\d[\dA-Z -]*?) (?P<city>[^\d,][^,]*)")


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number and the scheme it belongs to; no scheme where the country has none on the list."""

    value: str
    scheme: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """An address in parts; the country alone where no more is known."""

    country: str
    street: str = ""
    more: str = ""
    postal_code: str = ""
    city: str = ""


def electronic_address(written: str) -> Identifier | None:
    """`scheme:identifier` in its two parts; None where it is not that."""
    found = _PEPPOL.fullmatch(written)
    return Identifier(found[2], found[1]) if found else None


def register_number(business_code: str, country: str) -> Identifier | None:
    """The number in the country's register of companies; None where it cannot be one."""
    plain = re.sub(r"[\s.\-]", "", business_code).upper()
    if country not in _REGISTERS:
        return Identifier(plain) if plain else None
    scheme, form, prefix = _REGISTERS[country]
    plain = plain.removeprefix(prefix).removesuffix("MVA")
    return Identifier(prefix + plain, scheme) if re.fullmatch(form, plain) else None


def address_of_company(business_code: str, vat_number: str, country: str) -> Identifier | None:
    """The electronic address a company has by its register number, or by its VAT number where that is the custom."""
    if country in _VAT_SCHEMES:
        return Identifier(vat_number, _VAT_SCHEMES[country]) if vat_number else None
    return register_number(business_code, country)


def vat_identifier(written: str, country: str) -> str:
    """A VAT number with its country before it, as EN 16931 wants it; empty for none."""
    plain = re.sub(r"[\s.\-]", "", written).upper()
    if not plain:
        return ""
    prefix = _VAT_PREFIXES.get(country, country)
    plain = plain if plain.startswith(prefix) else prefix + plain
    return f"{plain}MVA" if re.fullmatch(r"NO\d{9}", plain) else plain


def place_of(line: str, country: str) -> Place:
    """The parts of an address that is kept as one line: street, postal code and town."""
    found = _PLACE.fullmatch(line.strip())
    if found is None:
        return Place(country)
    return Place(country, found["street"] or "", "", found["postal_code"], found["city"].strip())
