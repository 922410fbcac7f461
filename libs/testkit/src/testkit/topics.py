"""Topics that no other test uses."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

from fordring.stack.broker import Broker


@dataclass(slots=True)
class TestBroker:
    """The session's broker: `bootstrap` for clients, fresh topics for each test."""

    __test__ = False  # pytest: the name begins with Test, but it is no test

    broker: Broker
    _numbers: "count[int]" = field(default_factory=count)

    @property
    def bootstrap(self) -> str:
        return self.broker.bootstrap

    async def create_topics(self, topics: Sequence[tuple[str, int]]) -> list[str]:
        """Create `(topic, partitions)` that do not exist yet."""
        return await self.broker.create_topics(topics)

    async def fresh_topic(self, prefix: str = "test", partitions: int = 1) -> str:
        """A new topic, with its `.dead` beside it."""
        name = f"{prefix}.{next(self._numbers)}"
        await self.create_topics([(name, partitions), (f"{name}.dead", partitions)])
        return name

    def fresh_group(self, prefix: str = "group") -> str:
        """A consumer group id that no other test uses."""
        return f"{prefix}-{next(self._numbers)}"
