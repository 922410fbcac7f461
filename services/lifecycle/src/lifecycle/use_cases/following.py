"""What becomes of a case is put to its hand-over: the collector is told the difference."""

from collections.abc import Sequence

from lifecycle import collector_message_queries, collector_queries
from lifecycle.domain.case import Case
from lifecycle.domain.handovers import Message, follow
from runtime.clock import today
from runtime.database import Session


async def follow_handovers(session: Session, cases: Sequence[Case]) -> dict[int, Case]:
    """Cases that are locked, as they are to be saved; returns those that parted from their collector."""
    by_handover = {case.handover_id: case for case in cases if case.handover_id}
    if not by_handover:
        return {}
    day = await today(session)
    handovers = await collector_queries.list_handovers(session, by_handover.keys())
    leaving = [one.handover_id for one in handovers.values() if one.state == "QUEUED"]
    closing = [handover_id for handover_id in leaving if by_handover[handover_id].closed]
    never_left = await collector_message_queries.cancel_untried(session, closing)

    parted, changed, messages = dict[int, Case](), [], list[Message]()
    for handover_id, handover in handovers.items():
        before = by_handover[handover_id]
        case, after, told = follow(before, handover, day, never_left=handover_id in never_left)
        messages += told
        if case != before:
            parted[case.case_id] = case
        if after != handover:
            changed.append(after)

    await collector_queries.save_handovers(session, changed)
    traces = {case.case_id: case.traceparent for case in cases}
    await collector_message_queries.queue(session, messages, traces, day)
    return parted
