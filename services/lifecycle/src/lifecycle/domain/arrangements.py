"""What was agreed about a case while its letters rest: a promise, a plan in instalments, a dispute."""

from datetime import date, timedelta
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MOST_INSTALMENTS: Final = 60


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Promise(_Value):
    """So much by that day; `owed_minor` is what was owed when it was given."""

    kind: Literal["PROMISE"] = "PROMISE"
    amount_minor: int
    promised_date: date
    owed_minor: int


class Instalment(_Value):
    """A part of a plan, in minor units."""

    due_date: date
    amount_minor: int


class Plan(_Value):
    """A payment plan; it is missed when an instalment is not covered `grace_days` after its day."""

    kind: Literal["PLAN"] = "PLAN"
    accepted: bool
    instalments: tuple[Instalment, ...]
    owed_minor: int
    grace_days: int = 0


class Dispute(_Value):
    """What the debtor objects to; without an amount it is the whole claim."""

    kind: Literal["DISPUTE"] = "DISPUTE"
    reason: str
    evidence: tuple[str, ...] = ()
    disputed_minor: int | None = None
    deadline_date: date | None = None
    outcome: Literal["UPHELD", "PARTIAL", "REJECTED"] | None = None


Arrangement = Annotated[Promise | Plan | Dispute, Field(discriminator="kind")]
_ANY: Final[TypeAdapter[Promise | Plan | Dispute]] = TypeAdapter(Arrangement)


def from_json(text: str) -> Promise | Plan | Dispute:
    """An arrangement as it is stored."""
    return _ANY.validate_json(text)


def equal_instalments(owed_minor: int, count: int, first_date: date, every_days: int) -> tuple[Instalment, ...]:
    """Equal parts whose sum is `owed_minor`; the remainder of the division is paid with the last."""
    if not 1 <= count <= min(MOST_INSTALMENTS, owed_minor):
        raise ValueError(f"a plan has 1 to {MOST_INSTALMENTS} instalments of at least one minor unit, not {count}")
    part, rest = divmod(owed_minor, count)
    return tuple(
        Instalment(
            due_date=first_date + timedelta(days=every_days * number),
            amount_minor=part + (rest if number == count - 1 else 0),
        )
        for number in range(count)
    )


def is_kept(promise: Promise, owed_minor: int) -> bool:
    """Whether what came in since covers what was promised."""
    return promise.owed_minor - owed_minor >= promise.amount_minor


def covered_through(plan: Plan, owed_minor: int) -> date | None:
    """The last day on which nothing of the plan is missed, given what is still owed; None when all of it is covered."""
    paid = max(0, plan.owed_minor - owed_minor)
    needed = 0
    for instalment in plan.instalments:
        needed += instalment.amount_minor
        if paid < needed:
            return instalment.due_date + timedelta(days=plan.grace_days)
    return None
