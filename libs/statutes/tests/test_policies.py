"""Dunning policies: those on file are lawful, the ladder falls on the right days, unlawful ones are refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from statutes import (
    Charged,
    Policy,
    PolicyForbidden,
    PolicyInvalid,
    UnknownPolicy,
    check_policy,
    lawful_after,
    list_policy_codes,
    policy,
    statute_book,
    step_date,
    step_deadline,
    step_deadline_rule,
    step_fees,
)
from statutes.policy_documents import parse_policy


@pytest.mark.parametrize("code", list_policy_codes(drafts=True))
def test_the_policies_on_file_are_lawful(code: str) -> None:
    assert policy(code).code == code
    check_policy(policy(code))
    check_policy(policy(code), on_date=date(2025, 9, 1))


def walk(code: str, due_date: date, claim_minor: int, currency: str) -> list[tuple[str, date, date, int]]:
    """Every step of a claim nobody pays: code, sent, deadline, charged."""
    charged: list[Charged] = []
    deadline: date | None = None
    walked: list[tuple[str, date, date, int]] = []
    for step in policy(code).steps:
        sent = step_date(step, due_date, deadline)
        deadline = step_deadline(step, sent)
        fees = step_fees(step, claim_minor, currency, sent, already_charged=charged)
        charged += [Charged(fee.code, fee.amount_minor) for fee in fees]
        walked.append((step.code, sent, deadline, sum(fee.amount_minor for fee in fees)))
    return walked


def test_the_norwegian_ladder_of_an_unpaid_claim() -> None:
    # Fees of the day of sending: 35 in 2025; salary 0.8 x 750, heavy the same again. 10 January 2026 is a Saturday.
    assert walk("no_consumer", date(2025, 11, 27), 1_000_000, "NOK") == [
        ("purring", date(2025, 12, 11), date(2025, 12, 29), 3_500),
        ("inkassovarsel", date(2025, 12, 30), date(2026, 1, 13), 3_500),
        ("betalingsoppfordring", date(2026, 1, 14), date(2026, 1, 28), 60_000),
        ("betalingsoppfordring_tung", date(2026, 2, 26), date(2026, 3, 12), 60_000),
    ]


def test_the_swedish_ladder_of_an_unpaid_claim() -> None:
    # 450 kronor once; the demand's deadline spans Christmas: four banking days from presumed receipt.
    assert walk("se_business", date(2025, 12, 1), 1_000_000, "SEK") == [
        ("betalningspaminnelse", date(2025, 12, 6), date(2025, 12, 15), 45_000),
        ("inkassokrav", date(2025, 12, 16), date(2025, 12, 29), 0),
        ("overlamning", date(2025, 12, 30), date(2026, 1, 7), 0),
    ]


def test_the_dutch_ladder_charges_a_consumer_only_after_the_free_letter() -> None:
    step = policy("nl_consumer").steps[2]
    (refused,) = step_fees(step, 250_000, "EUR", date(2026, 3, 1))
    assert refused.amount_minor == 0
    (owed,) = step_fees(step, 250_000, "EUR", date(2026, 3, 1), free_letter_expired=True)
    assert owed.amount_minor == 37_500


def test_the_german_ladder_raises_its_fee_from_half_to_nine_tenths() -> None:
    assert [charged for *_, charged in walk("de_business", date(2025, 7, 1), 120_000, "EUR")] == [
        0,
        4_000,
        2_725,
        5_380,
    ]


def test_every_country_with_law_on_file_has_a_policy_that_is_offered() -> None:
    assert {policy(code).jurisdiction for code in list_policy_codes()} == statute_book().jurisdictions


def test_a_policy_says_whether_it_is_a_draft() -> None:
    draft = a_policy_text().replace('"version"', '"status": "draft", "version"')
    assert parse_policy("p.json", draft).status == "draft"
    with pytest.raises(PolicyInvalid, match="status"):
        parse_policy("p.json", draft.replace("draft", "asleep"))


def test_a_deadline_names_the_rows_it_rests_on() -> None:
    notice = policy("no_consumer").steps[1]
    assert step_deadline_rule(notice, date(2026, 1, 5)).row_ids == (
        "NO-WAIT-INKASSOVARSEL-SENT-PAYMENT-DEADLINE-2020-10-01",
        "NO-ROLL-2000-01-01",
    )


def test_a_deadline_is_never_shorter_than_the_law_whatever_the_step_says() -> None:
    hasty = replace(policy("no_consumer").steps[1], deadline_days=3)
    assert step_deadline(hasty, date(2026, 1, 5)) == date(2026, 1, 19)


def test_a_claim_in_another_currency_walks_the_ladder_without_fees() -> None:
    assert [charged for *_, charged in walk("no_consumer", date(2025, 11, 27), 1_000_000, "EUR")] == [0, 0, 0, 0]


def test_a_step_after_a_deadline_is_counted_from_the_due_date_where_no_letter_went_before() -> None:
    assert step_date(policy("no_consumer").steps[1], date(2026, 1, 1), None) == date(2026, 1, 2)


def test_an_exhausted_policy_has_no_next_step() -> None:
    assert policy("se_business").find_step(3) is policy("se_business").steps[-1]
    assert policy("se_business").find_step(4) is None


def test_an_unknown_policy_names_the_known_ones() -> None:
    with pytest.raises(UnknownPolicy, match="no_consumer, se_business, se_consumer"):
        policy("../secret")


def changed(code: str, level: int, /, **fields: Any) -> Policy:
    """The policy on file with one step changed."""
    found = policy(code)
    steps = tuple(replace(step, **fields) if step.level == level else step for step in found.steps)
    return replace(found, steps=steps)


def without(code: str, level: int, **fields: Any) -> Policy:
    """The policy on file without one step; the step after it gets `fields`."""
    found = policy(code)
    kept = [step for step in found.steps if step.level != level]
    steps = [replace(step, level=number) for number, step in enumerate(kept, start=1)]
    steps[level - 1] = replace(steps[level - 1], **fields)
    return replace(found, steps=tuple(steps))


@pytest.mark.parametrize(
    ("unlawful", "row_id"),
    [
        # inkassoforskriften s.1-2: 14 days after due
        pytest.param(lambda: changed("no_consumer", 1, days_after_due=13), "NO-WAIT-DUE-DATE-PURRING-WITH-FEE-2020-10-01", id="a reminder fee too early"),
        # inkassoloven s.9
        pytest.param(lambda: changed("no_consumer", 2, deadline_days=13), "NO-WAIT-INKASSOVARSEL-SENT-PAYMENT-DEADLINE-2020-10-01", id="a warning with a short deadline"),
        # inkassoloven s.10
        pytest.param(lambda: changed("no_consumer", 3, deadline_days=10), "NO-WAIT-BETALINGSOPPFORDRING-SENT-PAYMENT-OR-OBJECTION-DEADLINE-2020-10-01", id="a demand with a short deadline"),
        pytest.param(lambda: changed("no_consumer", 3, days_after_previous_deadline=0), "NO-WAIT-INKASSOVARSEL-DEADLINE-BETALINGSOPPFORDRING-2020-10-01", id="a demand before the warning's deadline has passed"),
        pytest.param(lambda: without("no_consumer", 2), "NO-WAIT-INKASSOVARSEL-DEADLINE-BETALINGSOPPFORDRING-2020-10-01", id="a demand without a warning"),
        # inkassoforskriften s.2-3
        pytest.param(lambda: changed("no_consumer", 4, days_after_previous_deadline=28), "NO-WAIT-BETALINGSOPPFORDRING-DEADLINE-TUNG-SALAER-2020-10-01", id="the heavy salary a day early"),
        # inkassoforskriften s.1-2: the second fee needs a missed deadline of 14 days
        pytest.param(lambda: changed("no_consumer", 1, deadline_days=8), "NO-WAIT-PURRING-SENT-INKASSOVARSEL-WITH-FEE-DEADLINE-2020-10-01", id="a second notice fee after a short reminder"),
        pytest.param(lambda: changed("no_consumer", 1, fee_codes=("purring", "purring")), "NO-FEE-INKASSOVARSEL-2026-01-01", id="three notice fees"),
        # IMY: from businesses and authorities only
        pytest.param(lambda: replace(policy("se_business"), debtor_kind="consumer"), "SE-FEE-FORSENINGSERSATTNING-2013-03-16", id="late compensation from consumers"),
        # renteloven s.9b: three reminders with a fee, ten days apart
        pytest.param(lambda: changed("dk_consumer", 1, fee_codes=("rykker", "rykker", "rykker")), "DK-FEE-RYKKER-2002-08-01", id="four Danish reminder fees"),
        pytest.param(lambda: changed("dk_consumer", 1, deadline_days=8), "DK-WAIT-PREVIOUS-NOTICE-SENT-RYKKER-WITH-FEE-2013-03-01", id="Danish reminders nine days apart"),
        # inkassoloven s.10
        pytest.param(lambda: without("dk_consumer", 3), "DK-WAIT-PAAKRAVSSKRIVELSE-DEADLINE-INKASSO-MEASURES-2013-03-01", id="Danish collection without its letter"),
        pytest.param(lambda: changed("dk_consumer", 3, deadline_days=9), "DK-WAIT-PAAKRAVSSKRIVELSE-SENT-PAYMENT-DEADLINE-2013-03-01", id="a Danish letter with nine days"),
        pytest.param(lambda: changed("dk_consumer", 1, fee_codes=("kompensationsbelob",)), "DK-FEE-KOMPENSATIONSBELOB-BUSINESS-2013-03-01", id="Danish compensation from consumers"),
        # KKV: fourteen days after due, and between notices; two demands
        pytest.param(lambda: changed("fi_consumer", 1, days_after_due=13), "FI-WAIT-CONSUMER-DUE-DATE-MAKSUMUISTUTUS-WITH-FEE-2013-03-16", id="a Finnish reminder fee too early"),
        pytest.param(lambda: changed("fi_consumer", 1, deadline_days=12), "FI-WAIT-CONSUMER-PREVIOUS-NOTICE-SENT-MAKSUVAATIMUS-WITH-FEE-2013-03-16", id="a Finnish demand fee thirteen days after the reminder"),
        pytest.param(lambda: changed("fi_consumer", 3, fee_codes=("maksuvaatimus_1",)), "FI-FEE-MAKSUVAATIMUS-1-CONSUMER-TO-100-2013-03-16", id="a second Finnish demand at the full fee"),
        pytest.param(lambda: changed("fi_business", 1, deadline_days=8), "FI-WAIT-BUSINESS-PREVIOUS-NOTICE-SENT-NOTICE-WITH-FEE-2022-05-01", id="Finnish business notices nine days apart"),
        # BW 6:96(6)
        pytest.param(lambda: without("nl_consumer", 2), "NL-WAIT-CONSUMER-AANMANING-DEADLINE-INCASSOKOSTEN-DUE-2012-07-01", id="Dutch costs without the free letter"),
        pytest.param(lambda: changed("nl_consumer", 2, fee_codes=("aanmaning_14_dagen",)), "NL-FEE-AANMANING-14-DAGEN-CONSUMER-2012-07-01", id="a Dutch letter that costs"),
        pytest.param(lambda: changed("nl_consumer", 2, deadline_days=13), "NL-WAIT-CONSUMER-AANMANING-RECEIVED-INCASSOKOSTEN-DUE-2012-07-01", id="a Dutch letter with thirteen days"),
        # BGB s.286: the reminder that creates default is free
        pytest.param(lambda: changed("de_business", 1, fee_codes=("verzugspauschale",)), "DE-WAIT-PREVIOUS-NOTICE-DEADLINE-VERZUGSKOSTEN-2014-07-29", id="a German first reminder that costs"),
        pytest.param(lambda: changed("de_consumer", 2, fee_codes=("verzugspauschale",)), "DE-FEE-VERZUGSPAUSCHALE-BUSINESS-2014-07-29", id="German compensation from consumers"),
        # SchKG s.27(3)
        pytest.param(lambda: changed("ch_consumer", 4, fee_codes=("inkassokosten",)), "CH-FEE-INKASSOKOSTEN-2000-01-01", id="Swiss collection cost"),
        # Directive 2011/7/EU art. 6
        pytest.param(lambda: replace(policy("eu_business"), debtor_kind="consumer"), "EU-FEE-RECOVERY-COMPENSATION-BUSINESS-2013-03-16", id="EU compensation from consumers"),
        # inkassolagen s.5, IMY
        pytest.param(lambda: changed("se_business", 2, deadline_days=7), "SE-WAIT-INKASSOKRAV-SENT-PAYMENT-DEADLINE-2013-03-16", id="a Swedish demand with seven days"),
    ],
)  # fmt: skip
def test_what_the_law_forbids_is_refused_by_its_row(unlawful: Callable[[], Policy], row_id: str) -> None:
    with pytest.raises(PolicyForbidden, match=row_id):
        check_policy(unlawful())
    assert statute_book().get_facts(row_id)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param(lambda: replace(policy("no_consumer"), steps=()), "no steps", id="no steps"),
        pytest.param(lambda: changed("no_consumer", 2, level=5), "levels count", id="a level left out"),
        pytest.param(lambda: changed("no_consumer", 2, days_after_due=30), "either", id="counted from two days"),
        pytest.param(lambda: changed("no_consumer", 1, days_after_due=None), "either", id="counted from nothing"),
        pytest.param(lambda: changed("no_consumer", 3, stage="REMINDER"), "stage", id="a stage that goes back"),
        pytest.param(lambda: changed("no_consumer", 4, transfers=True), "transfers", id="two transfers"),
        pytest.param(lambda: changed("no_consumer", 1, deadline_days=0), "deadline", id="no deadline"),
        pytest.param(lambda: changed("no_consumer", 1, fee_codes=("rykker",)), "rykker", id="a fee of another country"),
    ],
)
def test_a_broken_ladder_is_refused(broken: Callable[[], Policy], reason: str) -> None:
    with pytest.raises(PolicyForbidden, match=reason):
        check_policy(broken())


def a_policy_text(**fields: Any) -> str:
    step: dict[str, Any] = {
        "level": 1,
        "code": "purring",
        "stage": "REMINDER",
        "days_after_due": 14,
        "days_after_previous_deadline": None,
        "deadline_days": 14,
        "fee_codes": ["purring"],
        "template": "no_purring",
        "channel": "EMAIL",
        "transfers": False,
    }
    whole = {"code": "p", "version": 1, "jurisdiction": "NO", "debtor_kind": "consumer", "steps": [step | fields]}
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        pytest.param("{", "p.json, line 1, column 2", id="no JSON"),
        pytest.param("[]", "p.json, policy", id="a list"),
        pytest.param("{}", "p.json, policy, code", id="no fields"),
        pytest.param(a_policy_text(extra=1), "p.json, step 1, extra", id="an unknown field"),
        pytest.param(a_policy_text(level="1"), "p.json, step 1, level", id="a level as text"),
        pytest.param(a_policy_text(deadline_days=True), "p.json, step 1, deadline_days", id="a boolean for days"),
        pytest.param(a_policy_text(stage="LEGAL"), "p.json, step 1, stage", id="an unknown stage"),
        pytest.param(a_policy_text(channel="FAX"), "p.json, step 1, channel", id="an unknown channel"),
        pytest.param(a_policy_text(fee_codes=[1]), "p.json, step 1, fee_codes", id="a fee code that is no text"),
    ],
)
def test_a_policy_file_that_cannot_be_read_names_the_field(text: str, where: str) -> None:
    with pytest.raises(PolicyInvalid) as invalid:
        parse_policy("p.json", text)
    assert str(invalid.value).startswith(where)


def test_a_policy_text_becomes_a_policy() -> None:
    assert parse_policy("p.json", a_policy_text()).steps[0] == policy("no_consumer").steps[0]


@pytest.mark.parametrize(
    ("code", "earlier", "sent", "deadline", "first_day"),
    [
        # inkassoloven s.10: a demand only after the deadline of the warning
        (
            "betalingsoppfordring",
            ["purring", "inkassovarsel"],
            date(2025, 12, 1),
            date(2025, 12, 15),
            date(2025, 12, 16),
        ),
        # inkassoforskriften s.1-2: a fee for the warning from fourteen days after the reminder on
        ("inkassovarsel", ["purring"], date(2025, 12, 1), date(2025, 12, 15), date(2025, 12, 16)),
        # a reminder is the first letter: nothing went before it
        ("purring", [], date(2025, 12, 1), date(2025, 12, 15), None),
    ],
)
def test_a_step_by_the_calendar_keeps_the_laws_distance_to_a_letter_that_was_late(
    code: str, earlier: list[str], sent: date, deadline: date, first_day: date | None
) -> None:
    step = next(step for step in policy("no_consumer").steps if step.code == code)
    assert lawful_after(step, earlier, sent, deadline) == first_day
