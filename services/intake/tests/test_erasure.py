"""A debtor who was erased is nobody here any more; whoever comes back is somebody new."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4, uuid5

import httpx
import pytest
from aiokafka import ConsumerRecord
from sqlalchemy import text

from contracts import DebtorErased, consumed_by
from intake.handlers import consumer
from intake.settings import Settings
from runtime.database import Database
from runtime.tokens import sign

CREDITOR = UUID("0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c001")
DETAILS = ("Kari", "Storgata", "kari@example.no", "moved in with her mother")


class Desk:
    """The creditor at intake's door."""

    def __init__(self, client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database) -> None:
        self._client = client
        self._orders = orders
        self._database = database
        self._headers = {"Authorization": f"Bearer {sign(settings, 'gateway', CREDITOR)}"}

    async def onboard(self) -> None:
        answer = await self._client.post("/internal/creditors", json=self._orders.creditor(), headers=self._headers)
        assert answer.status_code == 201, answer.text

    async def hand_in(self, number: str) -> None:
        body = {"request_id": str(uuid4()), "invoices": [self._orders.invoice(number)]}
        [result] = (await self._client.post("/internal/invoices", json=body, headers=self._headers)).json()["results"]
        assert result["ok"], result

    async def ask(self, **action: Any) -> dict[str, Any]:
        body = {"request_id": str(uuid4()), "actions": [action]}
        answer = await self._client.post("/internal/actions", json=body, headers=self._headers)
        [result] = answer.json()["results"]
        return result

    async def debtors(self) -> dict[str, UUID]:
        """By invoice number."""
        async with self._database.transaction() as session:
            rows = await session.execute(text("SELECT number, debtor_id FROM invoice"))
            return {row.number: row.debtor_id for row in rows}

    async def stored(self) -> str:
        async with self._database.transaction() as session:
            rows = [
                *(await session.execute(text("SELECT debtor::text FROM debtor"))).scalars(),
                *(await session.execute(text("SELECT invoice::text FROM invoice"))).scalars(),
                *(await session.execute(text("SELECT invoice_action::text FROM invoice_action"))).scalars(),
            ]
            return "\n".join(rows)


@pytest.fixture
async def desk(client: httpx.AsyncClient, settings: Settings, orders: Any, database: Database) -> Desk:
    desk = Desk(client, settings, orders, database)
    await desk.onboard()
    return desk


def erased(debtor_id: UUID) -> ConsumerRecord[bytes, bytes]:
    event = DebtorErased(
        event_id=uuid5(debtor_id, "erased"), debtor_id=debtor_id, creditor_id=CREDITOR, as_of=date(2025, 10, 1)
    )
    key, value = event.key.encode(), event.model_dump_json().encode()
    return ConsumerRecord(event.topic, 0, 0, 0, 0, key, value, None, len(key), len(value), ())


def test_it_listens_to_what_the_contracts_promise() -> None:
    assert consumer.topics == consumed_by("intake")


async def test_an_erased_debtor_leaves_invoices_without_a_person(desk: Desk, database: Database) -> None:
    await desk.hand_in("1001")
    await desk.ask(code="COMMENT", invoice_number="1001", comment="moved in with her mother")
    stored = await desk.stored()
    assert all(word in stored for word in DETAILS)

    for _ in range(2):
        await consumer.handle(database, [erased((await desk.debtors())["1001"])])

    stored = await desk.stored()
    assert not any(word in stored for word in DETAILS)
    refusal = await desk.ask(code="EMAIL", invoice_number="1001", email="kari@example.no")
    assert (refusal["ok"], refusal["status"]) == (False, 409)
    assert "kari@example.no" not in await desk.stored()


async def test_whoever_is_handed_in_again_is_a_new_debtor_each_time(desk: Desk, database: Database) -> None:
    for number in ("1001", "1002", "1003"):
        await desk.hand_in(number)
        await consumer.handle(database, [erased((await desk.debtors())[number])])
    await desk.hand_in("1004")
    await desk.hand_in("1005")

    debtors = await desk.debtors()

    assert len({debtors[number] for number in ("1001", "1002", "1003", "1004")}) == 4
    assert debtors["1004"] == debtors["1005"], "not erased: the same debtor as before"
    assert (await desk.stored()).count("Kari") == 1
