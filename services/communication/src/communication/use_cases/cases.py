"""Find the creditor's own case, or say that there is none."""

from typing import Any
from uuid import UUID

from communication import queries
from runtime.database import Session
from runtime.problems import Problem


async def get_case(session: Session, creditor_id: UUID | None, case_id: int) -> Any:
    """The case with its debtor, wishes and state; 404 for a missing one and for another creditor's alike. The office, which is no creditor, sees all."""
    found = await queries.find_cases(session, creditor_id, [case_id])
    if not found:
        raise Problem(404, f"There is no case {case_id}.")
    return found[0]


def refused(field: str, message: str, status: int = 422) -> Problem:
    """One field that must be corrected."""
    return Problem(status, "1 field must be corrected.", errors=[{"field": field, "message": message}])
