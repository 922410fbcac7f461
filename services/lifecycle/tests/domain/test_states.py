"""Statuses, what may follow what, and what may be asked."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from services.lifecycle.tests.factories import CREDITOR, DUE, a_situation, claim_of

from lifecycle.domain.actions import Action, perform
from lifecycle.domain.case import Case, changed, closed, held, settled
from lifecycle.domain.states import HELD, ActionCode, Stage, Status
from lifecycle.domain.transitions import TRANSITIONS, UNFINISHED, TransitionForbidden, available_actions, diagram, moved

TODAY = date(2025, 10, 20)


def a_case(**changes: Any) -> Case:
    return Case(
        case_id=100_001,
        creditor_id=CREDITOR,
        claim_id=claim_of(100_001),
        invoice_number="F-1",
        currency="NOK",
        debtor_kind="CONSUMER",
        policy_code="no_consumer",
        policy_version=1,
        jurisdiction="NO",
        creditor_deducts_vat=True,
        interest_enabled=True,
        opened_date=DUE,
        situation=a_situation(**changes),
    )


def test_every_open_status_can_fail_and_close_and_only_a_closed_case_reopens_from_closed() -> None:
    for status in get_args(Status):
        if status != "CLOSED":
            assert "CLOSED" in TRANSITIONS[status]
            assert status == "FAILED" or "FAILED" in TRANSITIONS[status]
    # one whose law was missing is not at work again
    assert set(TRANSITIONS["CLOSED"]) == {"ACTIVE", *HELD, *UNFINISHED, "FAILED"}


def test_a_status_that_cannot_follow_is_refused_by_name() -> None:
    with pytest.raises(TransitionForbidden, match="CLOSED cannot become CREATED"):
        moved("CLOSED", "CREATED")


@pytest.mark.parametrize("status", get_args(Status))
@pytest.mark.parametrize("stage", get_args(Stage))
@pytest.mark.parametrize("code", get_args(ActionCode))
def test_an_action_is_done_exactly_where_it_is_available(status: Status, stage: Stage, code: ActionCode) -> None:
    case = a_case(status=status, stage=stage)
    action = Action(code, TODAY, due_date=TODAY + timedelta(days=30))

    outcome = perform(case, action)

    assert outcome.done == (code in available_actions(status, stage))
    assert outcome.done or outcome.case == case
    assert outcome.done or "allowed now" in outcome.text


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        pytest.param(
            Action("PAUSE", TODAY, until_date=TODAY - timedelta(days=1)), "last day", id="a pause that is over already"
        ),
        pytest.param(Action("DUEDATE", TODAY), "no date", id="a due date without a date"),
        pytest.param(
            Action("DUEDATE", TODAY, due_date=DUE - timedelta(days=1)), "later day", id="a due date made earlier"
        ),
    ],
)
def test_an_action_that_makes_no_sense_is_refused_with_the_reason(action: Action, reason: str) -> None:
    outcome = perform(a_case(), action)
    assert not outcome.done
    assert reason in outcome.text


def test_an_objection_ends_a_pause_that_would_have_ended_by_itself() -> None:
    paused = perform(a_case(), Action("PAUSE", TODAY, until_date=TODAY)).case
    disputed = perform(paused, Action("OBJECTION", TODAY)).case
    assert (disputed.situation.status, disputed.situation.hold_until_date) == ("DISPUTED", None)
    assert (disputed.hold_reason, disputed.hold_version) == ("DISPUTE", 2)
    assert disputed.next_review_date is not None  # it falls overdue all the same


def test_a_case_owed_again_stands_where_it_stood_with_its_hold() -> None:
    case = held(a_case(stage="NOTICE", level=2), "DISPUTE", None)
    paid = settled(case, 3, "PAID", TODAY)
    again = changed(paid, 4, 50_000, 0, 0, TODAY, reversal=True)
    assert (paid.situation.status, paid.close_code, paid.closing_version) == ("CLOSED", "PAID", 1)
    assert (again.situation.status, again.situation.stage, again.situation.level) == ("DISPUTED", "NOTICE", 2)
    assert (again.close_code, again.closed_date, again.closing_version) == (None, None, 1)


def test_a_withdrawn_case_stays_withdrawn_whatever_the_claim_says() -> None:
    withdrawn = closed(a_case(), "WITHDRAWN", TODAY)
    assert changed(withdrawn, 4, 50_000, 0, 0, TODAY, reversal=True).close_code == "WITHDRAWN"
    assert settled(withdrawn, 5, "PAID", TODAY).close_code == "WITHDRAWN"


def test_a_settlement_older_than_the_known_balance_closes_nothing() -> None:
    case = changed(a_case(), 4, 50_000, 0, 0, TODAY, reversal=True)
    assert settled(case, 3, "PAID", TODAY) == case


def test_the_diagram_in_the_docs_is_the_table() -> None:
    page = Path(__file__).parents[4] / "docs" / "case-machine.md"
    assert page.read_text() == diagram(), "run python -m lifecycle.domain.transitions > docs/case-machine.md"
