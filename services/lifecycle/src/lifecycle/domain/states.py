"""What the office is doing with a case (status), where its claim is (stage), and what may be asked of it."""

from typing import Final, Literal

Stage = Literal["INVOICED", "OVERDUE", "REMINDER", "NOTICE", "COLLECTION", "LEGAL", "MONITORING"]
Status = Literal[
    "CREATED",
    "PREPARING",
    "REVIEWING",
    "PENDING",
    "ACTIVE",
    "PAUSED",
    "DISPUTED",
    "ON_PLAN",
    "PROMISED",
    "CLOSED",
    "FAILED",
]
HoldReason = Literal["PAUSE", "DISPUTE", "PLAN", "PROMISE"]
ActionCode = Literal[
    "COMMENT",
    "WITHDRAW",
    "DUEDATE",
    "PAYMENTPLAN",
    "OBJECTION",
    "PAUSE",
    "RESUME",
    "DIRECTPAYMENT",
    "CREDITNOTE",
]

HOLDS: Final[dict[HoldReason, Status]] = {
    "PAUSE": "PAUSED",
    "DISPUTE": "DISPUTED",
    "PLAN": "ON_PLAN",
    "PROMISE": "PROMISED",
}
"""Why letters stop, and the status that shows it."""

HELD: Final[frozenset[Status]] = frozenset(HOLDS.values())

_AT_WORK: Final[tuple[Status, ...]] = ("ACTIVE", "PAUSED", "DISPUTED", "ON_PLAN", "PROMISED")

TRANSITIONS: Final[dict[Status, tuple[Status, ...]]] = {
    "CREATED": ("PREPARING", "PENDING", "ACTIVE", "CLOSED", "FAILED"),
    "PREPARING": ("REVIEWING", "PENDING", "CLOSED", "FAILED"),
    "REVIEWING": ("PREPARING", "PENDING", "CLOSED", "FAILED"),
    "PENDING": ("ACTIVE", "CLOSED", "FAILED"),
    "ACTIVE": ("PAUSED", "DISPUTED", "ON_PLAN", "PROMISED", "CLOSED", "FAILED"),
    "PAUSED": ("ACTIVE", "PAUSED", "DISPUTED", "ON_PLAN", "PROMISED", "CLOSED", "FAILED"),
    "DISPUTED": ("ACTIVE", "ON_PLAN", "CLOSED", "FAILED"),
    "ON_PLAN": ("ACTIVE", "PAUSED", "DISPUTED", "CLOSED", "FAILED"),
    "PROMISED": ("ACTIVE", "PAUSED", "DISPUTED", "ON_PLAN", "CLOSED", "FAILED"),
    "CLOSED": _AT_WORK,
    "FAILED": ("ACTIVE", "CLOSED"),
}
"""Every change of status there is; CLOSED leads back only where a settled claim is owed again."""

_ANY_TIME: Final[tuple[ActionCode, ...]] = ("COMMENT",)
_MONEY: Final[tuple[ActionCode, ...]] = ("DIRECTPAYMENT", "CREDITNOTE")
_DATE_MOVES_IN: Final[frozenset[Stage]] = frozenset({"INVOICED", "OVERDUE", "REMINDER", "NOTICE"})

_ACTIONS: Final[dict[Status, tuple[ActionCode, ...]]] = {
    "CREATED": ("WITHDRAW",),
    "PREPARING": ("WITHDRAW",),
    "REVIEWING": ("WITHDRAW",),
    "PENDING": ("WITHDRAW",),
    "ACTIVE": ("WITHDRAW", "DUEDATE", "PAYMENTPLAN", "OBJECTION", "PAUSE", *_MONEY),
    "PAUSED": ("WITHDRAW", "DUEDATE", "PAYMENTPLAN", "OBJECTION", "PAUSE", "RESUME", *_MONEY),
    "DISPUTED": ("WITHDRAW", "DUEDATE", "PAYMENTPLAN", "RESUME", *_MONEY),
    "ON_PLAN": ("WITHDRAW", "DUEDATE", "OBJECTION", "PAUSE", "RESUME", *_MONEY),
    "PROMISED": ("WITHDRAW", "DUEDATE", "PAYMENTPLAN", "OBJECTION", "PAUSE", "RESUME", *_MONEY),
    "CLOSED": (),
    "FAILED": ("WITHDRAW", *_MONEY),
}


class TransitionForbidden(ValueError):
    """A status cannot follow another."""

    def __init__(self, status: Status, wanted: Status) -> None:
        super().__init__(f"A case that is {status} cannot become {wanted}; it may become {TRANSITIONS[status]}.")


def moved(status: Status, wanted: Status) -> Status:
    """`wanted`, where the table lets it follow `status`."""
    if wanted not in TRANSITIONS[status]:
        raise TransitionForbidden(status, wanted)
    return wanted


def available_actions(status: Status, stage: Stage) -> tuple[ActionCode, ...]:
    """What a creditor may ask for now; the date moves only while the case is not yet in collection."""
    actions = _ANY_TIME + _ACTIONS[status]
    return tuple(action for action in actions if action != "DUEDATE" or stage in _DATE_MOVES_IN)
