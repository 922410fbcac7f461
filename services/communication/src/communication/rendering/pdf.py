"""Letters as PDF, set by typst from template files; the texts come in as JSON, so nothing in them is executed."""

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from threading import Lock
from typing import cast

import typst

from communication.rendering.letter import Letter

_TEMPLATES = Path(__file__).parent.parent / "templates"
_ONE_PAGE = b"/Type/Pages/Count 1/"
"""How typst writes the page tree of a letter of one page; most are, and they need not be asked how many there are."""


class LetterUnrenderable(ValueError):
    """A letter could not be set; its message is to be looked at by a person."""


class LetterPress:
    """Sets one letter at a time with the fonts that ship with typst; the same letter gives the same bytes.

    One compiler stays for the life of the press, and the letter is its main file: what typst has read and laid out once
    is kept. Were the letter handed in as `sys.inputs`, everything would be read and laid out anew, twice as slowly.
    """

    def __init__(self) -> None:
        fonts = typst.Fonts(include_system_fonts=False)
        self._compiler = typst.Compiler(b"", root=str(_TEMPLATES), font_paths=fonts)
        self._lock = Lock()

    def to_pdf(self, letter: Letter, day: date) -> bytes:
        """The letter dated `day`, in the PDF's properties too."""
        created_at = datetime.combine(day, time(12), UTC)
        try:
            with self._lock:
                pdf = self._compiler.compile(_main_file(letter), format="pdf", timestamp=created_at)
                if _ONE_PAGE not in cast(bytes, pdf):
                    main_file = _main_file(letter, is_one_page=False)
                    pdf = self._compiler.compile(main_file, format="pdf", timestamp=created_at)
        except typst.TypstError as error:
            raise LetterUnrenderable(f"the letter could not be set: {error.message}") from error
        return cast(bytes, pdf)

    def to_png(self, letter: Letter, pixels_per_inch: float = 90) -> list[bytes]:
        """The letter's pages as pictures, for people who design them."""
        with self._lock:
            main_file = _main_file(letter, is_one_page=False)
            pages = self._compiler.compile(main_file, format="png", ppi=pixels_per_inch)
        return pages if isinstance(pages, list) else [cast(bytes, pages)]


def _main_file(letter: Letter, *, is_one_page: bool = True) -> bytes:
    """A call of the layout with the letter as one string of JSON: nothing in it can end the string or be executed.

    JSON leaves no control characters; of the rest only quotes and backslashes mean something in a string of typst, and
    the second encoding escapes them as typst does.
    """
    data = json.dumps(json.dumps(letter.view | {"is_one_page": is_one_page}), ensure_ascii=False)
    return f'#import "{letter.layout}.typ": write\n#write(json(bytes({data})))\n'.encode()
