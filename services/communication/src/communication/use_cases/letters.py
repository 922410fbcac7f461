"""Queue what is to be said: invoices on their way out, and the message of each dunning step."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from communication import queries
from communication.domain.messages import category_of, choose_channel, message_id_of
from communication.use_cases.recalls import recall
from contracts import ClaimCharged, InvoiceCreated
from delivery import release, trace_of, wait_for
from runtime.database import Session
from statutes import statute_book


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
        session, [_invoice_message(event, has_email=known[event.debtor_id]) for event in outgoing]
    )
    await release(session, [f"case:{case_id}" for case_id in ready])
    if outgoing:
        await recall(session, {event.case_id for event in outgoing})


async def queue_step_letters(session: Session, events: Sequence[ClaimCharged]) -> None:
    """Queue the message of each step with the figures it must show; those that must not leave are recalled at once."""
    invoices = await queries.find_invoices(session, {event.case_id for event in events})
    missing = {event.event_id: f"case:{event.case_id}" for event in events if event.case_id not in invoices}
    await wait_for(session, missing, events)
    ready = [event for event in events if event.event_id not in missing]
    if not ready:
        return
    charges = await queries.save_claims(session, _newest_claims(ready))
    rows = [_step_message(event, invoices[event.case_id], charges[event.case_id]) for event in ready]
    await queries.save_messages(session, rows)
    await recall(session, {event.case_id for event in ready})


def _missing_contact(event: InvoiceCreated, known: dict[UUID, bool]) -> str | None:
    if event.creditor_id not in known:
        return f"creditor:{event.creditor_id}"
    return None if event.debtor_id in known else f"debtor:{event.debtor_id}"


def _invoice_copy(event: InvoiceCreated) -> dict[str, Any]:
    lines = [line.model_dump(mode="json") for line in event.lines]
    return event.model_dump(exclude={"lines"}) | {"lines": lines, "traceparent": trace_of(event.case_id)}


def _invoice_message(event: InvoiceCreated, *, has_email: bool) -> dict[str, Any]:
    assert event.distribution_channel is not None
    choice = choose_channel(event.distribution_channel, has_email=has_email)
    return {
        "message_id": message_id_of(f"invoice:{event.invoice_id}", choice.channel),
        "case_id": event.case_id,
        "creditor_id": event.creditor_id,
        "debtor_id": event.debtor_id,
        "category": "invoice",
        "channel": choice.channel,
        "template": "invoice",
        "step_key": None,
        "reason": choice.reason,
        "content": {"deadline_date": event.due_date.isoformat(), "stage": "INVOICED"},
        "as_of": event.accepted_date,
        "traceparent": trace_of(event.case_id),
    }


def _newest_claims(events: Iterable[ClaimCharged]) -> list[dict[str, Any]]:
    """One row per case: its highest version, and the charges of all its steps in the batch."""
    rows: dict[int, dict[str, Any]] = {}
    for event in sorted(events, key=lambda event: event.claim_version):
        earlier: dict[str, Any] = rows[event.case_id]["charges"] if event.case_id in rows else {}
        rows[event.case_id] = {
            "case_id": event.case_id,
            "claim_version": event.claim_version,
            "settled": event.balance.total_minor == 0,
            "charges": earlier | {event.step_key: {"claim_version": event.claim_version, "fees": _fees(event)}},
        }
    return list(rows.values())


def _fees(event: ClaimCharged) -> list[dict[str, Any]]:
    return [{"code": charge.code, "amount_minor": charge.amount_minor + charge.vat_minor} for charge in event.charges]


def _step_message(event: ClaimCharged, invoice: Any, charges: dict[str, Any]) -> dict[str, Any]:
    choice = choose_channel(event.channel, has_email=invoice.has_email)
    steps = sorted(charges.values(), key=lambda step: step["claim_version"])
    rate = _interest_rate(event.interest_rows)
    content = {
        "stage": event.stage,
        "step_code": event.step_code,
        "level": event.level,
        "deadline_date": event.deadline_date.isoformat(),
        "balance": event.balance.model_dump(),
        "fees": [fee for step in steps if step["claim_version"] <= event.claim_version for fee in step["fees"]],
        "interest_minor": event.interest_minor,
        "interest_rate": str(rate) if rate is not None else None,
        "interest_from_date": (invoice.due_date + timedelta(days=1)).isoformat(),
    }
    return {
        "message_id": message_id_of(f"step:{event.step_key}", choice.channel),
        "case_id": event.case_id,
        "creditor_id": event.creditor_id,
        "debtor_id": invoice.debtor_id,
        "category": category_of(event.stage),
        "channel": choice.channel,
        "template": event.template,
        "step_key": event.step_key,
        "reason": choice.reason,
        "content": content,
        "as_of": event.as_of,
        "traceparent": trace_of(event.case_id) or invoice.traceparent,
    }


def _interest_rate(interest_rows: Sequence[str]) -> Decimal | None:
    """The rate in percent a year that runs now: that of the last rate row the interest rests on."""
    return next((rates[row] for row in reversed(interest_rows) if row in (rates := _rates())), None)


@cache
def _rates() -> dict[str, Decimal]:
    return {row.facts.row_id: row.annual_rate_percent for row in statute_book().interest_rates}
