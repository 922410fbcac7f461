"""A process that consumes or relays as a service does; started, and killed, by the tests."""

import asyncio
import signal
import sys

from aiokafka import AIOKafkaProducer
from witness import witness_consumer

from delivery import Worker
from delivery.broker import connect_broker
from delivery.relay import relay_once
from runtime.database import Database
from runtime.settings import ServiceSettings


async def work(role: str) -> None:
    settings = ServiceSettings()  # pyright: ignore[reportCallIssue] - from the environment
    database = Database(settings.database_url)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    if role == "consumer":
        broker = await connect_broker(settings.kafka_bootstrap, graceful_seconds=5)
        witness_consumer("witness").subscribe(broker, database, settings)
        await broker.start()
        await stop.wait()
        await broker.stop()
    else:
        producer = AIOKafkaProducer(
            bootstrap_servers=settings.kafka_bootstrap, enable_idempotence=settings.kafka_idempotent
        )
        await producer.start()
        relay = asyncio.create_task(Worker("relay", lambda: relay_once(database, producer, 500), 0.02).run())
        await stop.wait()
        relay.cancel()
        await producer.stop()


asyncio.run(work(sys.argv[1]))
