"""The one door for messages: decode, drop seen, one transaction, commit, then offsets; a bad message stands alone."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from uuid import UUID

from aiokafka import ConsumerRecord
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.middlewares import AckPolicy
from opentelemetry import trace
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from contracts import Event
from delivery.inbox import Place, Released, count_parked, keep_unseen, put_off, take_overdue, take_released
from delivery.outbox import park
from delivery.tracing import traced
from runtime.database import Database, Session
from runtime.settings import ServiceSettings
from runtime.telemetry import attributes_of, context_of, is_sampled, tracer

log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)
Handler = Callable[[Session, Sequence[Any]], Awaitable[None]]
Record = ConsumerRecord[bytes, bytes]

_TRIES = 4
_FIRST_PAUSE_SECONDS = 0.05
_WAITING_TRIES = 12
_MAX_LINKS = 32


@dataclass(frozen=True, slots=True)
class _Message:
    """A record that was decoded."""

    event: Event
    record: Record
    traceparent: str | None
    replayed: bool


class Consumer:
    """All that one service listens to: one group, one subscriber, handlers by event class.

    In a batch the handlers run in the order they were registered, each once, with all its events.
    """

    def __init__(self, service: str) -> None:
        self.service = service
        self._handlers: dict[type[Event], Handler] = {}
        self._by_topic: dict[str, type[Event]] = {}
        self.working: Callable[[], AbstractContextManager[None]] = nullcontext
        """Held while a batch is handled."""

    def on(
        self, event: type[E]
    ) -> Callable[
        [Callable[[Session, Sequence[E]], Awaitable[None]]], Callable[[Session, Sequence[E]], Awaitable[None]]
    ]:
        """Register the handler of an event class; it gets a transaction and every new event of a batch.

        One that is registered for several classes gets the events of all of them together, as they came.
        """

        def register(
            handler: Callable[[Session, Sequence[E]], Awaitable[None]],
        ) -> Callable[[Session, Sequence[E]], Awaitable[None]]:
            assert event not in self._handlers, f"{event.topic} already has a handler"
            self._handlers[event] = cast(Handler, handler)
            self._by_topic[event.topic] = event
            return handler

        return register

    @property
    def topics(self) -> set[str]:
        return set(self._by_topic)

    def subscribe(self, broker: KafkaBroker, database: Database, settings: ServiceSettings) -> None:
        """Attach this consumer to a broker: offsets are committed only after the database is."""

        async def on_batch(message: KafkaMessage) -> None:
            with self.working():
                await self.handle(database, list(cast(Sequence[Record], message.raw_message)))

        broker.subscriber(
            *sorted(self.topics),
            group_id=self.service,
            batch=True,
            max_records=settings.consumer_batch_size,
            batch_timeout_ms=20,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            auto_offset_reset="earliest",
            decoder=_keep_raw,
            fetch_max_wait_ms=settings.kafka_fetch_max_wait_ms,
            session_timeout_ms=settings.kafka_session_timeout_ms,
            heartbeat_interval_ms=settings.kafka_heartbeat_interval_ms,
        )(on_batch)

    async def handle(self, database: Database, records: Sequence[Record]) -> None:
        """Handle a batch of raw records; returns when every one has taken effect, waits, or is parked."""
        messages: list[_Message] = []
        for record in records:
            message = self._decode(record)
            if isinstance(message, _Message):
                messages.append(message)
            else:
                await self._park(database, record, f"undecodable: {message}")
        if messages:
            await self._handle_or_halve(database, messages)

    def _decode(self, record: Record) -> "_Message | str":
        headers = {name: value.decode("utf-8", "replace") for name, value in record.headers}
        if headers.get("fordring-replay-for", self.service) != self.service:
            return _Message(_Skipped(), record, None, replayed=True)
        try:
            event = self._by_topic[record.topic].model_validate_json(record.value or b"")
        except ValidationError as error:
            first = error.errors()[0]
            return f"{'.'.join(str(part) for part in first['loc']) or 'payload'}: {first['msg']}"
        if "event_id" not in event.model_fields_set:
            return "event_id: missing, so a repeat could not be told from a new fact"
        return _Message(event, record, headers.get("traceparent"), "fordring-replay-for" in headers)

    async def _handle_or_halve(self, database: Database, messages: list[_Message]) -> None:
        try:
            await self._handle_patiently(database, messages, tries=_TRIES if len(messages) == 1 else 1)
        except Exception as error:
            if len(messages) == 1:
                log.exception("%s: a message on %s is parked", self.service, messages[0].record.topic)
                await self._park(database, messages[0].record, f"{type(error).__name__}: {error}", messages[0])
                return
            log.warning("%s: batch of %d failed (%r), halving it", self.service, len(messages), error)
            middle = len(messages) // 2
            await self._handle_or_halve(database, messages[:middle])
            await self._handle_or_halve(database, messages[middle:])

    async def _handle_patiently(self, database: Database, messages: list[_Message], tries: int) -> None:
        """Retry with growing pauses: a fault of the messages `tries` times, an unreachable database without end."""
        failures = 0
        while True:
            try:
                await self._handle_at_once(database, messages)
                return
            except Exception as error:
                failures += 1
                if not _is_passing(error) and failures >= tries:
                    raise
                if _is_passing(error):
                    log.warning("%s: database trouble (%r), the batch is tried again", self.service, error)
                await asyncio.sleep(min(5.0, _FIRST_PAUSE_SECONDS * 2**failures))

    async def _handle_at_once(self, database: Database, messages: list[_Message]) -> None:
        """One transaction for the whole batch; one span for it, and one in each sampled message's own trace."""
        spans = [_message_span(self.service, message) for message in messages]
        links = [
            Link(trace.get_current_span(context_of(message.traceparent)).get_span_context())
            for message, span in zip(messages, spans, strict=True)
            if span is not None
        ][:_MAX_LINKS]
        with ExitStack() as stack:
            if links:
                stack.enter_context(
                    tracer.start_as_current_span(f"{self.service} batch", context_of(None), links=links)
                )
            try:
                async with database.transaction() as session:
                    await self._apply(session, messages, spans)
            except Exception as error:
                for span in filter(None, spans):
                    span.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise
            finally:
                for span in filter(None, spans):
                    span.end()

    async def _apply(self, session: Session, messages: list[_Message], spans: Sequence[Span | None]) -> None:
        fresh = [message for message in messages if not isinstance(message.event, _Skipped)]
        traceparents = {
            message.event.key: _traceparent_of(span) or message.traceparent
            for message, span in zip(messages, spans, strict=True)
            if not isinstance(message.event, _Skipped)
        }
        first: dict[UUID, _Message] = {}
        for message in fresh:
            first.setdefault(message.event.event_id, message)
        places = {event_id: None if message.replayed else _place(message.record) for event_id, message in first.items()}
        unseen = await keep_unseen(session, self.service, places)
        with traced(traceparents):
            await self._dispatch(session, [message.event for event_id, message in first.items() if event_id in unseen])

    async def _dispatch(self, session: Session, events: Sequence[Event]) -> None:
        """Hand events to their handlers, then whatever the handlers released, until nothing is left."""
        by_handler: dict[Handler, list[Event]] = {handler: [] for handler in self._handlers.values()}
        for event in events:
            by_handler[self._handlers[type(event)]].append(event)
        for handler, own in by_handler.items():
            if own:
                await handler(session, own)
        if released := take_released(session):
            with traced({message.key: message.traceparent for message in released}):
                await self._dispatch(session, [self._decode_released(message) for message in released])

    def _decode_released(self, message: Released) -> Event:
        return self._by_topic[message.topic].model_validate_json(message.payload)

    async def retry_waiting(self, database: Database) -> int:
        """Take up messages that waited long; one that has waited too long is parked. Says how many it took."""
        async with database.transaction() as session:
            overdue = await take_overdue(session, 100)
            for message in overdue:
                await self._retry(session, message)
        return len(overdue)

    async def _retry(self, session: Session, message: Released) -> None:
        if message.tries >= _WAITING_TRIES:
            extra = {
                "consumer": self.service,
                "event_id": str(message.event_id),
                "reason": "its predecessor never came",
            }
            await park(
                session,
                topic=message.topic,
                key=message.key,
                payload=message.payload,
                traceparent=message.traceparent,
                extra=extra,
            )
            return
        with traced({message.key: message.traceparent}):
            await self._dispatch(session, [self._decode_released(message)])
        await put_off(session, message, min(60.0, 2.0**message.tries))

    async def _park(self, database: Database, record: Record, reason: str, message: _Message | None = None) -> None:
        extra = {
            "consumer": self.service,
            "reason": reason[:500],
            "event_id": str(message.event.event_id) if message else None,
            "partition": record.partition,
            "offset": record.offset,
        }
        async with database.transaction() as session:
            await park(
                session,
                topic=record.topic,
                key=(record.key or b"").decode("utf-8", "replace"),
                payload=record.value or b"",
                traceparent=message.traceparent if message else None,
                extra=extra,
            )
            if not (message and message.replayed):
                await count_parked(session, _place(record))


class _Skipped(Event):
    """Stands for a replayed message that another consumer parked."""

    @property
    def key(self) -> str:
        return ""


def _place(record: Record) -> Place:
    return record.topic, record.partition


async def _keep_raw(message: Any) -> Any:
    return message.raw_message


def _is_passing(error: Exception) -> bool:
    """Trouble of the database or its connection, not of a message: worth any number of tries."""
    if isinstance(error, OSError | InterfaceError | OperationalError):
        return True
    # 08: connection, 40: deadlock and serialization, 53: resources, 57: shutdown; asyncpg's errors carry sqlstate
    state = str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")
    return isinstance(error, DBAPIError) and (error.connection_invalidated or state[:2] in {"08", "40", "53", "57"})


def _message_span(service: str, message: _Message) -> Span | None:
    if not is_sampled(message.traceparent) or isinstance(message.event, _Skipped):
        return None
    return tracer.start_span(
        f"{service} {message.event.topic}",
        context=context_of(message.traceparent),
        kind=SpanKind.CONSUMER,
        attributes={"messaging.system": "kafka", **attributes_of(message.event)},
    )


def _traceparent_of(span: Span | None) -> str | None:
    if span is None:
        return None
    context = span.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}" if context.is_valid else None
