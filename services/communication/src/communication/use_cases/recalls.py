"""Learn what stops letters, and recall those that have not left."""

from collections.abc import Collection, Sequence
from typing import Any

from communication import queries
from communication.domain.messages import fact_id_of
from contracts import CaseClosed, CaseHeld, CaseResumed, ClaimChanged, ClaimSettled, InvoiceDistributed
from delivery import publish, traced
from runtime.clock import today
from runtime.database import Session

_TOLD_BY_CLAIM = ("PAID", "CREDITED")
"""Closings that follow from `claim.settled`: its version decides, since a reversed payment outbids it."""


async def follow_claims(session: Session, events: Sequence[ClaimChanged | ClaimSettled]) -> None:
    """Keep whether each claim is settled, by its highest version: a reversed payment opens it again."""
    rows: dict[int, dict[str, Any]] = {}
    for event in sorted(events, key=lambda event: event.claim_version):
        settled = isinstance(event, ClaimSettled) or event.balance.total_minor == 0
        row = {"case_id": event.case_id, "claim_version": event.claim_version, "settled": settled, "charges": {}}
        rows[event.case_id] = row
    await queries.save_claims(session, list(rows.values()))
    await recall(session, rows.keys())


async def follow_holds(session: Session, events: Sequence[CaseHeld | CaseResumed]) -> None:
    """Keep whether each case is on hold, by its highest hold version."""
    newest = {event.case_id: event for event in sorted(events, key=lambda event: event.hold_version)}
    rows = [
        {
            "case_id": case_id,
            "hold_version": event.hold_version,
            "held": isinstance(event, CaseHeld),
            "hold_reason": event.reason if isinstance(event, CaseHeld) else "",
        }
        for case_id, event in newest.items()
    ]
    await queries.save_holds(session, rows)
    await recall(session, newest.keys())
    owed = [event for event in newest.values() if isinstance(event, CaseResumed) and event.step_key]
    await queries.requeue_letters(session, [_owed_letter(event) for event in owed])


def _owed_letter(event: CaseResumed) -> dict[str, Any]:
    """What a letter that the hold kept back says now; it has its new deadline from lifecycle."""
    return {
        "step_key": event.step_key,
        "case_id": event.case_id,
        "hold_version": event.hold_version,
        "as_of": event.as_of,
        "deadline_date": event.deadline_date,
        "claim_version": event.claim_version or 0,
        "balance": event.balance.model_dump() if event.balance else None,
    }


async def follow_closings(session: Session, events: Sequence[CaseClosed]) -> None:
    """Keep whether each case is closed for a reason other than that nothing is owed."""
    newest = {event.case_id: event for event in sorted(events, key=lambda event: event.closing_version)}
    rows = [
        {
            "case_id": case_id,
            "closing_version": event.closing_version,
            "closed": event.close_code not in _TOLD_BY_CLAIM,
        }
        for case_id, event in newest.items()
    ]
    await queries.save_closings(session, rows)
    await recall(session, newest.keys())


async def recall(session: Session, case_ids: Collection[int]) -> None:
    """Recall what must not leave any more; a recalled invoice is told, since its creditor waits for it."""
    recalled = await queries.recall_blocked(session, case_ids)
    invoices = [row for row in recalled if row.category == "invoice"]
    if not invoices:
        return
    day = await today(session)
    with traced({str(row.case_id): row.traceparent for row in invoices}):
        await publish(
            session,
            [
                InvoiceDistributed(
                    event_id=fact_id_of(row.message_id, "recalled"),
                    creditor_id=row.creditor_id,
                    case_id=row.case_id,
                    invoice_id=row.invoice_id,
                    message_id=row.message_id,
                    channel=row.channel,
                    successful=False,
                    reason=f"recalled: {row.reason}",
                    as_of=day,
                )
                for row in invoices
            ],
        )
