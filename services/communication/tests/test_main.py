"""The whole process against a real broker, mail server and database."""

from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer
from services.communication.tests.factories import a_charge, a_creditor, a_debtor, an_invoice
from services.communication.tests.rows import fetch

from communication.main import blueprint
from communication.settings import Settings
from contracts import topics
from delivery import build_app
from runtime.database import Database
from testkit import TestBroker, eventually


@pytest.mark.broker
async def test_facts_from_the_broker_become_mail_and_letters_and_facts_again(
    empty_broker: TestBroker, settings: Settings, database: Database, mails: Any
) -> None:
    await empty_broker.create_topics([(name, 1) for topic in topics() for name in (topic, f"{topic}.dead")])
    changes = {"kafka_bootstrap": empty_broker.bootstrap, "kafka_idempotent": False}
    app = build_app(blueprint(settings.model_copy(update=changes)))

    async with app.router.lifespan_context(app), AIOKafkaProducer(bootstrap_servers=empty_broker.bootstrap) as producer:
        for fact in (a_charge(channel="LETTER"), an_invoice(), a_debtor(), a_creditor()):
            await producer.send_and_wait(fact.topic, fact.model_dump_json().encode(), key=fact.key.encode())
        await eventually(lambda: published(database, {"message.sent": 2, "invoice.distributed": 1}), 30)

    assert mails.recipients == ["kari100001@debtor.example"]
    assert len(list(Path(settings.print_folder).glob("2026-02-02/*.pdf"))) == 1


async def published(database: Database, counts: dict[str, int]) -> bool:
    rows = await fetch(database, "SELECT topic, count FROM published_count")
    return {row.topic: row.count for row in rows} == counts
