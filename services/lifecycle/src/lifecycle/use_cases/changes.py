"""What a batch of facts did to cases, saved and told in a fixed number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from contracts import CaseEvent, CaseResumed, Event, PaymentRegistered, PaymentReversed
from delivery import publish, wait_for
from lifecycle import queries
from lifecycle.domain.case import Case
from lifecycle.domain.timeline import TimelineEntry
from lifecycle.use_cases.following import follow_handovers
from lifecycle.use_cases.unsent_letters import renew_letters
from runtime.clock import wall_now
from runtime.database import Session

CaseFact = CaseEvent | PaymentRegistered | PaymentReversed
E = TypeVar("E", bound=CaseEvent)
F = TypeVar("F", bound=CaseFact)


@dataclass(slots=True)
class Changes:
    """Cases as they are so far, and what is to be written and told about them."""

    cases: dict[int, Case]
    touched: set[int] = field(default_factory=set[int])
    facts: list[Event] = field(default_factory=list[Event])
    entries: list[TimelineEntry] = field(default_factory=list[TimelineEntry])

    def put(self, case: Case) -> None:
        """Replace a case; an unchanged one is not written."""
        if self.cases.get(case.case_id) != case:
            self.cases[case.case_id] = case
            self.touched.add(case.case_id)


async def save_and_tell(session: Session, changes: Changes) -> None:
    """One statement for the cases, one for the timelines, one for the outbox.

    Where holds ended one more finds the letters that they kept from leaving; collectors hear what concerns their cases.
    """
    await _renew_letters(session, changes)
    touched = [changes.cases[case_id] for case_id in sorted(changes.touched)]
    changes.cases.update(await follow_handovers(session, touched))
    await queries.save_cases(session, [changes.cases[case_id] for case_id in sorted(changes.touched)])
    await queries.insert_entries(session, changes.entries)
    await publish(session, changes.facts)


async def _renew_letters(session: Session, changes: Changes) -> None:
    resumed = {fact.case_id: fact for fact in changes.facts if isinstance(fact, CaseResumed)}
    if not resumed:
        return
    renewals = await renew_letters(
        session, {number: (changes.cases[number], fact.as_of) for number, fact in resumed.items()}
    )
    for number, renewal in renewals.items():
        fact = resumed[number]
        changes.put(renewal.case)
        changes.facts[changes.facts.index(fact)] = renewal.told_by(fact)
        changes.entries.append(TimelineEntry(number, fact.as_of, wall_now(), "RESUMED", renewal.text))


async def lock_cases_of(session: Session, events: Sequence[E]) -> tuple[dict[int, Case], list[E]]:
    """Lock the cases of `events`; returns them with the events that have one.

    Events of a case not heard of yet wait for it; those of an invoice without case work are dropped.
    """
    cases = await queries.lock_cases(session, {event.case_id for event in events})
    unknown = {event.case_id for event in events} - cases.keys()
    if unknown:
        known = await queries.list_known(session, unknown)
        await _wait_for_cases(session, [event for event in events if event.case_id in unknown], known)
    return cases, [event for event in events if event.case_id in cases]


async def followed(session: Session, events: Sequence[F]) -> list[F]:
    """The events that have a case, without locking it: for what only adds to a timeline."""
    known = await queries.list_known(session, {event.case_id for event in events if event.case_id is not None})
    await _wait_for_cases(session, events, known)
    return [event for event in events if event.case_id is not None and known.get(event.case_id)]


async def _wait_for_cases(session: Session, events: Sequence[CaseFact], known: Mapping[int, bool]) -> None:
    missing = {event.event_id: f"case:{event.case_id}" for event in events if event.case_id not in known}
    await wait_for(session, missing, events)
