"""Keep invoices, and queue those we are asked to send, by the first channel that reaches the debtor."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from communication import queries
from communication.domain.messages import Reach, choose_route, message_id_of
from communication.use_cases.recalls import recall
from contracts import InvoiceCreated
from delivery import release, trace_of, wait_for
from runtime.database import Session


async def distribute_invoices(session: Session, events: Sequence[InvoiceCreated]) -> None:
    """Keep the invoices, and queue those we are asked to send; an invoice waits for its creditor and debtor."""
    known = await queries.find_contacts(
        session, {event.creditor_id for event in events}, {event.debtor_id for event in events}
    )
    missing = {event.event_id: key for event in events if (key := _missing_contact(event, known))}
    await wait_for(session, missing, events)
    ready = {event.case_id: event for event in events if event.event_id not in missing}
    if not ready:
        return
    await queries.save_invoices(session, [_invoice_copy(event) for event in ready.values()])
    outgoing = [event for event in ready.values() if event.distribution_channel and event.invoice_type == "INVOICE"]
    await queries.save_messages(
        session, [_invoice_message(event, reach_of(known[event.debtor_id])) for event in outgoing]
    )
    await release(session, [f"case:{case_id}" for case_id in ready])
    if outgoing:
        await recall(session, {event.case_id for event in outgoing})


def reach_of(row: Any) -> Reach:
    """Where the debtor of a row can be reached."""
    return Reach(row.email, row.phone, row.country_code, row.einvoice_address)


def _missing_contact(event: InvoiceCreated, known: Mapping[UUID, Any]) -> str | None:
    if event.creditor_id not in known:
        return f"creditor:{event.creditor_id}"
    return None if event.debtor_id in known else f"debtor:{event.debtor_id}"


def _invoice_copy(event: InvoiceCreated) -> dict[str, Any]:
    lines = [line.model_dump(mode="json") for line in event.lines]
    return event.model_dump(exclude={"lines"}) | {"lines": lines, "traceparent": trace_of(event.case_id)}


def _invoice_message(event: InvoiceCreated, reach: Reach) -> dict[str, Any]:
    assert event.distribution_channel is not None
    route = choose_route(event.distribution_channel, event.distribution_fallbacks, reach)
    return {
        "message_id": message_id_of(f"invoice:{event.invoice_id}", route.channel),
        "case_id": event.case_id,
        "creditor_id": event.creditor_id,
        "debtor_id": event.debtor_id,
        "category": "invoice",
        "channel": route.channel,
        "template": "invoice",
        "step_key": None,
        "reason": route.reason,
        "content": {
            "deadline_date": event.due_date.isoformat(),
            "stage": "INVOICED",
            "fallbacks": list(route.fallbacks),
        },
        "as_of": event.accepted_date,
        "traceparent": trace_of(event.case_id),
        "letter_group": None,
    }
