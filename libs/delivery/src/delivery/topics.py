"""Create the topics of the house: `python -m delivery.topics`."""

import asyncio
import os
import sys

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contracts import topics


async def create_topics(bootstrap: str, partitions: int, replication: int = 1) -> list[str]:
    """Create every topic and its `.dead` that is not there yet; an existing topic is never touched."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        wanted = [name for topic in topics() for name in (topic, f"{topic}.dead")]
        missing = [name for name in wanted if name not in existing]
        await admin.create_topics(
            [NewTopic(name, 1 if name.endswith(".dead") else partitions, replication) for name in missing]
        )
        return missing
    finally:
        await admin.close()


if __name__ == "__main__":
    created = asyncio.run(
        create_topics(
            os.environ["KAFKA_BOOTSTRAP"],
            int(os.environ.get("TOPIC_PARTITIONS", "6")),
            int(os.environ.get("TOPIC_REPLICATION", "1")),
        )
    )
    sys.stdout.write(f"{len(created)} topics created\n")
