"""Facts that change nothing about a case but belong on its record."""

from collections.abc import Sequence

from contracts import InvoiceDistributed, MessageFailed, MessageSent, PaymentRegistered, PaymentReversed
from lifecycle import queries
from lifecycle.domain.interruptions import Interrupting
from lifecycle.domain.limitation import interrupted, interrupted_by_demands
from lifecycle.domain.timeline import TimelineEntry
from lifecycle.use_cases.changes import followed
from money import Money
from runtime.database import Session

MessageFact = InvoiceDistributed | MessageSent | MessageFailed


async def record_messages(session: Session, events: Sequence[MessageFact]) -> None:
    """What was said to the debtor, and what could not be delivered; where a demand interrupts limitation it does."""
    known = await followed(session, events)
    await queries.insert_entries(session, [_message_entry(event) for event in known])
    demands = [event for event in known if isinstance(event, MessageSent) and event.step_key]
    if demands:
        await _interrupt(session, demands)


async def _interrupt(session: Session, demands: Sequence[MessageSent]) -> None:
    """The letters of steps ask for payment in writing, as the countries' laws want a demand to."""
    cases = await queries.lock_cases_in(session, {event.case_id for event in demands}, interrupted_by_demands())
    before = dict(cases)
    for event in demands:
        if case := cases.get(event.case_id):
            demand = Interrupting(kind="demand", on_date=event.as_of, cause=f"message:{event.message_id}")
            cases[event.case_id] = interrupted(case, demand, event.as_of)
    await queries.save_cases(session, [case for number, case in cases.items() if case != before[number]])


async def record_payments(session: Session, events: Sequence[PaymentRegistered | PaymentReversed]) -> None:
    """Money that arrived for a case, or was taken back; money without a case is none of lifecycle's business."""
    known = await followed(session, [event for event in events if event.case_id is not None])
    await queries.insert_entries(
        session,
        [
            _reversal_entry(event, case_id) if isinstance(event, PaymentReversed) else _payment_entry(event, case_id)
            for event in known
            if (case_id := event.case_id) is not None
        ],
    )


def _message_entry(event: MessageFact) -> TimelineEntry:
    ids = {"message_id": str(event.message_id)}
    if isinstance(event, InvoiceDistributed):
        text = f"Invoice sent by {event.channel}" if event.successful else f"Invoice not sent: {event.reason}"
        return TimelineEntry(event.case_id, event.as_of, event.occurred_at, "DISTRIBUTION", text, ids=ids)
    if isinstance(event, MessageSent):
        text = f"{event.template} ({event.category}) sent by {event.channel}"
        ids |= {"step_key": event.step_key} if event.step_key else {}
    else:
        onwards = f"; goes by {event.next_channel} instead" if event.next_channel else ""
        text = f"{event.category} by {event.channel} failed: {event.reason}{onwards}"
    return TimelineEntry(event.case_id, event.as_of, event.occurred_at, "MESSAGE", text, ids=ids)


def _payment_entry(event: PaymentRegistered, case_id: int) -> TimelineEntry:
    return TimelineEntry(
        case_id,
        event.booking_date,
        event.occurred_at,
        "PAYMENT",
        f"Payment of {Money(event.amount_minor, event.currency)} received, value date {event.value_date}",
        who="Debtor",
        ids={"payment_id": str(event.payment_id)},
    )


def _reversal_entry(event: PaymentReversed, case_id: int) -> TimelineEntry:
    return TimelineEntry(
        case_id,
        event.as_of,
        event.occurred_at,
        "REVERSAL",
        f"Payment of {Money(event.amount_minor, event.currency)} taken back: {event.reason}",
        who="Bank",
        ids={"payment_id": str(event.payment_id), "reversal_id": str(event.reversal_id)},
    )
