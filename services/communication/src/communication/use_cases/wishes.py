"""From stored rows to what `domain.contact` judges by."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any
from uuid import UUID

from communication.domain.contact import ContactHours, Intent, Limits, Verdict, Wishes, judge
from communication.settings import Settings
from runtime.clock import wall_now
from statutes import StatuteError
from statutes.conduct import ContactWindow, contact_window

NO_WISHES = Wishes()


def wishes_of(row: Any) -> Wishes:
    """The wishes beside a message or case; those of a debtor who said nothing where there are none."""
    if not row.has_wishes:
        return NO_WISHES
    hours = ContactHours(row.hours_start, row.hours_end, row.hours_timezone) if row.hours_start is not None else None
    return Wishes(row.allow_email, row.allow_sms, row.do_not_contact, row.effective_date, tuple(row.exceptions), hours)


def law_holds(settings: Settings) -> bool:
    """Whether mails wait for the country's contact hours: by wall time, so by default in production only."""
    if settings.statutory_contact_hours is None:
        return settings.environment == "production"
    return settings.statutory_contact_hours


def verdict_on(intent: Intent, row: Any, settings: Settings, sent: Mapping[UUID, int], day: date) -> Verdict:
    """Judge one message about the case or queue row; `sent` counts what its debtors were sent this week before it."""
    window = _window(row.country_code, row.kind, intent.channel) if law_holds(settings) and row.country_code else None
    limits = Limits(window, sent.get(row.debtor_id, 0), settings.contact_cap_per_week)
    return judge(intent, wishes_of(row), limits, day, wall_now())


@cache
def _window(country: str, kind: str, channel: str) -> ContactWindow | None:
    """None for a country whose law is not on file."""
    try:
        found = contact_window(country, kind, channel)
    except StatuteError:
        return None
    return found if found.hours else None
