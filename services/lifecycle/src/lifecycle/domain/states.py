"""What the office is doing with a case (status), and where its claim is (stage)."""

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
HoldReason = Literal["PAUSE", "DISPUTE", "PLAN", "PROMISE", "FLAG"]
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
    "FLAG": "PAUSED",
}
"""Why letters stop, and the status that shows it."""

HELD: Final[frozenset[Status]] = frozenset(HOLDS.values())
