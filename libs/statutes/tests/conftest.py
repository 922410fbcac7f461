"""A statute book that a test may change before it is read."""

import csv
from collections.abc import Callable
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree

import pytest

from statutes import StatuteBook

EditRows = Callable[[str, Callable[[list[dict[str, str]]], list[dict[str, str]]]], StatuteBook]


@pytest.fixture
def law_folder(tmp_path: Path) -> Path:
    """A private copy of the tables that ship with the package."""
    with as_file(files("statutes") / "data") as shipped:
        return Path(copytree(shipped, tmp_path / "law"))


@pytest.fixture
def edited_book(law_folder: Path) -> EditRows:
    """Edit the rows of one table and read the whole book again."""

    def edit(table: str, change: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> StatuteBook:
        path = law_folder / table
        with path.open(encoding="utf-8", newline="") as opened:
            rows = list(csv.DictReader(opened))
        changed = change(rows)
        with path.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.DictWriter(opened, list(changed[0]))
            writer.writeheader()
            writer.writerows(changed)
        return StatuteBook.load(law_folder)

    return edit
