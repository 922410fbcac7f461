"""A short message that came in, read like a mail: it has no subject, and names its case by its words or its sender."""

import json
from dataclasses import dataclass

import phonenumbers

from communication.domain.inbound_mail import LONGEST_KEPT, InboundMail, references_in


@dataclass(frozen=True, slots=True)
class InboundSms:
    """As the provider handed it in; `provider_id` is the same however often it is sent."""

    provider_id: str
    sender: str
    to: str
    text: str

    def as_raw(self) -> bytes:
        """What is kept of it until it has a case."""
        return json.dumps([self.provider_id, self.sender, self.to, self.text]).encode()


def read_sms(raw: bytes) -> InboundMail:
    """The message as what mails are read into. Networks do not vouch for senders: it is never authentic."""
    provider_id, sender, to, text = json.loads(raw)
    words = "".join(character for character in text if character == "\n" or character.isprintable())[:LONGEST_KEPT]
    return InboundMail(
        key=f"sms:{provider_id}",
        message_id=None,
        sender=sender,
        to=(to,) if to else (),
        subject="",
        body=words,
        answers=(),
        case_ids=(),
        references=references_in(words),
        attachments=(),
        classification=None,
        bounces=(),
        channel="SMS",
    )


def last_digits(number: str) -> str:
    """The eight last digits: what numbers written in different ways have in common."""
    return "".join(digit for digit in number if digit.isascii() and digit.isdigit())[-8:]


def is_same_number(on_file: str, country: str, sender: str) -> bool:
    """Whether a number as somebody wrote it down, in that country, is the sender's in international form."""
    try:
        known, called = phonenumbers.parse(on_file, country), phonenumbers.parse(sender, None)
    except phonenumbers.NumberParseException:
        return False
    return (known.country_code, known.national_number) == (called.country_code, called.national_number)
