"""What lifecycle says about cases."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import (
    Balance,
    CaseEvent,
    Channel,
    Component,
    Currency,
    NonNegativeMinor,
    PositiveMinor,
    Stage,
    Value,
)

CloseCode = Literal[
    "PAID",
    "PARTIALLY_PAID",
    "CREDITED",
    "WITHDRAWN",
    "WRITTEN_OFF",
    "SETTLEMENT_ACCEPTED",
    "INSOLVENT",
    "UNTRACEABLE",
    "TIME_BARRED",
    "EXHAUSTED",
    "UNECONOMICAL",
    "DISPUTED_DECLINED",
    "MERGED",
    "OTHER",
]


class Charge(Value):
    """A fee the law allows for a step, with the statute row it rests on."""

    code: str = Field(description="The fee's name in its own law, for example purring.")
    component: Component
    amount_minor: PositiveMinor
    vat_minor: NonNegativeMinor = Field(default=0, description="VAT on top, where the creditor cannot deduct it.")
    currency: Currency
    statute_row: str


class LetterGroup(Value):
    """One letter about several claims of a debtor: each of its steps names the group and how many there are."""

    group_id: UUID
    size: int = Field(gt=1, description="How many steps share the letter; one that drops out still counts.")


class CaseOpened(CaseEvent):
    """A case now follows a claim."""

    topic: ClassVar[str] = "case.opened"
    producer: ClassVar[str] = "lifecycle"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)

    claim_id: UUID
    source: Literal["DUNNING", "CHARGEBACK", "API", "CONSOLE", "IMPORT"]
    stage: Stage
    policy_code: str
    as_of: date


class CaseOverdue(CaseEvent):
    """The due date passed and something is still owed."""

    topic: ClassVar[str] = "case.overdue"
    producer: ClassVar[str] = "lifecycle"
    consumers: ClassVar[tuple[str, ...]] = ("payment-control", "gateway")

    claim_id: UUID
    due_date: date
    as_of: date


class CaseStepReached(CaseEvent):
    """A case reached a step of its dunning policy: told once per case, policy version and level."""

    topic: ClassVar[str] = "case.step.reached"
    producer: ClassVar[str] = "lifecycle"
    consumers: ClassVar[tuple[str, ...]] = ("payment-control", "gateway")

    claim_id: UUID
    step_key: str = Field(description="case:policy version:level; unique for ever.")
    policy_code: str
    policy_version: int
    level: int = Field(gt=0)
    step_code: str
    stage: Stage
    as_of: date
    deadline_date: date = Field(description="Day by which the debtor is asked to pay.")
    channel: Channel
    template: str
    charges: tuple[Charge, ...] = ()
    accrue_interest: bool = True
    disputed_minor: NonNegativeMinor = Field(
        default=0, description="Part of the principal that is disputed: the letter does not ask for it."
    )
    letter_group: LetterGroup | None = Field(default=None, description="None: the step has a letter of its own.")


class CaseHeld(CaseEvent):
    """Letters stop: the case is paused or disputed. Interest runs on by law."""

    topic: ClassVar[str] = "case.held"
    producer: ClassVar[str] = "lifecycle"
    consumers: ClassVar[tuple[str, ...]] = ("communication", "gateway")

    claim_id: UUID
    reason: Literal["PAUSE", "DISPUTE", "PLAN", "PROMISE", "FLAG"]
    until_date: date | None = None
    as_of: date
    hold_version: int = Field(gt=0, description="Counts holds and resumptions of the case; the highest is in force.")


class CaseResumed(CaseEvent):
    """A hold ended; the case goes on where it stood.

    With `step_key`: the letter of that step had not left when the hold came, as far as lifecycle heard. It is still owed,
    with the new deadline, unless it did leave.
    """

    topic: ClassVar[str] = "case.resumed"
    producer: ClassVar[str] = "lifecycle"
    consumers: ClassVar[tuple[str, ...]] = ("communication", "gateway")

    claim_id: UUID
    as_of: date
    hold_version: int = Field(gt=0)
    step_key: str | None = Field(default=None, description="The last step, where its letter is still owed.")
    deadline_date: date | None = Field(default=None, description="Day by which that letter now asks to be paid.")
    claim_version: int | None = Field(default=None, description="The version of the balance.")
    balance: Balance | None = Field(default=None, description="What is owed now, for that letter.")


class CaseTransferred(CaseEvent):
    """Dunning was exhausted; the case went to collection."""

    topic: ClassVar[str] = "case.transferred"
    producer: ClassVar[str] = "lifecycle"
    consumers: ClassVar[tuple[str, ...]] = ("gateway",)

    claim_id: UUID
    collector: str
    as_of: date


class CaseCollected(CaseEvent):
    """A collector reported money it took in on the case; told once per collector and its own id of the amount.

    The report is the collector's word: that the debtor owes less is booked by payment-control.
    """

    topic: ClassVar[str] = "case.collected"
    producer: ClassVar[str] = "lifecycle"
    consumers: ClassVar[tuple[str, ...]] = ("payment-control",)

    report_id: UUID = Field(description="Follows from collector and external id: the same amount, the same id.")
    claim_id: UUID
    collector: str
    external_id: str = Field(description="The collector's own id of the amount, unique per collector.")
    amount_minor: PositiveMinor
    currency: Currency
    collected_on: date = Field(description="The day the debtor paid the collector.")
    remitted_to: Literal["CREDITOR", "OFFICE"] = Field(description="To whom the collector passes the money on.")
    as_of: date


class CaseClosed(CaseEvent):
    """Nothing more will be done on the case."""

    topic: ClassVar[str] = "case.closed"
    producer: ClassVar[str] = "lifecycle"
    consumers: ClassVar[tuple[str, ...]] = ("payment-control", "communication", "gateway")

    claim_id: UUID
    close_code: CloseCode
    as_of: date
    closing_version: int = Field(gt=0, description="Counts closings of the case: a reversal may open it again.")
