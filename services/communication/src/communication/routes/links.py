"""Documents that a debtor opens by a link, without being anybody the house knows."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from communication.rendering.letter import write_letter
from communication.rendering.pdf import LetterPress
from communication.settings import Settings
from communication.use_cases import links
from runtime.database import Database
from runtime.tokens import ServiceCaller

router = APIRouter(prefix="/internal")
_PRESS = LetterPress()


@router.get("/links/{link}", response_class=Response)
async def open_link(caller: ServiceCaller, request: Request, link: Annotated[str, Path(max_length=100)]) -> Response:
    """The invoice as PDF. The link alone says whose: no creditor is named by who asks."""
    settings: Settings = request.app.state.settings
    database: Database = request.app.state.database
    async with database.transaction() as session:
        message = await links.find_linked_invoice(session, settings, link)
    letter = write_letter(message, settings)
    pdf = await asyncio.to_thread(_PRESS.to_pdf, letter, message.as_of)
    name = f"{letter.words.texts['mail']['file'].format(**letter.values)}"
    return Response(
        pdf, media_type="application/pdf", headers={"X-File-Name": name.encode("ascii", "replace").decode()}
    )
