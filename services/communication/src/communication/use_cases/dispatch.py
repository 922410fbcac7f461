"""Take messages for a courier, and record what came of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

from communication import queries
from communication.domain.messages import Channel, fact_id_of, message_id_of, retry_after_seconds
from communication.use_cases.recalls import recall
from contracts import Event, InvoiceDistributed, MessageFailed, MessageSent
from delivery import publish, traced
from runtime.clock import today
from runtime.database import Database

Message = Any
"""A row of `queries.lease`: the message with its invoice, debtor and creditor."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one try. NOT_TRIED: the channel could not be reached, the message is due again at once."""

    message: Message
    kind: Literal["SENT", "DEFERRED", "FAILED", "NOT_TRIED"]
    detail: str = ""
    smtp_message_id: str | None = None
    traceparent: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What a courier got: messages to send, and how many it found at all."""

    messages: Sequence[Message]
    found: int
    day: date


async def take_due(database: Database, channel: Channel, limit: int, lease_seconds: int) -> Taken:
    """Lease up to `limit` queued messages; those whose case is settled, held or closed by now are recalled instead."""
    async with database.transaction() as session:
        due = await queries.lock_due(session, channel, limit)
        if not due:
            return Taken((), 0, date.min)
        blocked = {row.case_id for row in due if row.why}
        if blocked:
            await recall(session, blocked)
        message_ids = [row.message_id for row in due if not row.why]
        messages = await queries.lease(session, message_ids, lease_seconds) if message_ids else ()
        return Taken(messages, len(due), await today(session))


async def record(database: Database, outcomes: Sequence[Outcome], day: date) -> None:
    """One transaction for the batch: states, facts, and a letter for each e-mail that was refused for good."""
    decided = [_given_up(outcome) for outcome in outcomes]
    tried = [outcome for outcome in decided if outcome.kind != "NOT_TRIED"]
    untried = [outcome.message.message_id for outcome in decided if outcome.kind == "NOT_TRIED"]
    async with database.transaction() as session:
        if untried:
            await queries.give_back(session, untried)
        changed = await queries.record_outcomes(session, [_outcome_row(outcome) for outcome in tried]) if tried else ()
        told = [outcome for outcome in tried if outcome.message.message_id in changed]
        refused = [outcome for outcome in told if outcome.kind == "FAILED" and outcome.message.channel == "EMAIL"]
        await queries.save_messages(session, [_letter_instead(outcome, day) for outcome in refused])
        with traced({str(o.message.case_id): o.traceparent or o.message.traceparent for o in told}):
            await publish(session, [fact for outcome in told for fact in _facts(outcome, day)])


def _given_up(outcome: Outcome) -> Outcome:
    """A message deferred too often has failed."""
    if outcome.kind != "DEFERRED" or retry_after_seconds(outcome.message.attempts) is not None:
        return outcome
    detail = f"given up after {outcome.message.attempts} tries: {outcome.detail}"
    return Outcome(outcome.message, "FAILED", detail, outcome.smtp_message_id, outcome.traceparent)


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    pause_seconds = (retry_after_seconds(outcome.message.attempts) or 0) if outcome.kind == "DEFERRED" else 0
    return {
        "message_id": outcome.message.message_id,
        "kind": outcome.kind,
        "detail": outcome.detail,
        "pause_seconds": float(pause_seconds),
        "smtp_message_id": outcome.smtp_message_id,
    }


def _natural_key(message: Message) -> str:
    return f"step:{message.step_key}" if message.step_key else f"invoice:{message.invoice_id}"


def _letter_instead(outcome: Outcome, day: date) -> dict[str, Any]:
    """The same message by post; it is dated the day it is queued."""
    message = outcome.message
    return {
        "message_id": message_id_of(_natural_key(message), "LETTER"),
        "case_id": message.case_id,
        "creditor_id": message.creditor_id,
        "debtor_id": message.debtor_id,
        "category": message.category,
        "channel": "LETTER",
        "template": message.template,
        "step_key": message.step_key,
        "reason": f"e-mail failed: {outcome.detail}",
        "content": message.content,
        "as_of": day,
        "traceparent": outcome.traceparent or message.traceparent,
    }


def _facts(outcome: Outcome, day: date) -> Iterable[Event]:
    message = outcome.message
    about: dict[str, Any] = {
        "creditor_id": message.creditor_id,
        "case_id": message.case_id,
        "message_id": message.message_id,
        "channel": message.channel,
        "as_of": day,
    }
    if outcome.kind == "DEFERRED":
        return
    if outcome.kind == "SENT":
        yield MessageSent(
            event_id=_fact_id(message, "sent"),
            category=message.category,
            template=message.template,
            step_key=message.step_key,
            **about,
        )
    else:
        yield MessageFailed(
            event_id=_fact_id(message, "failed"),
            category=message.category,
            reason=outcome.detail,
            next_channel="LETTER" if message.channel == "EMAIL" else None,
            **about,
        )
    is_final = outcome.kind == "SENT" or message.channel == "LETTER"
    if message.category == "invoice" and is_final:
        yield InvoiceDistributed(
            event_id=_fact_id(message, f"distributed:{outcome.kind}"),
            invoice_id=message.invoice_id,
            successful=outcome.kind == "SENT",
            reason=outcome.detail,
            **about,
        )


def _fact_id(message: Message, fact: str) -> UUID:
    return fact_id_of(message.message_id, fact)
