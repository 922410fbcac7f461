"""Work on one case that is answered at once, and what stops or alerts several cases of a debtor."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import Final
from uuid import UUID

from contracts.case import CloseCode
from delivery import traced
from lifecycle import queries
from lifecycle.domain.case import Case, held, resumed, unflagged, vulnerable
from lifecycle.domain.interruptions import Interrupting
from lifecycle.domain.limitation import interrupted
from lifecycle.domain.timeline import EntryKind, TimelineEntry, Who
from lifecycle.domain.work import Done
from lifecycle.use_cases.announcements import case_closed, case_held, case_resumed
from lifecycle.use_cases.changes import Changes, save_and_tell
from runtime.clock import wall_now
from runtime.database import Session

VULNERABLE: Final = "VULNERABLE"
"""The flag that a policy's steps may also stop for (`DEBTOR_VULNERABLE`)."""


class CaseNotFound(LookupError):
    """The creditor has no such case."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"You have no case {case_id}.")


async def do_work(
    session: Session,
    creditor_id: UUID,
    case_id: int,
    decide: Callable[[Case], Done],
    day: date,
    *,
    comment: str = "",
    who: Who = "Creditor",
) -> Case:
    """Lock the case, decide, save, tell; WorkForbidden and WorkRefused leave everything as it was."""
    found = await lock_own_case(session, creditor_id, case_id)
    return await record_work(session, found, decide(found[case_id]), day, comment=comment, who=who)


async def lock_own_case(session: Session, creditor_id: UUID, case_id: int) -> dict[int, Case]:
    """The creditor's case, by its id; CaseNotFound also where it is another's."""
    found = await queries.lock_cases(session, [case_id])
    if case_id not in found or found[case_id].creditor_id != creditor_id:
        raise CaseNotFound(case_id)
    return found


async def record_work(
    session: Session, found: dict[int, Case], done: Done, day: date, *, comment: str = "", who: Who = "Creditor"
) -> Case:
    """Save and tell what was done to the one case that was found."""
    [(case_id, case)] = found.items()
    if done.acknowledges:
        cause = f"acknowledgement:{case_id}:{done.case.hold_version}"
        owned_up = Interrupting(kind="acknowledgement", on_date=day, cause=cause)
        done = replace(done, case=interrupted(done.case, owned_up, day))
    changes = Changes(found)
    changes.put(done.case)
    text = f"{done.text}. {comment}" if comment else done.text
    changes.entries.append(_entry(case_id, day, done.kind, text, who))
    match done.effect:
        case "HELD":
            changes.facts.append(case_held(done.case, day))
        case "RESUMED":
            changes.facts.append(case_resumed(done.case, day))
        case "CLOSED":
            changes.facts.append(case_closed(done.case, _close_code(done.case), day))
        case None:
            pass
    with traced({str(case_id): case.traceparent}):
        await save_and_tell(session, changes)
    return changes.cases[case_id]


async def flag_debtor(
    session: Session, creditor_id: UUID, debtor_id: UUID, flag: str, comment: str, day: date
) -> list[Case]:
    """Every open case of the debtor rests until the flag is lifted; interest runs on by law.

    A case that is closed or not at work yet is looked at again when it opens.
    """
    cases = await queries.lock_cases_of_debtor(session, creditor_id, debtor_id)
    await queries.add_flag(session, creditor_id, debtor_id, flag, comment, day)
    changes = Changes(cases)
    for case in list(cases.values()):
        if flag == VULNERABLE:
            case = vulnerable(case, True)
            changes.put(case)
        if not case.situation.at_work or case.hold_reason == "FLAG":
            continue
        stopped = held(case, "FLAG", None)
        changes.put(stopped)
        changes.facts.append(case_held(stopped, day))
        changes.entries.append(_entry(case.case_id, day, "FLAG", f"The debtor is {flag}: letters stop", "Creditor"))
    await save_and_tell(session, changes)
    return list(changes.cases.values())


async def hold_flagged(
    session: Session, cases: Sequence[Case], since: Callable[[Case], date] = attrgetter("opened_date")
) -> set[int]:
    """Cases at work of debtors whose flag stops collection rest from that day, else from their opening; says which."""
    flags = await queries.list_flags(session, {(case.creditor_id, case.debtor_id) for case in cases if case.debtor_id})
    stopped = {
        case.case_id: case for case in cases if case.debtor_id in flags and case.situation.at_work and not case.flagged
    }
    if not stopped:
        return set()
    changes = Changes(stopped)
    for case in list(stopped.values()):
        assert case.debtor_id is not None  # it has flags
        known, day = flags[case.debtor_id], since(case)
        changes.put(held(vulnerable(case, VULNERABLE in known), "FLAG", None))
        changes.facts.append(case_held(changes.cases[case.case_id], day))
        text = f"The debtor is {', '.join(known)}: letters stop"
        changes.entries.append(_entry(case.case_id, day, "FLAG", text, "System"))
    await save_and_tell(session, changes)
    return set(stopped)


async def lift_debtor_flag(session: Session, creditor_id: UUID, debtor_id: UUID, flag: str, day: date) -> bool:
    """Cases that a flag stopped go on once the last flag is gone; says whether there was such a flag.

    One that was closed meanwhile loses the hold too: should its claim be owed again, nothing stops it any more.
    """
    cases = await queries.lock_cases_of_debtor(session, creditor_id, debtor_id)
    if not await queries.lift_flag(session, creditor_id, debtor_id, flag):
        return False
    left = (await queries.list_flags(session, [(creditor_id, debtor_id)])).get(debtor_id)
    changes = Changes(cases)
    for case in list(cases.values()):
        if flag == VULNERABLE:
            case = vulnerable(case, False)
            changes.put(case)
        if left or case.hold_reason != "FLAG" or not (case.situation.held or case.closed):
            continue
        going_on = unflagged(case) if case.closed else resumed(case, day)
        changes.put(going_on)
        changes.facts.append(case_resumed(going_on, day))
        words = "nothing stops it any more" if case.closed else "the case goes on"
        changes.entries.append(
            _entry(case.case_id, day, "FLAG", f"The debtor is no longer {flag}: {words}", "Creditor")
        )
    await save_and_tell(session, changes)
    return True


def _close_code(case: Case) -> CloseCode:
    assert case.close_code is not None
    return case.close_code  # pyright: ignore[reportReturnType] - routes take the contract's codes only


def _entry(case_id: int, day: date, kind: EntryKind, text: str, who: Who) -> TimelineEntry:
    return TimelineEntry(case_id, day, wall_now(), kind, text, who=who)
