"""What a collector reports of a case it has: that it took it, money it collected, that it is done."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal, get_args
from uuid import UUID, uuid5

from lifecycle.domain.case import Case, closed
from lifecycle.domain.handovers import Handover, State, ended, handed, handed_over, parted
from lifecycle.domain.work import WorkRefused

ReportKind = Literal["ACCEPTED", "COLLECTED", "CLOSED"]

REPORTS: Final[Mapping[State, tuple[ReportKind, ...]]] = {
    "QUEUED": ("ACCEPTED", "COLLECTED", "CLOSED"),
    "HANDED": ("ACCEPTED", "COLLECTED", "CLOSED"),
    "ACCEPTED": ("COLLECTED", "CLOSED"),
    "RECALLED": ("COLLECTED",),
    "RETURNED": ("COLLECTED",),
}
"""What may be reported in each state of a hand-over, and nothing in any other.

A collector may answer a queued case before we know that it got it. Money that came in before a recall is still told;
once the collector itself closed the case, no more money can be recorded.
"""


@dataclass(frozen=True, slots=True)
class Report:
    """A collector's word about a case; what a kind does not need is None."""

    kind: ReportKind
    case_id: int
    external_id: str | None = None
    amount_minor: int | None = None
    currency: str | None = None
    collected_on: date | None = None
    close_code: str | None = None
    reason: str = ""
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Collected:
    """Money a collector took in, as it is stored; amount in minor units."""

    report_id: UUID
    handover_id: UUID
    case_id: int
    collector: str
    external_id: str
    amount_minor: int
    currency: str
    collected_on: date

    @property
    def content(self) -> tuple[int, int, str, date]:
        return self.case_id, self.amount_minor, self.currency, self.collected_on


@dataclass(frozen=True, slots=True)
class Taken:
    """Case and hand-over afterwards, and the words for the timeline; a repeat changes nothing."""

    case: Case
    handover: Handover
    text: str
    repeated: bool = False
    collected: Collected | None = None


class ReportForbidden(Exception):
    """The report does not fit the hand-over's state; `allowed` says what does."""

    def __init__(self, case_id: int, collector: str, kind: ReportKind, state: State) -> None:
        self.allowed = REPORTS.get(state, ())
        possible = ", ".join(self.allowed) or "nothing"
        super().__init__(
            f"The hand-over of case {case_id} to {collector} is {state}: {kind} cannot be reported now;"
            f" possible: {possible}."
        )


class ReportChanged(Exception):
    """The collector's id stands for another amount."""

    def __init__(self, collector: str, external_id: str) -> None:
        super().__init__(
            f"{collector} reported {external_id} before with other content; take a new external id for another amount."
        )


def report_id_of(creditor_id: UUID, collector: str, external_id: str) -> UUID:
    """The same id of the same collector is the same amount."""
    return uuid5(creditor_id, f"collected:{collector}:{external_id}")


def take(case: Case, handover: Handover, report: Report, known: Mapping[UUID, Collected], day: date) -> Taken:
    """The report put to its case. ReportForbidden, ReportChanged and WorkRefused leave everything as it was."""
    match report.kind:
        case "ACCEPTED":
            return _accepted(case, handover, report, day)
        case "COLLECTED":
            return _collected(case, handover, report, known, day)
        case "CLOSED":
            return _closed(case, handover, report, day)


def _accepted(case: Case, handover: Handover, report: Report, day: date) -> Taken:
    if handover.state == "ACCEPTED" and report.reference in {None, handover.collector_reference}:
        return Taken(case, handover, "", repeated=True)
    _check(handover, report)
    case, handover = _arrived(case, handover, day)
    accepted = replace(handover, state="ACCEPTED", accepted_date=day, collector_reference=report.reference)
    number = f" as {report.reference}" if report.reference else ""
    return Taken(case, accepted, f"{handover.collector} accepted the case{number}")


def _collected(case: Case, handover: Handover, report: Report, known: Mapping[UUID, Collected], day: date) -> Taken:
    assert report.external_id  # its shape: so are the three below
    assert report.amount_minor
    assert report.currency
    assert report.collected_on
    amount = Collected(
        report_id=report_id_of(handover.creditor_id, handover.collector, report.external_id),
        handover_id=handover.handover_id,
        case_id=case.case_id,
        collector=handover.collector,
        external_id=report.external_id,
        amount_minor=report.amount_minor,
        currency=report.currency,
        collected_on=report.collected_on,
    )
    if (before := known.get(amount.report_id)) is not None:
        if before.content != amount.content:
            raise ReportChanged(handover.collector, report.external_id)
        return Taken(case, handover, "", repeated=True, collected=before)
    _check(handover, report)
    if report.currency != case.currency:
        raise WorkRefused("currency", f"the case is in {case.currency}")
    if report.collected_on > day:
        raise WorkRefused("collected_on", f"must not lie after today, {day}")
    case, handover = _arrived(case, handover, day)
    return Taken(case, handover, f"{handover.collector} collected", collected=amount)


def _closed(case: Case, handover: Handover, report: Report, day: date) -> Taken:
    assert report.close_code  # its shape
    if handover.state == "CLOSED" and handover.adapter != "OWN" and case.close_code == report.close_code:
        return Taken(case, handover, "", repeated=True)
    _check(handover, report)
    case, handover = _arrived(case, handover, day)
    reason = f"{report.close_code}: {report.reason}" if report.reason else report.close_code
    over = ended(handover, "CLOSED", day, reason)
    if not case.closed:
        case = parted(closed(case, report.close_code, day))
    return Taken(case, over, f"{handover.collector} closed the case: {reason}")


def _check(handover: Handover, report: Report) -> None:
    if report.kind not in REPORTS.get(handover.state, ()):
        raise ReportForbidden(handover.case_id, handover.collector, report.kind, handover.state)


def _arrived(case: Case, handover: Handover, day: date) -> tuple[Case, Handover]:
    """A collector that speaks of a queued case has it, whether or not its arrival was recorded."""
    if handover.state != "QUEUED":
        return case, handover
    return handed_over(case), handed(handover, day)


assert set(REPORTS) <= set(get_args(State))
