import asyncio

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from fordring.stack.postgres import plain_url
from testkit import Databases, Migrate, NotInTime, TestBroker, eventually, eventually_sync

MIGRATED: list[str] = []


async def create_claims(url: str) -> None:
    MIGRATED.append(url)
    connection = await asyncpg.connect(plain_url(url))
    await connection.execute("CREATE TABLE claim (claim_id int PRIMARY KEY)")
    await connection.close()


def create_claims_like_alembic(url: str) -> None:
    asyncio.run(create_claims(url))


@pytest.fixture(scope="session")
def migrate() -> Migrate:
    return create_claims


@pytest.mark.parametrize("run", [1, 2])
async def test_each_test_gets_its_own_migrated_database(database_url: str, run: int) -> None:
    connection = await asyncpg.connect(plain_url(database_url))
    await connection.execute("INSERT INTO claim VALUES (1)")  # a second run in the same database would clash
    assert await connection.fetchval("SELECT count(*) FROM claim") == 1
    await connection.close()

    assert len(MIGRATED) == 1


async def test_a_migration_may_open_its_own_loop(databases: Databases) -> None:
    url = await databases.fresh(create_claims_like_alembic)

    connection = await asyncpg.connect(plain_url(url))
    assert await connection.fetchval("SELECT count(*) FROM claim") == 0
    await connection.close()


async def test_a_database_in_use_can_be_dropped(databases: Databases) -> None:
    url = await databases.fresh()
    connection = await asyncpg.connect(plain_url(url))

    await databases.drop(url)

    await eventually(connection.is_closed)


@pytest.mark.broker
async def test_a_fresh_topic_is_empty_and_works(broker: TestBroker) -> None:
    topic, other = await broker.fresh_topic("claim.changed"), await broker.fresh_topic("claim.changed")
    assert topic != other
    producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap)
    await producer.start()
    await producer.send_and_wait(topic, b"one")
    await producer.stop()

    consumer = AIOKafkaConsumer(topic, other, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    record = await consumer.getone()
    await consumer.stop()

    assert (record.topic, record.value) == (topic, b"one")


async def test_eventually_returns_the_first_true_answer() -> None:
    answers = iter([None, 0, "here"])

    async def look() -> object:
        return next(answers)

    assert await eventually(look) == "here"


async def test_eventually_takes_a_failed_assertion_for_not_yet() -> None:
    looks: list[int] = []

    def look() -> bool:
        looks.append(1)
        assert len(looks) > 2, "too early"
        return True

    assert await eventually(look)
    assert len(looks) == 3


async def test_eventually_gives_up_at_the_deadline_and_tells_the_last_answer() -> None:
    with pytest.raises(NotInTime, match=r"Not true within 0.02 s; the last answer was: 0"):
        await eventually(lambda: 0, timeout_seconds=0.02)
    with pytest.raises(NotInTime, match="never"):
        eventually_sync(_refuse, timeout_seconds=0.02)


def _refuse() -> bool:
    raise AssertionError("never")
