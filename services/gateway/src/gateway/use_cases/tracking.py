"""Opens and clicks: asked of communication, which alone can tell its own links from others."""

import re
from typing import Final
from urllib.parse import quote

from gateway.downstream import Downstream
from runtime.problems import Problem

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{47}")
_TARGET: Final = re.compile(r"https?://[^\s<>\"'\\\x00-\x1f\x7f]+")


async def note_open(downstream: Downstream, token: str) -> None:
    _check(_TOKEN, token)
    await downstream.post("communication", "/internal/tracking/opens", None, {"token": token})


async def follow_link(downstream: Downstream, token: str, target: str) -> str:
    """Where to go, fit for a header; 404 for a link that was not signed for it."""
    _check(_TOKEN, token)
    _check(_TARGET, target)
    told = await downstream.post("communication", "/internal/tracking/clicks", None, {"token": token, "target": target})
    return quote(told["target"], safe=":/?#[]@!$&'()*+,;=%-._~")


def _check(form: re.Pattern[str], value: str) -> None:
    if not form.fullmatch(value):
        raise Problem(404, "There is nothing here.")
