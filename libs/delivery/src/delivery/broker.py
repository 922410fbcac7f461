"""The connection to the broker: one consumer that waits for messages. What leaves, leaves by the relay's producer."""

from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from faststream.kafka import KafkaBroker

_AT_MOST_MS = 1_000


class _WaitingConsumer(AIOKafkaConsumer):
    """Comes back with messages only. FastStream sleeps after each look that found none: a message would lie that long,
    and short looks cost an idle service more than everything else it does."""

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[ConsumerRecord[Any, Any]]]:
        while True:
            found = await super().getmany(*partitions, timeout_ms=_AT_MOST_MS, max_records=max_records)
            if found:
                return found


async def connect_broker(bootstrap: str, graceful_seconds: float) -> KafkaBroker:
    """A broker for consumers to subscribe to; topics are made beforehand (`delivery.topics`), not by listening."""
    broker = KafkaBroker(bootstrap, logger=None, graceful_timeout=graceful_seconds, consumer_only=True)
    await broker.connect()
    config = broker.config.broker_config
    assert isinstance(config.builder, partial)
    config.builder = partial(_WaitingConsumer, **config.builder.keywords)
    return broker
