"""What a debtor's wishes and the law say about one message: send, send later, send by post, or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal
from zoneinfo import ZoneInfo

from statutes.conduct import ContactWindow

Rule = Literal[
    "DO_NOT_CONTACT",
    "EMAIL_NOT_ALLOWED",
    "SMS_NOT_ALLOWED",
    "CONTACT_HOURS",
    "FREQUENCY_CAP",
    "CASE_STOPPED",
    "CHANNEL_NOT_SET_UP",
    "NO_ADDRESS",
]
Exemption = Literal["legal_notices", "payment_confirmations"]

NOTICES: Final = ("notice", "legal_notice")
_EXEMPTIONS: Final[dict[str, Exemption]] = {
    "notice": "legal_notices",
    "legal_notice": "legal_notices",
    "payment_confirmation": "payment_confirmations",
}
_AT_ANY_HOUR: Final = ("invoice", "payment_confirmation")
_LOOK_AHEAD_DAYS: Final = 14
_ZONES: Final = {
    "NO": "Europe/Oslo",
    "SE": "Europe/Stockholm",
    "FI": "Europe/Helsinki",
    "DK": "Europe/Copenhagen",
    "NL": "Europe/Amsterdam",
    "DE": "Europe/Berlin",
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "FR": "Europe/Paris",
    "ES": "Europe/Madrid",
    "IT": "Europe/Rome",
    "BE": "Europe/Brussels",
    "AT": "Europe/Vienna",
    "PL": "Europe/Warsaw",
}


@dataclass(frozen=True, slots=True)
class ContactHours:
    """Hours of the debtor's day in which contact is welcome; the end is not included."""

    start: time
    end: time
    timezone: str


@dataclass(frozen=True, slots=True)
class Wishes:
    """A debtor's preferences; the defaults are those of a debtor who said nothing."""

    allow_email: bool = True
    allow_sms: bool = True
    do_not_contact: bool = False
    effective_date: date | None = None
    exceptions: tuple[str, ...] = ()
    hours: ContactHours | None = None


@dataclass(frozen=True, slots=True)
class Intent:
    """A message about to be sent. `by_policy`: a dunning step or invoice, whose notices the law asks for."""

    channel: str
    category: str
    by_policy: bool
    country: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the law and the house allow here and now; no `window` means at any hour."""

    window: ContactWindow | None = None
    sent_this_week: int = 0
    cap_per_week: int = 0
    cap_frees_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """SEND now, LATER at `release_at`, BY_LETTER instead, or NEVER; `detail` says why in words without personal data."""

    kind: Literal["SEND", "LATER", "BY_LETTER", "NEVER"]
    rule: Rule | None = None
    detail: str = ""
    release_at: datetime | None = field(default=None)


SEND: Final = Verdict("SEND")


def judge(intent: Intent, wishes: Wishes, limits: Limits, today: date, now: datetime) -> Verdict:
    """The first rule that stops a message: opt-out, channel, frequency, hours. `today` is the business date, `now` wall time."""
    if intent.channel in ("LETTER", "EINVOICE"):
        return _opted_out(intent, wishes, today) or SEND
    refusal = _opted_out(intent, wishes, today) or _channel_closed(intent, wishes)
    return refusal or _too_often(intent, limits, now) or _wrong_hour(intent, wishes, limits, now) or SEND


def _opted_out(intent: Intent, wishes: Wishes, today: date) -> Verdict | None:
    if not wishes.do_not_contact or (wishes.effective_date is not None and today < wishes.effective_date):
        return None
    if intent.by_policy and intent.category in (*NOTICES, "invoice"):
        return None  # the law asks for the notice, and the invoice is no dunning
    if _EXEMPTIONS.get(intent.category) in wishes.exceptions:
        return None
    since = f" since {wishes.effective_date}" if wishes.effective_date else ""
    return Verdict("NEVER", "DO_NOT_CONTACT", f"the debtor asked not to be contacted{since}")


def _channel_closed(intent: Intent, wishes: Wishes) -> Verdict | None:
    if intent.channel == "EMAIL" and not wishes.allow_email:
        rule, detail = "EMAIL_NOT_ALLOWED", "the debtor does not allow e-mail"
    elif intent.channel == "SMS" and not wishes.allow_sms:
        rule, detail = "SMS_NOT_ALLOWED", "the debtor does not allow SMS"
    else:
        return None
    return Verdict("BY_LETTER" if intent.by_policy else "NEVER", rule, detail)


def _too_often(intent: Intent, limits: Limits, now: datetime) -> Verdict | None:
    exempt = intent.category in (*_AT_ANY_HOUR, *NOTICES)
    if not limits.cap_per_week or exempt or limits.sent_this_week < limits.cap_per_week:
        return None
    detail = f"the debtor was written to {limits.sent_this_week} times in 7 days; the cap is {limits.cap_per_week}"
    if not intent.by_policy:
        return Verdict("NEVER", "FREQUENCY_CAP", detail)
    return Verdict("LATER", "FREQUENCY_CAP", detail, limits.cap_frees_at or now + timedelta(days=1))


def _wrong_hour(intent: Intent, wishes: Wishes, limits: Limits, now: datetime) -> Verdict | None:
    if intent.category in _AT_ANY_HOUR or _is_welcome(intent, wishes, limits, now):
        return None
    opening = next(
        (at for at in _openings(intent, wishes, limits, now) if _is_welcome(intent, wishes, limits, at)), None
    )
    if opening is None:
        return Verdict("NEVER", "CONTACT_HOURS", "the debtor's contact hours and the law's leave no common hour")
    return Verdict("LATER", "CONTACT_HOURS", "outside the debtor's contact hours", opening)


def zone_of(country: str) -> ZoneInfo:
    """The time zone a debtor of this country lives in, as far as the country tells."""
    return ZoneInfo(_ZONES.get(country, "Europe/Oslo"))


def _is_welcome(intent: Intent, wishes: Wishes, limits: Limits, at: datetime) -> bool:
    if wishes.hours is not None:
        local = at.astimezone(ZoneInfo(wishes.hours.timezone)).time()
        if not wishes.hours.start <= local < wishes.hours.end:
            return False
    if limits.window is None:
        return True
    there = at.astimezone(zone_of(intent.country))
    return limits.window.allows(there.date(), there.time())


def _openings(intent: Intent, wishes: Wishes, limits: Limits, now: datetime) -> Iterator[datetime]:
    """When hours begin in the next two weeks, in order."""
    found: set[datetime] = set()
    for days in range(_LOOK_AHEAD_DAYS + 1):
        for zone, starts in _starts(intent, wishes, limits):
            day = now.astimezone(zone).date() + timedelta(days=days)
            found |= {datetime.combine(day, start, zone).astimezone(UTC) for start in starts}
    yield from sorted(at for at in found if at > now)


def _starts(intent: Intent, wishes: Wishes, limits: Limits) -> Sequence[tuple[ZoneInfo, list[time]]]:
    starts = [(ZoneInfo(wishes.hours.timezone), [wishes.hours.start])] if wishes.hours else []
    if limits.window is not None:
        starts.append((zone_of(intent.country), [hours.from_time for hours in limits.window.hours]))
    return starts
