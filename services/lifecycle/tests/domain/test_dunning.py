"""The decision table of dunning, per policy, over months."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.lifecycle.tests.factories import DUE, a_situation

from lifecycle.domain.dunning import CaseSituation, first_step_bound, next_review_date, next_step, with_due_date
from statutes import Policy, policy, step_date, step_deadline

NO_CONSUMER = policy("no_consumer")
SE_BUSINESS = policy("se_business")
DAY = timedelta(days=1)


def days(count: int) -> timedelta:
    return timedelta(days=count)


def life(
    case: CaseSituation, rules: Policy, until: date, facts: dict[date, dict[str, object]]
) -> list[tuple[str, str]]:
    """Every event of a case, looked at on every day; facts of a day come before its review."""
    seen: list[tuple[str, str]] = []
    day = case.due_date
    while day <= until:
        case = replace(case, **facts.get(day, {}))
        decision = next_step(case, rules, day)
        case = decision.after
        if decision.resume:
            seen.append((day.isoformat(), "resumed"))
        if decision.overdue:
            seen.append((day.isoformat(), "overdue"))
        if decision.step:
            seen.append((day.isoformat(), f"{decision.step.level} {decision.step.code}"))
        day += DAY
    return seen


NO_LADDER = [
    ("2025-10-02", "overdue"),
    ("2025-10-15", "1 purring"),
    ("2025-10-30", "2 inkassovarsel"),
    ("2025-11-14", "3 betalingsoppfordring"),
    ("2025-12-27", "4 betalingsoppfordring_tung"),
]
SE_LADDER = [
    ("2025-10-02", "overdue"),
    ("2025-10-06", "1 betalningspaminnelse"),
    ("2025-10-15", "2 inkassokrav"),
    ("2025-10-24", "3 overlamning"),
]


@pytest.mark.parametrize(
    ("rules", "facts", "expected"),
    [
        pytest.param(NO_CONSUMER, {}, NO_LADDER, id="Norwegian consumer who never pays climbs the whole ladder once"),
        pytest.param(SE_BUSINESS, {}, SE_LADDER, id="Swedish business that never pays climbs the whole ladder once"),
        pytest.param(NO_CONSUMER, {DUE: {"principal_minor": 0}}, [], id="paid on the due date: nothing happens"),
        pytest.param(
            NO_CONSUMER,
            {date(2025, 10, 20): {"principal_minor": 0}},
            NO_LADDER[:2],
            id="paid after the first reminder: no further step",
        ),
        pytest.param(
            NO_CONSUMER,
            {date(2025, 10, 20): {"principal_minor": 1}, date(2025, 11, 1): {"principal_minor": 0}},
            NO_LADDER[:3],
            id="partly paid: what is left goes on until it is paid",
        ),
        pytest.param(
            NO_CONSUMER,
            {
                date(2025, 10, 20): {"principal_minor": 0, "fees_minor": 3_500},
                date(2025, 10, 21): {"small_balance_minor": 3_500},
            },
            NO_LADDER[:2],
            id="a residual within the agreement's tolerance gets no step",
        ),
        pytest.param(
            NO_CONSUMER,
            {date(2025, 10, 20): {"principal_minor": 0, "fees_minor": 3_501, "small_balance_minor": 3_500}},
            NO_LADDER,
            id="fees above the tolerance survive the principal's payment",
        ),
        pytest.param(
            SE_BUSINESS,
            {date(2025, 10, 10): {"status": "PAUSED", "hold_until_date": date(2025, 11, 10)}},
            [
                *SE_LADDER[:2],
                ("2025-11-11", "resumed"),
                ("2025-11-12", "2 inkassokrav"),
                ("2025-11-21", "3 overlamning"),
            ],
            id="a pause with an end resumes the day after, and the ladder goes on the day after that",
        ),
        pytest.param(
            NO_CONSUMER,
            {date(2025, 10, 10): {"status": "PAUSED", "hold_until_date": date(2025, 10, 12)}},
            [NO_LADDER[0], ("2025-10-13", "resumed"), *NO_LADDER[1:]],
            id="a pause that ends before the next step moves nothing",
        ),
        pytest.param(
            NO_CONSUMER,
            {date(2025, 10, 20): {"status": "DISPUTED"}},
            NO_LADDER[:2],
            id="a dispute stops letters for good",
        ),
        pytest.param(
            NO_CONSUMER,
            {
                date(2025, 10, 20): {"status": "DISPUTED"},
                date(2025, 12, 1): {"status": "ACTIVE", "earliest_step_date": date(2025, 12, 2)},
            },
            [*NO_LADDER[:2], ("2025-12-02", "2 inkassovarsel"), ("2025-12-17", "3 betalingsoppfordring")],
            id="a dispute that is given up goes on with the level after the last, none skipped",
        ),
        pytest.param(
            NO_CONSUMER,
            {DUE: {"status": "PAUSED"}},
            NO_LADDER[:1],
            id="a paused case falls overdue all the same",
        ),
        pytest.param(
            NO_CONSUMER,
            {DUE: {"collection_allowed": False}},
            NO_LADDER[:3],
            id="where collection is not allowed the ladder ends before it",
        ),
        pytest.param(
            SE_BUSINESS,
            {DUE: {"earliest_step_date": date(2025, 10, 9)}},
            [
                SE_LADDER[0],
                ("2025-10-09", "1 betalningspaminnelse"),
                ("2025-10-18", "2 inkassokrav"),
                ("2025-10-28", "3 overlamning"),
            ],
            id="a claim accepted late gets its first letter the day after acceptance at the earliest",
        ),
        pytest.param(NO_CONSUMER, {DUE: {"status": "CLOSED"}}, [], id="a closed case is left alone"),
    ],
)
def test_life_of_a_case(rules: Policy, facts: dict[date, dict[str, object]], expected: list[tuple[str, str]]) -> None:
    assert life(a_situation(), rules, date(2025, 12, 31), facts) == expected


def test_a_run_made_days_late_gives_what_it_would_have_given_in_time() -> None:
    case = a_situation(stage="OVERDUE")

    in_time = next_step(case, NO_CONSUMER, date(2025, 10, 15))

    assert in_time.step
    assert in_time.deadline_date == date(2025, 10, 29)
    assert next_step(case, NO_CONSUMER, date(2025, 10, 15)) == in_time  # no clock but the argument
    assert next_step(in_time.after, NO_CONSUMER, date(2025, 10, 15)).step is None


def test_a_case_found_months_late_takes_one_step_a_day_with_full_deadlines() -> None:
    first = next_step(a_situation(), NO_CONSUMER, date(2026, 2, 2))
    assert first.step
    assert (first.overdue, first.step.level, first.deadline_date) == (True, 1, date(2026, 2, 16))
    assert first.next_review_date == date(2026, 2, 17)


def test_a_later_due_date_before_the_first_letter_makes_the_case_not_yet_due() -> None:
    moved = with_due_date(a_situation(stage="OVERDUE"), date(2025, 11, 1), date(2025, 10, 10))
    assert (moved.stage, next_review_date(moved, NO_CONSUMER)) == ("INVOICED", date(2025, 11, 2))


def test_a_later_due_date_after_a_letter_moves_the_deadline_of_the_letter() -> None:
    reminded = a_situation(
        stage="REMINDER", level=1, last_step_date=date(2025, 10, 15), last_deadline_date=date(2025, 10, 29)
    )
    moved = with_due_date(reminded, date(2025, 12, 1), date(2025, 10, 20))
    assert (moved.stage, moved.level) == ("REMINDER", 1)
    assert next_review_date(moved, NO_CONSUMER) == date(2025, 12, 2)


@pytest.mark.parametrize(
    ("invoice_type", "accepted", "expected"),
    [
        pytest.param("INVOICE", DUE, None, id="an invoice in time has no bound"),
        pytest.param("INVOICE", DUE + DAY, DUE + days(2), id="an invoice after its due date waits a day"),
        pytest.param("COLLECTION", DUE - DAY, DUE, id="a collection invoice waits a day"),
    ],
)
def test_first_letter_comes_no_earlier_than_the_day_after_acceptance(
    invoice_type: str, accepted: date, expected: date | None
) -> None:
    assert first_step_bound(invoice_type, DUE, accepted) == expected


@dataclass(frozen=True)
class Fact:
    """Something that comes on a day of a history."""

    day: int
    kind: str
    amount: int


HISTORIES = st.lists(
    st.builds(
        Fact,
        st.integers(0, 150),
        st.sampled_from(["balance", "pause", "pause until", "dispute", "resume"]),
        st.integers(0, 40),
    ),
    max_size=8,
)


def applied(case: CaseSituation, fact: Fact, today: date) -> CaseSituation:
    match fact.kind:
        case "balance":
            return replace(case, principal_minor=fact.amount * 100)
        case "pause":
            return replace(case, status="PAUSED", hold_until_date=None)
        case "pause until":
            return replace(case, status="PAUSED", hold_until_date=today + days(fact.amount))
        case "dispute":
            return replace(case, status="DISPUTED", hold_until_date=None)
        case _:
            if not case.held:
                return case
            return replace(case, status="ACTIVE", hold_until_date=None, earliest_step_date=today + DAY)


def brute_force(rules: Policy, history: list[Fact], start: CaseSituation) -> list[tuple[date, int]]:
    """The same law told as a diary: one line per day, no planning ahead."""
    principal, held, until, free_from = start.principal_minor, False, date.max, date.min
    steps: list[tuple[date, int]] = []
    deadline: date | None = None
    for number in range(200):
        today = DUE + days(number)
        for fact in (fact for fact in history if fact.day == number):
            if fact.kind == "balance":
                principal = fact.amount * 100
            elif fact.kind == "resume":
                if held:
                    held, free_from = False, today + DAY
            else:
                held, until = True, today + days(fact.amount) if fact.kind == "pause until" else date.max
        if held and today > until:
            held, free_from = False, today + DAY
        if held or principal <= start.small_balance_minor or len(steps) == len(rules.steps) or today < free_from:
            continue
        step = rules.steps[len(steps)]
        if today >= step_date(step, DUE, deadline):
            steps.append((today, step.level))
            deadline = step_deadline(step, today)
    return steps


@given(history=HISTORIES, rules=st.sampled_from([NO_CONSUMER, SE_BUSINESS]))
def test_looking_only_on_review_days_takes_the_steps_a_daily_diary_takes(history: list[Fact], rules: Policy) -> None:
    start = a_situation(small_balance_minor=500)
    case, steps = start, list[tuple[date, int]]()
    for number in range(200):
        today = DUE + days(number)
        for fact in (fact for fact in history if fact.day == number):
            case = applied(case, fact, today)
        review = next_review_date(case, rules)
        if review is None or review > today:
            assert next_step(case, rules, today).after == case  # nothing was missed
            continue
        decision = next_step(case, rules, today)
        case = decision.after
        assert decision.resume or decision.overdue or decision.step  # a review day always brings something
        assert decision.next_review_date is None or decision.next_review_date > today
        if decision.step:
            steps.append((today, decision.step.level))

    assert steps == brute_force(rules, history, start)
    assert [level for _, level in steps] == list(range(1, len(steps) + 1))


def test_a_ladder_counted_from_the_due_date_found_late_is_climbed_one_rung_a_day() -> None:
    # letters between which the law wants no wait
    by_calendar = {"code": "purring", "fee_codes": (), "days_after_previous_deadline": None}
    rungs = tuple(replace(step, days_after_due=10 * step.level, **by_calendar) for step in NO_CONSUMER.steps)
    rules = replace(NO_CONSUMER, steps=rungs)
    case, seen = a_situation(), list[tuple[date, int]]()
    for number in range(5):
        today = date(2026, 1, 5) + days(number)
        for _ in range(3):  # the same day again takes nothing more
            decision = next_step(case, rules, today)
            case = decision.after
            if decision.step:
                seen.append((today, decision.step.level))
    assert seen == [(date(2026, 1, 5) + days(number), number + 1) for number in range(4)]


def test_a_ladder_counted_from_the_due_date_found_late_keeps_the_laws_distance_between_its_letters() -> None:
    rungs = tuple(
        replace(step, days_after_due=20 * step.level, days_after_previous_deadline=None)
        for step in NO_CONSUMER.steps[:3]
    )
    rules = replace(NO_CONSUMER, steps=rungs)
    case, seen = a_situation(), list[tuple[str, str]]()
    for number in range(60):
        today = date(2026, 1, 5) + days(number)
        decision = next_step(case, rules, today)
        case = decision.after
        if decision.step:
            seen.append((today.isoformat(), decision.step.code))
    # the warning's fee fifteen days after the reminder, the demand once the warning's deadline, 3 February, has passed
    assert seen == [
        ("2026-01-05", "purring"),
        ("2026-01-20", "inkassovarsel"),
        ("2026-02-04", "betalingsoppfordring"),
    ]
