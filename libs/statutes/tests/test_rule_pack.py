"""Every figure of the rule pack beside the repository is on file, and no other figure but this library's own waits."""

import csv
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from statutes import is_banking_day, statute_book

RULES = Path(__file__).parents[3].parent / "shared" / "rules"
COUNTRIES = {"NO", "SE", "FI", "DK", "DE", "NL", "CH", "EU"}
pytestmark = pytest.mark.skipif(not RULES.is_dir(), reason="the rule pack is not beside the repository")


def rule_pack(name: str) -> list[dict[str, str]]:
    with (RULES / name).open(encoding="utf-8", newline="") as opened:
        return [row for row in csv.DictReader(opened) if row["jurisdiction"] in COUNTRIES]


def trust(confidence: str) -> str:
    """A choice of the product (n/a) is kept as medium."""
    return confidence if confidence in ("high", "medium", "low") else "medium"


def kind(debtor_kinds: tuple[str, ...]) -> str:
    """The pack says business where public debtors are meant too."""
    return "any" if len(debtor_kinds) == 3 else debtor_kinds[0]


def minor(amount: str) -> int | None:
    return int(Decimal(amount) * 100) if amount else None


def test_every_country_has_its_law() -> None:
    assert statute_book().jurisdictions == COUNTRIES


def test_every_rate_is_on_file() -> None:
    pack = Counter((r["jurisdiction"], r["debtor_kind"], r["valid_from"], Decimal(r["annual_rate_percent"]), r["confidence"]) for r in rule_pack("interest_rates.csv"))  # fmt: skip
    ours = Counter((r.facts.jurisdiction, kind(r.debtor_kinds), r.facts.valid_from.isoformat(), r.annual_rate_percent, r.facts.confidence) for r in statute_book().interest_rates)  # fmt: skip
    assert ours == pack


def figures(row: dict[str, str]) -> tuple[int, int]:
    """The pack's amount as minor units and basis points; amounts in words are read by hand here, not guessed."""
    words = {
        "6400 + 1% of the part above 500000": (640_000, 100),
        "2.50-3.00": (250, 0),
        "as agreed in CHF in the contract/T&C, else 0": (0, 0),
    }
    if row["amount"] in words:
        return words[row["amount"]]
    if row["step"] == "auslagenpauschale":
        return 2_000, 2_000  # 20 %, at most 20 EUR
    if row["step"] == "wik_staffel":
        below = {"0": 0, "2500.01": 37_500, "5000.01": 62_500, "10000.01": 87_500, "200000.01": 277_500}
        return below[row["claim_from"]], int(Decimal(row["amount"]) * 100)
    if row["currency"] == "FACTOR":
        return 0, int(Decimal(row["amount"]) * 10_000)
    return minor(row["amount"]) or 0, 0


def test_every_fee_is_on_file_in_minor_units() -> None:
    pack = Counter(
        (r["jurisdiction"], r["debtor_kind"], r["step"], minor(r["claim_from"]), minor(r["claim_to"]), *figures(r), r["confidence"])
        for r in rule_pack("fees.csv")
        if r["kind"] != "vat_addon"
    )  # fmt: skip
    ours = Counter(
        (r.facts.jurisdiction, kind(r.debtor_kinds), r.code, r.claim_from_minor, r.claim_to_minor, r.amount_minor, r.rate_basis_points, r.facts.confidence)
        for r in statute_book().fees
    )  # fmt: skip
    assert ours == pack


def test_every_fee_starts_when_the_pack_says_and_in_its_currency() -> None:
    pack = Counter((r["step"], r["valid_from"]) for r in rule_pack("fees.csv") if r["valid_from"])
    ours = Counter((r.code, r.facts.valid_from.isoformat()) for r in statute_book().fees)
    undated = {"mahnkosten_brief", "mahngebuehr", "inkassokosten"}
    assert {key[0] for key in ours - pack} == undated
    assert not pack - ours
    for row in rule_pack("fees.csv"):
        if row["currency"] not in ("FACTOR", "PCT"):
            found = {r.currency for r in statute_book().fees if (r.facts.jurisdiction, r.code) == (row["jurisdiction"], row["step"])}  # fmt: skip
            assert found == {row["currency"]}


def test_vat_of_the_pack_is_on_file() -> None:
    (norwegian,) = [row for row in rule_pack("fees.csv") if row["kind"] == "vat_addon"]
    salaries = [row for row in statute_book().fees if row.code.startswith("inkassosalaer_") and row.currency == "NOK"]
    assert {row.vat_basis_points for row in salaries} == {int(Decimal(norwegian["amount"]) * 100)}


def test_dutch_steps_add_up_from_the_steps_below() -> None:
    steps = [row for row in statute_book().fees if row.code == "wik_staffel"]
    for lower, upper in pairwise(steps):
        assert lower.claim_to_minor == upper.rate_above_minor
        assert upper.amount_minor == lower.amount_for(upper.rate_above_minor)


# Our events have one name where the pack has several for the same.
SAME_EVENT = {
    "previous_reminder_or_demand_sent": "previous_notice_sent",
    "previous_notice": "previous_notice_sent",
    "rykker_n_sent": "previous_notice_sent",
    "rykker_n+1_with_fee": "rykker_with_fee",
    "next_notice_with_fee": "notice_with_fee",
    "paakrav_deadline": "paakravsskrivelse_deadline",
    "maksumuistutus_2_with_fee": "maksumuistutus_with_fee",
    "next_mahnung": "mahnung",
    "mahnung": "mahnung_sent",
}


def test_every_waiting_rule_is_on_file() -> None:
    ours = {
        (w.facts.jurisdiction, kind(w.debtor_kinds), w.from_event, w.to_event, w.days, w.day_kind, w.rule_kind, w.facts.confidence)
        for w in statute_book().waits
    }  # fmt: skip
    for row in rule_pack("waiting_days.csv"):
        start, end = (SAME_EVENT.get(row[name], row[name]) for name in ("from_event", "to_event"))
        if row["to_event"] == "maksumuistutus_2_with_fee":
            start = "previous_notice_sent"
        days, day_kind = int(row["days"]), row["day_kind"]
        if row["to_event"] == "legal_step_expiry":
            days, day_kind = 6, "month"  # the pack's note: use months, not 183 days
        wanted = (row["jurisdiction"], row["debtor_kind"], start, end, days, day_kind, row["rule_kind"], row["confidence"])  # fmt: skip
        assert wanted in ours


def test_every_day_count_is_one_the_pack_names() -> None:
    ours = {row.facts.jurisdiction: row for row in statute_book().day_counts}
    for row in rule_pack("day_count.csv"):
        found = ours[row["jurisdiction"]]
        assert found.convention in row["convention"]
        assert found.facts.confidence == trust(row["confidence"])
        assert (found.compounding == "yearly") == row["compounding"].startswith("COMPOUND")


def test_every_order_of_payment_is_on_file() -> None:
    pack = Counter((r["jurisdiction"], r["debtor_kind"], trust(r["confidence"])) for r in rule_pack("allocation.csv"))
    ours = Counter((r.facts.jurisdiction, kind(r.debtor_kinds), r.facts.confidence) for r in statute_book().allocations)
    assert ours == pack


def test_every_day_the_pack_closes_is_closed() -> None:
    named = {
        "Midsummer Eve": date(2026, 6, 19),
        "Christmas Eve": date(2026, 12, 24),
        "New Year Eve": date(2026, 12, 31),
        "5 June": date(2026, 6, 5),
        "24 Dec": date(2026, 12, 24),
        "31 Dec": date(2026, 12, 31),
        "Independence Day": date(2027, 12, 6),
        "1 May": date(2026, 5, 1),
        "public holidays": date(2026, 12, 25),
        "holidays": date(2026, 12, 25),
        "Sat": date(2026, 3, 7),
        "Sun": date(2026, 3, 8),
    }
    rolls = {row.facts.jurisdiction: row for row in statute_book().rolls}
    for row in rule_pack("due_date_roll.csv"):
        assert rolls[row["jurisdiction"]].facts.confidence == row["confidence"]
        closed = [named[name] for name in row["non_business_days"].split(", ") if name in named]
        assert closed
        assert not any(is_banking_day(row["jurisdiction"], day) for day in closed)


def test_every_limitation_period_is_on_file() -> None:
    pack = Counter((r["jurisdiction"], r["debtor_kind"], int(r["period_years"]), r["confidence"]) for r in rule_pack("limitation.csv"))  # fmt: skip
    ours = Counter((r.facts.jurisdiction, kind(r.debtor_kinds), r.years, r.facts.confidence) for r in statute_book().limitations)  # fmt: skip
    # Danish interest and fees have a row of their own here; the pack says it in words.
    assert ours - pack == Counter({("DK", "any", 3, "high"): 1})
    assert not pack - ours


@pytest.mark.parametrize("country", sorted(COUNTRIES - {"EU"}))
def test_a_demand_letter_interrupts_only_in_sweden_finland_and_the_netherlands(country: str) -> None:
    periods = [r for r in statute_book().limitations if r.facts.jurisdiction == country and "ordinary" in r.claim_kinds]
    assert all(("demand" in row.restarts) == (country in ("SE", "FI", "NL")) for row in periods)
    assert all({"acknowledgement", "part_payment"} <= row.restarts.keys() for row in periods)


def test_every_limit_on_contact_is_on_file() -> None:
    pack = Counter((r["jurisdiction"], r["debtor_kind"], r["from_time"], r["days"] if r["from_time"] else "", r["confidence"]) for r in rule_pack("contact_limits.csv"))  # fmt: skip
    ours = Counter(
        (r.facts.jurisdiction, kind(r.debtor_kinds), f"{r.from_time:%H:%M}" if r.from_time else "", r.days, r.facts.confidence)
        for r in statute_book().contacts
        if r.status != "house"
    )  # fmt: skip
    assert ours == pack


def test_everything_a_notice_must_say_is_on_file() -> None:
    pack = Counter((r["jurisdiction"], r["field"]) for r in rule_pack("notice_contents.csv"))
    ours = Counter((r.facts.jurisdiction, r.wording) for r in statute_book().notices)
    assert ours == pack
