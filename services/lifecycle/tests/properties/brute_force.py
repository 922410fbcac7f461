"""What should happen to a case, worked out anew for every day from the rules as people say them.

Knows nothing of the engine: no case, no policy, no date of the next look. It walks every day, and on each asks of every
rung whether its letter is to be sent. Only the statutes' deadline of a letter is taken from the library, which has tests
of its own.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from statutes import notice_deadline

DAY = timedelta(days=1)
Kind = Literal[
    "PAY",
    "TAKE_BACK",
    "CREDIT",
    "INTEREST",
    "PAUSE",
    "RESUME",
    "OBJECT",
    "DISPUTE_PART",
    "RESOLVE",
    "PROMISE",
    "PLAN",
    "FLAG",
    "UNFLAG",
    "MOVE_DUE",
    "OVERRIDE",
    "AGREED",
]


@dataclass(frozen=True, slots=True)
class Rung:
    """A letter of a ladder; amounts in minor units."""

    code: str
    after_due: int | None = None
    after_deadline: int | None = None
    deadline_days: int = 14
    at_least: int | None = None
    at_most: int | None = None
    tolerance: int = 0
    not_when: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happens on a day, before that day's sweep."""

    day: date
    kind: Kind
    amount: int = 0
    until: date | None = None
    count: int = 0
    ladder: tuple[Rung, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """An invoice and what happens to it. Small balances up to `small` are not written letters about."""

    due: date
    principal: int
    ladder: tuple[Rung, ...]
    facts: tuple[Fact, ...]
    small: int = 5_000


@dataclass(slots=True)
class Rest:
    """Why letters rest. A promise or plan knows what was owed when it was made, and what came in since."""

    kind: Literal["PAUSE", "DISPUTE", "PROMISE", "PLAN", "FLAG"]
    until: date | None = None
    promised: int = 0
    parts: tuple[tuple[date, int], ...] = ()
    owed_then: int = 0
    came_in: int = 0


@dataclass(slots=True)
class Tale:
    """The case as its story goes on."""

    history: History
    ladder: list[Rung]
    due: date
    principal: int
    interest: int = 0
    rest: Rest | None = None
    disputed: int = 0
    paid_up: bool = False
    flagged: bool = False
    told_overdue: bool = False
    climbed: int = 0
    """How many rungs of the ladder lie behind: sent, or passed over because they did not fit."""
    deadline: date | None = None
    last_letter: date | None = None
    silent_through: date = date.min
    payments: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])
    """Of each payment what went to the interest, and what to the principal."""
    events: list[tuple[date, str]] = field(default_factory=list[tuple[date, str]])

    @property
    def owed(self) -> int:
        return self.principal + self.interest


def brute_force(history: History, until: date, refused: frozenset[Fact] = frozenset()) -> list[tuple[date, str]]:
    """Every resumption, overdue notice and letter, day by day; `refused` are ladders that the law did not allow."""
    tale = Tale(history, list(history.ladder), history.due, history.principal)
    day = min([history.due, *(fact.day for fact in history.facts)])
    while day <= until:
        for fact in history.facts:
            if fact.day == day and fact not in refused:
                _happens(tale, fact)
        _sweep(tale, day)
        day += DAY
    return tale.events


def _happens(tale: Tale, fact: Fact) -> None:
    match fact.kind:
        case "PAY" | "CREDIT":
            _less(tale, fact)
        case "INTEREST":
            if not tale.paid_up:
                tale.interest += fact.amount // 10
                _promise_kept(tale, fact.day)
        case "TAKE_BACK":
            _more(tale, fact)
        case "PAUSE":
            if not _open(tale) or _resting(tale, "DISPUTE", "FLAG"):
                return
            _rest(tale, Rest("PAUSE", fact.until))
        case "OBJECT":
            if not _open(tale) or _resting(tale, "DISPUTE", "FLAG"):
                return
            _rest(tale, Rest("DISPUTE"))
        case "DISPUTE_PART":
            if _open(tale) and tale.rest is None and 0 < fact.amount < tale.principal:
                tale.disputed = fact.amount
        case "RESOLVE":
            if _open(tale) and _resting(tale, "DISPUTE"):
                _goes_on(tale, fact.day)
            elif _open(tale) and tale.rest is None:
                tale.disputed = 0
        case "RESUME":
            if _open(tale) and tale.rest and not _resting(tale, "FLAG"):
                _goes_on(tale, fact.day)
        case "PROMISE":
            rests = tale.rest.kind if tale.rest else None
            if _open(tale) and rests in (None, "PAUSE") and 0 < fact.amount <= tale.owed:
                _rest(tale, Rest("PROMISE", fact.until, promised=fact.amount, owed_then=tale.owed))
        case "PLAN":
            if _open(tale) and not _resting(tale, "PLAN", "FLAG") and fact.until is not None:
                _rest(tale, _plan(fact, tale.owed))
        case "FLAG":
            tale.flagged = True
            if _open(tale) and not _resting(tale, "FLAG"):
                _rest(tale, Rest("FLAG"))
        case "UNFLAG":
            if tale.flagged and _resting(tale, "FLAG"):
                if tale.paid_up:
                    tale.rest = None
                else:
                    _goes_on(tale, fact.day)
            tale.flagged = False
        case "MOVE_DUE":
            _move(tale, fact)
        case "OVERRIDE":
            _other_ladder(tale, fact.ladder)
        case "AGREED":
            _other_ladder(tale, tale.history.ladder)


def _open(tale: Tale) -> bool:
    return not tale.paid_up


def _resting(tale: Tale, *kinds: str) -> bool:
    return tale.rest is not None and tale.rest.kind in kinds


def _rest(tale: Tale, rest: Rest) -> None:
    """One reason at a time: what was agreed before falls, a partial dispute with it."""
    tale.rest, tale.disputed = rest, 0


def _goes_on(tale: Tale, day: date) -> None:
    """Nobody gets a letter on the day a case goes on."""
    tale.rest, tale.silent_through = None, day


def _plan(fact: Fact, owed: int) -> Rest:
    assert fact.until is not None
    part, left = divmod(owed, fact.count)
    days = [fact.until + 7 * DAY * number for number in range(fact.count)]
    sums = [part] * (fact.count - 1) + [part + left]
    plan = Rest("PLAN", parts=tuple(zip(days, sums, strict=True)), owed_then=owed)
    plan.until = _covered_until(plan, owed)
    return plan


def _covered_until(plan: Rest, owed: int) -> date | None:
    """The last day the plan is kept with the money there is: three days after the first part it does not reach."""
    have = max(plan.came_in, plan.owed_then - owed)
    for due, amount in plan.parts:
        have -= amount
        if have < 0:
            return due + 3 * DAY
    return None


def _less(tale: Tale, fact: Fact) -> None:
    """Payments cover interest first; a credit note covers principal alone, and once that is gone interest is let go."""
    if tale.paid_up:
        return
    if fact.kind == "PAY":
        to_interest = min(fact.amount, tale.interest)
        to_principal = min(fact.amount - to_interest, tale.principal)
        tale.payments.append((to_interest, to_principal))
        tale.interest, tale.principal = tale.interest - to_interest, tale.principal - to_principal
        if tale.rest:
            tale.rest.came_in += to_interest + to_principal
    else:
        tale.principal -= min(fact.amount, tale.principal)
        tale.interest = tale.interest if tale.principal else 0
    _promise_kept(tale, fact.day)
    tale.paid_up = tale.owed == 0


def _more(tale: Tale, fact: Fact) -> None:
    if not tale.payments:
        return
    interest, principal = tale.payments.pop()
    tale.interest, tale.principal = tale.interest + interest, tale.principal + principal
    if tale.rest:
        tale.rest.came_in -= interest + principal
    tale.silent_through = max(tale.silent_through, fact.day)
    tale.paid_up = False
    _promise_kept(tale, fact.day)
    if tale.flagged and not _resting(tale, "FLAG"):
        _rest(tale, Rest("FLAG"))


def _promise_kept(tale: Tale, day: date) -> None:
    promise = tale.rest
    if (
        promise
        and promise.kind == "PROMISE"
        and max(promise.came_in, promise.owed_then - tale.owed) >= promise.promised
    ):
        _goes_on(tale, day)


def _move(tale: Tale, fact: Fact) -> None:
    """Later only, and before collection; after a letter its deadline moves along."""
    gone_to_collection = any(rung.code.startswith("betalingsoppfordring") for rung in tale.ladder[: tale.climbed])
    if tale.paid_up or gone_to_collection or fact.until is None or fact.until < tale.due:
        return
    tale.due = fact.until
    if tale.last_letter is None:
        tale.told_overdue = tale.told_overdue and fact.until < fact.day
    elif tale.deadline is not None:
        tale.deadline = max(tale.deadline, fact.until)


def _other_ladder(tale: Tale, wanted: Sequence[Rung]) -> None:
    """From where the case stands: above the last letter of the new ladder that lies behind it."""
    behind, above = Counter(rung.code for rung in tale.ladder[: tale.climbed]), 0
    for place, rung in enumerate(wanted, 1):
        if behind[rung.code] > 0:
            behind[rung.code] -= 1
            above = place
    tale.ladder = [*tale.ladder[: tale.climbed], *wanted[above:]]


def _sweep(tale: Tale, day: date) -> None:
    if tale.paid_up:
        return
    _end_of_rest(tale, day)
    if not tale.told_overdue and day > tale.due:
        tale.told_overdue = True
        tale.events.append((day, "overdue"))
    if tale.rest is None:
        _letter(tale, day)


def _end_of_rest(tale: Tale, day: date) -> None:
    rest = tale.rest
    if rest and rest.kind == "PLAN":
        rest.until = _covered_until(rest, tale.owed) or rest.until
    if rest is None or rest.until is None or day <= rest.until:
        return
    _goes_on(tale, day)
    tale.events.append((day, "resumed"))


def _letter(tale: Tale, day: date) -> None:
    asked = max(0, tale.owed - tale.disputed)
    if day <= tale.silent_through or asked <= tale.history.small:
        return
    if tale.last_letter is not None and day <= tale.last_letter:
        return
    for place in range(tale.climbed, len(tale.ladder)):
        rung = tale.ladder[place]
        if asked <= rung.tolerance or _forbidden(tale, rung):
            return
        if (rung.at_least is not None and asked < rung.at_least) or (rung.at_most is not None and asked > rung.at_most):
            continue
        if rung.after_due is not None:
            earliest = tale.due + rung.after_due * DAY
        else:
            earliest = (tale.deadline or tale.due) + (rung.after_deadline or 0) * DAY
        # inkassoloven s.10: no demand before the deadline of the warning has passed, however late that was sent
        warned = any(behind.code == "inkassovarsel" for behind in tale.ladder[: tale.climbed])
        too_early = (
            rung.code == "betalingsoppfordring" and warned and tale.deadline is not None and day <= tale.deadline
        )
        if day < earliest or too_early:
            return
        tale.climbed, tale.last_letter = place + 1, day
        tale.deadline = notice_deadline("NO", "CONSUMER", rung.code, day, rung.deadline_days).effective_date
        tale.events.append((day, f"letter {rung.code}"))
        return


def _forbidden(tale: Tale, rung: Rung) -> bool:
    happens = {
        "PRINCIPAL_PAID": tale.principal == 0,
        "PARTLY_PAID": tale.principal < tale.history.principal,
        "DEBTOR_VULNERABLE": tale.flagged,
    }
    return any(happens[reason] for reason in rung.not_when)
