"""Send parked messages again, to the consumer that parked them."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord

_GROUP = "fordring-replay"
_QUIET_MS = 1_000


async def replay(bootstrap: str, topic: str) -> int:
    """Put what waits on `<topic>.dead` back on `topic`, each message once; says how many.

    Only the consumer that parked a message handles it again; to the others it is nothing new. A message that fails
    again is parked again.
    """
    consumer = AIOKafkaConsumer(
        f"{topic}.dead",
        bootstrap_servers=bootstrap,
        group_id=_GROUP,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=6_000,
        heartbeat_interval_ms=1_000,
    )
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await consumer.start()
    await producer.start()
    try:
        sent = 0
        while True:
            batches = await consumer.getmany(timeout_ms=_QUIET_MS)
            records: list[ConsumerRecord[bytes, bytes]] = [record for batch in batches.values() for record in batch]
            if not records:
                return sent
            futures = [await _send(producer, topic, record) for record in records]
            await asyncio.gather(*futures)
            await consumer.commit()
            sent += len(records)
    finally:
        await producer.stop()
        await consumer.stop()


async def _send(
    producer: AIOKafkaProducer, topic: str, record: ConsumerRecord[bytes, bytes]
) -> "asyncio.Future[object]":
    told = dict(record.headers)
    headers = [(name, value) for name, value in told.items() if not name.startswith("fordring-")]
    headers.append(("fordring-replay-for", told["fordring-consumer"]))
    return await producer.send(topic, record.value, key=record.key, headers=headers)
