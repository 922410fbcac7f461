"""A consumer that leaves a row for everything it does, so that tests can count effects."""

import os
from collections.abc import Sequence

from sqlalchemy import text

from contracts import CaseOpened, CaseResumed, Event
from delivery import Consumer, publish, release, wait_for
from runtime.database import Session

POISON_CASE = 666
"""Handlers raise for this case, until somebody creates the table `cured`."""

ECHO_FROM = 1_000_000
"""Cases from this number on are answered with another event, through the outbox."""

_INSERT = text(
    """
    INSERT INTO effect (event_id, topic, case_id, number, pid)
    SELECT * FROM unnest(CAST(:event_id AS uuid[]), CAST(:topic AS text[]), CAST(:case_id AS bigint[]),
        CAST(:number AS integer[]), CAST(:pid AS integer[]))
    """
)
_OPEN = text(
    "SELECT DISTINCT case_id FROM effect WHERE topic = 'case.opened' AND case_id = ANY(CAST(:ids AS bigint[]))"
)


class Poisonous(Exception):
    """The handler can never handle this."""


def witness_consumer(group: str) -> Consumer:
    """`case.opened` opens a case; `case.resumed` needs it open and waits until it is."""
    consumer = Consumer(group)

    @consumer.on(CaseOpened)
    async def on_cases_opened(session: Session, events: Sequence[CaseOpened]) -> None:
        await _leave(session, events, [0] * len(events))
        await release(session, [f"case:{event.case_id}" for event in events])
        await publish(
            session,
            [
                CaseResumed(
                    creditor_id=event.creditor_id,
                    case_id=event.case_id,
                    claim_id=event.claim_id,
                    as_of=event.as_of,
                    hold_version=1,
                )
                for event in events
                if event.case_id >= ECHO_FROM
            ],
        )

    @consumer.on(CaseResumed)
    async def on_cases_resumed(session: Session, events: Sequence[CaseResumed]) -> None:
        rows = await session.execute(_OPEN, {"ids": [event.case_id for event in events]})
        known = set(rows.scalars())
        missing = {event.event_id: f"case:{event.case_id}" for event in events if event.case_id not in known}
        await wait_for(session, missing, events)
        here = [event for event in events if event.event_id not in missing]
        await _leave(session, here, [event.hold_version for event in here])

    return consumer


async def _leave(session: Session, events: Sequence[CaseOpened | CaseResumed], numbers: Sequence[int]) -> None:
    cured = (await session.execute(text("SELECT to_regclass('cured') IS NOT NULL"))).scalar_one()
    if not cured and any(event.case_id == POISON_CASE for event in events):
        raise Poisonous("this case can never be handled")
    await session.execute(
        _INSERT,
        {
            "event_id": [event.event_id for event in events],
            "topic": [_topic(event) for event in events],
            "case_id": [event.case_id for event in events],
            "number": list(numbers),
            "pid": [os.getpid()] * len(events),
        },
    )


def _topic(event: Event) -> str:
    return event.topic
