"""Invoices that are opened by a link: whose they are, the link alone says."""

import re
from typing import Final

from gateway.downstream import Answer, Downstream
from runtime.problems import Problem

_LINK: Final = re.compile(r"[A-Za-z0-9_-]{46}")


async def open_invoice(downstream: Downstream, link: str) -> Answer:
    """The PDF; 404 for what is no link, 410 for one that has ended. What cannot be a link is not asked for."""
    if not _LINK.fullmatch(link):
        raise Problem(404, "There is nothing here.")
    return await downstream.call("communication", "GET", f"/internal/links/{link}", None)
