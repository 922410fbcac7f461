"""A document as an SIE 4 import file (type 4I): one voucher, code page 437, amounts in the company's currency.

Written: #FLAGGA, #PROGRAM, #FORMAT, #GEN, #SIETYP, #ORGNR, #FNAMN, #VALUTA (where not SEK), #KONTO of the accounts used,
#VER with #TRANS. Left out: years, balances, objects and dimensions, VAT codes: type 4I has no place for the last.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from accounting.domain import chart
from accounting.domain.documents import DocumentKind

_INCOME = {"CAPITAL": chart.RECEIVABLE, "INTEREST": chart.INTEREST_INCOME, "FEES": chart.FEE_INCOME}


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    business_code: str


@dataclass(frozen=True, slots=True)
class _Row:
    account_number: str
    amount: Decimal
    day: date
    text: str


def write_sie(
    kind: DocumentKind,
    content: dict[str, Any],
    company: Company,
    account_numbers: Mapping[str, str],
    written_on: date,
) -> bytes:
    """`account_numbers` by code of our chart name the accounts of payments and invoices; ledgers bring their own."""
    if kind == "LEDGER":
        name, text, day = content["documentName"], content["documentDescription"], content["documentDate"]
        rows = [
            _Row(
                row["accountNumber"], Decimal(row["netAmount"]), _day(row["bookingDate"]), row["transactionDescription"]
            )
            for row in content["ledgerRows"]
        ]
    else:
        name, day = content["invoiceNumber"], content["paymentDate" if kind == "PAYMENT" else "invoiceDate"]
        text = f"{kind.capitalize()} {name}"
        amounts = _payment(content) if kind == "PAYMENT" else _invoice(content)
        rows = [_Row(account_numbers[code], amount, _day(day), text) for code, amount in amounts]
    currency = content.get("currency", "SEK")
    lines = [
        "#FLAGGA 0",
        '#PROGRAM "Fordring" 1.0',
        "#FORMAT PC8",
        f"#GEN {written_on:%Y%m%d}",
        "#SIETYP 4",
        f"#ORGNR {_quoted(_organisation_number(company.business_code))}",
        f"#FNAMN {_quoted(company.name)}",
        *([f"#VALUTA {currency}"] if currency != "SEK" else []),
        *(f'#KONTO {number} "{number}"' for number in dict.fromkeys(row.account_number for row in rows)),
        f'#VER "" "" {_day(day):%Y%m%d} {_quoted(f"{name} {text}".strip())}',
        "{",
        *(
            f"#TRANS {row.account_number} {{}} {row.amount:.2f} {row.day:%Y%m%d} {_quoted(row.text)}"
            for row in rows
            if row.amount
        ),
        "}",
    ]
    return ("\r\n".join(lines) + "\r\n").encode("cp437", errors="replace")


def _payment(content: dict[str, Any]) -> Iterable[tuple[str, Decimal]]:
    """The office got the money; without a breakdown all of it is capital."""
    amount = Decimal(content["amount"])
    yield chart.DUE_FROM_OFFICE, amount
    whole = [{"type": "CAPITAL", "amount": content["amount"]}]
    for part in content["breakdown"] or whole:
        yield _INCOME[part["type"]], -Decimal(part["amount"])


def _invoice(content: dict[str, Any]) -> Iterable[tuple[str, Decimal]]:
    yield chart.RECEIVABLE, Decimal(content["grossAmount"])
    yield chart.SALES, -Decimal(content["netAmount"])
    yield chart.OUTPUT_VAT, -Decimal(content["vatAmount"])


def _organisation_number(code: str) -> str:
    """A Swedish number has a hyphen after its sixth digit; others are written as they are."""
    return f"{code[:6]}-{code[6:]}" if re.fullmatch(r"\d{10}", code) else code


def _day(value: str) -> date:
    return date.fromisoformat(value)


def _quoted(text: str) -> str:
    plain = re.sub(r"[\x00-\x1f\x7f]", " ", text)
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'
