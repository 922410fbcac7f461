"""What payment-control says about claims."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.case import Charge, LetterGroup
from contracts.event import Balance, CaseEvent, Channel, Currency, NonNegativeMinor, Part, Stage


class ClaimCharged(CaseEvent):
    """A step's fees and the interest up to its day were booked; the balance is what the letter must show."""

    topic: ClassVar[str] = "claim.charged"
    producer: ClassVar[str] = "payment-control"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "communication", "accounting")

    claim_id: UUID
    claim_version: int = Field(gt=0, description="Counts changes of the claim; the highest tells the balance.")
    step_key: str
    level: int
    step_code: str
    stage: Stage
    as_of: date
    deadline_date: date
    channel: Channel
    template: str
    currency: Currency
    charges: tuple[Charge, ...]
    interest_minor: NonNegativeMinor = Field(description="Interest booked with this step.")
    interest_rows: tuple[str, ...] = Field(default=(), description="Statute rows the interest rests on.")
    interest_warnings: tuple[str, ...] = ()
    balance: Balance
    disputed_minor: NonNegativeMinor = Field(
        default=0, description="Part of the principal that is disputed: the letter does not ask for it."
    )
    letter_group: LetterGroup | None = Field(default=None, description="As the step said.")


class ClaimChanged(CaseEvent):
    """The balance of a claim changed by something else than a step."""

    topic: ClassVar[str] = "claim.changed"
    producer: ClassVar[str] = "payment-control"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "communication", "accounting")

    claim_id: UUID
    claim_version: int = Field(gt=0)
    cause: Literal[
        "PAYMENT_ALLOCATED",
        "PAYMENT_REVERSED",
        "DIRECT_PAYMENT",
        "CREDITED",
        "WAIVED",
        "WRITTEN_OFF",
        "SMALL_BALANCE",
        "INTEREST_ACCRUED",
        "CORRECTED",
        "COLLECTED",
    ]
    cause_id: UUID = Field(description="The payment, action or entry behind the change.")
    as_of: date
    currency: Currency
    parts: tuple[Part, ...] = Field(description="Change by component; negative lowers what is owed.")
    ignored_minor: NonNegativeMinor = Field(
        default=0,
        description="What a direct payment or credit note exceeded the open principal by, or a collector's amount the claim.",
    )
    interest_warnings: tuple[str, ...] = Field(default=(), description="Days for which the law's tables had no rate.")
    balance: Balance
    remitted_to: Literal["CREDITOR", "OFFICE"] | None = Field(
        default=None, description="With COLLECTED: to whom the collector passes the money on."
    )
    corrects: Literal["DIRECT_PAYMENT", "CREDITED", "WAIVED", "WRITTEN_OFF"] | None = Field(
        default=None, description="CORRECTED: the kind of change that is taken back, with the sign turned."
    )


class ClaimSettled(CaseEvent):
    """Nothing is owed on the claim any more; told beside the claim.changed of the same version, which says why."""

    topic: ClassVar[str] = "claim.settled"
    producer: ClassVar[str] = "payment-control"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "communication", "gateway")

    claim_id: UUID
    claim_version: int = Field(gt=0)
    cause: Literal["PAID", "CREDITED", "WITHDRAWN", "WRITTEN_OFF"]
    as_of: date
    currency: Currency
