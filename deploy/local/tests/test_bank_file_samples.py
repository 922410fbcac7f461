"""`fordring bank-file inspect` on files of other projects, where they are at hand: each is read as it is known to be."""

import ast
import json
from collections.abc import Iterator, Set
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from typer.testing import CliRunner

from fordring.cli import app

SAMPLES = Path(__file__).parents[3] / ".." / "shared" / "samples"
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample files are not on this machine")
FOLDERS = ("bgmax-se", "camt-danskebank-dk", "camt-genkgo", "camt-oca", "mt940-mixed-banks", "netsgiro-*")


class Known(NamedTuple):
    """What a file says: sums in minor units by currency and direction, and some of its references."""

    format: str
    lines: int
    sums: dict[str, int]
    references: Set[str] = frozenset()
    rejected: int = 0


KNOWN = {
    "bgmax-se/BgMaxfil4.txt": Known(
        "bgmax", 9, {"SEK CREDIT": 860_000, "EUR CREDIT": 400_000}, {"524967", "573964 573865", "535765"}
    ),
    "bgmax-se/minimal.txt": Known("bgmax", 1, {"SEK CREDIT": 110_000}, {"650861"}),
    "camt-danskebank-dk/camt053_dk_example.xml": Known(
        "camt.053",
        7,
        {"DKK CREDIT": 316_389, "DKK DEBIT": 34_633_801},
        {"71/0000123456789012345", "71/0000543210987654321"},
    ),
    "camt-genkgo/camt052.v8.xml": Known("camt.052", 1, {"SEK DEBIT": 20_000_000}),
    "camt-genkgo/camt053.v2.all-balance-types.xml": Known("camt.053", 1, {"EUR CREDIT": 885}),
    "camt-genkgo/camt053.v2.minimal.xml": Known("camt.053", 1, {"EUR CREDIT": 885}, {"4654654654654654"}),
    "camt-genkgo/camt053.v2.with-party-ids.xml": Known("camt.053", 1, {"EUR CREDIT": 885}, {"4654654654654654"}),
    "camt-genkgo/camt053.v4.xml": Known("camt.053", 1, {"EUR CREDIT": 885}, {"4654654654654654"}),
    "camt-genkgo/camt054.v4.xml": Known("camt.054", 1, {"SEK DEBIT": 20_000_000}),
    "camt-genkgo/camt054.v8.xml": Known("camt.054", 1, {"SEK DEBIT": 20_000_000}),
    "camt-oca/test-camt053": Known("camt.053", 4, {"EUR CREDIT": 140_531, "EUR DEBIT": 141_830}),
    "camt-oca/test-camt054": Known("camt.054", 1, {"EUR CREDIT": 500}, {"000000000000000000000000003"}),
    "mt940-mixed-banks/0708271685_09022020_164516.940.txt": Known(
        "mt940", 8, {"EUR CREDIT": 282_890, "EUR DEBIT": 277_196}
    ),
    "mt940-mixed-banks/abnamro.sta": Known("mt940", 10, {"EUR DEBIT": 34_593}),
    "mt940-mixed-banks/mt940.sta": Known("mt940", 3, {"PLN CREDIT": 3}),
    "mt940-mixed-banks/rabobank-iban.sta": Known("mt940", 4, {"EUR DEBIT": 7_000}),
    "netsgiro-ondkloss/ocr1.txt": Known(
        "ocr-giro", 23, {"NOK CREDIT": 1_778_000, "NOK DEBIT": 215_000}, {"33000083672049", "44000366370078"}
    ),
    "netsgiro-otovo/avtalegiro_agreements.txt": Known("ocr-giro", 0, {}, rejected=1),
    "netsgiro-otovo/avtalegiro_payment_request.txt": Known("ocr-giro", 0, {}, rejected=1),
    "netsgiro-otovo/ocr_giro_transactions.txt": Known(
        "ocr-giro", 20, {"NOK CREDIT": 5_144_900}, {"0000531", "02212291038306"}
    ),
}
REFUSED = {
    "bgmax-se/BgMaxfil4_broken.txt": "announces 8 payments but there are 9",
    "bgmax-se/GEUT_LBATER_Sample1.txt": "tells of money paid out",
    "camt-genkgo/camt053.v2.wrong.xml": "no Stmt in the file",
}
GOLDEN = {"camt-oca/test-camt053": "golden-camt053.pydata", "camt-oca/test-camt054": "golden-camt054.pydata"}


def inspected(name: str) -> dict[str, Any]:
    result = CliRunner().invoke(app, ["bank-file", "inspect", str(SAMPLES / name), "--json"])
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def bank_files() -> Iterator[str]:
    for folder in FOLDERS:
        for file in SAMPLES.glob(f"{folder}/*"):
            if file.suffix != ".pydata":
                yield file.relative_to(SAMPLES).as_posix()


@pytest.mark.parametrize("name", KNOWN)
def test_a_sample_is_read_as_it_is_known_to_be(name: str) -> None:
    known, shown = KNOWN[name], inspected(name)
    sums: dict[str, int] = {}
    for line in shown["lines"]:
        key = f"{line['currency']} {line['direction']}"
        sums[key] = sums.get(key, 0) + line["amountMinor"]
    assert (shown["format"], len(shown["lines"]), sums) == (known.format, known.lines, known.sums)
    assert len(shown["rejected"]) == known.rejected
    assert known.references <= {line["reference"] for line in shown["lines"]}
    assert len({line["fingerprint"] for line in shown["lines"]}) == known.lines


@pytest.mark.parametrize("name", REFUSED)
def test_a_sample_that_cannot_be_trusted_or_is_no_statement_is_refused_with_its_reason(name: str) -> None:
    result = CliRunner().invoke(app, ["bank-file", "inspect", str(SAMPLES / name), "--json"])
    assert result.exit_code == 1
    assert REFUSED[name] in result.stderr


def test_no_sample_is_forgotten() -> None:
    assert set(bank_files()) <= KNOWN.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", GOLDEN)
def test_a_sample_agrees_with_what_its_own_project_reads(name: str) -> None:
    content = (SAMPLES / "camt-oca" / GOLDEN[name]).read_text()
    _, account, statements = ast.literal_eval(content)
    expected = [
        (account, line["date"], round(line["amount"] * 100), line["partner_name"])
        for statement in statements
        for line in statement["transactions"]
    ]
    found = [
        (
            line["account"],
            line["bookingDate"],
            line["amountMinor"] * (1 if line["direction"] == "CREDIT" else -1),
            line["payer"],
        )
        for line in inspected(name)["lines"]
    ]
    assert found == expected
