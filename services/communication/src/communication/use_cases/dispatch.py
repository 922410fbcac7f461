"""Take messages for a courier, and record what came of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from communication import queries
from communication.domain.contact import Intent
from communication.domain.messages import Channel, Route, fact_id_of, retry_after_seconds
from communication.settings import Settings
from communication.use_cases.correspondence import MESSAGE, thread_row
from communication.use_cases.failure_summaries import failure_row
from communication.use_cases.fallbacks import instead, named, next_of
from communication.use_cases.keys import keys_for_writing
from communication.use_cases.recalls import recall
from communication.use_cases.shared_letters import SharedLetter, joined
from communication.use_cases.wishes import verdict_on
from communication.vault.keys import DataKey, KeyProvider
from contracts import Event, InvoiceDistributed, MessageFailed, MessageSent
from delivery import publish, traced
from runtime.clock import today
from runtime.database import Database, Session

_DIVERSIONS: Final[dict[str, str]] = {"LATER": "DEFERRED", "BY_LETTER": "REROUTED", "NEVER": "RECALLED"}
ERASED: Final = "the debtor was erased"
_UNSEALED: Final[dict[str, Any]] = {"sealed": None, "thread_id": None}

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
    said: Mapping[str, Any] | None = None
    """From, to, subject and body of a mail that was written on its way out: sealed and kept with the message."""

    def of_each_claim(self) -> "Sequence[Outcome]":
        """The outcome of each message in a shared letter: they leave, wait and fail together."""
        if not isinstance(self.message, SharedLetter):
            return (self,)
        return [replace(self, message=message) for message in self.message.claims]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a courier got: messages to send, and how many it found at all."""

    messages: Sequence[Message]
    found: int
    day: date


async def take_due(database: Database, settings: Settings, channel: Channel) -> Taken:
    """Lease a batch of queued messages. Those whose case is settled, held or closed by now are recalled instead; those
    the debtor's wishes or the law speak against are put off, sent by post, or recalled."""
    async with database.transaction() as session:
        due = await queries.lock_due(session, channel, settings.courier_batch_size)
        if not due:
            return Taken((), 0, date.min)
        groups = {row.letter_group for row in due if row.letter_group}
        if groups:
            leaders = [row.message_id for row in due]
            due = [*due, *await queries.lock_companions(session, channel, groups, leaders)]
        blocked = {row.case_id for row in due if row.why}
        if blocked:
            await recall(session, blocked)
        day = await today(session)
        diverted = await _divert(session, settings, [row for row in due if not row.why], day)
        message_ids = [row.message_id for row in due if not row.why and row.message_id not in diverted]
        messages = await queries.lease(session, message_ids, settings.courier_lease_seconds) if message_ids else ()
        return Taken(joined(messages), len(due), day)


async def _divert(session: Session, settings: Settings, due: Sequence[Any], day: date) -> set[UUID]:
    """Do what wishes and law say about messages that may not leave now as they are; returns those."""
    debtors = {row.debtor_id for row in due}
    capped = settings.contact_cap_per_week and due
    found = await queries.count_sent_this_week(session, debtors, with_queued=False) if capped else {}
    sent = {debtor_id: row.sent for debtor_id, row in found.items()}
    rows: list[dict[str, Any]] = []
    for row in due:
        if row.is_erased:  # an invoice that crossed the erasure on its way
            rows.append({"message_id": row.message_id, "kind": "RECALLED", "detail": ERASED, "release_at": None})
            continue
        intent = Intent(row.channel, row.category, by_policy=row.by_policy, country=row.country_code or "")
        verdict = verdict_on(intent, row, settings, sent, day)
        if verdict.kind == "SEND":
            sent[row.debtor_id] = sent.get(row.debtor_id, 0) + row.contacts
        else:
            kind = _DIVERSIONS[verdict.kind]
            release_at = verdict.release_at
            rows.append(
                {"message_id": row.message_id, "kind": kind, "detail": verdict.detail, "release_at": release_at}
            )
    if rows:
        await queries.divert(session, rows)
    return {row["message_id"] for row in rows}


async def record(database: Database, provider: KeyProvider, outcomes: Sequence[Outcome], day: date) -> None:
    """One transaction for the batch: states, facts, and by its next channel what was refused for good."""
    decided = [_given_up(outcome) for shared in outcomes for outcome in shared.of_each_claim()]
    tried = [outcome for outcome in decided if outcome.kind != "NOT_TRIED"]
    untried = [outcome.message.message_id for outcome in decided if outcome.kind == "NOT_TRIED"]
    async with database.transaction() as session:
        if untried:
            await queries.give_back(session, untried)
        sealed = await _seal(session, provider, tried)
        rows = [_outcome_row(outcome) | sealed.get(outcome.message.message_id, _UNSEALED) for outcome in tried]
        changed = await queries.record_outcomes(session, rows) if tried else ()
        told = [outcome for outcome in tried if outcome.message.message_id in changed]
        routes = {o.message.message_id: route for o in told if o.kind == "FAILED" and (route := _next_route(o))}
        substitutes = [
            instead(o.message, routes[o.message.message_id], day, o.traceparent)
            for o in told
            if o.message.message_id in routes
        ]
        await queries.save_messages(session, substitutes)
        lost = [o for o in told if o.kind == "FAILED" and o.message.message_id not in routes]
        failures = [failure_row(o.message, o.detail, day) for o in lost if o.message.category == "invoice"]
        await queries.save_failures(session, failures)
        with traced({str(o.message.case_id): o.traceparent or o.message.traceparent for o in told}):
            facts = [fact for o in told for fact in _facts(o, routes.get(o.message.message_id), day)]
            await publish(session, facts)


async def _seal(session: Session, provider: KeyProvider, outcomes: Sequence[Outcome]) -> dict[UUID, dict[str, Any]]:
    """Seal what was said by messages that were written on their way out, each in its conversation."""
    spoken = [outcome for outcome in outcomes if outcome.said and outcome.kind == "SENT"]
    if not spoken:
        return {}
    missing = {o.message.debtor_id for o in spoken if not o.message.wrapped_key}
    keys = await keys_for_writing(session, provider, missing) if missing else {}
    for outcome in spoken:
        message = outcome.message
        if message.wrapped_key and message.debtor_id not in keys:
            keys[message.debtor_id] = DataKey(provider.unwrap(message.wrapped_key, message.debtor_id))
    sealed: dict[UUID, dict[str, Any]] = {}
    threads: list[dict[str, Any]] = []
    for outcome in spoken:
        message, said, key = outcome.message, outcome.said, keys.get(outcome.message.debtor_id)
        if said is None or key is None:
            continue
        thread = thread_row(message, key, said["subject"])
        threads.append(thread)
        content = key.seal_fields(dict(said), MESSAGE)
        sealed[message.message_id] = {"sealed": content, "thread_id": thread["thread_id"]}
    await queries.save_threads(session, threads)
    return sealed


def _next_route(outcome: Outcome) -> Route | None:
    return next_of(outcome.message, f"{named(outcome.message.channel)} failed: {outcome.detail}")


def _given_up(outcome: Outcome) -> Outcome:
    """A message deferred too often has failed."""
    if outcome.kind != "DEFERRED" or retry_after_seconds(outcome.message.attempts) is not None:
        return outcome
    detail = f"given up after {outcome.message.attempts} tries: {outcome.detail}"
    return replace(outcome, kind="FAILED", detail=detail)


def _outcome_row(outcome: Outcome) -> dict[str, Any]:
    pause_seconds = (retry_after_seconds(outcome.message.attempts) or 0) if outcome.kind == "DEFERRED" else 0
    return {
        "message_id": outcome.message.message_id,
        "kind": outcome.kind,
        "detail": outcome.detail,
        "pause_seconds": float(pause_seconds),
        "smtp_message_id": outcome.smtp_message_id,
    }


def _facts(outcome: Outcome, route: Route | None, day: date) -> Iterable[Event]:
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
            next_channel=route.channel if route else None,
            **about,
        )
    if message.category == "invoice" and route is None:
        yield InvoiceDistributed(
            event_id=_fact_id(message, f"distributed:{outcome.kind}"),
            invoice_id=message.invoice_id,
            successful=outcome.kind == "SENT",
            reason=outcome.detail,
            **about,
        )


def _fact_id(message: Message, fact: str) -> UUID:
    return fact_id_of(message.message_id, fact)
