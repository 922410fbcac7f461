"""Keep what was allocated to a creditor, and what was taken back, until the next settlement."""

from collections.abc import Mapping, Sequence
from typing import Any

from contracts import Component, Part, PaymentAllocated, PaymentReversed
from delivery import release, trace_of, wait_for
from runtime.database import Session
from settlement.queries import lines as queries

_COLUMNS: Mapping[Component, str] = {
    "PRINCIPAL": "principal_minor",
    "INTEREST": "interest_minor",
    "REMINDER_FEE": "reminder_fee_minor",
    "COLLECTION_FEE": "collection_fee_minor",
    "COMPENSATION": "compensation_minor",
}


async def accrue_allocations(session: Session, events: Sequence[PaymentAllocated]) -> None:
    """One line per allocation; the surplus is the debtor's and is never settled. Reversals that waited are taken up."""
    await queries.save_lines(session, [_allocation(event) for event in events])
    await release(session, [f"allocation:{event.allocation_id}" for event in events])


async def accrue_reversals(session: Session, events: Sequence[PaymentReversed]) -> None:
    """One negative line per reversed allocation; one that comes before its allocation waits for it.

    A payment that was never allocated to a creditor has nothing to take back here.
    """
    allocated = {event.event_id: event.allocation_id for event in events if event.allocation_id is not None}
    originals = await queries.list_originals(session, set(allocated.values()))
    await wait_for(
        session,
        {event_id: f"allocation:{key}" for event_id, key in allocated.items() if key not in originals},
        events,
    )
    await queries.save_lines(
        session,
        [
            _reversal(event, originals[event.allocation_id])
            for event in events
            if event.allocation_id is not None and event.allocation_id in originals and event.creditor_id is not None
        ],
    )


def _allocation(event: PaymentAllocated) -> dict[str, Any]:
    return {
        "line_id": event.allocation_id,
        "kind": "ALLOCATION",
        "creditor_id": event.creditor_id,
        "currency": event.currency,
        "account_id": event.account_id,
        "case_id": event.case_id,
        "invoice_number": event.invoice_number,
        "payment_reference": event.payment_reference,
        "stage": event.stage,
        "value_date": event.value_date,
        "as_of": event.as_of,
        "traceparent": trace_of(event.case_id),
        **_amounts(event.parts, 1),
    }


def _reversal(event: PaymentReversed, original: queries.Original) -> dict[str, Any]:
    """The stage is the allocation's, so that the commission taken then is the commission given back."""
    return {
        "line_id": event.reversal_id,
        "kind": "REVERSAL",
        "creditor_id": event.creditor_id,
        "currency": event.currency,
        "account_id": event.account_id,
        "case_id": original.case_id,
        "invoice_number": original.invoice_number,
        "payment_reference": original.payment_reference,
        "stage": original.stage,
        "value_date": event.as_of,
        "as_of": event.as_of,
        "reverses_id": event.allocation_id,
        "traceparent": trace_of(original.case_id),
        **_amounts(event.parts, -1),
    }


def _amounts(parts: Sequence[Part], sign: int) -> dict[str, int]:
    amounts = dict.fromkeys(_COLUMNS.values(), 0)
    for part in parts:
        amounts[_COLUMNS[part.component]] += sign * part.amount_minor
    return amounts | {"allocated_minor": sum(amounts.values())}
