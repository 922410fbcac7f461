"""What a payment slip carries for machines: bar code lines and the texts of QR codes. Facts of the payment schemes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

_QR_IBAN_FIRST, _QR_IBAN_LAST = 30_000, 31_999
"""Institution numbers of Swiss QR-IBANs: only they take a QR reference."""
_LARGEST_FINNISH_MINOR: Final = 99_999_999
_LARGEST_EPC_MINOR: Final = 99_999_999_999


@dataclass(frozen=True, slots=True)
class Party:
    """A payer or payee as a slip names it."""

    name: str
    street: str
    postal_code: str
    place: str
    country: str


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What is to be paid: the amount in minor units, by the due date."""

    amount_minor: int
    currency: str
    due_date: date
    iban: str
    reference: str
    payee: Party
    payer: Party


def finnish_bar_code(order: PaymentOrder) -> str | None:
    """The 54 digits a Finnish bank reads: version 4 for a viitenumero, 5 for RF; None where they do not apply."""
    if not (order.iban.startswith("FI") and order.currency == "EUR" and len(order.iban) == 18):
        return None
    minor = order.amount_minor if order.amount_minor <= _LARGEST_FINNISH_MINOR else 0  # zero: the payer types it
    head = f"{order.iban[2:]}{minor:08d}"
    if order.reference.startswith("RF") and order.reference[2:].isdigit() and len(order.reference) <= 25:
        return f"5{head}{order.reference[2:4]}{order.reference[4:]:0>21}{order.due_date:%y%m%d}"
    if order.reference.isdigit() and len(order.reference) <= 20:
        return f"4{head}000{order.reference:0>20}{order.due_date:%y%m%d}"
    return None


def fik_line(order: PaymentOrder, creditor_number: str) -> str | None:
    """The line of a Danish payment card of kind 71; None where the reference is no FIK reference or we have no number."""
    if not (creditor_number and order.currency == "DKK" and order.reference.isdigit() and len(order.reference) == 15):
        return None
    return f"+71<{order.reference}+{creditor_number}<"


def qr_text(order: PaymentOrder) -> str | None:
    """What the slip's QR code says: Swiss QR code for Swiss accounts, EPC code for other euro payments, else none."""
    if order.iban.startswith(("CH", "LI")):
        return _swiss_text(order) if order.currency in ("CHF", "EUR") else None
    if order.currency == "EUR" and 0 < order.amount_minor <= _LARGEST_EPC_MINOR:
        return _epc_text(order)
    return None


def _swiss_text(order: PaymentOrder) -> str:
    institution = order.iban[4:9]
    is_qr_iban = institution.isdigit() and _QR_IBAN_FIRST <= int(institution) <= _QR_IBAN_LAST
    kind, reference, message = "NON", "", order.reference
    if is_qr_iban and order.reference.isdigit() and len(order.reference) == 27:
        kind, reference, message = "QRR", order.reference, ""
    elif not is_qr_iban and order.reference.startswith("RF"):
        kind, reference, message = "SCOR", order.reference, ""
    lines = ["SPC", "0200", "1", order.iban, *_swiss_party(order.payee), *[""] * 7, _decimal(order), order.currency]
    return "\r\n".join([*lines, *_swiss_party(order.payer), kind, reference, message, "EPD"])


def _swiss_party(party: Party) -> list[str]:
    """A structured address; the house number may stay in the street."""
    return ["S", party.name[:70], party.street[:70], "", party.postal_code[:16], party.place[:35], party.country]


def _epc_text(order: PaymentOrder) -> str:
    is_structured = order.reference.startswith("RF")
    structured, text = (order.reference, "") if is_structured else ("", order.reference)
    amount = f"{order.currency}{_decimal(order)}"
    return "\n".join(["BCD", "002", "1", "SCT", "", order.payee.name[:70], order.iban, amount, "", structured, text])


def _decimal(order: PaymentOrder) -> str:
    return str(Decimal(order.amount_minor).scaleb(-2))
