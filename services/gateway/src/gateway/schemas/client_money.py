"""Bodies of client money: each bank day against the books, what differs, and for whom the funds are held."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator

from gateway.schemas.wire import Wire, printable, text

DayStatus = Literal["BALANCED", "DIFFERENT", "NOT_COMPARABLE", "NOT_TOLD"]
AlertStatus = Literal["OPEN", "ACKNOWLEDGED", "CLEARED"]


class ClientMoneyDay(Wire):
    """What the bank states for an account and day against what the books expect. Amounts are in minor units.

    `expectedMinor` = the balance before + `creditedMinor` - `debitedMinor`; `differenceMinor` = `closingMinor` less that.
    NOT_TOLD: no statement has come, and there are no figures. NOT_COMPARABLE: there is nothing to start from.
    """

    account_id: str
    day: date
    currency: str
    status: DayStatus
    previous_day: date | None
    opening_minor: int | None
    credited_minor: int | None
    debited_minor: int | None
    expected_minor: int | None
    closing_minor: int | None
    difference_minor: int | None
    unexplained_minor: int | None


class ClientMoneyFinding(Wire):
    """A line that makes a difference, signed as it changes it."""

    kind: str
    amount_minor: int
    booking_date: date
    line_id: str
    reference: str


class ClientMoneyAlert(Wire):
    """Something a person must look at; CLEARED when it is over without anybody's word. Amounts are in minor units."""

    alert_id: UUID
    kind: Literal["DIFFERENCE", "STATEMENT_INCOMPLETE", "OPENING_GAP", "SILENT_BANK", "SHORTFALL"]
    account_id: str
    day: date
    amount_minor: int
    currency: str
    findings: list[ClientMoneyFinding]
    raised_on: date
    status: AlertStatus
    cleared_on: date | None
    person: str | None
    reason: str | None


class ClientMoneyLine(Wire):
    """A line of a statement and what it is: PAYOUT, PAYOUT_RETURNED, REFUND, REVERSAL, CREDIT, UNKNOWN_…"""

    line_id: str
    kind: str
    booking_date: date
    amount_minor: int
    reference: str
    end_to_end_id: str
    remittance_text: str
    payout_id: UUID | None


class ClientMoneyDayDetail(ClientMoneyDay):
    """A day with its statement's lines, other than those posted from it, and its alerts."""

    lines: list[ClientMoneyLine]
    alerts: list[ClientMoneyAlert]


class ClientMoneyCover(Wire):
    """What is held in a currency and for whom, in minor units; `excessMinor` below zero: the funds are short.

    `owedToCreditorsMinor` holds our own share until it is moved to our account; `inTransitMinor` is a part of what is owed.
    """

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


class Acknowledgement(Wire):
    reason: Annotated[str, text(2_000, 1), AfterValidator(printable)]
