"""Money that goes back to whoever paid it: from where, how much at most, and what becomes of it. Minor units."""

from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from payment_control.domain.decisions import DecisionConflict, DecisionRefused

Source = Literal["QUEUE", "NOT_OURS", "SURPLUS"]
RefundStatus = Literal["REQUESTED", "DECLINED", "APPROVED", "SENT", "PAID", "FAILED"]
Told = Literal["SENT", "PAID", "FAILED"]

_BEFORE: dict[Told, tuple[RefundStatus, ...]] = {
    "SENT": ("APPROVED",),
    "PAID": ("APPROVED", "SENT"),
    "FAILED": ("APPROVED", "SENT", "PAID"),
}


@dataclass(frozen=True, slots=True)
class Payee:
    """Who gets the money, on which account."""

    name: str
    iban: str
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class Surplus:
    """What of a payment is the debtor's on one claim, and not refunded yet."""

    allocation_id: UUID
    claim_id: UUID
    case_id: int
    left_minor: int


@dataclass(frozen=True, slots=True)
class Lying:
    """A payment's money that may go back, as it lies now."""

    payment_id: UUID
    status: str
    unmatched_minor: int
    not_ours_minor: int
    surpluses: tuple[Surplus, ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """From where a refund takes, and how much lies there."""

    source: Source
    available_minor: int
    surplus: Surplus | None = None


@dataclass(frozen=True, slots=True)
class Refund:
    """One transfer back; it leaves its payment's sums when it is approved and comes back to them when it fails."""

    refund_id: UUID
    payment_id: UUID
    source: Source
    allocation_id: UUID | None
    account_id: str
    amount_minor: int
    currency: str
    payee: Payee
    message: str
    status: RefundStatus
    requested_date: date
    end_to_end_id: str | None = None
    booking_date: date | None = None
    failed_date: date | None = None
    reason_code: str | None = None
    traceparent: str | None = None


def moves(status: RefundStatus, told: Told) -> bool:
    """Whether what settlement tells is news: its facts come on three topics, in any order, and a failure is the last."""
    return status in _BEFORE[told]


def take_from(lying: Lying, case_id: int | None) -> Taken:
    """Where the money to be refunded lies; `case_id` names the claim where a payment left a surplus on several."""
    if lying.status == "REVERSED":
        raise DecisionConflict("The bank took the payment back; there is nothing to refund.")
    if case_id is None and lying.unmatched_minor:
        return Taken("QUEUE", lying.unmatched_minor)
    if case_id is None and lying.not_ours_minor:
        return Taken("NOT_OURS", lying.not_ours_minor)
    found = [one for one in lying.surpluses if one.left_minor > 0 and (case_id is None or one.case_id == case_id)]
    if not found:
        where = "" if case_id is None else f" on case {case_id}"
        raise DecisionConflict(
            f"Nothing of the payment{where} can be refunded: it is allocated or was refunded before."
        )
    if len(found) > 1:
        cases = ", ".join(str(one.case_id) for one in found)
        raise DecisionRefused(f"case_id: the payment left a surplus on several cases ({cases}); name one")
    return Taken("SURPLUS", found[0].left_minor, found[0])


def checked_amount(asked_minor: int | None, taken: Taken) -> int:
    """All that lies there unless less is asked for."""
    if asked_minor is None:
        return taken.available_minor
    if asked_minor > taken.available_minor:
        raise DecisionRefused(f"amount_minor: {asked_minor} is more than the {taken.available_minor} that lie there")
    return asked_minor
