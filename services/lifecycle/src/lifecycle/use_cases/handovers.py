"""Cases go to collectors: chosen at the end of dunning or when a case is prepared, reviewed, queued for the courier."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from lifecycle import collector_message_queries, collector_queries, queries
from lifecycle.domain import work
from lifecycle.domain.case import Case
from lifecycle.domain.collectors import CollectorConfiguration, choose
from lifecycle.domain.handovers import (
    GIVEN_BACK,
    Handover,
    candidate,
    ended,
    given_back,
    overdue,
    place_message,
    placed,
    planned,
    recall_message,
    released,
    withdrawal,
)
from lifecycle.domain.timeline import TimelineEntry
from lifecycle.domain.work import Done, WorkRefused
from lifecycle.use_cases.changes import Changes, save_and_tell
from lifecycle.use_cases.work import lock_own_case, record_work
from runtime.clock import wall_now
from runtime.database import Session

LIMIT = 1_000


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from for some cases: loaded once for all of them."""

    configurations: Mapping[UUID, Sequence[CollectorConfiguration]]
    earlier: Mapping[int, Sequence[Handover]]

    def handover_of(self, case: Case, day: date) -> Handover | None:
        """The one under way, else a new one with the collector that fits; None: our own collection."""
        before = self.earlier.get(case.case_id, ())
        if (under_way := next((one for one in before if one.handover_id == case.handover_id), None)) is not None:
            return under_way
        refusing = {one.configuration_id for one in before if one.state in GIVEN_BACK}
        chosen = choose(self.configurations.get(case.creditor_id, ()), candidate(case), refusing)
        return planned(case, chosen, len(before) + 1, day) if chosen else None


async def load_choices(session: Session, cases: Sequence[Case]) -> Choices:
    """Two statements, however many cases."""
    return Choices(
        await collector_queries.list_configurations(session, {case.creditor_id for case in cases}),
        await collector_queries.list_handovers_of_cases(session, {case.case_id for case in cases}),
    )


async def save_planned(
    session: Session, handovers: Mapping[int, Handover], cases: Mapping[int, Case], day: date
) -> None:
    """Store hand-overs (by case) as they are now; those that are queued are told to their collectors."""
    await collector_queries.save_handovers(session, list(handovers.values()))
    queued = [one for one in handovers.values() if one.state == "QUEUED"]
    messages = [place_message(cases[one.case_id], one) for one in queued]
    traces = {one.case_id: cases[one.case_id].traceparent for one in queued}
    await collector_message_queries.queue(session, messages, traces, day)


async def prepare_case(session: Session, creditor_id: UUID, case_id: int, comment: str, day: date) -> Case:
    """The file is complete: a collector is chosen, and with it whether somebody reviews the case first."""
    found = await lock_own_case(session, creditor_id, case_id)
    case = found[case_id]
    handover = (await load_choices(session, [case])).handover_of(case, day)
    done = work.prepare(case, day, review=handover is None or handover.state == "REVIEW")
    if handover is not None:
        done = await _with_handover(session, done, handover, day)
    return await record_work(session, found, done, day, comment=comment)


async def approve_case(session: Session, creditor_id: UUID, case_id: int, comment: str, day: date) -> Case:
    """Reviewed: the case goes to the collector that was chosen; where one gave it back, to the next that fits."""
    found = await lock_own_case(session, creditor_id, case_id)
    case = found[case_id]
    done = work.approve(case, day)
    handover = (await load_choices(session, [case])).handover_of(case, day)
    if handover is not None:
        reviewed = released(handover, case, day) if handover.state == "REVIEW" else handover
        done = await _with_handover(session, done, reviewed, day)
    return await record_work(session, found, done, day, comment=comment)


async def close_case(
    session: Session, creditor_id: UUID, case_id: int, close_code: str, comment: str, day: date
) -> Case:
    """End the case; a withdrawal outside the collector's free days is told or refused as agreed with it."""
    found = await lock_own_case(session, creditor_id, case_id)
    case = found[case_id]
    done = work.close(case, close_code, day)
    if close_code == "WITHDRAWN" and case.handover_id:
        handover = (await collector_queries.list_handovers(session, [case.handover_id]))[case.handover_id]
        weighed = withdrawal(handover, day)
        if weighed.refused:
            raise WorkRefused("close_code", weighed.text)
        done = Done(done.case, done.kind, f"{done.text}; {weighed.text}", done.effect)
    return await record_work(session, found, done, day, comment=comment)


async def return_overdue(session: Session, day: date, limit: int = LIMIT) -> int:
    """Take cases back from collectors whose days are over, as of `day`; somebody looks at each. Says how many."""
    case_ids = await collector_queries.lock_overdue_cases(session, day, limit)
    if not case_ids:
        return 0
    changes = Changes(await queries.lock_cases(session, case_ids))
    handovers = [
        one for every in (await collector_queries.list_handovers_of_cases(session, case_ids)).values() for one in every
    ]
    over = {one.handover_id: (one, reason) for one in handovers if (reason := overdue(one, day))}
    never_left = await collector_message_queries.cancel_untried(session, over.keys())

    for handover, reason in over.values():
        changes.put(given_back(changes.cases[handover.case_id]))
        entry = TimelineEntry(handover.case_id, day, wall_now(), "COLLECTOR", f"Taken back: {reason}")
        changes.entries.append(entry)
    outside = [pair for pair in over.values() if pair[0].adapter != "OWN" and pair[0].handover_id not in never_left]

    await collector_queries.save_handovers(session, [ended(one, "RETURNED", day, why) for one, why in over.values()])
    traces = {case.case_id: case.traceparent for case in changes.cases.values()}
    await collector_message_queries.queue(session, [recall_message(*pair) for pair in outside], traces, day)
    await save_and_tell(session, changes)
    return len(case_ids)


async def _with_handover(session: Session, done: Done, handover: Handover, day: date) -> Done:
    """`done` moved the status already; the hand-over's own mark is put on the case."""
    case = placed(done.case, handover)
    await save_planned(session, {case.case_id: handover}, {case.case_id: case}, day)
    return Done(case, done.kind, f"{done.text}; collector: {handover.collector}", done.effect)
