"""Does the law allow a dunning policy? Every objection names the row it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from statutes.book import StatuteBook, known_debtor_kind, known_jurisdiction, statute_book
from statutes.errors import PolicyForbidden, UnknownFeeCode
from statutes.fees import NEVER_CHARGED, get_fee_rows
from statutes.policies import STAGES, Policy, PolicyStep
from statutes.rows import Fee, Wait
from statutes.waiting import SENDING, list_waits


@dataclass(frozen=True, slots=True)
class _Timed:
    """A step with its earliest days after the due date: when it is sent and when its deadline ends."""

    step: PolicyStep
    sent_day: int
    deadline_day: int


def check_policy(policy: Policy, *, on_date: date = date.max, book: StatuteBook | None = None) -> None:
    """Raise PolicyForbidden with every violation; by default against the law as last on file."""
    book = book or statute_book()
    known_jurisdiction(book, policy.jurisdiction)
    known_debtor_kind(policy.debtor_kind)
    # Days cannot be counted along a ladder that is broken itself.
    violations = list(_shape_violations(policy)) or list(_law_violations(policy, on_date, book))
    if violations:
        raise PolicyForbidden(policy.code, violations)


def _law_violations(policy: Policy, on_date: date, book: StatuteBook) -> Iterator[str]:
    waits = list(list_waits(book, policy.jurisdiction, policy.debtor_kind, on_date))
    timed: list[_Timed] = []
    charged: list[Fee] = []
    for step in policy.steps:
        earlier = tuple(timed)
        timed.append(_time(step, earlier))
        yield from _deadline_violations(step, waits)
        yield from _event_violations(timed[-1], step.code, f"step {step.level} ({step.code})", earlier, waits)
        for code in step.fee_codes:
            try:
                rows = get_fee_rows(book, policy.jurisdiction, code)
            except UnknownFeeCode as unknown:
                yield f"step {step.level}: {unknown}"
                continue
            row = _fee_in_force(rows, policy.debtor_kind, on_date)
            if row is None:
                yield _no_row(step, code, policy, rows)
                continue
            who = f"step {step.level}: the fee {code}"
            if row.kind in NEVER_CHARGED:
                yield f"{who} {NEVER_CHARGED[row.kind]} (row {row.facts.row_id})"
            yield from _event_violations(timed[-1], row.earliest_event, who, earlier, waits)
            charged.append(row)
            yield from _count_violations(step, row, charged)


def _shape_violations(policy: Policy) -> Iterator[str]:
    if not policy.steps:
        yield "it has no steps"
    for number, step in enumerate(policy.steps, start=1):
        where = f"step {number} ({step.code})"
        if step.level != number:
            yield f"{where}: its level is {step.level}, levels count 1, 2, 3"
        if (step.days_after_due is None) == (step.days_after_previous_deadline is None):
            yield f"{where}: give either days_after_due or days_after_previous_deadline"
        if number == 1 and step.days_after_due is None:
            yield f"{where}: the first step is counted from the due date"
        if step.deadline_days < 1 or min(step.days_after_due or 0, step.days_after_previous_deadline or 0) < 0:
            yield f"{where}: days must not be negative, and a deadline is at least 1 day"
        if number > 1 and STAGES.index(step.stage) < STAGES.index(policy.steps[number - 2].stage):
            yield f"{where}: its stage {step.stage} lies before the stage of the step before it"
    if sum(step.transfers for step in policy.steps) > 1:
        yield "more than one step transfers the claim"


def _time(step: PolicyStep, earlier: tuple[_Timed, ...]) -> _Timed:
    if step.days_after_due is not None:
        sent_day = step.days_after_due
    else:
        sent_day = earlier[-1].deadline_day + (step.days_after_previous_deadline or 0)
    return _Timed(step, sent_day, sent_day + step.deadline_days)


def _deadline_violations(step: PolicyStep, waits: list[Wait]) -> Iterator[str]:
    for wait in waits:
        counted_from = (f"{step.code}_sent", f"{step.code}_received")
        applies = wait.rule_kind == "minimum_deadline" and wait.from_event in counted_from
        if applies and wait.day_kind == "calendar" and step.deadline_days < wait.days:
            yield (
                f"step {step.level} ({step.code}) gives {step.deadline_days} days, "
                f"the law at least {wait.days} (row {wait.facts.row_id})"
            )


def _event_violations(
    timed: _Timed, event: str, who: str, earlier: tuple[_Timed, ...], waits: list[Wait]
) -> Iterator[str]:
    for wait in waits:
        row_id = wait.facts.row_id
        if wait.to_event == event and wait.rule_kind == "deadline_before":
            for short in (before.step for before in earlier if f"{before.step.code}_sent" == wait.from_event):
                if short.deadline_days < wait.days:
                    yield f"{who} needs {wait.days} days given by step {short.level} ({short.code}) (row {row_id})"
        if wait.to_event != event or wait.rule_kind not in SENDING:
            continue
        start_day = _start_day(wait.from_event, earlier)
        if start_day is None:
            # A deadline that was never given is a step left out; a notice never sent asks for nothing.
            if wait.from_event.endswith("_deadline"):
                yield f"{who} needs an earlier {wait.from_event.removesuffix('_deadline').replace('_', ' ')} (row {row_id})"
        elif timed.sent_day < start_day + wait.days:
            yield (
                f"{who} comes {timed.sent_day} days after due, "
                f"the law allows it from day {start_day + wait.days} (row {row_id})"
            )


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


def _no_row(step: PolicyStep, code: str, policy: Policy, rows: list[Fee]) -> str:
    known = ", ".join(sorted({f"{row.facts.row_id} for {'/'.join(row.debtor_kinds)}" for row in rows})[:3])
    return f"step {step.level}: no row in force lets a {policy.debtor_kind} be charged {code} (on file: {known})"


def _count_violations(step: PolicyStep, row: Fee, charged: list[Fee]) -> Iterator[str]:
    count = sum(1 for other in charged if row.charge_group and other.charge_group == row.charge_group)
    if row.charge_max is not None and count > row.charge_max:
        yield (
            f"step {step.level}: {row.code} would be fee {count} of its kind, "
            f"the law allows {row.charge_max} (row {row.facts.row_id})"
        )
