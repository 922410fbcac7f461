"""Links that open one document and nothing else: what is signed is the message and the last day.

A link is 46 characters, so that it fits into an SMS. Its signature has 128 bits; who guesses learns nothing from a refusal.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from datetime import date, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

_EPOCH: Final = date(2020, 1, 1)
_ID, _DAY, _SIGNATURE = 16, 2, 16
_PURPOSE: Final = b"fordring invoice link 1"


class LinkInvalid(ValueError):
    """Nobody here made this link."""


def make_link(secret: str, message_id: UUID, last_day: date) -> str:
    """The last part of the link's address; `last_day` is the last business date on which it opens."""
    said = message_id.bytes + (last_day - _EPOCH).days.to_bytes(_DAY)
    return urlsafe_b64encode(said + _sign(secret, said)).rstrip(b"=").decode()


def read_link(secret: str, link: str) -> tuple[UUID, date]:
    """The message and the last day; LinkInvalid for anything that `make_link` did not make with this secret."""
    try:
        content = urlsafe_b64decode(link + "=" * (-len(link) % 4))
    except (NotBase64, ValueError) as error:
        raise LinkInvalid from error
    said, signature = content[: _ID + _DAY], content[_ID + _DAY :]
    is_canonical = urlsafe_b64encode(content).rstrip(b"=") == link.encode()
    if (
        len(content) != _ID + _DAY + _SIGNATURE
        or not is_canonical
        or not hmac.compare_digest(signature, _sign(secret, said))
    ):
        raise LinkInvalid
    return UUID(bytes=said[:_ID]), _EPOCH + timedelta(days=int.from_bytes(said[_ID:]))


def _sign(secret: str, said: bytes) -> bytes:
    key = hmac.digest(secret.encode(), _PURPOSE, sha256)  # a key of its own: no other token is signed with it
    return hmac.digest(key, said, sha256)[:_SIGNATURE]
