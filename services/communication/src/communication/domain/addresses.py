"""Addresses and headers of free messages: what may stand in them."""

import re
import unicodedata
from typing import Final

import phonenumbers

LONGEST_SUBJECT: Final = 255
LONGEST_BODY: Final = 50_000
LONGEST_SMS: Final = 1_530
"""Ten parts of 153 characters: more is no short message."""

_EMAIL: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z0-9-]{2,63}")
_REPLY: Final = re.compile(r"^\s*((re|sv|vs|fwd?|vb|antw|aw)\s*(\[\d+\])?\s*:\s*)+", re.IGNORECASE)


class AddressRefused(ValueError):
    """An address, a subject or a text cannot be sent; `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def email_address(field: str, value: str) -> str:
    """A mailbox and nothing else: no name, no second address, no line break."""
    if not _EMAIL.fullmatch(value.strip()) or ".." in value:
        raise AddressRefused(field, "must be one e-mail address such as name@example.com")
    return value.strip()


def phone_number(field: str, value: str) -> str:
    """A number in E.164, such as +4791234567."""
    stripped = value.strip()
    try:
        number = phonenumbers.parse(stripped)
    except phonenumbers.NumberParseException as error:
        raise AddressRefused(field, "must be a phone number such as +4791234567, with the country's code") from error
    if not re.fullmatch(r"\+[1-9][0-9 ]{6,18}", stripped) or not phonenumbers.is_possible_number(number):
        raise AddressRefused(field, "is no possible phone number of its country; write it like +4791234567")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mobile_number(value: str | None, country: str) -> str | None:
    """The number in E.164 as it is dialled from `country`; None for what no SMS can reach, such as a landline."""
    try:
        number = phonenumbers.parse(value or "", country or None)
    except phonenumbers.NumberParseException:
        return None
    kind = phonenumbers.number_type(number)
    if kind not in (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def subject_line(value: str) -> str:
    """One line that cannot become another header."""
    if not value.strip() or len(value) > LONGEST_SUBJECT:
        raise AddressRefused("subject", f"must have 1 to {LONGEST_SUBJECT} characters")
    if any(unicodedata.category(sign) in ("Cc", "Zl", "Zp") for sign in value):
        raise AddressRefused("subject", "must be one line without control characters")
    return value.strip()


def body_text(value: str, longest: int) -> str:
    if not value.strip() or len(value) > longest:
        raise AddressRefused("body", f"must have 1 to {longest} characters")
    if any(unicodedata.category(sign) == "Cc" and sign not in "\n\r\t" for sign in value):
        raise AddressRefused("body", "must be text without control characters")
    return value


def conversation_of(subject: str) -> str:
    """The subject without Re:, SV: and the like: mails that share it are one conversation."""
    return _REPLY.sub("", subject).strip().casefold()
