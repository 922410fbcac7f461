"""What a portfolio consists of: invoices, and what happens to each on which day. Amounts are minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from fordring.demo.creditors import DemoCreditor
from fordring.demo.people import Debtor


class Behaviour(StrEnum):
    """How the debtor, or the creditor, of an invoice behaves."""

    PAYS_IN_TIME = "pays in time"
    PAYS_AFTER_REMINDER = "pays after the reminder"
    PAYS_AFTER_NOTICE = "pays after the notice"
    PAYS_AFTER_TRANSFER = "pays after transfer to collection"
    PAYS_IN_PARTS = "pays a part, later the rest"
    PAYS_A_PART = "pays a part and never the rest"
    NEVER_PAYS = "never pays"
    WRONG_CHECK_DIGIT = "mistypes the reference, pays again when reminded"
    UNKNOWN_REFERENCE = "pays with somebody else's reference"
    NO_REFERENCE = "pays without reference"
    REFERENCE_IN_TEXT = "writes the reference into the message"
    PAYS_TWICE = "pays twice"
    OVERPAYS = "pays too much"
    PAYS_DIRECTLY = "pays the creditor"
    PAYS_DIRECTLY_TOO_MUCH = "pays the creditor too much"
    CREDITED = "is credited in full"
    CREDITED_IN_PART = "is credited in part, pays the rest"
    DISPUTES = "objects, gives in, pays"
    PAUSED_UNTIL = "is paused until a day, pays"
    PAUSED_OPEN = "is paused, resumed, pays"
    WITHDRAWN = "is withdrawn"
    CHARGED_BACK = "takes the payment back, pays later"


class Kind(StrEnum):
    """What a debtor pays: an amount known beforehand, or what the case shows on that day plus something."""

    FIXED = "FIXED"
    BALANCE = "BALANCE"


class Writes(StrEnum):
    """What a payer gives as reference."""

    REFERENCE = "REFERENCE"
    WRONG_DIGIT = "WRONG_DIGIT"
    UNKNOWN = "UNKNOWN"
    NOTHING = "NOTHING"
    IN_TEXT = "IN_TEXT"


@dataclass(frozen=True, slots=True)
class InvoicePlan:
    """An invoice as it will be submitted; `body` is the JSON of the partner API."""

    creditor: DemoCreditor
    number: str
    submit_date: date
    due_date: date
    gross_minor: int
    debtor: Debtor
    behaviour: Behaviour
    collection: bool
    controlled: bool
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Payment:
    """Money on its way to a client account; `amount_minor` comes on top of the balance when the kind is BALANCE."""

    invoice: InvoicePlan
    end_to_end_id: str
    amount_minor: int
    kind: Kind = Kind.FIXED
    writes: Writes = Writes.REFERENCE


@dataclass(frozen=True, slots=True)
class Reversal:
    """The debtor's bank takes a payment back."""

    payment: Payment


@dataclass(frozen=True, slots=True)
class Action:
    """Something the creditor asks for on a case."""

    invoice: InvoicePlan
    code: str
    comment: str = ""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class BadSubmission:
    """An invoice that must be refused, and what is wrong with it."""

    creditor: DemoCreditor
    fault: str
    body: Mapping[str, Any] = field(repr=False)


Happening = Payment | Reversal | Action


@dataclass(slots=True)
class DayScript:
    """Everything that reaches the house on one day."""

    day: date
    submissions: dict[str, list[InvoicePlan | BadSubmission]] = field(
        default_factory=dict[str, list[InvoicePlan | BadSubmission]]
    )
    actions: dict[str, list[Action]] = field(default_factory=dict[str, list[Action]])
    payments: list[Payment] = field(default_factory=list[Payment])
    reversals: list[Reversal] = field(default_factory=list[Reversal])

    @property
    def is_empty(self) -> bool:
        return not (self.submissions or self.actions or self.payments or self.reversals)


@dataclass(frozen=True, slots=True)
class Portfolio:
    """The whole script; `days` are the days on which something happens, in order, and the last day."""

    seed: int
    start: date
    end: date
    closing_date: date
    creditors: tuple[DemoCreditor, ...]
    invoices: tuple[InvoicePlan, ...]
    bad: tuple[BadSubmission, ...]
    days: tuple[DayScript, ...]
