"""Letters as PDF, set by typst from template files; the texts come in as JSON, so nothing in them is executed."""

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from threading import Lock
from typing import cast

import typst

from communication.domain.wording import Layout
from communication.rendering.letter import Letter

_TEMPLATES = Path(__file__).parent.parent / "templates"


class LetterUnrenderable(ValueError):
    """A letter could not be set; its message is to be looked at by a person."""


class LetterPress:
    """Sets one letter at a time with the fonts that ship with typst; the same letter gives the same bytes."""

    def __init__(self) -> None:
        fonts = typst.Fonts(include_system_fonts=False)
        layouts: tuple[Layout, ...] = ("invoice", "reminder", "notice", "collection")
        self._compilers = {
            layout: typst.Compiler(str(_TEMPLATES / f"{layout}.typ"), root=str(_TEMPLATES), font_paths=fonts)
            for layout in layouts
        }
        self._lock = Lock()

    def to_pdf(self, letter: Letter, day: date) -> bytes:
        """The letter dated `day`, in the PDF's properties too."""
        created_at = datetime.combine(day, time(12), UTC)
        inputs = {"data": json.dumps(letter.view)}
        try:
            with self._lock:
                pdf = self._compilers[letter.layout].compile(format="pdf", sys_inputs=inputs, timestamp=created_at)
        except typst.TypstError as error:
            raise LetterUnrenderable(f"the letter could not be set: {error.message}") from error
        return cast(bytes, pdf)

    def to_png(self, letter: Letter, pixels_per_inch: float = 90) -> list[bytes]:
        """The letter's pages as pictures, for people who design them."""
        inputs = {"data": json.dumps(letter.view)}
        with self._lock:
            pages = self._compilers[letter.layout].compile(format="png", sys_inputs=inputs, ppi=pixels_per_inch)
        return pages if isinstance(pages, list) else [cast(bytes, pages)]
