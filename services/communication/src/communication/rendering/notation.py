"""Amounts, numbers and dates the way a language's readers write them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.numbers import NumberPattern, format_decimal, parse_pattern

from communication.domain.wording import Language
from money import Money

_LOCALES: Final[dict[Language, str]] = {
    "nb": "nb_NO",
    "sv": "sv_SE",
    "fi": "fi_FI",
    "da": "da_DK",
    "de": "de_DE",
    "nl": "nl_NL",
    "fr": "fr_CH",
    "en": "en_GB",
}
_CURRENCY_FIRST: Final = ("en", "nl")


@dataclass(frozen=True, slots=True)
class Notation:
    """How one language writes figures."""

    language: Language

    @property
    def locale(self) -> Locale:
        return _locale(self.language)

    def date(self, day: date) -> str:
        return _written_date(self.language, day)

    def number(self, value: Decimal) -> str:
        return format_decimal(value, locale=self.locale)

    def amount(self, minor: int, currency: str) -> str:
        """The amount alone, with the currency's decimals."""
        value = Money(minor, currency).to_decimal()
        decimals = max(0, -int(value.as_tuple().exponent))
        return _pattern(decimals).apply(value, self.locale)

    def money(self, minor: int, currency: str) -> str:
        """The amount with its currency, never broken over two lines."""
        amount = self.amount(minor, currency)
        return f"{currency}\u00a0{amount}" if self.language in _CURRENCY_FIRST else f"{amount}\u00a0{currency}"

    def country(self, code: str) -> str:
        """The country's name; the code itself where there is none."""
        return str(self.locale.territories.get(code, code))


# parsing patterns and locales anew for every figure is what babel spends its time on
@lru_cache
def _locale(language: Language) -> Locale:
    return Locale.parse(_LOCALES[language])


@lru_cache
def _pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0." + "0" * decimals if decimals else "#,##0")


@lru_cache(maxsize=4_096)
def _written_date(language: Language, day: date) -> str:
    return format_date(day, "long", locale=_locale(language))
