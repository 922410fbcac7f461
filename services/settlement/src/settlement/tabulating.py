"""A settlement as a table (CSV, RFC 4180): a row per line, which sum to the payouts."""

import csv
import io
from collections.abc import Iterator

from money import Money
from settlement.schemas import PayoutLine, PayoutList, PayoutRead

_HEAD = (
    "settlement",
    "settlement date",
    "payout",
    "payout status",
    "payout amount",
    "currency",
    "kind",
    "date",
    "case",
    "invoice",
    "payment reference",
    "principal",
    "interest",
    "fees",
    "collected",
    "our part of interest and fees",
    "commission",
    "VAT",
    "net",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(settlement: PayoutList) -> str:
    """Amounts in major units with a point; per payout its lines' net sums to its amount."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(_HEAD)
    for payout in settlement.payouts:
        for line in payout.lines:
            writer.writerow(_row(settlement, payout, line))
    return table.getvalue()


def _row(settlement: PayoutList, payout: PayoutRead, line: PayoutLine) -> Iterator[str]:
    yield str(settlement.settlement_number)
    yield settlement.settlement_date.isoformat()
    yield payout.attempts[-1].end_to_end_id
    yield payout.status
    yield _amount(payout.amount_minor, payout.currency)
    yield payout.currency
    yield line.kind
    yield line.line_date.isoformat()
    yield str(line.case_id or "")
    yield _plain(line.invoice_number)
    yield _plain(line.payment_reference)
    parts = (line.principal_minor, line.interest_minor, line.fees_minor, line.collected_minor)
    kept = (line.fee_share_minor, line.commission_minor, line.vat_minor)
    for minor in (*parts, *kept, line.net_minor):
        yield _amount(minor, payout.currency)


def _amount(minor: int, currency: str) -> str:
    return str(Money(minor, currency).to_decimal())


def _plain(text: str) -> str:
    """A creditor's own text; one that a spreadsheet would run as a formula gets a quote before it."""
    return f"'{text}" if text.startswith(_FORMULA) else text
