"""Ids that anybody computes alike, and that lie together in an index when they are of one day.

An index has its entries in order. With ids at random, each of four hundred payments changes a page of its own in every
index it stands in, however large these are; with ids that begin with the booking date they share a few pages.
"""

from datetime import date
from uuid import UUID, uuid5

_DAY = 8
"""Hexadecimal digits of an id that tell the day: 20251103."""


def id_of_day(day: date, namespace: UUID, name: str) -> UUID:
    """The same for the same day, namespace and name."""
    return _beginning(f"{day:%Y%m%d}", uuid5(namespace, name))


def id_beside(owner: UUID, name: str) -> UUID:
    """The same for the same owner and name; begins like its owner, so it is of the owner's day."""
    return _beginning(owner.hex[:_DAY], uuid5(owner, name))


def _beginning(day: str, hashed: UUID) -> UUID:
    # version 8 (RFC 9562, 5.8): an id of the application's own making; 90 bits of the hash remain
    return UUID(f"{day}{hashed.hex[_DAY:12]}8{hashed.hex[13:]}")
