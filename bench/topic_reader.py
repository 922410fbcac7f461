"""What really arrived on a topic, by reading it: asking for a partition's end is not exact on every broker."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from measuring import expect


@dataclass(slots=True)
class TopicReader:
    """Counts the messages that came since it last looked."""

    bootstrap: str
    topic: str
    partitions: int
    _positions: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._positions = dict.fromkeys(range(self.partitions), 0)

    async def expect(self, count: int) -> None:
        """Refuse unless exactly `count` messages have come."""
        found = 0
        async with self._reading() as consumer:
            # one look more than needed would find what was sent twice
            while batches := await consumer.getmany(timeout_ms=5_000 if found < count else 200):
                for partition, records in batches.items():
                    found += len(records)
                    self._positions[partition.partition] = records[-1].offset + 1
        expect(f"messages on {self.topic}", found, count)

    @asynccontextmanager
    async def _reading(self) -> AsyncGenerator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.bootstrap, fetch_max_wait_ms=20)
        await consumer.start()
        try:
            consumer.assign([TopicPartition(self.topic, number) for number in self._positions])
            for number, position in self._positions.items():
                consumer.seek(TopicPartition(self.topic, number), position)
            yield consumer
        finally:
            await consumer.stop()
