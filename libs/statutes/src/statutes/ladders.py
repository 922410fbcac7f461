"""The ladder of a dunning policy: its rungs, for which claims each is, and what comes after which."""

from dataclasses import dataclass
from typing import Final, Literal

StopCondition = Literal["PRINCIPAL_PAID", "PARTLY_PAID", "DEBTOR_ABROAD", "DEBTOR_VULNERABLE"]
STOP_CONDITIONS: Final[tuple[StopCondition, ...]] = (
    "PRINCIPAL_PAID",
    "PARTLY_PAID",
    "DEBTOR_ABROAD",
    "DEBTOR_VULNERABLE",
)
"""Why a ladder ends before a step: the principal is gone, something was paid or credited, the debtor lives in another
country than the policy's, or is marked as vulnerable."""
Stage = Literal["REMINDER", "NOTICE", "COLLECTION"]
Channel = Literal["EMAIL", "LETTER"]
Status = Literal["active", "draft"]
STAGES: Final[tuple[Stage, ...]] = ("REMINDER", "NOTICE", "COLLECTION")
CHANNELS: Final[tuple[Channel, ...]] = ("EMAIL", "LETTER")
STATUSES: Final[tuple[Status, ...]] = ("active", "draft")


@dataclass(frozen=True, slots=True)
class StepConditions:
    """Which claims a step is for, both ends included; an empty condition is met by every claim.

    The amounts are what is still owed of the claim, in minor units of its currency.
    """

    amount_from_minor: int | None = None
    amount_to_minor: int | None = None
    debtor_kinds: tuple[str, ...] = ()
    debtor_countries: tuple[str, ...] = ()

    @property
    def by_amount(self) -> bool:
        return self.amount_from_minor is not None or self.amount_to_minor is not None

    def fit_debtor(self, debtor_kind: str, debtor_country: str) -> bool:
        """Whether the step is for such a debtor; the country is an ISO code."""
        kind_fits = not self.debtor_kinds or debtor_kind.lower() in self.debtor_kinds
        return kind_fits and (not self.debtor_countries or debtor_country in self.debtor_countries)

    def fit_amount(self, owed_minor: int) -> bool:
        """Whether the step is for a claim of which so much is still owed."""
        above = self.amount_from_minor is None or self.amount_from_minor <= owed_minor
        return above and (self.amount_to_minor is None or owed_minor <= self.amount_to_minor)


ALWAYS: Final = StepConditions()


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """One rung: counted from the due date or from the previous deadline (the effective one), never from both.

    A rung whose `conditions` do not fit is passed over. While no more than `tolerance_minor` is owed, or a reason of
    `stop_conditions` holds, neither this rung nor a later one is taken.
    """

    level: int
    code: str
    stage: Stage
    days_after_due: int | None
    days_after_previous_deadline: int | None
    deadline_days: int
    fee_codes: tuple[str, ...]
    template: str
    channel: Channel
    transfers: bool
    jurisdiction: str
    debtor_kind: str
    conditions: StepConditions = ALWAYS
    stop_conditions: tuple[StopCondition, ...] = ()
    tolerance_minor: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """The rungs of one kind of claim, level 1 first; a draft is lawful but not offered until its letters are written.

    `own` is true for a creditor's own policy; those that ship with this package are not.
    """

    code: str
    version: int
    jurisdiction: str
    debtor_kind: str
    steps: tuple[PolicyStep, ...]
    status: Status = "active"
    name: str = ""
    own: bool = False

    @property
    def key(self) -> str:
        """What tells this policy's steps from another's in a step key; shipped policies say their version alone."""
        return f"{self.code}.{self.version}" if self.own else str(self.version)

    def find_step(self, level: int) -> PolicyStep | None:
        """The step of that level; None when the policy is exhausted."""
        return next((step for step in self.steps if step.level == level), None)

    def next_step(
        self, level: int, *, owed_minor: int, debtor_kind: str | None = None, debtor_country: str | None = None
    ) -> PolicyStep | None:
        """The first step after `level` whose conditions fit what is still owed and the debtor.

        None when the policy is exhausted. The debtor's kind and country are the policy's own unless told.
        """
        kind, country = debtor_kind or self.debtor_kind, debtor_country or self.jurisdiction
        for step in self.steps:
            fits = step.conditions.fit_debtor(kind, country) and step.conditions.fit_amount(owed_minor)
            if step.level > level and fits:
                return step
        return None
