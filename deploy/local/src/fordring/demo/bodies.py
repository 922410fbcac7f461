"""The JSON of invoices: rows that add up, and the ways in which a submission can be wrong."""

import copy
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from fordring.demo.creditors import DemoCreditor
from fordring.demo.people import Debtor
from money import round_half_up, share

Row = dict[str, Any]


def major(amount_minor: int) -> float:
    """Minor units as JSON writes them; exact for every amount below ten million million."""
    return float(Decimal(amount_minor) / 100)


def invent_rows(random: Random, creditor: DemoCreditor) -> tuple[list[Row], int, int]:
    """One to three rows, their net sum and their VAT."""
    rows: list[Row] = []
    net_by_rate: dict[int, int] = defaultdict(int)
    for goods in random.sample(creditor.goods, random.choice((1, 1, 2, 2, 3))):
        quantity = Decimal(random.randint(1, goods.most_units))
        if goods.most_units > 100:
            quantity += Decimal(random.choice((0, 25, 50, 75))) / 100
        unit_price_minor = random.randint(goods.lowest_minor, goods.highest_minor)
        net_minor = round_half_up(Fraction(quantity) * unit_price_minor)
        net_by_rate[goods.vat] += net_minor
        rows.append(
            {
                "description": goods.text,
                "quantity": float(quantity),
                "unitPrice": major(unit_price_minor),
                "vatPercentage": goods.vat / 100,
                "netAmount": major(net_minor),
            }
        )
    vat_minor = sum(share(amount_minor, rate) for rate, amount_minor in net_by_rate.items())
    return rows, sum(net_by_rate.values()), vat_minor


def invoice_body(
    creditor: DemoCreditor,
    debtor: Debtor,
    number: str,
    *,
    invoice_date: date,
    due_date: date,
    rows: Sequence[Row],
    net_minor: int,
    vat_minor: int,
    reference: str | None,
    collection: bool,
    controlled: bool,
) -> dict[str, Any]:
    """A SalesInvoiceRequest."""
    channel = "NONE" if collection else "EMAIL" if debtor.email else "PRINT"
    return {
        "processing": {"paymentControlEnabled": controlled},
        "distribution": {"method": channel, "enabled": not collection},
        "invoice": {
            "header": {
                "number": number,
                "type": "COLLECTION" if collection else "INVOICE",
                "date": invoice_date.isoformat(),
                "dueDate": due_date.isoformat(),
                "currencyCode": creditor.currency,
                "languageCode": debtor.language_code,
            },
            "references": {"orderNumber": f"O-{number}"} | ({"payment": reference} if reference else {}),
            "parties": {"buyerParty": _buyer(debtor)},
            "rows": list(rows),
            "amounts": {
                "netAmount": major(net_minor),
                "vatAmount": major(vat_minor),
                "grossAmount": major(net_minor + vat_minor),
            },
        },
    }


def _buyer(debtor: Debtor) -> dict[str, Any]:
    return {
        "entityType": debtor.entity_type,
        "name": debtor.name,
        "customerAccountId": debtor.account,
        "businessId": debtor.business_id,
        "languageCode": debtor.language_code,
        "address": {
            "street": debtor.street,
            "postalCode": debtor.postal_code,
            "postalDistrict": debtor.postal_district,
            "countryCode": debtor.country_code,
        },
        "contact": {"email": debtor.email} if debtor.email else {},
    }


FAULTS = (
    "no buyer name",
    "no due date",
    "sums do not add up",
    "number used before",
    "wrong check digit",
    "unknown currency",
    "currency without account",
    "due before invoice date",
    "e-mail wanted, none given",
    "debtor of another kind",
)


def spoil(sound: Mapping[str, Any], fault: str, *, used_number: str, wrong_reference: str) -> dict[str, Any]:
    """A copy of a sound body with one thing wrong."""
    body: dict[str, Any] = copy.deepcopy(dict(sound))
    invoice = body["invoice"]
    header, buyer = invoice["header"], invoice["parties"]["buyerParty"]
    match fault:
        case "no buyer name":
            del buyer["name"]
        case "no due date":
            del header["dueDate"]
        case "sums do not add up":
            amounts = invoice["amounts"]
            amounts["grossAmount"] = major(round(amounts["grossAmount"] * 100) + 1)
        case "number used before":
            header["number"] = used_number
        case "wrong check digit":
            invoice["references"]["payment"] = wrong_reference
        case "unknown currency":
            header["currencyCode"] = "QQQ"
        case "currency without account":
            header["currencyCode"] = "USD"
        case "due before invoice date":
            header["dueDate"] = (date.fromisoformat(header["date"]) - timedelta(days=1)).isoformat()
        case "e-mail wanted, none given":
            body["distribution"] = {"method": "EMAIL", "enabled": True}
            buyer["contact"] = {}
        case "debtor of another kind":
            buyer["entityType"] = "CONSUMER" if buyer["entityType"] == "BUSINESS" else "BUSINESS"
        case _:
            raise ValueError(f"no such fault: {fault}")
    return body
