"""The whole service over a real broker: facts in, a file in the folder, facts out."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from contracts import Event
from delivery import build_app
from delivery.topics import create_topics
from payment_control.main import plan
from testkit import TestBroker, eventually

pytestmark = pytest.mark.broker


@pytest.fixture
async def pickup(
    empty_broker: TestBroker, database_url: str, office: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """The bank's folder, with the service's environment around it."""
    await create_topics(empty_broker.bootstrap, partitions=2)
    environment = {
        "DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP": empty_broker.bootstrap,
        "KAFKA_IDEMPOTENT": "false",
        "KAFKA_FETCH_MAX_WAIT_MS": "50",
        "ENVIRONMENT": "test",
        "SERVICE_SECRET": "only for these tests, long enough",
        "CLIENT_ACCOUNTS": json.dumps([account.model_dump() for account in office.accounts]),
        "BANK_PICKUP_FOLDER": str(tmp_path),
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path


async def say(bootstrap: str, *events: Event) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=False) as producer:
        for event in events:
            await producer.send_and_wait(event.topic, event.model_dump_json().encode(), key=event.key.encode())


async def test_a_file_in_the_folder_settles_a_claim_that_came_by_the_broker(
    empty_broker: TestBroker, pickup: Path, office: Any
) -> None:
    app = build_app(plan())
    async with app.router.lifespan_context(app):
        await say(empty_broker.bootstrap, office.invoice(), office.step(), office.agreement())
        await eventually(lambda: office.rows("SELECT 1 FROM claim WHERE reminder_fee_minor = 3500"), 30)

        (pickup / "ocr.txt.tmp").write_bytes(office.ocr(office.giro(office.kid(1), 200_000)))
        (pickup / "ocr.txt.tmp").rename(pickup / "ocr.txt")
        await eventually(lambda: office.rows("SELECT 1 FROM claim WHERE status = 'SETTLED'"), 30)

        async with AIOKafkaConsumer(
            "claim.settled", bootstrap_servers=empty_broker.bootstrap, auto_offset_reset="earliest"
        ) as listener:
            message = await listener.getone()
            assert message.key == b"100001"

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://pc") as client:

            async def nothing_is_left() -> bool:
                progress = (await client.get("/internal/progress")).json()
                return (progress["backlog"], progress["waiting"]) == (0, 0)

            await eventually(nothing_is_left, 30)
