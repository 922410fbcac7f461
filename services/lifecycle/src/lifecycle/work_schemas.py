"""Bodies of work on cases; amounts in minor units."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from contracts.case import CloseCode
from lifecycle.use_cases.dry_runs import DryRun

Prose = Annotated[str, Field(max_length=2_000)]
DebtorFlag = Literal["DECEASED", "INSOLVENT", "VULNERABLE", "DO_NOT_COLLECT"]


class ReviewOrder(BaseModel):
    comment: Prose = ""


class CloseOrder(BaseModel):
    close_code: CloseCode
    comment: Prose = ""


class PromiseCreate(BaseModel):
    amount_minor: int = Field(gt=0)
    promised_date: date
    comment: Prose = ""


class PlanCreate(BaseModel):
    """Equal instalments, the remainder with the last."""

    count: int = Field(ge=1, le=60)
    first_date: date
    every_days: int = Field(default=30, ge=1, le=366)
    grace_days: int = Field(default=3, ge=0, le=30)
    answer_by: date
    comment: Prose = ""


class DisputeCreate(BaseModel):
    """Without an amount the whole claim is disputed; `evidence` names documents on file."""

    reason: str = Field(min_length=1, max_length=500)
    evidence: list[Annotated[str, Field(max_length=140)]] = Field(default=[], max_length=20)
    disputed_minor: int | None = Field(default=None, gt=0)
    deadline_date: date | None = None


class DisputeOutcome(BaseModel):
    outcome: Literal["UPHELD", "PARTIAL", "REJECTED"]
    comment: Prose = ""


class FlagCreate(BaseModel):
    flag: DebtorFlag
    comment: Prose = ""


class FlagsRead(BaseModel):
    flags: list[str]


class ChargeRead(BaseModel):
    code: str
    component: str
    amount_minor: int
    vat_minor: int
    statute_row: str


class HappeningRead(BaseModel):
    day: date
    kind: str
    step_code: str | None
    level: int
    stage: str
    deadline_date: date | None
    charges: list[ChargeRead]
    remarks: list[str]
    owed_minor: int


class DryRunRead(BaseModel):
    """What would happen if nothing else did; `owed_minor` counts the fees to come, not the interest."""

    until: date
    currency: str
    happenings: list[HappeningRead]
    interest_estimate_minor: int | None
    interest_rows: list[str]
    warnings: list[str]
    next_review_date: date | None

    @classmethod
    def of(cls, found: DryRun, until: date, currency: str) -> Self:
        return cls(
            until=until,
            currency=currency,
            happenings=[HappeningRead.model_validate(one, from_attributes=True) for one in found.happenings],
            interest_estimate_minor=found.interest_estimate_minor,
            interest_rows=list(found.interest_rows),
            warnings=list(found.warnings),
            next_review_date=found.next_review_date,
        )
