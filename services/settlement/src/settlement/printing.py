"""The settlement report on paper: data into a template that a designer can read; nothing in the data is executed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

import typst

from settlement.schemas import Allocation, PayoutRead, SettlementReport
from settlement.wording import amount_text, date_text, iban_text, words_of

_TEMPLATE = Path(__file__).parent / "templates" / "settlement.typ"


def print_report(
    report: SettlementReport, payouts: Sequence[PayoutRead], agency_name: str, output: Literal["pdf", "png"] = "pdf"
) -> bytes | list[bytes]:
    """The report as PDF, or as PNG (a list when it has several pages); several payouts each show their reference."""
    inputs = {"data": json.dumps(_shown(report, payouts, agency_name), ensure_ascii=False)}
    printed = typst.compile(
        _TEMPLATE, format=output, ppi=80.0 if output == "png" else None, sys_inputs=inputs, ignore_system_fonts=True
    )
    assert printed is not None  # without an output path the document is returned
    return printed


def _shown(report: SettlementReport, payouts: Sequence[PayoutRead], agency_name: str) -> dict[str, Any]:
    language = report.language_code

    def amount(minor: int) -> str:
        return amount_text(minor, report.currency, language)

    totals = report.totals
    kept = (
        ("fee_share", totals.fee_share_minor),
        ("commission", totals.commission_minor),
        ("vat", totals.vat_minor),
    )
    words = words_of(language)
    lines_own_minor = sum(line.own_share_minor for line in report.allocations)
    moved_minor = totals.own_share_minor - lines_own_minor
    return {
        "words": dict(words),
        "language": language.lower()[:2],
        "agency": agency_name,
        "creditor": report.creditor_name,
        "number": str(report.settlement_number),
        "date": date_text(report.settlement_date, language),
        "period": f"{date_text(report.period_from, language)} – {date_text(report.settlement_date, language)}",
        "currency": report.currency,
        "iban": iban_text(report.beneficiary.iban),
        "holder": report.beneficiary.name,
        "reference": words["several"] if len(payouts) > 1 else report.remittance_reference,
        "transfers": [_transfer(payout, language) for payout in payouts] if len(payouts) > 1 else [],
        "lines": [_line(line, report.currency, language) for line in report.allocations],
        "sums": [
            amount(totals.principal_minor),
            amount(totals.interest_minor),
            amount(totals.fees_minor),
            amount(totals.allocated_minor),
            amount(lines_own_minor),
        ],
        "collected": amount(totals.allocated_minor),
        "kept": [[words[name], amount(-minor)] for name, minor in kept if minor],
        "net": amount(totals.net_minor),
        "deferred": f"{words['deferred']} {amount(moved_minor)}" if moved_minor else "",
        "has_reversals": any(line.kind == "REVERSAL" for line in report.allocations),
    }


def _transfer(payout: PayoutRead, language: str) -> list[str]:
    """Payment reference, reference at the bank (of the latest attempt), invoices, amount."""
    invoices = ", ".join(dict.fromkeys(line.invoice_number for line in payout.lines if line.invoice_number))
    amount = amount_text(payout.amount_minor, payout.currency, language)
    return [payout.reference or "", payout.attempts[-1].end_to_end_id, invoices, amount]


def _line(line: Allocation, currency: str, language: str) -> dict[str, Any]:
    parts = {part.type: part.amount_minor for part in line.breakdown}
    amounts = (
        parts.get("CAPITAL", 0),
        parts.get("INTEREST", 0),
        parts.get("FEES", 0),
        line.allocated_total_minor,
        line.own_share_minor,
    )
    return {
        "invoice": line.original_invoice_number,
        "case": str(line.case_id),
        "date": date_text(line.allocation_date, language),
        "reversal": line.kind == "REVERSAL",
        "amounts": [amount_text(minor, currency, language) if minor else "" for minor in amounts],
    }
