"""Ids as partners see them: a prefix that tells what it is, and 32 hexadecimal digits."""

import re
from typing import Final, Literal
from uuid import UUID

from runtime.problems import Problem

Prefix = Literal["msg", "doc", "thr", "note"]
_NAMES: Final[dict[Prefix, str]] = {"msg": "message", "doc": "document", "thr": "thread", "note": "note"}


def shown(prefix: Prefix, value: str | UUID) -> str:
    return f"{prefix}_{UUID(str(value)).hex}"


def meant(prefix: Prefix, value: str) -> UUID:
    """The id behind what a partner sent; 404 for what cannot be one, as for one that is not there."""
    found = re.fullmatch(f"{prefix}_([0-9a-f]{{32}})", value)
    if not found:
        raise Problem(404, f"You have no such {_NAMES[prefix]}.")
    return UUID(found[1])
