"""The words of each language."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from communication.domain.wording import Language, Layout
from communication.rendering.notation import Notation

_TEXTS = Path(__file__).parent.parent / "texts"


@dataclass(frozen=True, slots=True)
class Catalogue(Notation):
    """One language's texts, and how it writes figures."""

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

    def notes(self, template: str) -> dict[str, str]:
        """What the template's notice must say beside, by the field of the law that it fulfils."""
        return dict(self.texts["letters"].get(template, {}).get("notes", {}))


@cache
def catalogue(language: Language) -> Catalogue:
    return Catalogue(language, json.loads((_TEXTS / f"{language}.json").read_text(encoding="utf-8")))
