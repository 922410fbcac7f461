"""Every change of a case's status, as one table; what may be asked of a case and the diagram in docs/ follow from it."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

from lifecycle.domain.states import ActionCode, Stage, Status

WorkCode = Literal["PREPARED", "REVIEWED", "SEND_BACK", "REJECT", "CLOSE", "PROMISE", "PLAN", "DISPUTE", "RETRY"]
"""What is asked of lifecycle directly, and answered at once."""
Cause = (
    ActionCode
    | WorkCode
    | Literal["OPEN", "START", "TRANSFER", "GIVEN_BACK", "HOLD_ENDS", "SETTLED", "OWED_AGAIN", "FLAG", "NO_LAW"]
)


@dataclass(frozen=True, slots=True)
class Transition:
    """What brings a case from one of the statuses to another; a target of None leaves the status as it is."""

    cause: Cause
    sources: tuple[Status, ...]
    target: Status | None


_AT_WORK: Final[tuple[Status, ...]] = ("ACTIVE", "PAUSED", "DISPUTED", "ON_PLAN", "PROMISED")
_BEFORE_WORK: Final[tuple[Status, ...]] = ("CREATED", "PREPARING", "REVIEWING", "PENDING")
_HELD: Final[tuple[Status, ...]] = _AT_WORK[1:]
UNFINISHED: Final[tuple[Status, ...]] = ("PREPARING", "REVIEWING", "PENDING")
"""Where a case stands again that was settled before its work began: nobody skips a review by paying and taking back."""
_OPEN: Final[tuple[Status, ...]] = (*_BEFORE_WORK, *_AT_WORK)

TABLE: Final[tuple[Transition, ...]] = (
    Transition("COMMENT", get_args(Status), None),
    Transition("OPEN", ("CREATED",), "PREPARING"),
    Transition("OPEN", ("CREATED",), "ACTIVE"),
    Transition("PREPARED", ("PREPARING",), "REVIEWING"),
    Transition("PREPARED", ("PREPARING",), "PENDING"),
    Transition("REVIEWED", ("REVIEWING",), "PENDING"),
    Transition("SEND_BACK", ("REVIEWING",), "PREPARING"),
    Transition("REJECT", ("REVIEWING",), "CLOSED"),
    Transition("START", ("CREATED", "PENDING"), "ACTIVE"),
    Transition("TRANSFER", ("ACTIVE",), "REVIEWING"),
    Transition("TRANSFER", ("ACTIVE",), "PENDING"),
    Transition("GIVEN_BACK", ("PENDING", "ACTIVE"), "REVIEWING"),
    Transition("WITHDRAW", (*_OPEN, "FAILED"), "CLOSED"),
    Transition("DUEDATE", _AT_WORK, None),
    Transition("PAYMENTPLAN", ("ACTIVE", "PAUSED", "DISPUTED", "PROMISED"), "ON_PLAN"),
    Transition("PLAN", ("ACTIVE", "PAUSED", "DISPUTED", "ON_PLAN", "PROMISED"), "ON_PLAN"),
    Transition("OBJECTION", ("ACTIVE", "PAUSED", "ON_PLAN", "PROMISED"), "DISPUTED"),
    Transition("DISPUTE", ("ACTIVE", "PAUSED", "ON_PLAN", "PROMISED"), "DISPUTED"),
    Transition("PAUSE", ("ACTIVE", "PAUSED", "ON_PLAN", "PROMISED"), "PAUSED"),
    Transition("FLAG", _AT_WORK, "PAUSED"),
    Transition("PROMISE", ("ACTIVE", "PAUSED"), "PROMISED"),
    Transition("RESUME", _HELD, "ACTIVE"),
    Transition("HOLD_ENDS", _HELD, "ACTIVE"),
    Transition("DIRECTPAYMENT", (*_AT_WORK, "FAILED"), None),
    Transition("CREDITNOTE", (*_AT_WORK, "FAILED"), None),
    Transition("SETTLED", (*_OPEN, "FAILED"), "CLOSED"),
    Transition("CLOSE", (*_OPEN, "FAILED"), "CLOSED"),
    *(Transition("OWED_AGAIN", ("CLOSED",), status) for status in (*UNFINISHED, *_AT_WORK, "FAILED")),
    Transition("NO_LAW", _OPEN, "FAILED"),
    *(Transition("RETRY", ("FAILED",), status) for status in _AT_WORK),
)
"""CLOSED leads back only where a settled claim is owed again; FAILED where the law's tables had no answer."""

_HOLDS_AND_ENDS: Final[frozenset[Cause]] = frozenset(
    {"PAUSE", "OBJECTION", "PAYMENTPLAN", "RESUME", "PROMISE", "PLAN", "DISPUTE"}
)
_DATE_MOVES_IN: Final[frozenset[Stage]] = frozenset({"INVOICED", "OVERDUE", "REMINDER", "NOTICE"})


def _sources(cause: Cause) -> frozenset[Status]:
    return frozenset(source for one in TABLE if one.cause == cause for source in one.sources)


def _targets(status: Status) -> tuple[Status, ...]:
    return tuple(dict.fromkeys(one.target for one in TABLE if status in one.sources and one.target is not None))


TRANSITIONS: Final[dict[Status, tuple[Status, ...]]] = {status: _targets(status) for status in get_args(Status)}
_ALLOWED: Final[dict[Cause, frozenset[Status]]] = {one.cause: _sources(one.cause) for one in TABLE}


class TransitionForbidden(ValueError):
    """A status cannot follow another."""

    def __init__(self, status: Status, wanted: Status) -> None:
        super().__init__(f"A case that is {status} cannot become {wanted}; it may become {TRANSITIONS[status]}.")


class WorkForbidden(Exception):
    """What is asked does not fit the case's status; `allowed` says what does."""

    def __init__(self, case_id: int, code: str, status: Status, allowed: Iterable[str]) -> None:
        self.allowed = tuple(allowed)
        super().__init__(
            f"Case {case_id} is {status}: {code} is not possible now; possible: {', '.join(self.allowed) or 'nothing'}."
        )


def moved(status: Status, wanted: Status) -> Status:
    """`wanted`, where the table lets it follow `status`."""
    if wanted not in TRANSITIONS[status]:
        raise TransitionForbidden(status, wanted)
    return wanted


def available_actions(status: Status, stage: Stage, *, flagged: bool = False) -> tuple[ActionCode, ...]:
    """What a creditor may ask for now; the date moves only while the case is not yet in collection.

    A hold for a flag of the debtor (deceased, insolvent, …) ends with the flag: nothing else takes its place.
    """
    actions: tuple[ActionCode, ...] = get_args(ActionCode)
    return tuple(
        action
        for action in actions
        if status in _ALLOWED[action]
        and (action != "DUEDATE" or stage in _DATE_MOVES_IN)
        and not (flagged and action in _HOLDS_AND_ENDS)
    )


def available_work(status: Status, *, flagged: bool = False) -> tuple[WorkCode, ...]:
    """What may be asked of lifecycle directly now; a flag's hold gives way to nothing but the end of the flag."""
    codes: tuple[WorkCode, ...] = get_args(WorkCode)
    return tuple(code for code in codes if status in _ALLOWED[code] and not (flagged and code in _HOLDS_AND_ENDS))


def check_work(case_id: int, status: Status, code: WorkCode, *, flagged: bool = False) -> None:
    """WorkForbidden where the table does not allow it."""
    allowed = available_work(status, flagged=flagged)
    if code not in allowed:
        raise WorkForbidden(case_id, code, status, allowed)


def diagram() -> str:
    """The page docs/case-machine.md: a Mermaid diagram and the table it is drawn from."""
    arrows: dict[tuple[Status, Status], list[str]] = {}
    for one in TABLE:
        for source in one.sources:
            if one.target is not None and one.target != source:
                arrows.setdefault((source, one.target), []).append(one.cause)
    drawn = [f"    {source} --> {target}: {', '.join(causes)}" for (source, target), causes in arrows.items()]
    rows = [f"| {one.cause} | {', '.join(one.sources)} | {one.target or 'unchanged'} |" for one in TABLE]
    return "\n".join(
        [
            "# The status of a case",
            "",
            "Generated from `lifecycle.domain.transitions.TABLE`; write it anew with",
            "`python -m lifecycle.domain.transitions > docs/case-machine.md`.",
            "",
            "```mermaid",
            "stateDiagram-v2",
            "    [*] --> CREATED",
            *drawn,
            "```",
            "",
            "| cause | from | to |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


if __name__ == "__main__":
    sys.stdout.write(diagram())
