"""Warnings before claims run out."""

from dataclasses import replace
from datetime import date, timedelta

from lifecycle import queries
from lifecycle.domain.timeline import TimelineEntry
from lifecycle.use_cases.changes import Changes, save_and_tell
from runtime.clock import wall_now
from runtime.database import Session
from statutes.limitation import ALERT_DAYS

LIMIT = 2_000


async def warn_of_limitation(session: Session, day: date, limit: int = LIMIT) -> int:
    """Put a warning on each open case whose day to be warned has come; says how many were looked at."""
    due = await queries.lock_limitation_alerts(session, day, limit)
    changes = Changes({case.case_id: case for case in due})
    for case in due:
        last = case.limitation_date
        assert last is not None  # a case with an alert has a clock
        later = [last - timedelta(days=days) for days in ALERT_DAYS]
        changes.put(replace(case, limitation_alert_date=next((alert for alert in later if alert > day), None)))
        if not case.closed:
            text = f"The claim is lost after {last}, in {(last - day).days} days, unless something interrupts it"
            changes.entries.append(TimelineEntry(case.case_id, day, wall_now(), "LIMITATION", text))
    await save_and_tell(session, changes)
    return len(due)
