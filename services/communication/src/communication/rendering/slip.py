"""The payment slip at the bottom of a letter: what is paid, to whom, and the codes a bank's app reads."""

import io
from datetime import date
from functools import lru_cache
from typing import Any

import segno

from communication.domain.payment_slips import Party, PaymentOrder, fik_line, finnish_bar_code, qr_text
from communication.domain.wording import domestic_account, grouped, grouped_reference, reference_label
from communication.rendering.catalogue import Catalogue
from communication.settings import Settings


def write_slip(
    message: Any, words: Catalogue, values: dict[str, str], total_minor: int, settings: Settings
) -> dict[str, Any]:
    """Labels and values of the slip, the line of digits and the QR code where the country has them."""
    order = _order(message, total_minor, settings)
    iban = message.payment_iban
    account = domestic_account(iban)
    label = reference_label(message.payment_reference, iban)
    # banks elsewhere do not read it, even where the account is Finnish
    line = finnish_bar_code(order) if message.country_code == "FI" else None
    code = [words.label("barcode"), line] if line else None
    if fik := fik_line(order, settings.fik_creditor_number):
        code = [words.label("FIK"), fik]
    text = qr_text(order)
    return {
        "title": words.label("slip"),
        "account": [words.label("account" if account else "iban"), account or grouped(iban)],
        "iban": [words.label("iban"), grouped(iban)] if account else [" ", " "],
        "reference": [words.label(label), grouped_reference(message.payment_reference, label)],
        "payee": [words.label("payee"), settings.office_name],
        "amount": [words.label("to_pay"), values["total"]],
        "due": [words.label("pay_by"), values["deadline_date"]],
        "code": code,
        "qr": {"label": words.label("scan"), "svg": qr_svg(text), "swiss": text.startswith("SPC")} if text else None,
    }


@lru_cache(maxsize=64)
def qr_svg(text: str) -> str:
    """The QR code as SVG; one fixed mask, since trying all eight takes four times as long and any mask can be read."""
    code = segno.make(text, error="m", micro=False, mask=0, boost_error=False)
    drawn = io.BytesIO()
    code.save(drawn, kind="svg", border=0, xmldecl=False, nl=False)
    return drawn.getvalue().decode()


def _order(message: Any, total_minor: int, settings: Settings) -> PaymentOrder:
    postal_code, _, place = settings.office_place.partition(" ")
    return PaymentOrder(
        amount_minor=total_minor,
        currency=message.currency,
        due_date=date.fromisoformat(message.content["deadline_date"]),
        iban=message.payment_iban,
        reference=message.payment_reference,
        payee=Party(settings.office_name, settings.office_street, postal_code, place, settings.office_country),
        payer=Party(message.name, message.street, message.postal_code, message.postal_district, message.country_code),
    )
