"""A voucher that takes another back: the same lines with the opposite sign, in the same book."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID, uuid5

from accounting.domain.voucher import Line, Origin, Voucher


class AlreadyReversed(ValueError):
    """A voucher is taken back once; whoever wants it again posts the reversal's own reversal."""

    def __init__(self, voucher_number: int, by_number: int) -> None:
        super().__init__(
            f"Voucher {voucher_number} is already reversed by voucher {by_number}; reverse that one to restore it."
        )


@dataclass(frozen=True, slots=True)
class Reversal:
    """The fact behind a reversal voucher; its id follows from the voucher it takes back."""

    reversed_id: UUID

    topic: ClassVar[str] = "voucher.reversed"
    producer: ClassVar[str] = "accounting"

    @property
    def event_id(self) -> UUID:
        return uuid5(self.reversed_id, "reversal")


@dataclass(frozen=True, slots=True)
class Posted:
    """A voucher of a creditor's book as it is stored."""

    voucher_id: UUID
    voucher_number: int
    creditor_id: UUID
    currency: str
    case_id: int | None
    invoice_number: str | None
    settlement_id: UUID | None
    movement: str | None
    lines: tuple[Line, ...]


def reverse(posted: Posted, reason: str, day: date) -> Voucher:
    """The voucher that takes `posted` back on `day`."""
    origin = Origin(
        Reversal(posted.voucher_id),
        posted.currency,
        day,
        f"Reversal of voucher {posted.voucher_number}: {reason}",
        posted.case_id,
        posted.invoice_number,
        posted.settlement_id,
        posted.movement,
        reverses=posted.voucher_id,
    )
    lines = tuple(Line(line.account_code, -line.amount_minor, line.component, line.text) for line in posted.lines)
    return Voucher("CREDITOR", posted.creditor_id, origin, lines)
