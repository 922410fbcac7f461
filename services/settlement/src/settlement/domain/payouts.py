"""What becomes of a payout: which answer of the bank moves it where, and how it is named."""

from datetime import date
from typing import Literal
from uuid import UUID, uuid5

PayoutKind = Literal["CREDITOR", "OWN", "REFUND"]
PayoutStatus = Literal["INITIATED", "SENT", "ACCEPTED", "CONFIRMED", "FAILED", "RETURNED"]
AnswerKind = Literal["ACCEPTED", "REJECTED", "DEBITED", "RETURNED"]

MOST_ATTEMPTS = 5

_ON_ITS_WAY: frozenset[PayoutStatus] = frozenset({"INITIATED", "SENT", "ACCEPTED"})


def settlement_id_of(creditor_id: UUID, currency: str, account_id: str, day: date) -> UUID:
    """One settlement per creditor, currency, account and day: a rerun cannot make a second one."""
    return uuid5(creditor_id, f"settlement:{currency}:{account_id}:{day.isoformat()}")


def settlement_number_of(day: date, counter: int) -> int:
    """Day and counter side by side (202603280001); more than 9 999 a day only make the number longer."""
    return int(f"{day:%Y%m%d}{counter:04}")


def payout_id_of(settlement_id: UUID, kind: PayoutKind, attempt: int, part: int = 0) -> UUID:
    name = f"payout:{kind}:{attempt}" if part == 0 else f"payout:{kind}:{part}:{attempt}"
    return uuid5(settlement_id, name)


def refund_payout_id_of(refund_id: UUID) -> UUID:
    """A refund has one attempt: what fails goes back to where it lay, and a person decides anew."""
    return uuid5(refund_id, "payout:REFUND:1")


def refund_end_to_end_id_of(refund_id: UUID) -> str:
    """33 characters of the 35 that banks carry along."""
    return f"R{refund_id.hex}"


def end_to_end_id_of(settlement_number: int, kind: PayoutKind, attempt: int, part: int = 0) -> str:
    """What the bank carries along and tells back; unique for ever, because a repeated one would be paid twice."""
    own_part = f"{part}-" if part else ""
    return f"{settlement_number}-{kind[0]}{own_part}{attempt}"


def moved_by(status: PayoutStatus, answer: AnswerKind) -> tuple[PayoutStatus, ...]:
    """The statuses an answer takes a payout through; none when it tells nothing new, in whatever order answers come."""
    if answer == "ACCEPTED" and status in ("INITIATED", "SENT"):
        return ("ACCEPTED",)
    if answer == "REJECTED" and status in _ON_ITS_WAY:
        return ("FAILED",)
    if answer == "DEBITED" and status in _ON_ITS_WAY:
        return ("CONFIRMED",)
    if answer == "RETURNED" and status in _ON_ITS_WAY:
        return ("CONFIRMED", "RETURNED")  # what comes back had been debited
    if answer == "RETURNED" and status == "CONFIRMED":
        return ("RETURNED",)
    return ()
