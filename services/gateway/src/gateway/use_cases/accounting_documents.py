"""Documents for accounting systems: checked field by field here, queued and sent by accounting."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from gateway.downstream import Downstream
from gateway.schemas.accounting_documents import (
    STATUS_BY_NAME,
    AccountingPayment,
    BookkeepingSuggestion,
    InvoicesSubmit,
    InvoicesSynced,
    InvoiceSynced,
    Ledger,
    LedgersSynced,
    LedgerSynced,
    PaymentsSubmit,
    PaymentsSynced,
    PaymentSynced,
    SuggestedLine,
    Target,
    TargetRead,
)
from gateway.schemas.wire import Faults, check_period, major
from runtime.problems import Problem

_CENT = Decimal("0.01")


async def submit_ledger(downstream: Downstream, creditor_id: UUID, ledger: Ledger) -> LedgersSynced:
    """Queue one ledger; its status is asked for afterwards."""
    faults = Faults()
    _check_ledger(ledger, faults)
    faults.raise_if_any()
    document = {
        "source_identifier": ledger.ledger_identifier,
        "document_date": ledger.document_date.isoformat(),
        "content": _plain(ledger.model_dump(by_alias=True)),
    }
    return _ledgers(await _submit(downstream, creditor_id, "LEDGER", [document]))


def _check_ledger(ledger: Ledger, faults: Faults) -> None:
    for index, row in enumerate(ledger.ledger_rows):
        for name, amount in (("amount", row.amount), ("netAmount", row.net_amount)):
            if amount != amount.quantize(_CENT):
                faults.add(f"ledgers.ledgerRows.{index}.{name}", "must have at most two decimals")
    net = sum((row.net_amount for row in ledger.ledger_rows), Decimal(0))
    if net:
        faults.add("ledgers.ledgerRows", f"netAmount must sum to zero over all rows; it sums to {net}")
    gross = sum((row.amount for row in ledger.ledger_rows if not row.is_vat_row), Decimal(0))
    if ledger.calculation_mode == "GROSS" and gross:
        faults.add("ledgers.ledgerRows", f"amount must sum to zero over the rows without isVatRow; it sums to {gross}")


async def submit_payments(downstream: Downstream, creditor_id: UUID, body: PaymentsSubmit) -> PaymentsSynced:
    """Queue payments, all of them or, if one is faulty, none."""
    faults = Faults()
    _check_unique([payment.payment_identifier for payment in body.payments], "payments", "paymentIdentifier", faults)
    documents = [_payment(payment, f"payments.{index}", faults) for index, payment in enumerate(body.payments)]
    faults.raise_if_any()
    return _payments(await _submit(downstream, creditor_id, "PAYMENT", documents))


def _payment(payment: AccountingPayment, place: str, faults: Faults) -> dict[str, Any]:
    if faults.currency(f"{place}.currency", payment.currency):
        found_before = len(faults.errors)
        whole = faults.minor(f"{place}.amount", payment.amount, payment.currency)
        parts = [
            faults.minor(f"{place}.breakdown.{index}.amount", part.amount, payment.currency)
            for index, part in enumerate(payment.breakdown)
        ]
        if parts and sum(parts) != whole and len(faults.errors) == found_before:
            faults.add(f"{place}.breakdown", "must sum to amount")
    if len({part.type for part in payment.breakdown}) < len(payment.breakdown):
        faults.add(f"{place}.breakdown", "must name each type once")
    return {
        "source_identifier": payment.payment_identifier,
        "document_date": payment.payment_date.isoformat(),
        "content": _plain(payment.model_dump(by_alias=True)),
    }


async def submit_invoices(downstream: Downstream, creditor_id: UUID, body: InvoicesSubmit) -> InvoicesSynced:
    """Queue invoices that the creditor handed in before; all of them or, if one is unknown, none."""
    faults = Faults()
    _check_unique([invoice.invoice_identifier for invoice in body.invoices], "invoices", "invoiceIdentifier", faults)
    faults.raise_if_any()
    invoices = [
        {"source_identifier": invoice.invoice_identifier, "invoice_number": invoice.invoice_number}
        for invoice in body.invoices
    ]
    answer = await _refused_as(
        "invoices",
        "invoices",
        downstream.post("accounting", "/internal/accounting-invoices", creditor_id, {"invoices": invoices}),
    )
    return _invoices(answer["documents"])


async def list_ledgers(downstream: Downstream, creditor_id: UUID, **filters: object) -> LedgersSynced:
    return _ledgers(await _list(downstream, creditor_id, "LEDGER", filters))


async def list_payments(downstream: Downstream, creditor_id: UUID, **filters: object) -> PaymentsSynced:
    return _payments(await _list(downstream, creditor_id, "PAYMENT", filters))


async def list_invoices(downstream: Downstream, creditor_id: UUID, **filters: object) -> InvoicesSynced:
    return _invoices(await _list(downstream, creditor_id, "INVOICE", filters))


async def read_target(downstream: Downstream, creditor_id: UUID) -> TargetRead:
    return TargetRead(**await downstream.get("accounting", "/internal/accounting-target", creditor_id))


async def set_target(downstream: Downstream, creditor_id: UUID, body: Target) -> TargetRead:
    """Where documents go from now on, those still waiting included."""
    call = downstream.post("accounting", "/internal/accounting-target", creditor_id, body.model_dump())
    return TargetRead(**await _refused_as("url", "url", call))


async def suggest_bookkeeping(downstream: Downstream, creditor_id: UUID, number: int) -> BookkeepingSuggestion:
    """The settlement as its service tells it, on the accounts that accounting knows."""
    report = await downstream.get("settlement", f"/internal/settlements/{number}/report.json", creditor_id)
    currency = report["currency"]
    settlement = {
        "settlement_number": number,
        "net_minor": report["settlement_amount_minor"],
        "parts": [
            {
                "invoice_number": line["original_invoice_number"],
                "component": part["type"],
                "amount_minor": part["amount_minor"],
            }
            for line in report["allocations"]
            for part in line["breakdown"]
        ],
        "deductions": {part["type"]: part["amount_minor"] for part in report["deductions"]},
    }
    answer = await downstream.post("accounting", "/internal/bookkeeping-suggestion", creditor_id, settlement)
    return BookkeepingSuggestion(
        settlement_id=number,
        settlement_date=report["settlement_date"],
        currency=currency,
        lines=[
            SuggestedLine(
                account=line["account_number"],
                vat_code=line["vat_code"],
                debit=major(line["debit_minor"], currency),
                credit=major(line["credit_minor"], currency),
                invoice=line["invoice_number"],
                component=line["component"],
                text=line["text"],
            )
            for line in answer["lines"]
        ],
    )


async def _submit(
    downstream: Downstream, creditor_id: UUID, kind: str, documents: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    body = {"kind": kind, "documents": list(documents)}
    return (await downstream.post("accounting", "/internal/accounting-documents", creditor_id, body))["documents"]


async def _list(
    downstream: Downstream, creditor_id: UUID, kind: str, filters: Mapping[str, object]
) -> list[dict[str, Any]]:
    from_date, to_date = filters.get("from_date"), filters.get("to_date")
    if isinstance(from_date, date) and isinstance(to_date, date):
        check_period(from_date, to_date, "query.fromDate")
    names = {number: name for name, number in STATUS_BY_NAME.items()}
    status = filters.get("status")
    params = {"kind": kind, **filters, "status": None if status is None else names[status]}  # type: ignore[index]
    return (await downstream.get("accounting", "/internal/accounting-documents", creditor_id, params))["documents"]


def _ledgers(rows: Sequence[dict[str, Any]]) -> LedgersSynced:
    return LedgersSynced(
        ledgers=[
            LedgerSynced(
                **_synced(row), document_date=row["document_date"], document_name=row["content"]["documentName"]
            )
            for row in rows
        ]
    )


def _payments(rows: Sequence[dict[str, Any]]) -> PaymentsSynced:
    return PaymentsSynced(
        payments=[
            PaymentSynced(
                **_synced(row), payment_date=row["document_date"], invoice_number=row["content"]["invoiceNumber"]
            )
            for row in rows
        ]
    )


def _invoices(rows: Sequence[dict[str, Any]]) -> InvoicesSynced:
    return InvoicesSynced(
        invoices=[
            InvoiceSynced(
                **_synced(row), invoice_date=row["document_date"], invoice_number=row["content"]["invoiceNumber"]
            )
            for row in rows
        ]
    )


def _synced(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "source_identifier": row["source_identifier"],
        "sync_date": row["sync_date"],
        "status": STATUS_BY_NAME[row["status"]],
        "description": row["description"],
    }


def _check_unique(identifiers: Sequence[str], place: str, name: str, faults: Faults) -> None:
    for index, identifier in enumerate(identifiers):
        if identifier in identifiers[:index]:
            faults.add(f"{place}.{index}.{name}", "is used twice in this request")


def _plain(value: Any) -> Any:
    """Decimals as text with two decimals at least, dates as text: exact, and the same each time it is sent."""
    if isinstance(value, dict):
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    if isinstance(value, Decimal):
        places = value.as_tuple().exponent
        return str(value.quantize(_CENT) if isinstance(places, int) and places > -2 else value)
    return value.isoformat() if isinstance(value, date) else value


async def _refused_as(name: str, field: str, call: Any) -> Any:
    try:
        return await call
    except Problem as problem:
        first, _, reason = problem.detail.partition(": ")
        if problem.status == 422 and first == name and reason:
            problem.errors = [{"field": field, "message": reason}]
        raise
