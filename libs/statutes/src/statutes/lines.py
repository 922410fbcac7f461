"""Reading law files: every cell is typed, and a wrong one is reported with file, line and column."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal, InvalidOperation
from importlib.resources.abc import Traversable

from statutes.errors import RowInvalid


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a law file, cell by cell."""

    file: str
    number: int
    cells: dict[str, str]

    def fail(self, column: str, problem: str) -> RowInvalid:
        """The error that names this line and `column`."""
        return RowInvalid(self.file, self.number, column, problem)

    def text(self, column: str) -> str:
        """The cell; it must not be empty."""
        if not self.cells[column]:
            raise self.fail(column, "must not be empty")
        return self.cells[column]

    def optional_text(self, column: str) -> str:
        """The cell, which may be empty."""
        return self.cells[column]

    def one_of(self, column: str, allowed: Sequence[str]) -> str:
        """The cell; it must be one of `allowed`."""
        if self.cells[column] not in allowed:
            raise self.fail(column, f"{self.cells[column]!r} is not one of {', '.join(allowed)}")
        return self.cells[column]

    def yes_or_no(self, column: str) -> bool:
        """`yes` or `no`."""
        return self.one_of(column, ("yes", "no")) == "yes"

    def names(self, column: str) -> tuple[str, ...]:
        """Names separated by a bar; none if the cell is empty."""
        return tuple(self.cells[column].split("|")) if self.cells[column] else ()

    def whole(self, column: str) -> int:
        """A whole number, zero or more."""
        number = self.optional_whole(column)
        if number is None:
            raise self.fail(column, "must not be empty")
        return number

    def optional_whole(self, column: str) -> int | None:
        """A whole number, zero or more; None if the cell is empty."""
        cell = self.cells[column]
        if not cell:
            return None
        if not (cell.isascii() and cell.isdecimal()):
            raise self.fail(column, f"{cell!r} is not a whole number")
        return int(cell)

    def optional_time(self, column: str) -> time | None:
        """A time of day; None if the cell is empty."""
        cell = self.cells[column]
        if not cell:
            return None
        try:
            return time.fromisoformat(cell)
        except ValueError:
            raise self.fail(column, f"{cell!r} is not a time; write HH:MM") from None

    def percent(self, column: str) -> Decimal:
        """A percentage from 0 to 100."""
        try:
            value = Decimal(self.text(column))
        except InvalidOperation:
            raise self.fail(column, f"{self.cells[column]!r} is not a number") from None
        if not (value.is_finite() and 0 <= value <= 100):
            raise self.fail(column, f"{value} is not between 0 and 100")
        return value

    def day(self, column: str) -> date:
        """A calendar day."""
        found = self.optional_day(column)
        if found is None:
            raise self.fail(column, "must not be empty")
        return found

    def optional_day(self, column: str) -> date | None:
        """A calendar day; None if the cell is empty."""
        cell = self.cells[column]
        if not cell:
            return None
        try:
            return date.fromisoformat(cell)
        except ValueError:
            raise self.fail(column, f"{cell!r} is not a day; write YYYY-MM-DD") from None


def read_lines(file: Traversable, columns: Sequence[str]) -> Iterator[Line]:
    """The lines of a law file, which must have exactly `columns`, in any order."""
    with io.StringIO(file.read_text(encoding="utf-8")) as opened:
        reader = csv.reader(opened)
        header = next(reader, [])
        for wrong in sorted(set(columns) ^ set(header)):
            problem = "column is missing" if wrong in columns else "column is not known"
            raise RowInvalid(file.name, 1, wrong, problem)
        for cells in reader:
            if len(cells) != len(header):
                raise RowInvalid(
                    file.name, reader.line_num, header[0], f"has {len(cells)} cells, the header {len(header)}"
                )
            stripped = {column: cell.strip() for column, cell in zip(header, cells, strict=True)}
            yield Line(file.name, reader.line_num, stripped)
