"""Promises, plans and disputes: sums, what is covered, what rests."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.lifecycle.tests.domain.test_states import a_case

from lifecycle.domain import work
from lifecycle.domain.arrangements import Plan, covered_through, equal_instalments
from lifecycle.domain.case import Case, kept_promise, with_balance
from lifecycle.domain.transitions import WorkForbidden
from lifecycle.domain.work import WorkRefused
from lifecycle.use_cases.dry_runs import dry_run
from lifecycle.use_cases.reviews import review

TODAY = date(2025, 10, 20)


def an_active_case(**changes: Any) -> Case:
    return a_case(stage="REMINDER", level=1, last_deadline_date=date(2025, 10, 29), **changes)


def owing(case: Case, principal_minor: int) -> Case:
    return with_balance(case, case.claim_version + 1, principal_minor, 0, 0)


@given(st.integers(1, 10**9), st.integers(1, 60))
def test_instalments_are_equal_but_the_last_and_add_up(owed_minor: int, count: int) -> None:
    if count > owed_minor:
        with pytest.raises(ValueError, match="instalments"):
            equal_instalments(owed_minor, count, TODAY, 30)
        return
    parts = [part.amount_minor for part in equal_instalments(owed_minor, count, TODAY, 30)]
    assert sum(parts) == owed_minor
    assert len(set(parts[:-1])) <= 1
    assert 0 <= parts[-1] - parts[0] < count


@given(st.integers(1, 10_000), st.integers(1, 12), st.integers(0, 10_000))
def test_a_plan_is_covered_through_the_first_instalment_that_is_not_paid(
    owed_minor: int, count: int, paid_minor: int
) -> None:
    count, paid_minor = min(count, owed_minor), min(paid_minor, owed_minor)
    plan = Plan(accepted=True, instalments=equal_instalments(owed_minor, count, TODAY, 30), owed_minor=owed_minor)
    unpaid, rest = None, paid_minor
    for part in plan.instalments:
        rest -= part.amount_minor
        if rest < 0:
            unpaid = part.due_date
            break
    assert covered_through(plan, owed_minor - paid_minor) == unpaid


def test_a_promise_is_kept_by_the_money_and_broken_by_the_calendar() -> None:
    promised = work.promise(an_active_case(), 60_000, date(2025, 11, 10), TODAY).case
    assert kept_promise(owing(promised, 40_001), TODAY) is None
    kept = kept_promise(owing(promised, 40_000), TODAY)
    assert kept is not None
    assert (kept.situation.status, kept.arrangement, kept.hold_version) == ("ACTIVE", None, 2)
    assert promised.next_review_date == date(2025, 11, 11)
    broken = review(promised, date(2025, 11, 11), ()).after
    assert (broken.situation.status, broken.arrangement) == ("ACTIVE", None)


def test_a_plan_rests_while_instalments_are_paid_and_a_missed_one_lets_the_case_go_on() -> None:
    proposed = work.propose_plan(an_active_case(), 3, date(2025, 11, 1), 30, 2, date(2025, 10, 25), TODAY).case
    accepted = work.accept_plan(proposed).case
    assert accepted.next_review_date == date(2025, 11, 4)  # the first instalment, two days of grace, the day after
    paid = owing(accepted, 66_000)
    followed = review(paid, date(2025, 11, 4), ()).after
    assert (followed.situation.status, followed.next_review_date) == ("ON_PLAN", date(2025, 12, 4))
    missed = review(followed, date(2025, 12, 4), ()).after
    assert (missed.situation.status, missed.arrangement) == ("ACTIVE", None)
    assert missed.next_review_date == date(2025, 12, 5)


def test_a_plan_nobody_accepts_falls_after_its_answer_day() -> None:
    proposed = work.propose_plan(an_active_case(), 3, date(2025, 11, 1), 30, 2, date(2025, 10, 25), TODAY).case
    assert review(proposed, date(2025, 10, 26), ()).after.situation.status == "ACTIVE"


def test_of_a_partial_dispute_only_the_disputed_part_rests() -> None:
    disputed = work.dispute(an_active_case(), "Too many hours", ["doc-1"], 30_000, None, TODAY).case
    assert (disputed.situation.status, disputed.situation.undisputed_minor) == ("ACTIVE", 70_000)
    assert disputed.next_review_date == date(2025, 10, 30)  # the rest goes on
    small = owing(work.dispute(an_active_case(), "Too many hours", [], 99_999, None, TODAY).case, 99_999)
    assert small.next_review_date is None  # nothing undisputed is left
    rejected = work.resolve_dispute(small, "REJECTED", TODAY).case
    assert rejected.next_review_date == date(2025, 10, 30)


def test_a_whole_dispute_stops_until_it_is_judged() -> None:
    disputed = work.dispute(an_active_case(), "Not mine", [], None, None, TODAY).case
    assert (disputed.situation.status, disputed.next_review_date) == ("DISPUTED", None)
    assert work.resolve_dispute(disputed, "REJECTED", TODAY).case.situation.status == "ACTIVE"


def test_a_manual_case_is_prepared_reviewed_and_starts_the_day_after() -> None:
    case = a_case(status="PREPARING")
    assert case.next_review_date is None
    with pytest.raises(WorkForbidden, match="possible: PREPARED, CLOSE"):
        work.approve(case, TODAY)
    reviewing = work.prepare(case, TODAY).case
    assert work.send_back(reviewing).case == case
    assert work.reject(reviewing, TODAY).case.close_code == "DISPUTED_DECLINED"
    approved = work.approve(reviewing, TODAY).case
    assert (approved.situation.status, approved.next_review_date) == ("PENDING", TODAY + timedelta(days=1))
    begun = review(approved, TODAY + timedelta(days=1), ())
    assert begun.after.situation.status == "ACTIVE"
    assert begun.decision is not None
    assert begun.decision.step is not None
    assert begun.decision.step.level == 1


@pytest.mark.parametrize(
    ("amount_minor", "days", "field"),
    [
        pytest.param(100_001, 5, "amount_minor", id="more than is owed"),
        pytest.param(1, -1, "promised_date", id="a day that has passed"),
        pytest.param(1, 93, "promised_date", id="a day too far away"),
    ],
)
def test_a_promise_that_makes_no_sense_is_refused_by_field(amount_minor: int, days: int, field: str) -> None:
    with pytest.raises(WorkRefused) as refused:
        work.promise(an_active_case(), amount_minor, TODAY + timedelta(days=days), TODAY)
    assert refused.value.field == field


def test_a_dry_run_is_the_sweep_of_every_day_on_a_copy() -> None:
    case, until = a_case(), date(2025, 12, 31)
    found = dry_run(case, (), date(2025, 9, 15), until)

    swept, charged, day = list[tuple[date, str]](), [], date(2025, 9, 15)
    while day <= until:
        if case.next_review_date is not None and case.next_review_date <= day:
            one = review(case, day, charged)
            case = one.after
            if one.step_taken:
                charged += one.charges.charges
                swept.append((day, one.step_taken.step_code))
        day += timedelta(days=1)
    assert [(one.day, one.step_code) for one in found.happenings if one.kind == "STEP"] == swept
    assert len(swept) == 4
    assert found.happenings[0].kind == "OVERDUE"
    assert found.happenings[-1].owed_minor == 100_000 + sum(fee.amount_minor for fee in charged)
    assert found.interest_estimate_minor is not None
    assert found.interest_rows
