from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from fordring.stack.broker import Broker, running_broker
from fordring.stack.ports import free_port

pytestmark = pytest.mark.broker


async def test_records_come_back_in_order_of_their_key_and_topics_are_made_once(tmp_path: Path) -> None:
    with running_broker(Broker(free_port()), tmp_path / "log") as broker:
        assert await broker.create_topics([("claim.changed", 2)]) == ["claim.changed"]
        producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
        await producer.start()
        for number in range(10):
            await producer.send_and_wait("claim.changed", b"%d" % number, key=b"one claim")
        await producer.stop()

        assert await broker.create_topics([("claim.changed", 2), ("claim.settled", 3)]) == ["claim.settled"]

        consumer = AIOKafkaConsumer("claim.changed", bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        received = [(await consumer.getone()).value for _ in range(10)]
        partitions = consumer.partitions_for_topic("claim.changed")
        await consumer.stop()

    assert received == [b"%d" % number for number in range(10)]
    assert partitions == {0, 1}
