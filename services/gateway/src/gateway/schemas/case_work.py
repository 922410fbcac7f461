"""Bodies of work on cases: review, promises, plans, disputes, flags, dry runs."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from gateway.schemas.wire import Amount, AmountOut, CurrencyCode, Day, Line, Prose, Wire, text

DebtorFlag = Literal["DECEASED", "INSOLVENT", "VULNERABLE", "DO_NOT_COLLECT"]
CloseCode = Literal[
    "PARTIALLY_PAID",
    "WITHDRAWN",
    "WRITTEN_OFF",
    "SETTLEMENT_ACCEPTED",
    "INSOLVENT",
    "UNTRACEABLE",
    "TIME_BARRED",
    "EXHAUSTED",
    "UNECONOMICAL",
    "DISPUTED_DECLINED",
    "MERGED",
    "OTHER",
]


class Remark(Wire):
    """A word for the case's timeline."""

    comment: Prose = ""


class CaseClose(Wire):
    """Why the case ends; PAID and CREDITED follow from the claim itself."""

    close_code: CloseCode
    comment: Prose = ""


class PromiseCreate(Wire):
    """What the debtor promised to pay, and by which day."""

    amount: Amount
    currency: CurrencyCode
    promised_date: date
    comment: Prose = ""


class PlanCreate(Wire):
    """A plan in equal instalments over what is owed; the remainder is paid with the last."""

    count: int = Field(ge=1, le=60)
    first_date: date
    every_days: int = Field(default=30, ge=1, le=366)
    grace_days: int = Field(default=3, ge=0, le=30)
    answer_by: date = Field(description="Letters rest until then; a plan not accepted by then falls.")
    comment: Prose = ""


class DisputeCreate(Wire):
    """An objection; without an amount the whole claim is disputed and the case stops."""

    reason: Annotated[str, text(500, 1)]
    evidence: list[Line] = Field(default_factory=list[Line], max_length=20, description="References of documents.")
    amount: Amount | None = Field(default=None, description="The disputed part; the rest goes on.")
    currency: CurrencyCode | None = None
    deadline_date: date | None = Field(default=None, description="Day by which it is to be answered.")


class DisputeResolve(Wire):
    """REJECTED: the case goes on. UPHELD, PARTIAL: the amount is credited on the claim, then the case goes on."""

    outcome: Literal["UPHELD", "PARTIAL", "REJECTED"]
    credit_note_number: Line | None = Field(default=None, description="Needed unless REJECTED.")
    amount: Amount | None = Field(default=None, description="PARTIAL: what is credited.")
    currency: CurrencyCode | None = None
    comment: Prose = ""


class FlagCreate(Wire):
    flag: DebtorFlag
    comment: Prose = ""


class Flags(Wire):
    """What stops collection from the debtor now."""

    debtor_id: UUID
    flags: list[str]


class CaseState(Wire):
    """Where the case is after what was asked."""

    case_id: int
    status: str
    stage: str
    close_code: str | None
    next_review_date: date | None
    arrangement: Any | None = Field(description="The promise, plan or dispute in force; amounts in minor units.")


class DryRunCharge(Wire):
    code: str
    component: str
    amount: AmountOut
    vat_amount: AmountOut
    statute_row: str


class DryRunEvent(Wire):
    """Something that would happen on a day; `owedAmount` counts the fees to come, not the interest."""

    date: Day
    type: str
    step_code: str | None
    level: int
    stage: str
    deadline_date: Day | None
    charges: list[DryRunCharge]
    remarks: list[str]
    owed_amount: AmountOut


class DryRun(Wire):
    """What would happen to the case if nothing else did; nothing is stored or sent."""

    case_id: int
    until: date
    currency: str
    events: list[DryRunEvent]
    interest_estimate_amount: AmountOut | None = Field(description="On the principal that is open now.")
    interest_rows: list[str]
    warnings: list[str]
