"""In how many transfers a settlement reaches the creditor: one for all, or one per invoice with its reference.

Every line of a settlement belongs to exactly one transfer, and each transfer is the sum of its lines.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

WHOLE = 0
"""The number of the transfer that pays what is not one invoice's alone."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one line of a settlement leaves for the creditor, negative where it takes back."""

    line_id: UUID
    case_id: int | None
    reference: str
    net_minor: int


@dataclass(frozen=True, slots=True)
class PayoutPart:
    """One transfer to the creditor: its number within the settlement, its amount and the lines it pays."""

    number: int
    amount_minor: int
    reference: str | None
    line_ids: tuple[UUID, ...]


def paid_at_once(shares: Sequence[Share]) -> list[PayoutPart]:
    """Everything in one transfer."""
    return [_part(WHOLE, shares, None)]


def paid_per_invoice(shares: Sequence[Share]) -> list[PayoutPart]:
    """One transfer per invoice, by its payment reference; the sum of the shares must be positive.

    No bank takes a negative transfer. So what takes back, and what is no invoice's, is pooled and covered by the
    largest invoices until the pool is positive; the pool is one transfer of its own, and no line is paid in two.
    """
    by_case: defaultdict[int | None, list[Share]] = defaultdict(list)
    for share in shares:
        by_case[share.case_id].append(share)
    owed = {case_id: sum(share.net_minor for share in mine) for case_id, mine in by_case.items()}
    pooled = [case_id for case_id, amount in owed.items() if case_id is None or amount <= 0]
    invoices = sorted(case_id for case_id, amount in owed.items() if case_id is not None and amount > 0)
    largest_last = sorted(invoices, key=lambda case_id: (owed[case_id], -case_id))
    while pooled and sum(owed[case_id] for case_id in pooled) <= 0:
        pooled.append(largest_last.pop())
    pool = [share for case_id in pooled for share in by_case[case_id]]
    alone = [by_case[case_id] for case_id in invoices if case_id not in pooled]
    parts = [_part(number, mine, mine[0].reference or None) for number, mine in enumerate(alone, start=1)]
    return [_part(WHOLE, pool, None), *parts] if pool else parts


def _part(number: int, shares: Sequence[Share], reference: str | None) -> PayoutPart:
    amount_minor = sum(share.net_minor for share in shares)
    return PayoutPart(number, amount_minor, reference, tuple(share.line_id for share in shares))
