"""Bodies of policies in place of the agreed one, and of the limitation of a claim."""

from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from gateway.schemas.agreements import DunningPolicy, PolicyCode
from gateway.schemas.wire import Prose, Wire

InterruptionKind = Literal[
    "demand",
    "acknowledgement",
    "written_acknowledgement",
    "part_payment",
    "legal_step",
    "negotiation",
    "judgment",
]


class PolicyOverride(Wire):
    """A policy in place of the agreed one: by name (your own or one on file), or the policy itself."""

    policy_code: PolicyCode | None = None
    policy: DunningPolicy | None = None
    comment: Prose = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.policy_code is None) == (self.policy is None):
            raise ValueError("give either policyCode or policy")
        return self


class PolicyOverrideVersion(Wire):
    """One change; without a policy the agreed one was put in force again."""

    version: int
    policy: dict[str, Any] | None
    comment: str
    set_date: date


class PolicyOverrideRead(Wire):
    """What is in force instead of the agreed policy, and every change there was, oldest first."""

    in_force: PolicyOverrideVersion | None
    versions: list[PolicyOverrideVersion]


class InterruptionCreate(Wire):
    """Something that happened outside, such as a judgment; whether it interrupts is for the law of the country."""

    kind: InterruptionKind
    on_date: date
    ended_date: date | None = Field(default=None, description="When a legal step or negotiation was over.")
    comment: Prose = ""


class Interruption(Wire):
    """Something that may interrupt; `reason` says why it did not."""

    kind: str
    on_date: date
    ended_date: date | None
    counted: bool
    reason: str


class LimitationRead(Wire):
    """When the claim is lost; without a date the law on file has no period for it."""

    last_date: date | None = Field(description="Last day on which the claim can be pursued.")
    start_date: date | None
    final_cap_date: date | None = Field(description="No interruption reaches beyond it.")
    alert_dates: list[date]
    interruptions: list[Interruption]
    statute_rows: list[str]
