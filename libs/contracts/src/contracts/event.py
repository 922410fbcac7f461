"""The base of every event, and the register of all of them."""

from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid4

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Minor = Annotated[int, Field(description="Amount in minor units of the currency beside it.")]
PositiveMinor = Annotated[int, Field(gt=0, description="Amount above zero in minor units of the currency beside it.")]
NonNegativeMinor = Annotated[int, Field(ge=0, description="Amount, zero or more, in minor units.")]
BasisPoints = Annotated[int, Field(ge=0, le=10_000, description="Hundredths of a percent.")]
Stage = Literal["INVOICED", "OVERDUE", "REMINDER", "NOTICE", "COLLECTION", "LEGAL", "MONITORING"]
Component = Literal["PRINCIPAL", "INTEREST", "REMINDER_FEE", "COLLECTION_FEE", "COMPENSATION"]
DebtorKind = Literal["CONSUMER", "BUSINESS"]
Channel = Literal["EMAIL", "LETTER", "SMS", "EINVOICE"]


class Value(BaseModel):
    """A part of an event; unknown fields are ignored so that producers may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Part(Value):
    """How much of an amount belongs to one component of a claim."""

    component: Component
    amount_minor: Minor


class Balance(Value):
    """What is still owed on a claim, by component, in minor units; never negative."""

    principal_minor: NonNegativeMinor
    interest_minor: NonNegativeMinor
    fees_minor: NonNegativeMinor = Field(description="Reminder fees, collection fees and compensation.")

    @property
    def total_minor(self) -> int:
        return self.principal_minor + self.interest_minor + self.fees_minor


class Event(Value, ABC):
    """A fact, told once it is committed, to whoever listens. Delivered at least once, in order per key."""

    topic: ClassVar[str]
    producer: ClassVar[str]
    consumers: ClassVar[tuple[str, ...]] = ()
    version: ClassVar[int] = 1

    event_id: UUID = Field(default_factory=uuid4, description="Same fact, same id: consumers drop what they have seen.")
    occurred_at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC), description="Wall time, UTC.")

    @property
    @abstractmethod
    def key(self) -> str:
        """Partition key: facts with the same key and topic arrive in order."""

    @classmethod
    def schema_urn(cls) -> str:
        """Name of the payload's schema, carried as the CloudEvents attribute `dataschema`."""
        return f"urn:fordring:event:{cls.topic}:{cls.version}"

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if getattr(cls, "topic", None) is None:
            return
        if cls.topic in EVENTS:
            raise TypeError(f"topic {cls.topic} is already told by {EVENTS[cls.topic].__name__}")
        EVENTS[cls.topic] = cls


EVENTS: dict[str, type[Event]] = {}


class CaseEvent(Event, ABC):
    """A fact about one case, keyed by it."""

    creditor_id: UUID
    case_id: int = Field(gt=0)

    @property
    def key(self) -> str:
        return str(self.case_id)


class CreditorEvent(Event, ABC):
    """A fact about one creditor, keyed by it."""

    creditor_id: UUID

    @property
    def key(self) -> str:
        return str(self.creditor_id)
