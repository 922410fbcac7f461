"""`fordring statutes`: the law asked on the command line."""

import csv
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from fordring import cli
from fordring.stack.children import StackProblem

VECTORS = Path(__file__).parents[3].parent / "shared" / "rules" / "reference_vectors.csv"


def run(*words: str) -> Result:
    return CliRunner().invoke(cli.app, ["statutes", *words], env={"COLUMNS": "200"})


def a_table(folder: Path, text: str) -> str:
    file = folder / "questions.csv"
    file.write_text(text, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize(
    ("scheme", "number", "exit_code", "says"),
    [
        # https://docs.juston.com/en/jo_admin_setup_fin/
        pytest.param("FI_VIITE_731", "1234567123456784", 0, "valid", id="a Finnish reference"),
        pytest.param("fi_viite_731", "12345 67123 45678 4", 0, "valid", id="as people type it"),
        pytest.param("FI_VIITE_731", "1234567123456785", 1, "invalid", id="a wrong check digit"),
    ],
)
def test_a_reference_is_checked_and_the_exit_code_says_so(scheme: str, number: str, exit_code: int, says: str) -> None:
    result = run("reference", "check", scheme, number)
    assert (result.exit_code, result.output.split()[0]) == (exit_code, says)


@pytest.mark.skipif(not VECTORS.is_file(), reason="the rule pack is not beside the repository")
def test_every_vector_of_the_rule_pack_agrees(tmp_path: Path) -> None:
    output = tmp_path / "answers.csv"
    result = run("reference", "check", "--csv", str(VECTORS), "--output", str(output))
    assert result.exit_code == 0, result.output
    with output.open(encoding="utf-8", newline="") as opened:
        answers = list(csv.DictReader(opened))
    assert len(answers) >= 68
    assert [row["computed"] for row in answers] == [row["valid"] for row in answers]


def test_a_vector_that_disagrees_is_counted_and_the_exit_code_is_1(tmp_path: Path) -> None:
    table = a_table(tmp_path, "scheme,reference,valid,note\nFI_VIITE_731,1232,false,it is valid\n")
    result = run("reference", "check", "--csv", table)
    assert result.exit_code == 1
    assert "FI_VIITE_731,1232,false,it is valid,true" in result.stdout
    assert "1 rows, 1 of them not as they should be" in result.output


def test_a_fee_is_shown_with_its_row_and_source() -> None:
    result = run("fee", "NO", "purring", "consumer", "1250", "--on", "2025-10-15")
    assert result.exit_code == 0, result.output
    for said in ("35.00 NOK", "REMINDER_FEE", "NO-FEE-PURRING-2020-10-01", "high confidence"):
        assert said in result.output


def test_a_heavy_salary_is_what_the_light_one_left_and_vat_is_told() -> None:
    words = ("--charged", "inkassosalaer_lett=560", "--vat", "--on", "2025-10-15")
    result = run("fee", "NO", "inkassosalaer_tung", "consumer", "10000", *words)
    assert "700.00 NOK" in result.output
    assert "of which VAT 140.00 NOK" in result.output


def test_a_fee_the_law_refuses_says_why_and_exits_with_1() -> None:
    result = run("fee", "NL", "wik_staffel", "consumer", "500", "--on", "2026-01-15")
    assert result.exit_code == 1
    assert "free letter" in result.output


def test_interest_is_shown_rate_by_rate() -> None:
    # 12.25 % to 31 December 2025, then 12 %: 365 days a year
    result = run("interest", "NO", "consumer", "10000", "2025-12-01", "2026-01-31")
    assert result.exit_code == 0, result.output
    for said in ("2025-12-31", "2026-01-01", "NO-INT-2025-07-01", "in all"):
        assert said in result.output


def test_a_missing_rate_is_refused_or_carried_on_with_a_warning() -> None:
    words = ("interest", "NO", "consumer", "10000", "2026-06-01", "2027-06-30")
    refused = run(*words)
    assert isinstance(refused.exception, StackProblem)
    assert "no late-interest rate" in str(refused.exception)
    carried = run(*words, "--carry-on")
    assert carried.exit_code == 0
    assert "is carried on" in carried.output


def test_tables_of_fees_and_interest_are_answered_row_by_row(tmp_path: Path) -> None:
    fees = a_table(
        tmp_path,
        "country,code,debtor_kind,amount,date\nSE,inkassokrav,consumer,1000,2025-10-15\nDK,rykker,consumer,1000,2025-10-15\n",
    )
    answered = list(csv.DictReader(run("fee", "--csv", fees).stdout.splitlines()))
    assert [(row["computed"], row["statute_row"]) for row in answered[:2]] == [
        ("180.00", "SE-FEE-INKASSOKRAV-2013-03-16"),
        ("100.00", "DK-FEE-RYKKER-2002-08-01"),
    ]
    periods = a_table(
        tmp_path, "country,debtor_kind,principal,from_date,to_date\nCH,consumer,3600,2026-01-01,2026-01-30\n"
    )
    (row,) = [
        one for one in csv.DictReader(run("interest", "--csv", periods).stdout.splitlines()) if one["country"] == "CH"
    ]
    assert row["statute_rows"].startswith("CH-")


@pytest.mark.parametrize(
    ("words", "table", "reason"),
    [
        pytest.param(("reference", "check"), "scheme\nX\n", "line 1: the columns reference are missing", id="a column"),
        pytest.param(
            ("reference", "check"), "scheme,reference\nX,1\n", "line 2: unknown reference scheme", id="a scheme"
        ),
        pytest.param(
            ("interest",),
            "country,debtor_kind,principal,from_date,to_date\nXX,consumer,1,2026-01-01,2026-01-02\n",
            "line 2: no law on file for 'XX'",
            id="a country",
        ),
    ],
)
def test_a_table_that_cannot_be_answered_names_its_line(
    words: tuple[str, ...], table: str, reason: str, tmp_path: Path
) -> None:
    result = run(*words, "--csv", a_table(tmp_path, table))
    assert isinstance(result.exception, StackProblem)
    assert str(result.exception).startswith(reason)
