"""The tables: rows follow each other, brackets meet, and a wrong cell is named by file, line and column."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from statutes import RowInvalid, StatuteBook, UnknownRow, statute_book


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
    # The German table ends at 380 000.00, and its small-claim fee is one bracket alone.
    open_ended = {"rvg_1.0_gebuehr": 38_000_000, "rvg_1.0_gebuehr_unbestritten_bis_50": 5_000}
    rows = [row for row in statute_book().fees if row.claim_from_minor is not None]
    groups = {(row.code, row.debtor_kinds, row.facts.valid_from) for row in rows}
    for group in groups:
        brackets = sorted((r.claim_from_minor or 0, r.claim_to_minor) for r in rows if (r.code, r.debtor_kinds, r.facts.valid_from) == group)  # fmt: skip
        assert brackets[0][0] == 0
        assert brackets[-1][1] == open_ended.get(group[0])
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
        pytest.param("day_count.csv", "actual/365", "lunar/354", 2, "convention", id="a day count we cannot do"),
        pytest.param("fees.csv", ",inkassosats,,", ",inkassosats,REMINDER_FEE,", 2, "component", id="a mere figure that becomes part of a claim"),
        pytest.param("fees.csv", "no_notice,2,,2017", "no_notice,2,full_moon,2017", 4, "condition", id="an unknown condition"),
        pytest.param("limitation.csv", "judgment:10", "judgment:ten", 2, "restarts", id="a restart without years"),
        pytest.param("limitation.csv", "legal_step:3", "full_moon:3", 2, "restarts", id="an unknown interruption"),
        pytest.param("contact_limits.csv", ",21:00,", ",25:00,", 2, "to_time", id="an hour that is none"),
        pytest.param("contact_limits.csv", ",21:00,", ",07:00,", 2, "to_time", id="hours that end before they begin"),
        pytest.param("allocation.csv", ",yes,no,", ",yes,perhaps,", 2, "creditor_may_refuse", id="neither yes nor no"),
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
