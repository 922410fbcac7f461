"""Queue the message of each dunning step."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any, Final

from communication import queries
from communication.domain.messages import category_of, choose_channel, message_id_of
from communication.use_cases.recalls import recall
from contracts import ClaimCharged
from delivery import trace_of, wait_for
from runtime.database import Session
from statutes import statute_book
from statutes.fees import fee

GROUP_WAIT_SECONDS: Final = 120.0
"""How long a shared letter waits for a claim that is not charged: settled meanwhile, it has no part in the letter."""
_NAMES_ADDRESS: Final = ("de_inkasso_erstschreiben", "de_inkasso_zweitschreiben")
_ANNOUNCED = {"nl_aanmaning": ("NL", "wik_staffel")}
"""By template: the fee its letter must announce with the exact amount (BW 6:96(6))."""


async def queue_step_letters(session: Session, events: Sequence[ClaimCharged]) -> None:
    """Queue the message of each step with the figures it must show; those that must not leave are recalled at once."""
    invoices = await queries.find_invoices(session, {event.case_id for event in events})
    missing = {event.event_id: key for event in events if (key := _missing(event, invoices.get(event.case_id)))}
    await wait_for(session, missing, events)
    ready = [event for event in events if event.event_id not in missing]
    if not ready:
        return
    charges = await queries.save_claims(session, _newest_claims(ready))
    rows = [_step_message(event, invoices[event.case_id], charges[event.case_id]) for event in ready]
    fresh = await queries.save_messages(session, rows)
    sizes = {event.letter_group.group_id: event.letter_group.size for event in ready if event.letter_group}
    if sizes:
        await queries.gather(session, sizes, fresh, GROUP_WAIT_SECONDS)
    await recall(session, {event.case_id for event in ready})


def _missing(event: ClaimCharged, invoice: Any) -> str | None:
    """What the letter waits for: its invoice, and the agreement where it must announce a cost to the cent."""
    if invoice is None:
        return f"case:{event.case_id}"
    needs_agreement = event.template in _ANNOUNCED and invoice.deducts_vat is None
    return f"agreement:{event.creditor_id}" if needs_agreement else None


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
    return [
        {"code": charge.code, "amount_minor": charge.amount_minor + charge.vat_minor, "vat_minor": charge.vat_minor}
        for charge in event.charges
    ]


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
        "claim_version": event.claim_version,
        "disputed_minor": min(event.disputed_minor, event.balance.principal_minor),
        "fees": [fee for step in steps if step["claim_version"] <= event.claim_version for fee in step["fees"]],
        "interest_minor": event.interest_minor,
        "interest_rate": str(rate) if rate is not None else None,
        "announced_minor": _announced_minor(event, invoice),
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
        "reason": "; ".join(part for part in (choice.reason, _lacking(event, invoice)) if part),
        "content": content,
        "as_of": event.as_of,
        "traceparent": trace_of(event.case_id) or invoice.traceparent,
        "letter_group": event.letter_group.group_id if event.letter_group else None,
    }


def _lacking(event: ClaimCharged, invoice: Any) -> str:
    """What the law wants in the letter and nobody told us: marked, so that the office can complete it."""
    lacks_address = event.template in _NAMES_ADDRESS and not invoice.creditor_seat
    return "the creditor's address is not on file, which RDG § 13a wants in this letter" if lacks_address else ""


def _announced_minor(event: ClaimCharged, invoice: Any) -> int | None:
    """The cost that will fall due once the notice's deadline has passed, VAT included, in minor units; None for none."""
    announced = _ANNOUNCED.get(event.template)
    if announced is None:
        return None
    jurisdiction, code = announced
    cost = fee(
        jurisdiction,
        code,
        invoice.debtor_kind,
        max(0, event.balance.principal_minor - event.disputed_minor),
        event.currency,
        event.deadline_date + timedelta(days=1),
        invoice.deducts_vat,
        free_letter_expired=True,
    )
    return cost.amount_minor + cost.vat_minor


def _interest_rate(interest_rows: Sequence[str]) -> Decimal | None:
    """The rate in percent a year that runs now: that of the last rate row the interest rests on."""
    return next((rates[row] for row in reversed(interest_rows) if row in (rates := _rates())), None)


@cache
def _rates() -> dict[str, Decimal]:
    return {row.facts.row_id: row.annual_rate_percent for row in statute_book().interest_rates}
