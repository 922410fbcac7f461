"""Conduct towards the debtor: when and how often to make contact, and what a notice must say."""

from dataclasses import dataclass
from datetime import date, time
from typing import Final

from statutes.banking_days import is_public_holiday
from statutes.book import StatuteBook, known_debtor_kind, known_jurisdiction, statute_book
from statutes.procedure_rows import ContactLimit

SATURDAY: Final = 5
# Nobody decides at what hour these are read.
TIMELESS: Final = ("LETTER",)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the debtor's local time, on weekdays or on Saturdays; both ends included."""

    days: str
    from_time: time
    to_time: time


@dataclass(frozen=True, slots=True)
class ContactWindow:
    """When a debtor may be contacted: never on Sundays and public holidays; no `hours` means any time of other days.

    `in_force` is False while a limit rests on a proposed law or a rule of this house; `duties` are for people to read.
    """

    jurisdiction: str
    hours: tuple[Hours, ...]
    max_contacts: int | None
    period_days: int | None
    duties: tuple[str, ...]
    in_force: bool
    row_ids: tuple[str, ...]

    def allows(self, day: date, at: time, *, book: StatuteBook | None = None) -> bool:
        """Whether contact may be made on `day` at that hour of the debtor's local time."""
        if not self.hours:
            return True
        if day.weekday() > SATURDAY or is_public_holiday(self.jurisdiction, day, book=book):
            return False
        wanted = "sat" if day.weekday() == SATURDAY else "mon-fri"
        return any(one.days == wanted and one.from_time <= at <= one.to_time for one in self.hours)


@dataclass(frozen=True, slots=True)
class RequiredField:
    """Something a notice must hold: a name for programs, the law's wording for people, and the row."""

    field: str
    wording: str
    row_id: str


def contact_window(
    jurisdiction: str,
    debtor_kind: str,
    channel: str,
    *,
    on_date: date = date.max,
    book: StatuteBook | None = None,
) -> ContactWindow:
    """The limits on contact by `channel` (CALL, SMS, EMAIL, LETTER); a letter knows no hours."""
    book = book or statute_book()
    known_jurisdiction(book, jurisdiction)
    kind = known_debtor_kind(debtor_kind)
    rows = [
        row
        for row in book.contacts
        if row.facts.jurisdiction == jurisdiction
        and kind in row.debtor_kinds
        and row.channel in ("any", channel.lower())
        and row.facts.in_force(on_date)
    ]
    hours = [row for row in rows if row.topic == "hours" and channel.upper() not in TIMELESS]
    counted = [row for row in rows if row.topic == "frequency" and row.max_contacts is not None]
    frequency = min(counted, key=lambda row: row.max_contacts or 0, default=None)
    duties = [row for row in rows if row.topic not in ("hours", "frequency")]
    used = (*hours, *([frequency] if frequency else []), *duties)
    return ContactWindow(
        jurisdiction=jurisdiction,
        hours=tuple(found for row in hours if (found := _hours(row))),
        max_contacts=frequency.max_contacts if frequency else None,
        period_days=frequency.period_days if frequency else None,
        duties=tuple(row.duty for row in duties),
        in_force=all(row.status == "in_force" for row in used),
        row_ids=tuple(row.facts.row_id for row in used),
    )


def required_fields(
    jurisdiction: str, notice: str, *, on_date: date = date.max, book: StatuteBook | None = None
) -> tuple[RequiredField, ...]:
    """What the notice must hold, in the order of the law; nothing where the law on file is silent about it."""
    book = book or statute_book()
    known_jurisdiction(book, jurisdiction)
    return tuple(
        RequiredField(row.field, row.wording, row.facts.row_id)
        for row in book.notices
        if row.facts.jurisdiction == jurisdiction and row.notice == notice and row.facts.in_force(on_date)
    )


def _hours(row: ContactLimit) -> Hours | None:
    if row.from_time is None or row.to_time is None:
        return None
    return Hours(row.days, row.from_time, row.to_time)
