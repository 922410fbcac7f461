"""One letter for several claims of a debtor: which steps share it, and which claim bears its fee."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID, uuid5

from lifecycle.domain.charges import StepCharge

_NAMESPACE: Final = UUID("1c0f2a34-6f4f-5a53-8d0e-2b1c6a0b7d55")
_STAGES: Final = ("REMINDER", "NOTICE")
"""Collection letters stay apart: their fees go by the size of the one claim that is collected."""
_ALONE: Final = ("nl_aanmaning",)
"""BW 6:96(7): in one Dutch notice the costs go by the sum of all claims, but each announces its own to the cent."""
_PER_CLAIM: Final = ("COMPENSATION",)
"""Compensation for late payment is owed for each late invoice (Directive 2011/7/EU art. 6), letters or not."""


@dataclass(frozen=True, slots=True)
class Reached:
    """A step a case of a debtor has just reached; `charges` are what it would bear with a letter of its own."""

    case_id: int
    step_key: str
    creditor_id: UUID
    debtor_id: UUID
    currency: str
    policy: str
    level: int
    stage: str
    channel: str
    template: str
    deadline_date: date
    charges: tuple[StepCharge, ...]

    @property
    def kind(self) -> tuple[object, ...]:
        """What letters must have in common to be one: whose, to whom, in which words, by which channel, until when."""
        return (
            self.creditor_id, self.debtor_id, self.currency, self.policy, self.level, self.stage, self.channel,
            self.template, self.deadline_date,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Share:
    """A case's part of a letter: the letter, how many share it, who bears its fee, and what this case is charged."""

    group_id: UUID
    size: int
    bearer_id: int
    charges: tuple[StepCharge, ...]


def share_letters(steps: Iterable[Reached]) -> Mapping[int, Share]:
    """By case: its part of a letter; cases that stay alone are left out. The same steps in any order share alike.

    A letter costs once, so its fees are charged on one claim: the one that may bear most, of equals the lowest number.
    """
    groups: dict[tuple[object, ...], list[Reached]] = defaultdict(list)
    for step in steps:
        if step.stage in _STAGES and step.template not in _ALONE:
            groups[step.kind].append(step)
    shares: dict[int, Share] = {}
    for group in groups.values():
        if len(group) < 2:
            continue
        bearer = min(group, key=lambda step: (-_letter_minor(step), step.case_id))
        group_id = uuid5(_NAMESPACE, "|".join(sorted(step.step_key for step in group)))
        for step in group:
            charges = step.charges if step is bearer else tuple(c for c in step.charges if c.component in _PER_CLAIM)
            shares[step.case_id] = Share(group_id, len(group), bearer.case_id, charges)
    return shares


def _letter_minor(step: Reached) -> int:
    return sum(c.amount_minor + c.vat_minor for c in step.charges if c.component not in _PER_CLAIM)
