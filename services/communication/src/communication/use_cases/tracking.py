"""Count that a mail was opened, or a link in it followed."""

from typing import Final
from uuid import UUID

from communication import queries
from communication.domain.tracking import TrackingInvalid, read_token
from communication.settings import Settings
from communication.use_cases.reports import Report, record_reports
from runtime.clock import today
from runtime.database import Session
from runtime.problems import Problem

_MOST_EVENTS: Final = 20
"""Of each kind per message: a picture that is fetched for ever must not fill the record."""


async def note_open(session: Session, settings: Settings, token: str) -> None:
    """404 for what is no token of ours, 410 for one that has ended."""
    await _note(session, Report(await _message_of(session, settings, token, ""), "OPENED"))


async def note_click(session: Session, settings: Settings, token: str, target: str) -> None:
    """The same; the token holds for the address it was made for and no other."""
    await _note(session, Report(await _message_of(session, settings, token, target), "CLICKED"))


async def _message_of(session: Session, settings: Settings, token: str, target: str) -> UUID:
    try:
        message_id, last_day = read_token(settings.service_secret.get_secret_value(), token, target)
    except TrackingInvalid as error:
        raise Problem(404, "There is nothing here.") from error
    if await today(session) > last_day:
        raise Problem(410, "This link has ended.")
    return message_id


async def _note(session: Session, report: Report) -> None:
    events = await queries.list_events(session, report.message_id)
    if sum(1 for event in events if event.kind == report.kind) < _MOST_EVENTS:
        await record_reports(session, [report])
