"""Counting opens and clicks: where it is lawful, and the signed links that do it."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

_LAWFUL: Final[Mapping[str, tuple[str, ...]]] = {
    "NO": ("BUSINESS",),
    "SE": ("BUSINESS",),
    "FI": ("BUSINESS",),
    "DK": ("BUSINESS",),
    "NL": ("BUSINESS",),
}
"""By country: the kinds of debtors whose mails may be counted when the creditor's agreement asks for it. Consumers would
have to consent first (ePrivacy directive, article 5(3)), and nobody asks them; a country that is missing allows none."""

_PURPOSE: Final = b"open and click tracking"
_EPOCH: Final = date(2020, 1, 1)
_ID, _DAY, _SIGNATURE = 16, 3, 16
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
LONGEST_TARGET: Final = 2_000


class TrackingInvalid(ValueError):
    """This link was not made here, or leads elsewhere than it was made for."""


def may_track(country: str, debtor_kind: str, *, agreed: bool) -> bool:
    """Whether opens and clicks of this debtor's mails may be counted."""
    return agreed and debtor_kind in _LAWFUL.get(country, ())


def make_token(secret: str, message_id: UUID, last_day: date, target: str = "") -> str:
    """For an address that a mail leads to, or without one for the mail's own picture."""
    said = message_id.bytes + (last_day - _EPOCH).days.to_bytes(_DAY)
    return urlsafe_b64encode(said + _sign(secret, said, target)).rstrip(b"=").decode()


def read_token(secret: str, token: str, target: str = "") -> tuple[UUID, date]:
    """The message and the last day; TrackingInvalid unless `make_token` made exactly this, for exactly this target."""
    try:
        content = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError as error:
        raise TrackingInvalid from error
    said, signature = content[: _ID + _DAY], content[_ID + _DAY :]
    if urlsafe_b64encode(content).rstrip(b"=") != token.encode() or len(said) != _ID + _DAY:
        raise TrackingInvalid
    if not hmac.compare_digest(signature, _sign(secret, said, target)):
        raise TrackingInvalid
    return UUID(bytes=said[:_ID]), _EPOCH + timedelta(days=int.from_bytes(said[_ID:]))


def with_links(words: str, tracked: Callable[[str], str]) -> str:
    """The words with each address replaced by the one that counts the click; addresses too long to sign stay."""
    return _ADDRESS.sub(lambda found: tracked(found[0]) if len(found[0]) <= LONGEST_TARGET else found[0], words)


def _sign(secret: str, said: bytes, target: str) -> bytes:
    key = hmac.digest(secret.encode(), _PURPOSE, sha256)  # a key of its own: no other token is signed with it
    return hmac.digest(key, said + target.encode(), sha256)[:_SIGNATURE]
