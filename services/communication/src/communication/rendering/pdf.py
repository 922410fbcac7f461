"""Letters as PDF, set by typst from template files; the texts come in as JSON, so nothing in them is executed."""

import json
from datetime import UTC, date, datetime, time
from pathlib import Path
from threading import Lock
from typing import cast

import typst

from communication.rendering.letter import Letter

_TEMPLATES = Path(__file__).parent.parent / "templates"
_SIGNS_IN_LINE, _LINES_IN_ROW, _SLIP_LINES, _CODE_LINES, _LINES_ON_PAGE = 92, 1.15, 9, 12, 35
"""Measures of a page, below the address, in lines of text."""
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
                one_page = not _is_long(letter)
                main_file = _main_file(letter, is_one_page=one_page)
                pdf = self._compiler.compile(main_file, format="pdf", timestamp=created_at)
                if one_page and _ONE_PAGE not in cast(bytes, pdf):
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


def _is_long(letter: Letter) -> bool:
    """Whether the letter surely has more pages than one, by what its texts and rows take; where in doubt it is tried."""
    view = letter.view
    texts = [*view["lead"], *view.get("interest", ()), *view["consequence"], *view["objection"], *view["notes"]]
    lines = sum(-(-len(text) // _SIGNS_IN_LINE) for text in texts) + len(texts) // 2
    claims = len(view["claims"]["rows"]) if view.get("claims") else 0
    rows = len(view["rows"]) + len(view.get("items", {}).get("rows", ())) + claims
    slips = len(view["slips"]) * (_CODE_LINES if view["slip"]["qr"] else _SLIP_LINES)
    return lines + rows * _LINES_IN_ROW + slips > _LINES_ON_PAGE


def _main_file(letter: Letter, *, is_one_page: bool = True) -> bytes:
    """A call of the layout with the letter as one string of JSON: nothing in it can end the string or be executed.

    JSON leaves no control characters; of the rest only quotes and backslashes mean something in a string of typst, and
    the second encoding escapes them as typst does.
    """
    data = json.dumps(json.dumps(letter.view | {"is_one_page": is_one_page}), ensure_ascii=False)
    return f'#import "{letter.layout}.typ": write\n#write(json(bytes({data})))\n'.encode()
