"""Bodies of a settlement's payouts, of what will be settled next, and of holds."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, StringConstraints

from gateway.schemas.wire import AmountOut, Wire, printable


class PayoutLine(Wire):
    """What a line brings to its payout: collected less our part is `netAmount`. REVERSAL took back, with minus signs."""

    line_id: UUID
    kind: str
    line_date: date
    case_id: int | None
    invoice_number: str
    payment_reference: str
    capital_amount: AmountOut
    interest_amount: AmountOut
    fees_amount: AmountOut
    collected_amount: AmountOut
    fee_share_amount: AmountOut
    commission_amount: AmountOut
    vat_amount: AmountOut
    net_amount: AmountOut


class PayoutAttempt(Wire):
    """One try at the transfer: `endToEndId` stands on your statement, `reason` is the bank's code where it failed."""

    attempt: int
    status: str
    end_to_end_id: str
    payment_order: str | None
    iban: str
    initiated_date: date
    booking_date: date | None
    failed_date: date | None
    reason: str | None


class Payout(Wire):
    """One transfer to you; the net amounts of its lines sum to `amount`."""

    part: int
    amount: AmountOut
    currency: str
    reference: str | None
    status: str
    attempts: list[PayoutAttempt]
    lines: list[PayoutLine]


class Payouts(Wire):
    """The payouts of a settlement; their amounts sum to `netAmount`."""

    settlement_id: int
    settlement_date: date
    net_amount: AmountOut
    payouts: list[Payout]


class UpcomingSettlement(Wire):
    """Money not settled yet, as it stands: collected less our part is net. `waitsFor` says why it was not paid so far:
    NEXT_RUN, HOLD_RELEASED, MINIMUM, MORE_MONEY (a negative sum is carried forward), INVOICE or ACCOUNT."""

    currency: str
    account_id: str
    line_count: int
    collected_amount: AmountOut
    own_share_amount: AmountOut
    net_amount: AmountOut
    minimum_payout_amount: AmountOut
    next_settlement_date: date | None
    waits_for: str
    hold_reason: str | None


class UpcomingSettlements(Wire):
    as_of: date
    upcoming: list[UpcomingSettlement]


class Bookkept(Wire):
    """Closed: left out by `excludeClosed=true` from now on."""

    settlement_id: int
    bookkept_date: date
    internal_accounting_id: str | None


class HoldReason(Wire):
    reason: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), AfterValidator(printable)
    ]


class SettlementHold(Wire):
    """While `releasedDate` is null, the creditor is neither settled nor paid; its money accrues."""

    hold_id: UUID
    creditor_id: UUID
    creditor_name: str | None
    reason: str
    held_date: date
    released_date: date | None
    release_reason: str | None
