"""How a creditor may book a settlement: balanced lines on the accounts of their own system."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from accounting.domain import chart

DeductionType = Literal["COMMISSION", "FEE_SHARE", "VAT"]


@dataclass(frozen=True, slots=True)
class Account:
    """What an account of our chart is called in the creditor's system."""

    code: str
    account_number: str
    vat_code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Covered:
    """What a settlement's line brought of one component of an invoice (negative: took back), in minor units."""

    invoice_number: str
    component: Literal["CAPITAL", "FEES", "INTEREST"]
    amount_minor: int


@dataclass(frozen=True, slots=True)
class SuggestedLine:
    """One side is zero."""

    account_number: str
    vat_code: str
    debit_minor: int
    credit_minor: int
    invoice_number: str | None
    component: str
    text: str


_INCOME = {"CAPITAL": chart.RECEIVABLE, "INTEREST": chart.INTEREST_INCOME, "FEES": chart.FEE_INCOME}
_DEDUCTED = {"COMMISSION": chart.COLLECTION_COST, "FEE_SHARE": chart.COLLECTION_COST, "VAT": chart.INPUT_VAT}
_TEXTS = {
    "CAPITAL": "Payment of invoice",
    "INTEREST": "Late interest",
    "FEES": "Fees",
    "COMMISSION": "Commission",
    "FEE_SHARE": "Office's share of interest and fees",
    "VAT": "Input VAT",
}


def suggest(
    number: int,
    net_minor: int,
    covered: Iterable[Covered],
    deductions: Mapping[DeductionType, int],
    accounts: Mapping[str, Account],
) -> list[SuggestedLine]:
    """Net to the bank, deductions to cost and input VAT; receivables, interest and fee income per invoice.

    Interest and fees are suggested as income when they come in, since few creditors book them when they are charged.
    Should the settlement's amounts not add up, the difference stands on the rounding account in plain sight.
    """
    sums: dict[tuple[str, str], int] = {}
    for part in covered:
        key = (part.invoice_number, part.component)
        sums[key] = sums.get(key, 0) + part.amount_minor
    lines = [_line(accounts[chart.CREDITORS_BANK], net_minor, None, "BANK", f"Settlement {number}")]
    for kind, amount_minor in deductions.items():
        lines.append(_line(accounts[_DEDUCTED[kind]], amount_minor, None, kind, _TEXTS[kind]))
    for (invoice_number, component), amount_minor in sums.items():
        text = f"{_TEXTS[component]} {invoice_number}"
        lines.append(_line(accounts[_INCOME[component]], -amount_minor, invoice_number, component, text))
    rounding_minor = -sum(line.debit_minor - line.credit_minor for line in lines)
    lines.append(_line(accounts[chart.ROUNDING], rounding_minor, None, "ROUNDING", "Rounding"))
    return [line for line in lines if line.debit_minor or line.credit_minor]


def _line(account: Account, amount_minor: int, invoice_number: str | None, component: str, text: str) -> SuggestedLine:
    return SuggestedLine(
        account.account_number,
        account.vat_code,
        max(amount_minor, 0),
        max(-amount_minor, 0),
        invoice_number,
        component,
        f"{account.text} {text}".strip(),
    )
