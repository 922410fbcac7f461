"""Limitation: the last day a claim lives, what interrupted it, and when to be warned."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from statutes.book import StatuteBook, known_debtor_kind, known_jurisdiction, only, statute_book
from statutes.day_counts import add_months, add_years
from statutes.errors import RuleMissing
from statutes.procedure_rows import EventKind, LimitationPeriod

ALERT_DAYS: Final = (90, 60, 30)
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Interruption:
    """Something that may interrupt: when it happened, and for a step that suspends the day it ended (None: not yet)."""

    kind: EventKind
    on_date: date
    ended_date: date | None = None


@dataclass(frozen=True, slots=True)
class Ignored:
    """An event that did not move the limitation date, and why."""

    interruption: Interruption
    reason: str


@dataclass(frozen=True, slots=True)
class Limitation:
    """`last_date` is the last day on which the claim can be pursued; `alert_dates` fall 90, 60 and 30 days before."""

    last_date: date
    start_date: date
    final_cap_date: date | None
    counted: tuple[Interruption, ...]
    ignored: tuple[Ignored, ...]
    row_ids: tuple[str, ...]

    @property
    def alert_dates(self) -> tuple[date, ...]:
        """The days to warn, earliest first."""
        return tuple(self.last_date - timedelta(days=days) for days in ALERT_DAYS)

    def barred_on(self, day: date) -> bool:
        """Whether the claim is lost on `day`; no demand may be sent then."""
        return day > self.last_date


def limitation_date(
    jurisdiction: str,
    debtor_kind: str,
    *,
    due_date: date,
    arose_date: date | None = None,
    claim_kind: str = "ordinary",
    interruptions: Sequence[Interruption] = (),
    natural_person: bool | None = None,
    book: StatuteBook | None = None,
) -> Limitation:
    """When the claim is lost, given what interrupted it; the shorter reading where the law leaves a doubt.

    `arose_date` counts where the period starts with the claim itself (SE), by default the due date. For a claim_kind
    of judgment, `due_date` is the day it became final. A consumer is a natural person unless told otherwise.
    """
    book = book or statute_book()
    kind = known_debtor_kind(debtor_kind)
    row = _get_row(book, jurisdiction, kind, claim_kind)
    start = _start_date(row, due_date, arose_date)
    natural = kind == "consumer" if natural_person is None else natural_person
    cap = _cap_date(row, due_date, start, natural)
    clock = Limitation(_last_day(row, start), start, cap, (), (), (row.facts.row_id,))
    clock = _capped(clock)
    for event in sorted(interruptions, key=lambda one: one.on_date):
        if reason := _no_effect(row, clock, event):
            clock = replace(clock, ignored=(*clock.ignored, Ignored(event, reason)))
            continue
        last_date = _suspended_until(clock, event)
        if event.kind not in row.suspended_by:
            last_date = add_years(event.on_date, row.restarts[event.kind])
        clock = replace(clock, last_date=max(clock.last_date, last_date), counted=(*clock.counted, event))
        judged = _find_row(book, jurisdiction, kind, "judgment") if event.kind == "judgment" else None
        if judged is not None and judged is not row:
            row = judged
            cap = _cap_date(row, event.on_date, event.on_date, natural)
            clock = replace(clock, final_cap_date=cap, row_ids=(*clock.row_ids, row.facts.row_id))
        clock = _capped(clock)
    return clock


def _no_effect(row: LimitationPeriod, clock: Limitation, event: Interruption) -> str:
    if clock.barred_on(event.on_date):
        return f"the claim was lost after {clock.last_date}"
    if event.kind not in row.restarts and event.kind not in row.suspended_by:
        return f"a {event.kind.replace('_', ' ')} does not interrupt (row {row.facts.row_id})"
    if event.kind in row.suspended_by and event.ended_date is None:
        return "it suspends the period while it lasts; its end is not known yet"
    return ""


def _suspended_until(clock: Limitation, event: Interruption) -> date:
    """The period stands still while the event lasts, and for six months after a legal step (BGB s.204)."""
    if event.ended_date is None:
        return clock.last_date
    ended = add_months(event.ended_date, 6) if event.kind == "legal_step" else event.ended_date
    return clock.last_date + (ended - event.on_date)


def _start_date(row: LimitationPeriod, due_date: date, arose_date: date | None) -> date:
    if row.starts == "arises":
        return arose_date or due_date
    if row.starts == "year_end":
        return date(due_date.year, 12, 31)
    if row.starts == "next_year":
        return date(due_date.year + 1, 1, 1)
    return due_date + ONE_DAY if row.starts == "day_after_due" else due_date


def _last_day(row: LimitationPeriod, start: date) -> date:
    end = add_years(start, row.years)
    return end - ONE_DAY if row.starts in ("day_after_due", "next_year") else end


def _cap_date(row: LimitationPeriod, due_date: date, start: date, natural_person: bool) -> date | None:
    if row.final_cap_years is None or row.final_cap_scope == "unknown_claim":
        return None
    if row.final_cap_scope == "natural_person" and not natural_person:
        return None
    return _last_day(row, start) if row.final_cap_scope == "all" else add_years(due_date, row.final_cap_years)


def _capped(clock: Limitation) -> Limitation:
    if clock.final_cap_date is None or clock.last_date <= clock.final_cap_date:
        return clock
    return replace(clock, last_date=clock.final_cap_date)


def _get_row(book: StatuteBook, jurisdiction: str, debtor_kind: str, claim_kind: str) -> LimitationPeriod:
    known_jurisdiction(book, jurisdiction)
    found = _find_row(book, jurisdiction, debtor_kind, claim_kind)
    if found is None:
        raise RuleMissing("limitation", f"{jurisdiction}, {debtor_kind}: {claim_kind}")
    return found


def _find_row(book: StatuteBook, jurisdiction: str, debtor_kind: str, claim_kind: str) -> LimitationPeriod | None:
    fitting = [
        row
        for row in book.limitations
        if row.facts.jurisdiction == jurisdiction
        and debtor_kind in row.debtor_kinds
        and claim_kind in row.claim_kinds
        and row.starts != "knowledge"
    ]
    return only(fitting, "limitation", claim_kind) if fitting else None
