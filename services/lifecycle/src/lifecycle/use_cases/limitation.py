"""Warnings before claims run out."""

from datetime import date

from lifecycle import queries
from lifecycle.domain.limitation import with_clock
from lifecycle.domain.timeline import TimelineEntry
from lifecycle.use_cases.changes import Changes, save_and_tell
from runtime.clock import wall_now
from runtime.database import Session

LIMIT = 2_000


async def warn_of_limitation(session: Session, day: date, limit: int = LIMIT) -> int:
    """Put a warning on each open case whose day to be warned has come; says how many were looked at.

    A case from before limitation was kept gets its date here; where the law on file has none, it has none.
    """
    due = await queries.lock_limitation_alerts(session, day, limit)
    changes = Changes({case.case_id: case for case in due})
    for case in due:
        last = case.limitation_date
        changes.put(with_clock(case, day))
        if last is not None and not case.closed:
            text = f"The claim is lost after {last}, in {(last - day).days} days, unless something interrupts it"
            changes.entries.append(TimelineEntry(case.case_id, day, wall_now(), "LIMITATION", text))
    await save_and_tell(session, changes)
    return len(due)
