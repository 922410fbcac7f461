"""The relay emptying an outbox, against producing the same messages without one."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, NamedTuple

import asyncpg
from aiokafka import AIOKafkaProducer
from measuring import Comparison, Sample, Variant, compare, expect
from portfolio import invoices
from rig import PROGRAMS, Rig
from sqlalchemy import text
from topic_reader import TopicReader

from delivery import publish
from delivery.relay import headers_of, relay_once
from fordring.stack.postgres import plain_url
from lifecycle.main import MIGRATIONS
from runtime.database import Database
from runtime.migrations import migrate

TOPIC = "bench.relay"
PARTITIONS = 2
BATCH = 500


class Message(NamedTuple):
    """What is handed to the producer, ready-made."""

    payload: bytes
    key: bytes
    headers: list[tuple[str, bytes]]


async def measure(rig: Rig, rounds: int, progress: Callable[[str], None]) -> Comparison:
    many, few = rig.size(30_000, 3_000), rig.size(2_000, 200)

    async def full_outbox(url: str) -> None:
        await prepare(url, many)

    progress("Relay: filling the outbox")
    await rig.broker.create_topics([(TOPIC, PARTITIONS)])
    messages = await read_messages(rig, full_outbox)
    producer = AIOKafkaProducer(bootstrap_servers=rig.broker.bootstrap, acks="all")
    await producer.start()
    reader = TopicReader(rig.broker.bootstrap, TOPIC, PARTITIONS)
    try:
        return await compare(
            "Relay",
            "messages",
            [
                Variant("aiokafka, all sent, then awaited", lambda: produce(rig, producer, reader, messages)),
                Variant(f"relay ({BATCH} per transaction)", lambda: drain(rig, producer, reader, full_outbox, many)),
                Variant("aiokafka, each awaited", lambda: produce_singly(rig, producer, reader, messages[:few])),
            ],
            rounds,
            PROGRAMS,
            progress,
        )
    finally:
        await producer.stop()


async def prepare(url: str, count: int) -> None:
    """An outbox of `count` invoices, all on a topic of the benchmark's own."""
    database = Database(url, pool_size=1)
    await migrate(database, MIGRATIONS)
    async with database.transaction() as session:
        await publish(session, invoices(count))
        await session.execute(text("UPDATE outbox SET aggregatetype = :topic"), {"topic": TOPIC})
    async with database.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await outside.execute(text("VACUUM (FULL, ANALYZE) outbox"))
    await database.close()


async def read_messages(rig: Rig, full_outbox: Callable[[str], Any]) -> list[Message]:
    """The rows of the outbox as the relay would send them."""
    url = await rig.databases.fresh(full_outbox)
    connection = await asyncpg.connect(plain_url(url))
    rows = await connection.fetch("SELECT * FROM outbox ORDER BY position")
    await connection.close()
    await rig.databases.drop(url)
    return [_message(row) for row in rows]


def _message(row: asyncpg.Record) -> Message:
    return Message(row["payload"], row["aggregateid"].encode(), headers_of(SimpleNamespace(**dict(row))))


async def drain(
    rig: Rig, producer: AIOKafkaProducer, reader: TopicReader, full_outbox: Callable[[str], Any], count: int
) -> Sample:
    url = await rig.databases.fresh(full_outbox)
    database = Database(url, pool_size=2)
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))
    await rig.settle()

    meter = rig.meter()
    while await relay_once(database, producer, BATCH):
        pass
    sample = meter.stop(count)

    await database.close()
    await reader.expect(count)
    expect("rows left in the outbox", await rig.fetch(url, "SELECT count(*) FROM outbox"), 0)
    expect("messages counted", await rig.fetch(url, "SELECT sum(count) FROM published_count"), count)
    await rig.databases.drop(url)
    return sample


async def produce(rig: Rig, producer: AIOKafkaProducer, reader: TopicReader, messages: list[Message]) -> Sample:
    meter = rig.meter()
    sends = [
        await producer.send(TOPIC, message.payload, key=message.key, headers=message.headers) for message in messages
    ]
    await asyncio.gather(*sends)
    sample = meter.stop(len(messages))
    await reader.expect(len(messages))
    return sample


async def produce_singly(rig: Rig, producer: AIOKafkaProducer, reader: TopicReader, messages: list[Message]) -> Sample:
    meter = rig.meter()
    for message in messages:
        await producer.send_and_wait(TOPIC, message.payload, key=message.key, headers=message.headers)
    sample = meter.stop(len(messages))
    await reader.expect(len(messages))
    return sample
