"""What collectors report, from the API or in files: recorded, announced, and shown on the case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from delivery import traced
from lifecycle import collector_queries, queries
from lifecycle.domain.case import Case
from lifecycle.domain.handovers import Handover
from lifecycle.domain.reports import Collected, Report, ReportChanged, ReportForbidden, Taken, report_id_of, take
from lifecycle.domain.timeline import EntryKind, TimelineEntry
from lifecycle.domain.work import WorkRefused
from lifecycle.use_cases.announcements import case_closed, case_collected, case_transferred
from lifecycle.use_cases.changes import Changes, save_and_tell
from lifecycle.use_cases.work import CaseNotFound
from money import Money
from runtime.clock import wall_now
from runtime.database import Session

Fault = CaseNotFound | ReportForbidden | ReportChanged | WorkRefused


@dataclass(frozen=True, slots=True)
class Reporter:
    """Whose word it is: one creditor's collector, or the office for whichever collector has the case."""

    creditor_id: UUID | None = None
    collector: str | None = None

    def may_speak_of(self, handover: Handover) -> bool:
        return handover.adapter != "OWN" and (
            self.collector is None or (handover.creditor_id, handover.collector) == (self.creditor_id, self.collector)
        )


async def take_reports(
    session: Session, reporter: Reporter, reports: Sequence[Report], day: date
) -> list[Taken | Fault]:
    """Each report put to its case, in order; what cannot be taken answers with its fault and changes nothing."""
    cases = await queries.lock_cases(session, {one.case_id for one in reports})
    handovers = _latest(await collector_queries.list_handovers_of_cases(session, cases.keys()), reporter)
    wanted = _report_ids(handovers, reports)
    await collector_queries.lock_reporters(
        session, {f"{one.creditor_id}:{one.collector}" for one in handovers.values()}
    )
    known = await collector_queries.list_known_reports(session, wanted)

    changes, told, answers = Changes(cases), dict[UUID, Handover](), list[Taken | Fault]()
    new: dict[UUID, Collected] = {}
    for report in reports:
        handover = handovers.get(report.case_id)
        if handover is None:
            answers.append(CaseNotFound(report.case_id))
            continue
        try:
            taken = take(changes.cases[report.case_id], handover, report, known | new, day)
        except (ReportForbidden, ReportChanged, WorkRefused) as fault:
            answers.append(fault)
            continue
        answers.append(taken)
        if taken.repeated:
            continue
        _note(changes, handover, taken, report, day)
        if taken.handover != handover:
            handovers[report.case_id] = told[handover.handover_id] = taken.handover
        if taken.collected:
            new[taken.collected.report_id] = taken.collected

    await collector_queries.save_handovers(session, list(told.values()))
    creditors = {one.report_id: cases[one.case_id].creditor_id for one in new.values()}
    await collector_queries.insert_reports(session, list(new.values()), creditors, day)
    with traced({str(case.case_id): case.traceparent for case in cases.values()}):
        await save_and_tell(session, changes)
    return answers


def _latest(found: dict[int, list[Handover]], reporter: Reporter) -> dict[int, Handover]:
    """The reporter's last hand-over of each case."""
    own = {case_id: [one for one in every if reporter.may_speak_of(one)] for case_id, every in found.items()}
    return {case_id: every[-1] for case_id, every in own.items() if every}


def _report_ids(handovers: dict[int, Handover], reports: Sequence[Report]) -> list[UUID]:
    return [
        report_id_of(handover.creditor_id, handover.collector, report.external_id)
        for report in reports
        if report.external_id and (handover := handovers.get(report.case_id))
    ]


def _note(changes: Changes, before: Handover, taken: Taken, report: Report, day: date) -> None:
    """Put what a report did into words and facts."""
    case = taken.case
    was: Case = changes.cases[case.case_id]

    def entry(kind: EntryKind, text: str, **ids: str) -> None:
        ids |= {"handover_id": str(before.handover_id)}
        changes.entries.append(TimelineEntry(case.case_id, day, wall_now(), kind, text, who="Collector", ids=ids))

    if before.state == "QUEUED":
        changes.facts.append(case_transferred(case, day, str(before.handover_id), before.collector))
        entry("TRANSFERRED", f"The case went to {before.collector}")
    if (collected := taken.collected) is not None:
        amount = Money(collected.amount_minor, collected.currency)
        text = f"{taken.text} {amount} on {collected.collected_on}, remitted to the {before.remits_to.lower()}"
        entry("COLLECTOR", text, report_id=str(collected.report_id), external_id=collected.external_id)
        changes.facts.append(case_collected(case, collected, before.remits_to, day))
    elif case.closed and not was.closed:
        assert case.close_code is not None
        entry("CLOSED", taken.text)
        changes.facts.append(case_closed(case, case.close_code, day))  # pyright: ignore[reportArgumentType] - the shape takes the contract's codes only
    else:
        entry("COLLECTOR", taken.text)
    changes.put(case)
