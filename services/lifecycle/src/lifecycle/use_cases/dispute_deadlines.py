"""Warnings to case workers of disputes that nobody has answered."""

from dataclasses import replace
from datetime import date

from lifecycle import queries
from lifecycle.domain.arrangements import Dispute, next_dispute_alert
from lifecycle.domain.timeline import TimelineEntry
from lifecycle.use_cases.changes import Changes, save_and_tell
from runtime.clock import wall_now
from runtime.database import Session

LIMIT = 2_000


async def warn_of_disputes(session: Session, day: date, limit: int = LIMIT) -> int:
    """Put a warning on each case whose dispute is to be answered soon, or was not in time; says how many were looked at.

    A dispute that was answered, replaced or closed meanwhile warns nobody.
    """
    due = await queries.lock_dispute_alerts(session, day, limit)
    changes = Changes({case.case_id: case for case in due})
    for case in due:
        raised = case.arrangement if not case.closed and isinstance(case.arrangement, Dispute) else None
        changes.put(replace(case, dispute_alert_date=next_dispute_alert(raised, day) if raised else None))
        if raised and raised.deadline_date:
            text = _text(raised.deadline_date, day)
            changes.entries.append(TimelineEntry(case.case_id, day, wall_now(), "DISPUTED", text))
    await save_and_tell(session, changes)
    return len(due)


def _text(deadline_date: date, day: date) -> str:
    """Without the reason: that is the creditor's own words, which are erased with the debtor."""
    days = (deadline_date - day).days
    if days < 0:
        return f"The dispute was to be answered by {deadline_date} and was not"
    left = "today" if days == 0 else "in 1 day" if days == 1 else f"in {days} days"
    return f"The dispute is to be answered by {deadline_date}, {left}"
