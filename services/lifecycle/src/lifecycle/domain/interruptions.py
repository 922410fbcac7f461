"""What may interrupt the limitation of a claim: whether it does is for the law of the country."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict, TypeAdapter

from statutes import Interruption
from statutes.procedure_rows import EventKind


class Interrupting(BaseModel):
    """Something that happened on a claim; `cause` is the payment, letter or record behind it.

    `undone` where it turned out not to have been one: a payment that was taken back. Kept, since the two may come in
    either order.
    """

    model_config = ConfigDict(frozen=True)

    kind: EventKind
    on_date: date
    cause: str
    ended_date: date | None = None
    undone: bool = False


_ALL: Final[TypeAdapter[tuple[Interrupting, ...]]] = TypeAdapter(tuple[Interrupting, ...])


def from_json(text: str) -> tuple[Interrupting, ...]:
    """As they are stored."""
    return _ALL.validate_json(text)


def to_json(events: Sequence[Interrupting]) -> str:
    return _ALL.dump_json(tuple(events)).decode()


def with_event(events: Sequence[Interrupting], event: Interrupting) -> tuple[Interrupting, ...]:
    """One cause counts once; what was undone stays undone, whichever was told first."""
    earlier = next((one for one in events if one.cause == event.cause), None)
    if earlier is None:
        return (*events, event)
    if event.undone or earlier.undone:
        return tuple(one.model_copy(update={"undone": True}) if one is earlier else one for one in events)
    return tuple(event if one is earlier else one for one in events)


def by_law(events: Sequence[Interrupting]) -> tuple[Interruption, ...]:
    """Those that stand, as the calculator of limitation takes them."""
    return tuple(Interruption(one.kind, one.on_date, one.ended_date) for one in events if not one.undone)
