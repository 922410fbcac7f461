"""Does the law allow a dunning policy? Every objection names the field, the rule and the row it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import combinations
from typing import Final

from statutes.book import StatuteBook, known_debtor_kind, known_jurisdiction, statute_book
from statutes.errors import PolicyFault, PolicyForbidden, UnknownFeeCode
from statutes.fees import NEVER_CHARGED, get_fee_rows
from statutes.ladders import STAGES, Policy, PolicyStep, Stage
from statutes.policies import list_policy_codes, policy
from statutes.rows import Fee, Wait
from statutes.waiting import SENDING, list_waits

MOST_BY_AMOUNT: Final = 6
"""Steps that may depend on what is owed: every choice of them is a ladder that must be lawful."""
_ELSEWHERE: Final = "any other country"


@dataclass(frozen=True, slots=True)
class _Timed:
    """A step with its earliest days after the due date: when it is sent and when its deadline ends."""

    step: PolicyStep
    sent_day: int
    deadline_day: int


def check_policy(policy: Policy, *, on_date: date = date.max, book: StatuteBook | None = None) -> None:
    """Raise PolicyForbidden with every fault; by default against the law as last on file."""
    faults = policy_faults(policy, on_date=on_date, book=book)
    if faults:
        raise PolicyForbidden(policy.code, faults)


def policy_faults(
    policy: Policy, *, on_date: date = date.max, book: StatuteBook | None = None
) -> tuple[PolicyFault, ...]:
    """Everything the law forbids, or that makes the ladder no ladder; nothing where the policy may be used.

    Every ladder that can come of the steps' conditions must be lawful, not only the one with all steps.
    """
    book = book or statute_book()
    known_jurisdiction(book, policy.jurisdiction)
    known_debtor_kind(policy.debtor_kind)
    # Days cannot be counted along a ladder that is broken itself.
    faults = list(_shape_faults(policy))
    if not faults:
        faults = [
            fault
            for steps in _possible_ladders(policy)
            for fault in _law_faults(replace(policy, steps=steps), on_date, book)
        ]
    return tuple(dict.fromkeys(faults))


def _possible_ladders(policy: Policy) -> Iterator[tuple[PolicyStep, ...]]:
    """Every choice of steps a claim can meet: a debtor's kind and country stay, what is owed changes on the way."""
    countries = {country for step in policy.steps for country in step.conditions.debtor_countries}
    met: set[tuple[int, ...]] = set()
    for country in sorted(countries | {_ELSEWHERE}):
        steps = [step for step in policy.steps if step.conditions.fit_debtor(policy.debtor_kind, country)]
        by_amount = [step.level for step in steps if step.conditions.by_amount]
        for count in range(len(by_amount) + 1):
            for left_out in combinations(by_amount, count):
                ladder = tuple(step for step in steps if step.level not in left_out)
                levels = tuple(step.level for step in ladder)
                if ladder and levels not in met:
                    met.add(levels)
                    yield ladder


def _law_faults(policy: Policy, on_date: date, book: StatuteBook) -> Iterator[PolicyFault]:
    waits = list(list_waits(book, policy.jurisdiction, policy.debtor_kind, on_date))
    timed: list[_Timed] = []
    charged: list[Fee] = []
    for step in policy.steps:
        earlier = tuple(timed)
        timed.append(_time(step, earlier))
        yield from _deadline_faults(step, waits)
        who = f"step {step.level} ({step.code})"
        yield from _event_faults(timed[-1], step.code, who, _when(step), earlier, waits)
        for code in step.fee_codes:
            field = _field(step, "fee_codes")
            try:
                rows = get_fee_rows(book, policy.jurisdiction, code)
            except UnknownFeeCode as unknown:
                yield PolicyFault(field, f"step {step.level}: {unknown}")
                continue
            row = _fee_in_force(rows, policy.debtor_kind, on_date)
            if row is None:
                yield _no_row(step, code, policy, rows)
                continue
            who = f"step {step.level}: the fee {code}"
            if row.kind in NEVER_CHARGED:
                yield _of_row(field, f"{who} {NEVER_CHARGED[row.kind]}", row)
            yield from _event_faults(timed[-1], row.earliest_event, who, field, earlier, waits)
            charged.append(row)
            yield from _count_faults(step, row, charged)


def _shape_faults(policy: Policy) -> Iterator[PolicyFault]:
    if not policy.steps:
        yield PolicyFault("steps", "it has no steps")
    letters = _letters(policy.jurisdiction)
    for number, step in enumerate(policy.steps, start=1):
        where = f"step {number} ({step.code})"
        if step.level != number:
            yield PolicyFault(f"steps[{number - 1}].level", f"{where}: its level is {step.level}, levels count 1, 2, 3")
            continue
        if (step.days_after_due is None) == (step.days_after_previous_deadline is None):
            rule = f"{where}: give either days_after_due or days_after_previous_deadline"
            yield PolicyFault(_field(step, "days_after_due"), rule)
        if number == 1 and step.days_after_due is None:
            rule = f"{where}: the first step is counted from the due date"
            yield PolicyFault(_field(step, "days_after_due"), rule)
        if step.deadline_days < 1 or min(step.days_after_due or 0, step.days_after_previous_deadline or 0) < 0:
            rule = f"{where}: days must not be negative, and a deadline is at least 1 day"
            yield PolicyFault(_field(step, "deadline_days" if step.deadline_days < 1 else _days_name(step)), rule)
        if number > 1 and STAGES.index(step.stage) < STAGES.index(policy.steps[number - 2].stage):
            rule = f"{where}: its stage {step.stage} lies before the stage of the step before it"
            yield PolicyFault(_field(step, "stage"), rule)
        if policy.own:
            yield from _own_step_faults(step, where, letters)
    if sum(step.transfers for step in policy.steps) > 1:
        yield PolicyFault("steps", "more than one step transfers the claim")
    if sum(step.conditions.by_amount for step in policy.steps) > MOST_BY_AMOUNT:
        yield PolicyFault("steps", f"more than {MOST_BY_AMOUNT} steps depend on the amount owed")


def _own_step_faults(step: PolicyStep, where: str, letters: dict[str, Stage]) -> Iterator[PolicyFault]:
    """A letter goes by the name the law knows it by, else what the law asks of it could be passed by."""
    if step.code not in letters:
        known = ", ".join(sorted(letters))
        yield PolicyFault(_field(step, "code"), f"{where} is no letter of {step.jurisdiction}; use {known}")
    elif letters[step.code] != step.stage:
        yield PolicyFault(_field(step, "stage"), f"{where} belongs to the stage {letters[step.code]}")
    conditions = step.conditions
    low, high = conditions.amount_from_minor, conditions.amount_to_minor
    if low is not None and high is not None and high < low:
        yield PolicyFault(_field(step, "conditions.amount_to_minor"), f"{where}: no amount fits from {low} to {high}")
    if step.tolerance_minor < 0:
        yield PolicyFault(_field(step, "tolerance_minor"), f"{where}: a tolerance is not negative")


@cache
def _letters(jurisdiction: str) -> dict[str, Stage]:
    """The letters of a country and the stage each belongs to, by the policies on file."""
    on_file = (policy(code) for code in list_policy_codes(drafts=True))
    return {step.code: step.stage for one in on_file if one.jurisdiction == jurisdiction for step in one.steps}


def _field(step: PolicyStep, name: str) -> str:
    return f"steps[{step.level - 1}].{name}"


def _days_name(step: PolicyStep) -> str:
    return "days_after_due" if step.days_after_due is not None else "days_after_previous_deadline"


def _when(step: PolicyStep) -> str:
    return _field(step, _days_name(step))


def _of_row(field: str, rule: str, row: Fee | Wait) -> PolicyFault:
    return PolicyFault(field, rule, row.facts.row_id, row.facts.source)


def _time(step: PolicyStep, earlier: tuple[_Timed, ...]) -> _Timed:
    if step.days_after_due is not None:
        sent_day = step.days_after_due
    else:
        last_deadline = earlier[-1].deadline_day if earlier else 0
        sent_day = last_deadline + (step.days_after_previous_deadline or 0)
    return _Timed(step, sent_day, sent_day + step.deadline_days)


def _deadline_faults(step: PolicyStep, waits: list[Wait]) -> Iterator[PolicyFault]:
    for wait in waits:
        counted_from = (f"{step.code}_sent", f"{step.code}_received")
        applies = wait.rule_kind == "minimum_deadline" and wait.from_event in counted_from
        if applies and wait.day_kind == "calendar" and step.deadline_days < wait.days:
            rule = f"step {step.level} ({step.code}) gives {step.deadline_days} days, the law at least {wait.days}"
            yield _of_row(_field(step, "deadline_days"), rule, wait)


def _event_faults(
    timed: _Timed, event: str, who: str, field: str, earlier: tuple[_Timed, ...], waits: list[Wait]
) -> Iterator[PolicyFault]:
    for wait in waits:
        if wait.to_event == event and wait.rule_kind == "deadline_before":
            for short in (before.step for before in earlier if f"{before.step.code}_sent" == wait.from_event):
                if short.deadline_days < wait.days:
                    rule = f"{who} needs {wait.days} days given by step {short.level} ({short.code})"
                    yield _of_row(_field(short, "deadline_days"), rule, wait)
        if wait.to_event != event or wait.rule_kind not in SENDING:
            continue
        start_day = _start_day(wait.from_event, earlier)
        if start_day is None:
            # A deadline that was never given is a step left out; a notice never sent asks for nothing.
            if wait.from_event.endswith("_deadline"):
                notice = wait.from_event.removesuffix("_deadline").replace("_", " ")
                yield _of_row(field, f"{who} needs an earlier {notice}", wait)
        elif timed.sent_day < start_day + wait.days:
            rule = f"{who} comes {timed.sent_day} days after due, the law allows it from day {start_day + wait.days}"
            yield _of_row(field, rule, wait)


def _start_day(event: str, earlier: tuple[_Timed, ...]) -> int | None:
    if event == "due_date":
        return 0
    if event.startswith("previous_notice_"):
        if not earlier:
            return None
        return earlier[-1].sent_day if event.endswith("_sent") else earlier[-1].deadline_day
    for timed in reversed(earlier):
        if event == f"{timed.step.code}_deadline":
            return timed.deadline_day
        if event == f"{timed.step.code}_sent":
            return timed.sent_day
    return None


def _fee_in_force(rows: list[Fee], debtor_kind: str, on_date: date) -> Fee | None:
    kind = known_debtor_kind(debtor_kind)
    fitting = (row for row in rows if kind in row.debtor_kinds and row.facts.in_force(on_date))
    return next(fitting, None)


def _no_row(step: PolicyStep, code: str, policy: Policy, rows: list[Fee]) -> PolicyFault:
    others = ", ".join(sorted({"/".join(row.debtor_kinds) for row in rows}))
    rule = f"step {step.level}: no row in force lets a {policy.debtor_kind} be charged {code}; it is for {others}"
    return _of_row(_field(step, "fee_codes"), rule, rows[0])


def _count_faults(step: PolicyStep, row: Fee, charged: list[Fee]) -> Iterator[PolicyFault]:
    count = sum(1 for other in charged if row.charge_group and other.charge_group == row.charge_group)
    if row.charge_max is not None and count > row.charge_max:
        rule = f"step {step.level}: {row.code} would be fee {count} of its kind, the law allows {row.charge_max}"
        yield _of_row(_field(step, "fee_codes"), rule, row)
