"""The words of each language, and amounts and dates the way its readers write them."""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from communication.domain.wording import Language, Layout
from money import Money

_TEXTS = Path(__file__).parent.parent / "texts"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """One language's texts."""

    language: Language
    texts: dict[str, Any]

    def label(self, name: str, **values: str) -> str:
        return str(self.texts["labels"][name]).format(**values)

    def fee(self, code: str) -> str:
        """A fee's name; one we have no word for is called a fee."""
        return str(self.texts["fees"].get(code, self.texts["other_fee"]))

    def letter(self, template: str, layout: Layout) -> dict[str, str]:
        """A letter's sentences: the layout's, with those the template words differently."""
        letters = self.texts["letters"]
        return {**letters[layout], **letters.get(template, {})}

    def date(self, day: date) -> str:
        return format_date(day, "long", locale=self.texts["locale"])

    def number(self, value: Decimal) -> str:
        return format_decimal(value, locale=self.texts["locale"])

    def amount(self, minor: int, currency: str) -> str:
        """The amount alone, with the currency's decimals."""
        value = Money(minor, currency).to_decimal()
        decimals = max(0, -int(value.as_tuple().exponent))
        pattern = "#,##0." + "0" * decimals if decimals else "#,##0"
        return format_decimal(value, pattern, locale=self.texts["locale"])

    def money(self, minor: int, currency: str) -> str:
        """The amount with its currency, never broken over two lines."""
        amount = self.amount(minor, currency)
        return f"{currency}\u00a0{amount}" if self.language == "en" else f"{amount}\u00a0{currency}"


@cache
def catalogue(language: Language) -> Catalogue:
    return Catalogue(language, json.loads((_TEXTS / f"{language}.json").read_text(encoding="utf-8")))
