"""The SMS that carries an invoice: what it is about, and a signed link to it."""

from datetime import timedelta
from typing import Any

from communication.domain.addresses import mobile_number
from communication.domain.links import make_link
from communication.rendering.letter import write_letter
from communication.settings import Settings

LINK_PATH = "/i/"


class SmsRefused(ValueError):
    """The SMS must not be sent; the message says why, without personal data."""


def compose_invoice_sms(message: Any, settings: Settings) -> dict[str, Any]:
    """Recipient and text, in the fields that free messages are kept in."""
    if message.category != "invoice":
        raise SmsRefused("there is no text to send")
    if not settings.public_address:
        raise SmsRefused("links are not offered here: PUBLIC_ADDRESS is not set")
    number = mobile_number(message.phone, message.country_code)
    if number is None:
        raise SmsRefused("the debtor has no number for SMS")
    last_day = message.as_of + timedelta(days=settings.link_days)
    link = make_link(settings.service_secret.get_secret_value(), message.message_id, last_day)
    letter = write_letter(message, settings)
    texts = letter.words.texts["mail"]
    return {
        "from": settings.office_name,
        "to": [number],
        "cc": [],
        "subject": texts["subject"].format(**letter.values),
        "body": texts["sms"].format(**letter.values, link=f"{settings.public_address.rstrip('/')}{LINK_PATH}{link}"),
    }
