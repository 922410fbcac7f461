"""What a debtor opens by a link from an SMS: no key, one document, and no word about anything else."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Response

from gateway.access import InGate
from gateway.use_cases import links

router = APIRouter(include_in_schema=False)


@router.get("/i/{link}")
async def open_invoice(link: Annotated[str, Path(max_length=100)], gate: InGate) -> Response:
    """The invoice that the link was made for."""
    found = await links.open_invoice(gate.downstream, link)
    name = re.sub(r"[^\w.-]+", "-", found.headers["X-File-Name"], flags=re.ASCII)
    return Response(
        found.content,
        media_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "private, no-store",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Robots-Tag": "noindex",
        },
    )
