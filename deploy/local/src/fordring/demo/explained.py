"""What the demo can say of matching and of payouts because it wrote the story: who paid for what, line by line."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fordring.demo.figures import read_rows
from fordring.demo.house import House
from fordring.demo.play import Play, account_tail

_MATCHED = """
    SELECT p.payer_account, p.amount_minor, m.rung, array_agg(DISTINCT c.case_id) FILTER (WHERE c.case_id IS NOT NULL)
    FROM payment p LEFT JOIN payment_match m USING (payment_id)
        LEFT JOIN allocation a USING (payment_id) LEFT JOIN claim c ON c.claim_id = a.claim_id
    GROUP BY p.payment_id, m.rung
"""
_PAYOUTS = """
    SELECT count(*) AS payouts, coalesce(sum(lines), 0)::bigint AS lines, coalesce(sum(abs(amount - net)), 0)::bigint AS difference
    FROM (SELECT p.payout_id, p.amount_minor AS amount, count(*) AS lines,
              sum(l.allocated_minor - l.fee_share_minor - l.commission_minor - l.vat_minor) AS net
          FROM payout p JOIN accrual_line l ON l.settlement_id = p.settlement_id AND l.payout_part = p.part
          WHERE p.kind = 'CREDITOR' AND p.status = 'CONFIRMED' GROUP BY p.payout_id) explained
"""


@dataclass(frozen=True, slots=True)
class Matching:
    """`by_rung` counts payments that were matched without a person; `wrong` of them stand on a claim they were not for."""

    payments: int
    by_rung: Mapping[str, int]
    wrong: int

    @property
    def automatic(self) -> int:
        return sum(self.by_rung.values())


@dataclass(frozen=True, slots=True)
class Explained:
    """All confirmed payouts to creditors against their lines, and one of them whole, as its creditor reads it."""

    payouts: int
    lines: int
    difference_minor: int
    example: Mapping[str, Any]


async def read_matching(house: House, play: Play) -> Matching:
    """Compare every match with what the payer meant, which only the demo knows."""
    payments, by_rung, wrong = 0, Counter[str](), 0
    for payer, amount_minor, rung, case_ids in await read_rows(house, "payment_control", _MATCHED):
        payments += 1
        if rung:
            by_rung[rung] += 1
            wrong += not set(case_ids or ()) <= play.meant.get((account_tail(payer), amount_minor), set())
    return Matching(payments, dict(by_rung.most_common()), wrong)


async def read_payouts(house: House, play: Play) -> Explained:
    """Add up the lines of every payout; the example is the one with most lines among each creditor's last."""
    [(payouts, lines, difference)] = await read_rows(house, "settlement", _PAYOUTS)
    candidates = [payout for key in play.tokens for payout in await _last_payouts(house, play, key)]
    # few enough to be read, with as much to explain as there is
    example = max(candidates, key=lambda payout: (len(payout["lines"]) <= 12, len(payout["lines"])))
    return Explained(payouts, lines, difference, example)


async def _last_payouts(house: House, play: Play, key: str) -> Iterable[dict[str, Any]]:
    period = {"fromDate": play.portfolio.start.isoformat(), "toDate": play.portfolio.closing_date.isoformat()}
    settlements = (await house.get("/api/v1/partner/settlements", play.tokens[key], period))["settlements"]
    if not settlements:
        return []
    last = max(settlements, key=lambda settlement: (settlement["settlementDate"], settlement["settlementId"]))
    path = f"/api/v1/partner/settlements/{last['settlementId']}/payouts"
    answer = await house.get(path, play.tokens[key])
    return [{"creditor": key, "settlementDate": last["settlementDate"], **payout} for payout in answer["payouts"]]
