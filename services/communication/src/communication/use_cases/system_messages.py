"""Facts told among the messages of a case: state, payments, documents, deadlines. Nobody is sent them."""

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from communication import queries
from contracts import CaseClosed, CaseHeld, CaseResumed, ClaimChanged, ClaimSettled
from runtime.database import Session

DEADLINE_DAYS: Final = 3
"""A deadline is announced this many days before."""


def system_row(fact_id: UUID, case_id: int, kind: str, detail: dict[str, Any], day: date) -> dict[str, Any]:
    """One system message; its id follows from the fact, so that a repeated fact is told once."""
    return {
        "message_id": uuid5(fact_id, f"system:{kind}"),
        "case_id": case_id,
        "kind": kind,
        "detail": json.dumps(detail),
        "as_of": day,
    }


async def note_claims(session: Session, events: Sequence[ClaimChanged | ClaimSettled]) -> None:
    """Payments received, and claims that are settled."""
    rows = [row for event in events if (row := _claim_row(event))]
    await queries.save_system_messages(session, rows)


async def note_states(session: Session, events: Sequence[CaseHeld | CaseResumed | CaseClosed]) -> None:
    """Cases that were held, go on, or are closed."""
    rows = [system_row(event.event_id, event.case_id, "status_change", _state(event), event.as_of) for event in events]
    await queries.save_system_messages(session, rows)


async def note_deadlines(session: Session, day: date) -> int:
    """Timer: deadlines of letters that end in a few days and whose claim is still open. Always 0: one pass does all."""
    await queries.save_deadlines(session, day, day + timedelta(days=DEADLINE_DAYS))
    return 0


def _claim_row(event: ClaimChanged | ClaimSettled) -> dict[str, Any] | None:
    if isinstance(event, ClaimSettled):
        detail = {"status": "SETTLED", "cause": event.cause}
        return system_row(event.event_id, event.case_id, "status_change", detail, event.as_of)
    if event.cause not in ("PAYMENT_ALLOCATED", "DIRECT_PAYMENT"):
        return None
    received_minor = -sum(part.amount_minor for part in event.parts)
    detail = {"amount_minor": received_minor, "currency": event.currency}
    return system_row(event.event_id, event.case_id, "payment_received", detail, event.as_of)


def _state(event: CaseHeld | CaseResumed | CaseClosed) -> dict[str, str]:
    if isinstance(event, CaseHeld):
        return {"status": "HELD", "reason": event.reason}
    return {"status": "RESUMED"} if isinstance(event, CaseResumed) else {"status": "CLOSED", "reason": event.close_code}
