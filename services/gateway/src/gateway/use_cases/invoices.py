"""Check that an invoice adds up, and hand it to intake in minor units."""

import re
from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from pydantic import ValidationError

from gateway.downstream import Downstream
from gateway.schemas.invoices import (
    BulkResult,
    BuyerParty,
    FieldFault,
    InvoiceAccepted,
    InvoiceBody,
    InvoiceBulkResult,
    InvoiceRow,
    SalesInvoiceRequest,
)
from gateway.schemas.wire import Faults, refused
from money import round_half_up, share
from runtime.problems import Problem, invalid

CHANNELS: Final = {"EMAIL": "EMAIL", "PRINT": "LETTER", "EINVOICE": "EINVOICE", "SMS": "SMS"}
"""How the house calls a method of distribution; NONE is not among them."""
_PEPPOL_ADDRESS: Final = re.compile(r"\d{4}:[A-Za-z0-9][A-Za-z0-9._-]{0,49}")
_FINNISH_ACCOUNT: Final = re.compile(r"0037\d{8}[A-Za-z0-9]{0,5}")
_FINNISH_SCHEME: Final = "0216"
_GLN: Final = re.compile(r"\d{13}")
_GLN_SCHEME: Final = "0088"
_LANGUAGES = {"NO": "nb", "DK": "da"}  # the partner API spells two languages like their countries


def language(code: str) -> str:
    """ISO 639-1, from the partner API's spelling."""
    return _LANGUAGES.get(code, code.lower())


async def submit_invoice(
    downstream: Downstream, creditor_id: UUID, request_id: UUID, body: SalesInvoiceRequest
) -> InvoiceAccepted:
    """Hand one invoice to intake; Problem with every faulty field, or 409 for a number used before."""
    faults = Faults()
    submission = _submission(body, faults)
    faults.raise_if_any()
    [result] = await _accept(downstream, creditor_id, request_id, [submission])
    if not result["ok"]:
        if result["status"] == 422:
            raise refused(result["errors"])
        raise Problem(result["status"], result["detail"], errors=result["errors"])
    return InvoiceAccepted(
        invoice_number=result["invoice_number"],
        case_id=result["case_id"],
        payment_reference=result["payment_reference"],
    )


async def submit_invoices(
    downstream: Downstream, creditor_id: UUID, request_id: UUID, items: Sequence[Any]
) -> InvoiceBulkResult:
    """Judge each invoice alone and hand the sound ones to intake in one call."""
    results: dict[int, BulkResult] = {}
    sound: list[tuple[int, dict[str, Any]]] = []
    for index, item in enumerate(items):
        submission = _judge_item(item)
        if isinstance(submission, Problem):
            results[index] = _rejected(index, _number_of(item), 422, submission.detail, submission.errors)
        else:
            sound.append((index, submission))
    if sound:
        answers = await _accept(downstream, creditor_id, request_id, [submission for _, submission in sound])
        for answer in answers:
            index = sound[answer["index"]][0]
            results[index] = _result(index, answer)
    accepted = sum(result.status == "ACCEPTED" for result in results.values())
    return InvoiceBulkResult(
        accepted_count=accepted,
        rejected_count=len(results) - accepted,
        results=[results[index] for index in sorted(results)],
    )


async def _accept(
    downstream: Downstream, creditor_id: UUID, request_id: UUID, submissions: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    body = {"request_id": str(request_id), "invoices": list(submissions)}
    answer = await downstream.post("intake", "/internal/invoices", creditor_id, body)
    return answer["results"]


def _judge_item(item: Any) -> dict[str, Any] | Problem:
    try:
        body = SalesInvoiceRequest.model_validate(item)
    except ValidationError as error:
        return invalid(error.errors())
    faults = Faults()
    submission = _submission(body, faults)
    return refused(faults.errors) if faults.errors else submission


def _number_of(item: Any) -> str | None:
    """The invoice number of a faulty item, where it can be read, so that its sender finds it."""
    try:
        number = item["invoice"]["header"]["number"]
    except (TypeError, KeyError, IndexError):
        return None
    return str(number)[:40] if isinstance(number, int | str) else None


def _rejected(index: int, number: str | None, status: int, detail: str, errors: Sequence[dict[str, str]]) -> BulkResult:
    return BulkResult(
        index=index,
        status="REJECTED",
        invoice_number=number,
        problem_status=status,
        detail=detail,
        errors=[FieldFault(field=error["field"], message=error["message"]) for error in errors],
    )


def _result(index: int, answer: dict[str, Any]) -> BulkResult:
    if not answer["ok"]:
        return _rejected(index, answer["invoice_number"], answer["status"], answer["detail"], answer["errors"])
    return BulkResult(
        index=index,
        status="ACCEPTED",
        invoice_number=answer["invoice_number"],
        case_id=answer["case_id"],
        payment_reference=answer["payment_reference"],
    )


def _submission(body: SalesInvoiceRequest, faults: Faults) -> dict[str, Any]:
    """The invoice as intake takes it; whatever is wrong with it is noted in `faults`."""
    invoice = body.invoice
    header = invoice.header
    review = body.processing.manual_approval_enabled
    if review and (header.type != "COLLECTION" or not body.processing.payment_control_enabled):
        faults.add("processing.manualApprovalEnabled", "is for type COLLECTION under payment control only")
    credits_an_invoice = header.type == "CREDIT_NOTE"
    if credits_an_invoice and invoice.references.credited_invoice_number is None:
        faults.add("invoice.references.creditedInvoiceNumber", "needed for a CREDIT_NOTE")
    if header.due_date < header.date:
        faults.add("invoice.header.dueDate", f"must not lie before the invoice date, {header.date}")
    known = faults.currency("invoice.header.currencyCode", header.currency_code)
    recipient = invoice.parties.invoice_recipient_party
    email = (recipient.email if recipient else None) or invoice.parties.buyer_party.contact.email
    channel = CHANNELS.get(body.distribution.method) if body.distribution.enabled else None
    fallback = body.distribution.fallback
    if channel == "EMAIL" and email is None:
        faults.add("invoice.parties.buyerParty.contact.email", "needed to distribute by EMAIL")
    amounts = _amounts(invoice, faults) if known else {}
    return {
        "number": header.number,
        "invoice_type": header.type,
        "credited_invoice_number": invoice.references.credited_invoice_number,
        "invoice_date": header.date.isoformat(),
        "due_date": header.due_date.isoformat(),
        "currency": header.currency_code,
        **amounts,
        "payment_reference": invoice.references.payment or None,
        "language_code": language(header.language_code),
        "debtor": _debtor(invoice.parties.buyer_party, header.language_code, email, faults, channel),
        "payment_control": body.processing.payment_control_enabled,
        "collection_allowed": not invoice.parties.buyer_party.disable_collection,
        "distribution_channel": channel,
        "distribution_fallbacks": None if fallback is None else [CHANNELS[method] for method in fallback],
        "buyer_reference": invoice.references.buyer or "",
        "order_reference": invoice.references.order_number or "",
        "manual_review": review,
    }


def _debtor(
    buyer: BuyerParty, invoice_language: str, email: str | None, faults: Faults, channel: str | None
) -> dict[str, Any]:
    address = buyer.address
    account = einvoice_address(buyer.electronic_invoice_account, buyer.gln_number)
    if channel == "EINVOICE" and account is None and buyer.electronic_invoice_account:
        faults.add(
            "invoice.parties.buyerParty.electronicInvoiceAccount",
            "must be scheme:identifier of the Peppol code list, for example 0192:999999999",
        )
    more = ", ".join(part for part in (address.street2, address.street3) if part)
    return {
        "kind": buyer.entity_type,
        "name": buyer.name,
        "customer_account_id": buyer.customer_account_id or "",
        "business_id": buyer.business_id or "",
        "street": address.street,
        "street2": more or None,
        "postal_code": address.postal_code,
        "postal_district": address.postal_district,
        "country_code": address.country_code,
        "language_code": language(buyer.language_code or invoice_language),
        "email": email,
        "phone": buyer.contact.phone or None,
        "vat_number": buyer.vat_code or "",
        "einvoice_address": account,
    }


def einvoice_address(account: str | None, gln: str | None) -> str | None:
    """The buyer's address in the Peppol network; None where nothing given is one. Whose it is, is never guessed."""
    plain = (account or "").replace(" ", "")
    if _PEPPOL_ADDRESS.fullmatch(plain):
        return plain
    if _FINNISH_ACCOUNT.fullmatch(plain):
        return f"{_FINNISH_SCHEME}:{plain}"
    number = (gln or "").replace(" ", "")
    return f"{_GLN_SCHEME}:{number}" if not plain and _GLN.fullmatch(number) else None


def _amounts(invoice: InvoiceBody, faults: Faults) -> dict[str, Any]:
    """Rows and totals in minor units; every place where they do not add up is noted."""
    currency = invoice.header.currency_code
    place = "invoice.amounts"
    net = faults.minor(f"{place}.netAmount", invoice.amounts.net_amount, currency)
    vat = faults.minor(f"{place}.vatAmount", invoice.amounts.vat_amount, currency)
    gross = faults.minor(f"{place}.grossAmount", invoice.amounts.gross_amount, currency)
    lines = [_line(row, f"invoice.rows.{index}", currency, faults) for index, row in enumerate(invoice.rows)]
    if not faults.errors:
        _check_totals(net, vat, gross, lines, faults)
    if not lines and invoice.header.type == "INVOICE":
        faults.add("invoice.rows", "an invoice needs at least one row")
    return {"gross_minor": gross, "vat_minor": vat, "lines": lines}


def _line(row: InvoiceRow, place: str, currency: str, faults: Faults) -> dict[str, Any]:
    found_before = len(faults.errors)
    unit_price = faults.minor(f"{place}.unitPrice", row.unit_price, currency)
    net = faults.minor(f"{place}.netAmount", row.net_amount, currency)
    gross = None if row.gross_amount is None else faults.minor(f"{place}.grossAmount", row.gross_amount, currency)
    rate = int(row.vat_percentage * 100)
    if len(faults.errors) == found_before:
        expected = round_half_up(Fraction(row.quantity) * unit_price)
        if net != expected:
            faults.add(f"{place}.netAmount", f"must be quantity times unitPrice: {expected} minor units, not {net}")
        if gross is not None and gross != net + _vat(net, rate):
            faults.add(f"{place}.grossAmount", f"must be netAmount plus {row.vat_percentage} % VAT")
    return {
        "text": row.description,
        "quantity": str(row.quantity),
        "unit_price_minor": unit_price,
        "vat": rate,
        "net_minor": net,
    }


def _vat(net_minor: int, rate: int) -> int:
    """VAT in minor units at a rate in basis points, rounded half up."""
    return share(net_minor, rate)


def _check_totals(net: int, vat: int, gross: int, lines: Sequence[dict[str, Any]], faults: Faults) -> None:
    """Totals are the sums of the rows; VAT may be rounded per row or per rate, as both are customary."""
    if gross <= 0:
        faults.add("invoice.amounts.grossAmount", "must be more than zero")
    if vat < 0:
        faults.add("invoice.amounts.vatAmount", "must not be negative")
    if gross != net + vat:
        faults.add("invoice.amounts.grossAmount", "must be netAmount plus vatAmount")
    if not lines:
        return
    if net != (total := sum(line["net_minor"] for line in lines)):
        faults.add("invoice.amounts.netAmount", f"must be the sum of the rows: {total} minor units, not {net}")
    by_rate: dict[int, int] = defaultdict(int)
    for line in lines:
        by_rate[line["vat"]] += line["net_minor"]
    per_rate = sum(_vat(amount, rate) for rate, amount in by_rate.items())
    per_row = sum(_vat(line["net_minor"], line["vat"]) for line in lines)
    if vat not in {per_rate, per_row}:
        faults.add("invoice.amounts.vatAmount", f"must be the VAT of the rows: {per_rate} minor units, not {vat}")
