"""The final figures of a demo: what the office counts, and a fingerprint of all money. Amounts are minor units."""

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import asyncpg

from fordring.demo.house import House
from fordring.demo.play import Play
from fordring.stack.postgres import plain_url
from fordring.stack.topology import CLIENT_ACCOUNTS

_CLAIMS = """
    SELECT creditor_id::text, currency, status, stage, count(*) AS claims, sum(original_minor)::bigint AS original_minor,
        sum(principal_minor)::bigint AS principal_minor, sum(interest_minor)::bigint AS interest_minor,
        sum(reminder_fee_minor + collection_fee_minor + compensation_minor)::bigint AS fees_minor
    FROM claim GROUP BY creditor_id, currency, status, stage
"""
_VOUCHERS = """
    SELECT coalesce(creditor_id::text, ''), account_code, currency, sum(amount_minor)::bigint
    FROM voucher_line JOIN voucher USING (voucher_id) GROUP BY creditor_id, account_code, currency
"""


@dataclass(frozen=True, slots=True)
class Figures:
    """`counts` as the office's door tells them; `vouchers` is how many facts were booked."""

    counts: dict[str, Any]
    vouchers: int
    money: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """The same for two runs of one seed, whatever failed and was repeated on the way.

        Case numbers follow the order of arrival, and with them whether a mistyped reference looks like one of another
        scheme: the reasons of the queue are therefore not part of it, its money is.
        """
        return hashlib.sha256("\n".join(self.money).encode()).hexdigest()


async def read_figures(house: House, play: Play) -> Figures:
    """Read everything once the house is quiet."""
    counts = await house.counts()
    names = {creditor_id: key for key, creditor_id in play.creditor_ids.items()}
    money = [f"payments {_canonical(line)}" for line in counts["payments"]["sums"]]
    money += [f"settled {_canonical(line)}" for line in counts["settlements"]["currencies"]]
    money += [line for key in play.tokens for line in await _settlements(house, play, key)]
    money += [
        f"claims {names.get(row[0], row[0])} {_canonical(list(row)[1:])}"
        for row in await read_rows(house, "payment_control", _CLAIMS)
    ]
    money += [
        f"booked {names.get(row[0], row[0])} {_canonical(list(row)[1:])}"
        for row in await read_rows(house, "accounting", _VOUCHERS)
    ]
    balances = await house.read_balances([account.account_id for account in CLIENT_ACCOUNTS])
    money += [f"bank {account_id} {balance}" for account_id, balance in balances.items()]
    [[vouchers]] = await read_rows(house, "accounting", "SELECT count(*) FROM voucher")
    return Figures(counts, vouchers, tuple(sorted(money)))


async def _settlements(house: House, play: Play, key: str) -> list[str]:
    """Each settlement of a creditor with what it holds, invoice by invoice; its number is not money."""
    period = {"fromDate": play.portfolio.start.isoformat(), "toDate": play.portfolio.closing_date.isoformat()}
    answer = await house.get("/api/v1/partner/settlements", play.tokens[key], period)
    lines: list[str] = []
    for settlement in answer["settlements"]:
        parts = sorted(
            _canonical([line["originalInvoiceNumber"], line["allocatedTotalAmount"], line["breakdown"]])
            for line in settlement["allocations"]
        )
        total = [settlement["settlementDate"], settlement["currency"], settlement["settlementAmount"]]
        lines.append(f"settlement {key} {_canonical(total)} {' '.join(parts)}")
    return lines


async def read_rows(house: House, service: str, statement: str) -> list[Any]:
    """Rows of a service's own database."""
    connection = await asyncpg.connect(plain_url(house.settings[f"database_url.{service}"]))
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=str)


def messages_by(counts: dict[str, Any], *names: str) -> dict[tuple[str, ...], int]:
    """The office's message counts, summed by the given properties."""
    found: dict[tuple[str, ...], int] = defaultdict(int)
    listed = counts["messages"]
    for line in listed if isinstance(listed, list) else listed["counts"]:
        found[tuple(line[name] for name in names)] += line["count"]
    return dict(found)
