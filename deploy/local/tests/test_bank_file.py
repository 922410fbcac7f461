"""`fordring bank-file inspect` shows what was read, and says why a file is refused."""

import json
from datetime import date
from pathlib import Path

from typer.testing import CliRunner

from bankfiles import OcrAssignment, OcrPayment, write_ocr
from fordring.cli import app


def an_ocr_file(folder: Path) -> Path:
    payment = OcrPayment("0000531", 102_000, date(2025, 9, 1))
    file = folder / "ocr.txt"
    file.write_bytes(write_ocr("00008080", "1", "00010200", [OcrAssignment("86011117947", "1", "1", [payment])]))
    return file


def test_a_file_is_shown_as_json(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bank-file", "inspect", str(an_ocr_file(tmp_path)), "--json"])
    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    [line] = shown["lines"]
    assert (shown["format"], shown["rejected"]) == ("ocr-giro", [])
    assert (line["amountMinor"], line["currency"], line["direction"]) == (102_000, "NOK", "CREDIT")
    assert (line["account"], line["bookingDate"], line["reference"]) == ("86011117947", "2025-09-01", "0000531")


def test_a_file_is_shown_as_a_table(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["bank-file", "inspect", str(an_ocr_file(tmp_path))])
    assert result.exit_code == 0
    assert "0000531" in result.stdout


def test_a_refused_file_ends_with_its_reason_and_code_1(tmp_path: Path) -> None:
    file = tmp_path / "broken.xml"
    file.write_bytes(b"<Document>")
    result = CliRunner().invoke(app, ["bank-file", "inspect", str(file), "--json"])
    assert result.exit_code == 1
    assert "not well-formed XML" in result.stderr
