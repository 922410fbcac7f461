"""What was agreed about a case while its letters rest: a promise, a plan in instalments, a dispute."""

from datetime import date, timedelta
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from statutes.day_counts import add_months

MOST_INSTALMENTS: Final = 60
DISPUTE_ALERT_DAYS: Final = (7, 1, -1)
"""Days before a dispute's deadline on which case workers are warned; the last is the day after it."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class _Awaited(_Value):
    """Money is awaited: what came in counts, and not only that less is owed, since interest runs on in between.

    `owed_minor` was owed when it was agreed, at the claim's version `since_version`; later payments add up in
    `received_minor`, in whatever order they are told.
    """

    owed_minor: int
    since_version: int | None = None
    received_minor: int = 0


class Promise(_Awaited):
    """So much by that day."""

    kind: Literal["PROMISE"] = "PROMISE"
    amount_minor: int
    promised_date: date


class Instalment(_Value):
    """A part of a plan, in minor units."""

    due_date: date
    amount_minor: int


class Plan(_Awaited):
    """A payment plan; it is missed when an instalment is not covered `grace_days` after its day."""

    kind: Literal["PLAN"] = "PLAN"
    accepted: bool
    instalments: tuple[Instalment, ...]
    grace_days: int = 0


class Dispute(_Value):
    """What the debtor objects to; without an amount it is the whole claim. What is credited for it bears its id."""

    kind: Literal["DISPUTE"] = "DISPUTE"
    reason: str
    evidence: tuple[str, ...] = ()
    disputed_minor: int | None = None
    deadline_date: date | None = None
    outcome: Literal["UPHELD", "PARTIAL", "REJECTED"] | None = None
    dispute_id: UUID | None = None


Arrangement = Annotated[Promise | Plan | Dispute, Field(discriminator="kind")]
_ANY: Final[TypeAdapter[Promise | Plan | Dispute]] = TypeAdapter(Arrangement)


def from_json(text: str) -> Promise | Plan | Dispute:
    """An arrangement as it is stored."""
    return _ANY.validate_json(text)


def next_dispute_alert(dispute: Dispute, after: date) -> date | None:
    """The next day after a day to warn of a dispute nobody answered: a week and a day before its deadline, and after."""
    if dispute.deadline_date is None:
        return None
    days = (dispute.deadline_date - timedelta(days=before) for before in DISPUTE_ALERT_DAYS)
    return next((day for day in days if day > after), None)


def equal_instalments(
    owed_minor: int, count: int, first_date: date, every_days: int | Literal["MONTH"]
) -> tuple[Instalment, ...]:
    """Equal parts whose sum is `owed_minor`; the remainder of the division is paid with the last.

    Monthly ones fall on the same day of each month, or on its last where the month is too short.
    """
    if not 1 <= count <= min(MOST_INSTALMENTS, owed_minor):
        raise ValueError(f"a plan has 1 to {MOST_INSTALMENTS} instalments of at least one minor unit, not {count}")
    part, rest = divmod(owed_minor, count)
    return tuple(
        Instalment(
            due_date=(
                add_months(first_date, number)
                if every_days == "MONTH"
                else first_date + timedelta(days=every_days * number)
            ),
            amount_minor=part + (rest if number == count - 1 else 0),
        )
        for number in range(count)
    )


def _covered_minor(awaited: Promise | Plan, owed_minor: int) -> int:
    return max(awaited.received_minor, awaited.owed_minor - owed_minor, 0)


def with_received(awaited: Promise | Plan, amount_minor: int, claim_version: int) -> Promise | Plan:
    """Money that came in after it was agreed (less than zero: that was taken back); what was booked before is known."""
    if awaited.since_version is None or claim_version <= awaited.since_version:
        return awaited
    return awaited.model_copy(update={"received_minor": awaited.received_minor + amount_minor})


def is_kept(promise: Promise, owed_minor: int) -> bool:
    """Whether what came in since covers what was promised."""
    return _covered_minor(promise, owed_minor) >= promise.amount_minor


def covered_through(plan: Plan, owed_minor: int) -> date | None:
    """The last day on which nothing of the plan is missed, given what is still owed; None when all of it is covered."""
    paid = _covered_minor(plan, owed_minor)
    needed = 0
    for instalment in plan.instalments:
        needed += instalment.amount_minor
        if paid < needed:
            return instalment.due_date + timedelta(days=plan.grace_days)
    return None
