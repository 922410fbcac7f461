"""The tables: they agree with the rule pack, and a wrong cell is named by file, line and column."""

import csv
from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from statutes import RowInvalid, StatuteBook, UnknownRow, statute_book

RULES = Path(__file__).parents[3].parent / "shared" / "rules"
needs_rules = pytest.mark.skipif(not RULES.is_dir(), reason="the rule pack is not beside the repository")


def rule_pack(name: str) -> list[dict[str, str]]:
    with (RULES / name).open(encoding="utf-8", newline="") as opened:
        return [row for row in csv.DictReader(opened) if row["jurisdiction"] in ("NO", "SE")]


@needs_rules
def test_every_rate_of_the_rule_pack_is_on_file() -> None:
    pack = {(r["jurisdiction"], r["valid_from"], Decimal(r["annual_rate_percent"]), r["confidence"]) for r in rule_pack("interest_rates.csv")}  # fmt: skip
    ours = {(r.facts.jurisdiction, r.facts.valid_from.isoformat(), r.annual_rate_percent, r.facts.confidence) for r in statute_book().interest_rates}  # fmt: skip
    assert ours == pack


@needs_rules
def test_every_fee_of_the_rule_pack_is_on_file_in_minor_units() -> None:
    def minor(amount: str) -> int | None:
        return int(Decimal(amount) * 100) if amount else None

    pack = Counter(
        (r["jurisdiction"], r["step"], minor(r["claim_from"]), minor(r["claim_to"]), r["currency"], minor(r["amount"]), r["valid_from"], r["confidence"])
        for r in rule_pack("fees.csv")
        if r["kind"] != "vat_addon"
    )  # fmt: skip
    ours = Counter(
        (r.facts.jurisdiction, r.code, r.claim_from_minor, r.claim_to_minor, r.currency, r.amount_minor, r.facts.valid_from.isoformat(), r.facts.confidence)
        for r in statute_book().fees
    )  # fmt: skip
    assert ours == pack


@needs_rules
def test_every_waiting_rule_of_the_rule_pack_is_on_file() -> None:
    ours = {(w.facts.jurisdiction, w.from_event, w.to_event, w.days, w.day_kind) for w in statute_book().waits}
    for row in rule_pack("waiting_days.csv"):
        days, day_kind = int(row["days"]), row["day_kind"]
        if row["to_event"] == "legal_step_expiry":
            days, day_kind = 6, "month"  # the pack's note: use months, not 183 days
        assert (row["jurisdiction"], row["from_event"], row["to_event"], days, day_kind) in ours


def test_rows_of_one_rule_follow_each_other_without_overlap() -> None:
    purring = [row for row in statute_book().fees if row.code == "purring"]
    assert [(row.facts.valid_from, row.facts.valid_to) for row in purring] == [
        (date(2017, 1, 1), date(2020, 9, 30)),
        (date(2020, 10, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), None),
    ]
    rates = [row for row in statute_book().interest_rates if row.facts.jurisdiction == "SE"]
    for earlier, later in pairwise(rates):
        assert earlier.facts.valid_to == later.facts.valid_from - timedelta(days=1)
    assert rates[-1].facts.valid_to == date(2026, 6, 30)


def test_brackets_of_one_fee_meet_without_gap_or_overlap() -> None:
    rows = [row for row in statute_book().fees if row.claim_from_minor is not None]
    groups = {(row.code, row.debtor_kinds, row.facts.valid_from) for row in rows}
    for group in groups:
        brackets = sorted((r.claim_from_minor or 0, r.claim_to_minor) for r in rows if (r.code, r.debtor_kinds, r.facts.valid_from) == group)  # fmt: skip
        assert brackets[0][0] == 0
        assert brackets[-1][1] is None
        for (_, upper), (lower, _) in pairwise(brackets):
            assert upper is not None
            assert lower == upper + 1


def test_row_ids_are_readable_unique_and_lead_to_their_source() -> None:
    rows = statute_book().all_rows
    assert len({row.facts.row_id for row in rows}) == len(rows)
    for row in rows:
        facts = row.facts
        assert facts.row_id.startswith(f"{facts.jurisdiction}-")
        assert facts.row_id.endswith(facts.valid_from.isoformat())
        assert statute_book().get_facts(facts.row_id).source
    with pytest.raises(UnknownRow):
        statute_book().get_facts("NO-FEE-NOTHING-2026-01-01")


@pytest.mark.parametrize(
    ("table", "old", "new", "line", "column"),
    [
        pytest.param("interest_rates.csv", ",8.50,", ",8.5%,", 2, "annual_rate_percent", id="a rate with a sign"),
        pytest.param("interest_rates.csv", ",8.50,", ",850,", 2, "annual_rate_percent", id="a rate above 100"),
        pytest.param("interest_rates.csv", ",2022-01-01,", ",01.01.2022,", 2, "valid_from", id="a day of another form"),
        pytest.param("interest_rates.csv", "-01-01,,day", "-01-01,2021-01-01,day", 2, "valid_to", id="an end before the start"),
        pytest.param("interest_rates.csv", "-01-01,,day", "-01-01,2022-08-01,day", 2, "valid_to", id="an end inside the next row"),
        pytest.param("interest_rates.csv", ",2022-01-01,", ",,", 2, "valid_from", id="no start"),
        pytest.param("interest_rates.csv", "NO-INT-2022-07-01", "NO-INT-2022-01-01", 3, "row_id", id="an id used twice"),
        pytest.param("interest_rates.csv", ",high,", ",sure,", 2, "confidence", id="an unknown confidence"),
        pytest.param("interest_rates.csv", "NO,any,", "NO,robot,", 2, "debtor_kind", id="an unknown debtor kind"),
        pytest.param("interest_rates.csv", ",note\n", ",remark\n", 1, "note", id="a missing column"),
        pytest.param("interest_rates.csv", ",half_yearly,", ",", 2, "row_id", id="a missing cell"),
        pytest.param("fees.csv", ",NOK,70000,", ",NOK,700.00,", 2, "amount_minor", id="a fee in major units"),
        pytest.param("fees.csv", ",NOK,70000,", ",KRONER,70000,", 2, "currency", id="an unknown currency"),
        pytest.param("waiting_days.csv", ",14,calendar,", ",14,moon,", 2, "day_kind", id="an unknown kind of day"),
        pytest.param("day_count.csv", "actual/365", "30/360", 2, "convention", id="a day count we cannot do"),
        pytest.param("allocation.csv", "fees|interest|principal", "fees|interest", 2, "components", id="an order without principal"),
        pytest.param("due_date_roll.csv", "12-24", "24-12", 3, "extra_closed_days", id="an eve that is no day"),
        pytest.param("due_date_roll.csv", ",forward,", ",backward,", 2, "roll", id="a deadline rolled backward"),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_named(law_folder: Path, table: str, old: str, new: str, line: int, column: str) -> None:
    path = law_folder / table
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RowInvalid) as invalid:
        StatuteBook.load(law_folder)
    assert (invalid.value.file, invalid.value.line, invalid.value.column) == (table, line, column)
    assert f"{table}, line {line}, column {column}: " in str(invalid.value)
