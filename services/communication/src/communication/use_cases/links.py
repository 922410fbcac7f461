"""Open an invoice by the link that its SMS carried."""

from typing import Any

from communication import queries
from communication.domain.links import LinkInvalid, read_link
from communication.settings import Settings
from runtime.clock import today
from runtime.database import Session
from runtime.problems import Problem


async def find_linked_invoice(session: Session, settings: Settings, link: str) -> Any:
    """The invoice's message with all that its letter is written from; 404 for what is no link, 410 for one that ended."""
    try:
        message_id, last_day = read_link(settings.service_secret.get_secret_value(), link)
    except LinkInvalid as error:
        raise Problem(404, "There is nothing here.") from error
    if await today(session) > last_day:
        raise Problem(410, "This link has ended. Ask the sender of the invoice for a new one.")
    message = await queries.find_written(session, message_id)
    if message is None or message.category != "invoice":
        raise Problem(404, "There is nothing here.")
    return message
