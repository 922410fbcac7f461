"""Records of fixed columns, as giro reports are made of."""

from dataclasses import dataclass

from bankfiles.values import BankFileRefused


@dataclass(frozen=True, slots=True)
class FixedRecord:
    """One record; columns are counted from 1, as in the manuals."""

    number: int
    text: str

    def columns(self, first: int, last: int) -> str:
        return self.text[first - 1 : last].strip()

    def digits(self, first: int, last: int) -> int:
        text = self.columns(first, last)
        if not (text.isascii() and text.isdigit()):
            raise self.refused(f"columns {first}-{last} should be digits but are {text!r}")
        return int(text)

    def refused(self, reason: str) -> BankFileRefused:
        return BankFileRefused(f"line {self.number}", reason)
