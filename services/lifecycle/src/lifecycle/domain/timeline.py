"""What a case's timeline shows: who, when, what, with ids. Texts are for the creditor and the office."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

EntryKind = Literal[
    "OPENED",
    "OVERDUE",
    "STEP",
    "CHARGED",
    "BALANCE",
    "HELD",
    "RESUMED",
    "TRANSFERRED",
    "CLOSED",
    "REOPENED",
    "FAILED",
    "ACTION",
    "ACTION_REFUSED",
    "PAYMENT",
    "REVERSAL",
    "DISTRIBUTION",
    "MESSAGE",
    "REVIEW",
    "DISPUTED",
    "FLAG",
    "LIMITATION",
    "COLLECTOR",
    "POLICY",
]
Who = Literal["System", "Creditor", "Debtor", "Bank", "Collector"]


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line; `entry_date` is the business day, `at` the wall time in UTC."""

    case_id: int
    entry_date: date
    at: datetime
    kind: EntryKind
    text: str
    who: Who = "System"
    ids: dict[str, str] = field(default_factory=dict[str, str])
