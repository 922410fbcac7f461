"""What a tracked mail leads to: no key, no cookie; a count, and on to where the mail's author pointed."""

from base64 import b64decode
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from gateway.access import InGate
from gateway.use_cases import tracking

router = APIRouter(include_in_schema=False)

Token = Annotated[str, Path(max_length=100)]
_HEADERS: Final = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
_PICTURE: Final = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")  # one transparent point


@router.get("/t/o/{token}")
async def note_open(token: Token, gate: InGate) -> Response:
    """The picture of a mail that may be counted."""
    await tracking.note_open(gate.downstream, token)
    return Response(_PICTURE, media_type="image/gif", headers=_HEADERS)


@router.get("/t/c/{token}")
async def follow_link(token: Token, u: Annotated[str, Query(min_length=8, max_length=2_000)], gate: InGate) -> Response:
    """On to the address that the link was signed for; to no other."""
    target = await tracking.follow_link(gate.downstream, token, u)
    return Response(status_code=302, headers=_HEADERS | {"Location": target})
