"""Bank files of plain lines: whatever their encoding and line ends, text without marks."""

import codecs

from bankfiles.values import BankFileRefused

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_of(content: bytes) -> str:
    """The text: UTF-8 or UTF-16 where it is that, else ISO 8859-1; lines end with one newline each.

    Fixed columns are counted in characters, so a name in the wrong encoding would move every column behind it.
    """
    text = _decoded(content).replace("\r\n", "\n").replace("\r", "\n").rstrip("\x1a")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BankFileRefused(f"line {line}", "holds a zero byte; the file is damaged or of another kind")
    return text


def opening_of(content: bytes) -> str:
    """The first characters, to tell what kind of file it is; never refuses."""
    return _decoded(content[:1_000], cut=True).lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _decoded(content: bytes, *, cut: bool = False) -> str:
    if content.startswith(_UTF16_MARKS):
        try:
            return content.decode("utf-16", errors="ignore" if cut else "strict")
        except UnicodeDecodeError as error:
            raise BankFileRefused("line 1", "starts as UTF-16 but is damaged further on") from error
    try:
        return content.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("iso-8859-1")
