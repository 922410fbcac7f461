"""What came of telling collectors: cases are with them, or come back to the office."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from delivery import traced
from lifecycle import collector_message_queries, collector_queries, queries
from lifecycle.collector_message_queries import Outcome
from lifecycle.domain.handovers import Handover, ended, given_back, handed, handed_over
from lifecycle.domain.timeline import EntryKind, TimelineEntry, Who
from lifecycle.use_cases.announcements import case_transferred
from lifecycle.use_cases.changes import Changes, save_and_tell
from lifecycle.use_cases.work import hold_flagged
from runtime.clock import today, wall_now
from runtime.database import Database


async def record(database: Database, outcomes: Sequence[Outcome]) -> None:
    """One transaction for the batch; what somebody else recorded meanwhile is left as it is."""
    async with database.transaction() as session:
        day = await today(session)
        changes = Changes(await queries.lock_cases(session, {one.message.case_id for one in outcomes}))
        recorded = await collector_message_queries.record(session, outcomes, day)
        final = [one for one in outcomes if one.message.message_id in recorded and one.status != "PENDING"]
        if not final:
            return
        handovers = await collector_queries.list_handovers(session, {one.message.handover_id for one in final})

        changed = [after for one in final if (after := _apply(changes, one, handovers, day))]
        failed = [one.message.handover_id for one in final if one.message.kind == "PLACE" and one.status != "SENT"]

        await collector_queries.save_handovers(session, changed)
        await collector_message_queries.cancel_pending(session, failed)
        with traced({str(case.case_id): case.traceparent for case in changes.cases.values()}):
            await save_and_tell(session, changes)
            started = [changes.cases[one.case_id] for one in changed if one.state == "HANDED"]
            if started:
                await hold_flagged(session, started, lambda _: day)


def _apply(changes: Changes, outcome: Outcome, handovers: Mapping[UUID, Handover], day: date) -> Handover | None:
    """The hand-over afterwards, where it changed."""
    message, handover = outcome.message, handovers[outcome.message.handover_id]

    def entry(kind: EntryKind, text: str) -> None:
        ids = {"handover_id": str(handover.handover_id), "message_id": str(message.message_id)}
        who: Who = "Collector" if outcome.status == "REFUSED" else "System"
        changes.entries.append(TimelineEntry(message.case_id, day, wall_now(), kind, text, who=who, ids=ids))

    if message.kind != "PLACE":
        if outcome.status != "SENT":
            entry("COLLECTOR", f"{handover.collector} could not be told {message.kind}: {outcome.description}")
        return None
    if handover.state != "QUEUED":
        return None  # it answered before its arrival was recorded, or the case needs it no more
    case = changes.cases[message.case_id]
    if outcome.status == "SENT":
        changes.put(handed_over(case))
        changes.facts.append(case_transferred(case, day, str(handover.handover_id), handover.collector))
        entry("TRANSFERRED", f"The case went to {handover.collector}")
        return handed(handover, day)
    changes.put(given_back(case))
    entry("COLLECTOR", f"{handover.collector} did not take the case: {outcome.description}")
    return ended(handover, "REFUSED", day, outcome.description)
