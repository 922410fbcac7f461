"""What the office reads about client money. Amounts are minor units."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from payment_control.domain.accounts import ClientAccount
from payment_control.schemas import Read


class DayRead(Read):
    """An account's day: what the bank states against what our books expect; NOT_TOLD has no figures at all."""

    account_id: str
    day: date
    currency: str
    status: str
    previous_day: date | None = None
    opening_minor: int | None = None
    credited_minor: int | None = None
    debited_minor: int | None = None
    expected_minor: int | None = None
    closing_minor: int | None = None
    difference_minor: int | None = None
    unexplained_minor: int | None = None


class FindingRead(Read):
    """What makes up a difference; signed as it changes it."""

    kind: str
    amount_minor: int
    booking_date: date
    line_id: str
    reference: str


class AlertRead(Read):
    """Something about client money that a person must look at."""

    alert_id: UUID
    kind: str
    account_id: str
    day: date
    amount_minor: int
    currency: str
    findings: list[FindingRead]
    raised_on: date
    status: str
    cleared_on: date | None
    person: str | None
    reason: str | None


class LineRead(Read):
    """A line of the statement, and what it is; `remittance_text` may hold personal data."""

    line_id: str
    kind: str
    booking_date: date
    amount_minor: int
    reference: str
    end_to_end_id: str
    remittance_text: str
    payout_id: UUID | None


class DayDetailRead(DayRead):
    """A day with the lines of its statement that are not posted from it, and its alerts."""

    lines: list[LineRead]
    alerts: list[AlertRead]


class CoverRead(Read):
    """Held and owed in one currency at the end of the last day that all its banks told."""

    currency: str
    day: date
    held_minor: int
    liabilities_minor: int
    excess_minor: int
    unmatched_minor: int
    not_ours_minor: int
    owed_to_creditors_minor: int
    owed_to_payers_minor: int
    in_transit_minor: int


class AcknowledgementAsked(BaseModel):
    """Who knows why it is so, and the reason."""

    person: str = Field(min_length=1, max_length=140)
    reason: str = Field(min_length=1, max_length=2_000)


def day_read(row: Any) -> DayRead:
    return DayRead.model_validate(row)


def not_told(account: ClientAccount, day: date) -> DayRead:
    return DayRead(account_id=account.account_id, day=day, currency=account.currency, status="NOT_TOLD")
