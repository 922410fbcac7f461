"""A broker of its own for every test (embedded, or Apache Kafka with `--kafka`) and a database with delivery's tables."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from contracts import CaseOpened, CaseResumed, Event
from delivery.broker import connect_broker
from delivery.schema import create_delivery_v1
from delivery.topics import create_topics
from fordring.stack.broker import Broker, running_broker
from fordring.stack.ports import free_port
from runtime.clock import create_clock_v1
from runtime.database import Database
from runtime.settings import ServiceSettings

ROOT = Path(__file__).parents[3]
WORKER = Path(__file__).parent / "worker.py"


@dataclass(frozen=True)
class RunningBroker:
    """Where the test's broker answers, and whether it knows idempotent producers."""

    bootstrap: str
    idempotent: bool


@pytest.fixture
def running(tmp_path: Path) -> Generator[RunningBroker]:
    if os.environ.get("FORDRING_TEST_BROKER") != "kafka":
        with running_broker(Broker(free_port()), tmp_path / "broker.log") as broker:
            yield RunningBroker(broker.bootstrap, idempotent=False)
        return
    spec = importlib.util.spec_from_file_location("kafka_run", ROOT / "deploy" / "kafka" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["kafka_run"] = module
    spec.loader.exec_module(module)
    with module.ApacheKafka(tmp_path / "kafka") as node:
        yield RunningBroker(node.bootstrap, idempotent=True)


@pytest.fixture
async def topics(running: RunningBroker) -> list[str]:
    return await create_topics(running.bootstrap, partitions=4)


async def create_tables(url: str) -> None:
    """Delivery's tables, and one in which handlers leave what they did."""

    def create(connection: Connection) -> None:
        operations = Operations(MigrationContext.configure(connection))
        create_clock_v1(operations)
        create_delivery_v1(operations)

    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.run_sync(create)
        await connection.execute(
            text(
                "CREATE TABLE effect (position bigint GENERATED ALWAYS AS IDENTITY, event_id uuid NOT NULL,"
                " topic text NOT NULL, case_id bigint NOT NULL, number integer NOT NULL, pid integer NOT NULL)"
            )
        )
    await database.close()


@pytest.fixture(scope="session")
def migrate() -> Callable[[str], Any]:
    return create_tables


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
def settings(running: RunningBroker, database_url: str) -> ServiceSettings:
    return ServiceSettings(
        database_url=database_url,
        kafka_bootstrap=running.bootstrap,
        kafka_session_timeout_ms=3_000,
        kafka_heartbeat_interval_ms=500,
        kafka_fetch_max_wait_ms=20,
        kafka_idempotent=running.idempotent,
        service_secret="for tests of this file only",  # type: ignore[arg-type]
    )


@pytest.fixture
async def producer(running: RunningBroker, topics: list[str]) -> AsyncGenerator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=running.bootstrap, enable_idempotence=running.idempotent)
    await producer.start()
    yield producer
    await producer.stop()


@dataclass(frozen=True)
class Facts:
    """Builders of events, and ways to send them straight to the broker."""

    producer: AIOKafkaProducer

    def opened(self, case_id: int, event_id: UUID | None = None) -> CaseOpened:
        return CaseOpened.model_validate(sample("case.opened") | {"case_id": case_id, "event_id": event_id or uuid4()})

    def resumed(self, case_id: int, number: int = 1) -> CaseResumed:
        """`number` travels as the hold version, so that tests can see the order of one case's facts."""
        fields = {"case_id": case_id, "event_id": uuid4(), "hold_version": number}
        return CaseResumed.model_validate(sample("case.resumed") | fields)

    async def send(self, *events: Event) -> None:
        for event in events:
            await self.send_raw(event.topic, event.key, event.model_dump_json().encode())

    async def send_raw(self, topic: str, key: str, value: bytes) -> None:
        await self.producer.send_and_wait(topic, value, key=key.encode())


def sample(topic: str) -> dict[str, Any]:
    return json.loads((ROOT / "libs" / "contracts" / "tests" / "samples" / f"{topic}.json").read_text())


@pytest.fixture
def facts(producer: AIOKafkaProducer) -> Facts:
    return Facts(producer)


@dataclass(frozen=True)
class Look:
    """What can be seen from outside: rows, and records on a topic."""

    database: Database
    running: RunningBroker

    async def rows(self, statement: str, *, returns: bool = True) -> list[Any]:
        async with self.database.engine.begin() as connection:
            result = await connection.execute(text(statement))
            return list(result.all()) if returns else []

    async def effects(self) -> list[Any]:
        return await self.rows("SELECT * FROM effect ORDER BY position")

    async def count(self, table: str) -> int:
        return (await self.rows(f"SELECT count(*) FROM {table}"))[0][0]

    async def records(self, topic: str, at_least: int) -> list[Any]:
        consumer = AIOKafkaConsumer(
            topic, bootstrap_servers=self.running.bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=20
        )
        await consumer.start()
        try:
            found: list[Any] = []
            while len(found) < at_least:
                found.append(await consumer.getone())
            found += [r for batch in (await consumer.getmany(timeout_ms=200)).values() for r in batch]
            return found
        finally:
            await consumer.stop()


@pytest.fixture
async def look(database_url: str, running: RunningBroker) -> AsyncGenerator[Look]:
    """With connections of its own: a test may cut all others."""
    own = Database(database_url, application_name="look")
    yield Look(own, running)
    await own.close()


@dataclass
class Workers:
    """Starts processes that consume or relay as a service does, so that they can be killed for real."""

    settings: ServiceSettings
    started: list["subprocess.Popen[bytes]"]

    def start(self, role: str) -> "subprocess.Popen[bytes]":
        environment = os.environ | {
            "DATABASE_URL": self.settings.database_url,
            "KAFKA_BOOTSTRAP": self.settings.kafka_bootstrap,
            "KAFKA_SESSION_TIMEOUT_MS": "3000",
            "KAFKA_HEARTBEAT_INTERVAL_MS": "500",
            "KAFKA_FETCH_MAX_WAIT_MS": "20",
            "KAFKA_IDEMPOTENT": str(self.settings.kafka_idempotent),
            "SERVICE_SECRET": "for tests of this file only",
        }
        process = subprocess.Popen([sys.executable, str(WORKER), role], env=environment)
        self.started.append(process)
        return process


@pytest.fixture
def workers(settings: ServiceSettings) -> Generator[Workers]:
    workers = Workers(settings, [])
    yield workers
    for process in workers.started:
        process.kill()
        process.wait()


@pytest.fixture
async def witness(
    settings: ServiceSettings, database: Database, topics: list[str]
) -> AsyncGenerator[Callable[[], Any]]:
    """Call it to start the witness consumer in this process; it stops with the test."""
    spec = importlib.util.spec_from_file_location("delivery_witness", WORKER.with_name("witness.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    broker = await connect_broker(settings.kafka_bootstrap, graceful_seconds=5)
    module.witness_consumer("witness").subscribe(broker, database, settings)
    yield broker.start
    await broker.stop()
