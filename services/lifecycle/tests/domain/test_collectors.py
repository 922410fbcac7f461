"""Which collector takes a case, and on which terms it may be taken back."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.lifecycle.tests.collectors import a_collector
from services.lifecycle.tests.domain.test_states import a_case
from services.lifecycle.tests.factories import CREDITOR

from lifecycle.domain.collectors import (
    PAUSES_SECONDS,
    Candidate,
    CollectorConfiguration,
    Conditions,
    choose,
    is_open_to,
    pause_seconds,
)
from lifecycle.domain.handovers import Handover, follow, handed, overdue, planned, released, withdrawal

DAY = date(2026, 1, 15)
CASE = Candidate(100_000, "NOK", "NO", "CONSUMER", "DUNNING")


def a_handover(**changes: Any) -> Handover:
    case = a_case()
    return handed(planned(case, a_collector(**changes), 1, DAY), DAY)


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        pytest.param(Conditions(), True, id="none hold for every case"),
        pytest.param(Conditions(amount_from_minor=100_000, currency="NOK"), True, id="the lowest amount counts"),
        pytest.param(Conditions(amount_from_minor=100_001, currency="NOK"), False, id="less than the lowest amount"),
        pytest.param(Conditions(amount_to_minor=100_000, currency="NOK"), True, id="the highest amount counts"),
        pytest.param(Conditions(amount_to_minor=99_999, currency="NOK"), False, id="more than the highest amount"),
        pytest.param(Conditions(currency="SEK"), False, id="another currency"),
        pytest.param(Conditions(countries=("SE", "NO")), True, id="one of the countries"),
        pytest.param(Conditions(countries=("SE",)), False, id="another country"),
        pytest.param(Conditions(debtor_kind="BUSINESS"), False, id="another kind of debtor"),
        pytest.param(Conditions(sources=("CHARGEBACK", "DUNNING")), True, id="one of the sources"),
        pytest.param(Conditions(sources=("API",)), False, id="another source"),
        pytest.param(Conditions(currency="NOK", debtor_kind="BUSINESS"), False, id="all must hold"),
    ],
)
def test_conditions_hold_for_a_case(conditions: Conditions, holds: bool) -> None:
    assert conditions.hold_for(CASE) is holds


def test_the_first_by_ascending_priority_whose_conditions_hold_is_chosen() -> None:
    last, first = a_collector("Last", priority=20), a_collector("First", priority=10)
    small = a_collector("Small", priority=1, conditions=Conditions(amount_to_minor=1, currency="NOK"))
    off, gone = a_collector("Off", priority=2, enabled=False), a_collector("Gone", priority=3, deleted=True)
    assert choose([last, off, first, gone, small], CASE) is first
    assert choose([last, first], CASE, {first.configuration_id}) is last
    assert choose([small, off, gone], CASE) is None


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=6).flatmap(st.permutations))
def test_the_choice_does_not_depend_on_the_order_in_which_configurations_come(wanted: list[tuple[int, bool]]) -> None:
    every: list[CollectorConfiguration] = [
        a_collector(f"C{number}", priority=priority, enabled=enabled)
        for number, (priority, enabled) in enumerate(wanted)
    ]
    chosen = choose(every, CASE)
    assert chosen == choose(list(reversed(every)), CASE)
    enabled = [one.priority for one in every if one.enabled]
    assert (chosen.priority if chosen else None) == min(enabled, default=None)


def test_a_hand_over_keeps_the_terms_of_the_day_it_was_chosen() -> None:
    waiting = planned(a_case(), a_collector(skip_review=False, processing_days=30), 1, DAY)
    assert (waiting.state, waiting.deadline_date) == ("REVIEW", None)
    queued = released(waiting, a_case(), DAY + timedelta(days=3))
    assert (queued.state, queued.deadline_date) == ("QUEUED", DAY + timedelta(days=33))
    assert overdue(queued, DAY + timedelta(days=33)) is None
    assert overdue(queued, DAY + timedelta(days=34)) is not None
    assert planned(a_case(), a_collector(adapter="OWN"), 1, DAY).state == "OWN"
    assert planned(a_case(), a_collector(), 2, DAY).handover_id != queued.handover_id


@pytest.mark.parametrize(
    ("changes", "days", "refused", "words"),
    [
        pytest.param({}, 14, False, "free of charge", id="on the last free day"),
        pytest.param({}, 15, False, "may charge", id="after it, at a cost"),
        pytest.param({"late_withdrawal": "REFUSED"}, 14, False, "free of charge", id="refused only after it"),
        pytest.param({"late_withdrawal": "REFUSED"}, 15, True, "not agreed", id="after it, refused"),
        pytest.param({"free_withdrawal_days": None}, 900, False, "no days", id="nothing agreed"),
        pytest.param({"free_withdrawal_days": 0}, 1, False, "may charge", id="free on the day alone"),
    ],
)
def test_withdrawal_is_free_for_the_agreed_days(changes: dict[str, Any], days: int, refused: bool, words: str) -> None:
    found = withdrawal(a_handover(**changes), DAY + timedelta(days=days))
    assert found.refused is refused
    assert words in found.text


def test_withdrawal_is_free_while_no_collector_has_the_case() -> None:
    queued = planned(a_case(), a_collector(late_withdrawal="REFUSED", free_withdrawal_days=0), 1, DAY)
    assert not withdrawal(queued, DAY + timedelta(days=100)).refused
    assert not withdrawal(None, DAY).refused


@given(st.integers(0, 5), st.integers(0, 5), st.booleans())
def test_following_a_case_twice_tells_nothing_the_second_time(holds: int, changes: int, closed: bool) -> None:
    case, handover = a_case(), a_handover()
    case = replace(case, hold_version=holds, claim_version=changes, handover_id=handover.handover_id)
    if closed:
        case = replace(case, situation=replace(case.situation, status="CLOSED"), close_code="PAID")
    once, told, messages = follow(case, handover, DAY)
    expected = ["RECALL"] if closed else ["RESUME"] * (holds > 0) + ["BALANCE"] * (changes > 0)
    assert [one.kind for one in messages] == expected
    assert follow(once, told, DAY)[2] == []


def test_the_same_fact_is_the_same_message() -> None:
    case, handover = replace(a_case(), claim_version=7), a_handover()
    [one], [same] = follow(case, handover, DAY)[2], follow(case, handover, DAY + timedelta(days=9))[2]
    assert one.message_id == same.message_id == uuid5(handover.handover_id, "BALANCE:7")


@pytest.mark.parametrize(
    ("url", "is_open"),
    [
        ("https://collect.example/in", True),
        ("https://collect.example/in/cases", True),
        ("https://collect.example/inside", False),
        ("https://collect.example/in/../admin", False),
        ("http://collect.example/in", False),
        ("https://collect.example.evil.example/in", False),
        ("https://other.example/x", True),
    ],
)
def test_only_addresses_that_the_operator_opened_are_called(url: str, is_open: bool) -> None:
    assert is_open_to(url, "https://collect.example/in https://other.example") is is_open
    assert not is_open_to(url, "")


def test_attempts_end_after_a_day_of_growing_pauses() -> None:
    pauses = [pause_seconds(attempt) for attempt in range(1, 9)]
    assert pauses == [*PAUSES_SECONDS, None]
    assert list(PAUSES_SECONDS) == sorted(PAUSES_SECONDS)


def test_hand_overs_of_two_cases_never_share_an_id() -> None:
    ids = {
        planned(replace(a_case(), case_id=case_id), a_collector(), number, DAY).handover_id
        for case_id in (1, 11, 111)
        for number in (1, 11)
    }
    assert len(ids) == 6
    assert CREDITOR not in ids
