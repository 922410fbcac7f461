"""One letter about several claims: written once, recorded on each claim."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SharedLetter:
    """The messages that leave as one letter, by case; what they have in common is read from the first."""

    claims: tuple[Any, ...]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.claims[0], name)


def joined(messages: Iterable[Any]) -> Sequence[Any]:
    """Messages of one letter together, in the place of the first; what stands alone stays as it is."""
    places: dict[object, list[Any]] = {}
    for message in messages:
        places.setdefault(message.letter_group or message.message_id, []).append(message)
    return [
        SharedLetter(tuple(sorted(group, key=lambda one: one.case_id))) if len(group) > 1 else group[0]
        for group in places.values()
    ]
