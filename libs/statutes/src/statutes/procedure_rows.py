"""The rows about time and conduct: limitation, contact, and what a notice must say."""

from dataclasses import dataclass
from datetime import time
from typing import Final, Literal, cast

from statutes.lines import Line
from statutes.rows import Facts, parse_debtor_kinds, parse_facts

EventKind = Literal[
    "demand", "acknowledgement", "written_acknowledgement", "part_payment", "legal_step", "negotiation", "judgment"
]
EVENT_KINDS: Final[tuple[EventKind, ...]] = (
    "demand",
    "acknowledgement",
    "written_acknowledgement",
    "part_payment",
    "legal_step",
    "negotiation",
    "judgment",
)
STARTS: Final = ("due", "day_after_due", "arises", "year_end", "next_year", "judgment", "knowledge")
LIMITATION_COLUMNS: Final = (
    "debtor_kind",
    "claim_kinds",
    "years",
    "starts",
    "restarts",
    "suspended_by",
    "final_cap_years",
    "final_cap_scope",
)
CONTACT_COLUMNS: Final = (
    "debtor_kind",
    "channel",
    "topic",
    "from_time",
    "to_time",
    "days",
    "max_contacts",
    "period_days",
    "status",
    "duty",
)
NOTICE_COLUMNS: Final = ("notice", "field", "wording")


@dataclass(frozen=True, slots=True)
class LimitationPeriod:
    """When a claim is lost: `restarts` gives the years of the new period each interrupting event begins."""

    facts: Facts
    debtor_kinds: tuple[str, ...]
    claim_kinds: tuple[str, ...]
    years: int
    starts: str
    restarts: dict[EventKind, int]
    suspended_by: tuple[EventKind, ...]
    final_cap_years: int | None
    final_cap_scope: str

    @property
    def rule(self) -> tuple[str, ...]:
        return ("limitation", self.facts.jurisdiction, *self.claim_kinds, *self.debtor_kinds)


@dataclass(frozen=True, slots=True)
class ContactLimit:
    """A limit on contacting a debtor; `status` tells law in force from a proposal and from a rule of this house."""

    facts: Facts
    debtor_kinds: tuple[str, ...]
    channel: str
    topic: str
    from_time: time | None
    to_time: time | None
    days: str
    max_contacts: int | None
    period_days: int | None
    status: str
    duty: str

    @property
    def rule(self) -> tuple[str, ...]:
        return ("contact_limits", self.facts.row_id)


@dataclass(frozen=True, slots=True)
class NoticeField:
    """Something a notice must hold: `field` is its name for a program, `wording` for a person."""

    facts: Facts
    notice: str
    field: str
    wording: str

    @property
    def rule(self) -> tuple[str, ...]:
        return ("notice_contents", self.facts.jurisdiction, self.notice, self.field)


def parse_limitation(line: Line) -> LimitationPeriod:
    """A line of limitation.csv."""
    suspended_by = line.names("suspended_by")
    for kind in suspended_by:
        _known_event(line, "suspended_by", kind)
    cap = line.optional_whole("final_cap_years")
    return LimitationPeriod(
        facts=parse_facts(line),
        debtor_kinds=parse_debtor_kinds(line),
        claim_kinds=line.names("claim_kinds"),
        years=line.whole("years"),
        starts=line.one_of("starts", STARTS),
        restarts=dict(_restart(line, pair) for pair in line.names("restarts")),
        suspended_by=cast(tuple[EventKind, ...], suspended_by),
        final_cap_years=cap,
        final_cap_scope=line.one_of(
            "final_cap_scope", ("",) if cap is None else ("all", "natural_person", "unknown_claim")
        ),
    )


def parse_contact_limit(line: Line) -> ContactLimit:
    """A line of contact_limits.csv."""
    topic = line.one_of("topic", ("hours", "frequency", "answer", "sender", "conduct"))
    from_time, to_time = line.optional_time("from_time"), line.optional_time("to_time")
    if topic == "hours" and (from_time is None or to_time is None or to_time <= from_time):
        raise line.fail("to_time", "hours need a from_time and a later to_time")
    return ContactLimit(
        facts=parse_facts(line),
        debtor_kinds=parse_debtor_kinds(line),
        channel=line.text("channel"),
        topic=topic,
        from_time=from_time,
        to_time=to_time,
        days=line.one_of("days", ("mon-fri", "sat") if topic == "hours" else ("",)),
        max_contacts=line.optional_whole("max_contacts"),
        period_days=line.optional_whole("period_days"),
        status=line.one_of("status", ("in_force", "proposed", "house")),
        duty=line.text("duty"),
    )


def parse_notice_field(line: Line) -> NoticeField:
    """A line of notice_contents.csv."""
    return NoticeField(parse_facts(line), line.text("notice"), line.text("field"), line.text("wording"))


def _restart(line: Line, pair: str) -> tuple[EventKind, int]:
    kind, _, years = pair.partition(":")
    if not (years.isascii() and years.isdecimal()):
        raise line.fail("restarts", f"{pair!r} is not an event and its years, such as demand:3")
    return _known_event(line, "restarts", kind), int(years)


def _known_event(line: Line, column: str, kind: str) -> EventKind:
    if kind not in EVENT_KINDS:
        raise line.fail(column, f"{kind!r} is not one of {', '.join(EVENT_KINDS)}")
    return kind
