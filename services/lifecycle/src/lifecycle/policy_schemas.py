"""Bodies of policies in place of the agreed one, and of limitation."""

from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field, StringConstraints, model_validator

from contracts import DunningStep
from contracts.event import DebtorKind
from lifecycle.domain.interruptions import Interrupting
from lifecycle.override_queries import Override
from lifecycle.work_schemas import Prose
from statutes import Limitation
from statutes.procedure_rows import EventKind

PolicyCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class PolicyDraft(BaseModel):
    """A policy as a document; its version is counted here."""

    code: PolicyCode
    name: str = Field(default="", max_length=140)
    debtor_kind: DebtorKind | None = None
    steps: tuple[DunningStep, ...] = Field(min_length=1, max_length=20)


class PolicyOrder(BaseModel):
    """Either the name of a policy (the creditor's own or one on file) or the policy itself."""

    policy_code: PolicyCode | None = None
    policy: PolicyDraft | None = None
    comment: Prose = ""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.policy_code is None) == (self.policy is None):
            raise ValueError("give either policy_code or policy")
        return self


class OverrideVersion(BaseModel):
    version: int
    policy: dict[str, Any] | None
    comment: str
    set_date: date


class OverrideRead(BaseModel):
    """What is in force instead of the agreed policy, None for nothing; and every version there was, oldest first."""

    in_force: OverrideVersion | None
    versions: list[OverrideVersion]

    @classmethod
    def of(cls, overrides: list[Override]) -> Self:
        versions = [
            OverrideVersion(version=one.version, policy=one.document, comment=one.comment, set_date=one.set_date)
            for one in overrides
        ]
        return cls(in_force=versions[-1] if versions and versions[-1].policy else None, versions=versions)


class InterruptionCreate(BaseModel):
    """Something outside that may interrupt limitation; `ended_date` for a step or negotiation that is over."""

    kind: EventKind
    on_date: date
    ended_date: date | None = None
    comment: Prose = ""


class InterruptionRead(BaseModel):
    kind: str
    on_date: date
    ended_date: date | None
    counted: bool
    reason: str


class LimitationRead(BaseModel):
    """The clock of a claim: without a date the law on file has no period for it."""

    last_date: date | None
    start_date: date | None
    final_cap_date: date | None
    alert_dates: list[date]
    interruptions: list[InterruptionRead]
    statute_rows: list[str]

    @classmethod
    def of(cls, clock: Limitation | None, undone: list[Interrupting]) -> Self:
        told = [
            InterruptionRead(
                kind=one.kind, on_date=one.on_date, ended_date=one.ended_date, counted=False, reason="taken back"
            )
            for one in undone
        ]
        if clock is None:
            return cls(
                last_date=None,
                start_date=None,
                final_cap_date=None,
                alert_dates=[],
                interruptions=told,
                statute_rows=[],
            )
        events = [(one, "") for one in clock.counted]
        events += [(one.interruption, one.reason) for one in clock.ignored]
        told += [
            InterruptionRead(
                kind=one.kind, on_date=one.on_date, ended_date=one.ended_date, counted=not reason, reason=reason
            )
            for one, reason in events
        ]
        return cls(
            last_date=clock.last_date,
            start_date=clock.start_date,
            final_cap_date=clock.final_cap_date,
            alert_dates=list(clock.alert_dates),
            interruptions=sorted(told, key=lambda one: one.on_date),
            statute_rows=list(clock.row_ids),
        )
