"""A document as CSV: one line per ledger row, payment or invoice; UTF-8, commas, a header."""

import csv
import io
from typing import Any

from accounting.domain.documents import DocumentKind

COLUMNS: dict[DocumentKind, tuple[str, ...]] = {
    "LEDGER": (
        "ledgerIdentifier",
        "companyIdentifier",
        "documentType",
        "documentName",
        "documentDate",
        "documentDescription",
        "calculationMode",
        "bookingDate",
        "accountNumber",
        "vatAccountNumber",
        "vatType",
        "vatPercentage",
        "vatCode",
        "amount",
        "netAmount",
        "isVatRow",
        "projectNumber",
        "transactionType",
        "transactionDescription",
        "ledgerDimensions",
    ),
    "PAYMENT": (
        "paymentIdentifier",
        "invoiceNumber",
        "paymentDate",
        "bookingDate",
        "amount",
        "currency",
        "targetIdentifier",
        "paymentReference",
        "sourceName",
        "capitalAmount",
        "interestAmount",
        "feesAmount",
    ),
    "INVOICE": (
        "invoiceIdentifier",
        "invoiceNumber",
        "invoiceDate",
        "dueDate",
        "currency",
        "grossAmount",
        "netAmount",
        "vatAmount",
        "paymentReference",
    ),
}


def write_csv(kind: DocumentKind, content: dict[str, Any]) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS[kind])
    for row in _rows(kind, content):
        writer.writerow("" if row.get(name) is None else row[name] for name in COLUMNS[kind])
    return buffer.getvalue().encode()


def _rows(kind: DocumentKind, content: dict[str, Any]) -> list[dict[str, Any]]:
    if kind == "PAYMENT":
        parts = {f"{part['type'].lower()}Amount": part["amount"] for part in content["breakdown"]}
        return [content | parts]
    if kind == "INVOICE":
        return [content]
    return [
        content
        | row
        | {
            "ledgerDimensions": ";".join(
                f"{one['dimensionType']}={one['dimensionValue']}" for one in row["ledgerDimensions"]
            )
        }
        for row in content["ledgerRows"]
    ]
