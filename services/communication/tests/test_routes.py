"""What the gateway may ask, and what it is told of another creditor's business."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from services.communication.tests.factories import CREDITOR_ID, a_charge, a_creditor, a_debtor, an_invoice
from services.communication.tests.rows import tell

from communication.channels.email import EmailChannel
from communication.couriers import send_mails
from communication.routes import routers
from communication.settings import Settings
from communication.vault.store import Vault
from runtime.database import Database
from runtime.problems import install_problems
from runtime.tokens import sign


@pytest_asyncio.fixture
async def client(database: Database, settings: Settings, vault: Vault) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.state.database, app.state.settings, app.state.vault = database, settings, vault
    install_problems(app, {})
    for router in routers:
        app.include_router(router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://communication") as client:
        yield client


def as_creditor(settings: Settings, creditor_id: UUID | None = CREDITOR_ID) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(settings, 'gateway', creditor_id)}"}


@pytest_asyncio.fixture
async def three_invoices(database: Database, settings: Settings, email_channel: EmailChannel, vault: Vault) -> None:
    """One sent, one bounced whose letter is waiting, one waiting."""
    await tell(database, a_creditor(), a_debtor(1), a_debtor(2, email="bounce@debtor.example"), a_debtor(3))
    await tell(database, an_invoice(1), an_invoice(2, invoice_date="2026-01-06"))
    await send_mails(database, vault, email_channel, settings)
    await tell(database, an_invoice(3, invoice_date="2026-01-07"), a_charge(3))


@pytest.mark.usefixtures("three_invoices")
async def test_distribution_tells_where_each_invoice_stands(client: httpx.AsyncClient, settings: Settings) -> None:
    answer = await client.get("/internal/distribution", headers=as_creditor(settings))

    assert answer.status_code == 200
    assert [(row["case_id"], row["channel"], row["status"]) for row in answer.json()] == [
        (1, "EMAIL", "SUCCESSFUL"),
        (2, "LETTER", "PENDING"),
        (3, "EMAIL", "PENDING"),
    ]


@pytest.mark.usefixtures("three_invoices")
@pytest.mark.parametrize(
    ("query", "case_ids"),
    [
        ({"invoice_number": "2026-2"}, [2]),
        ({"from_invoice_date": "2026-01-06"}, [2, 3]),
        ({"to_invoice_date": "2026-01-06"}, [1, 2]),
        ({"from_invoice_date": "2026-01-06", "to_invoice_date": "2026-01-06"}, [2]),
        ({"limit": "1", "offset": "2"}, [3]),
    ],
    ids=str,
)
async def test_distribution_can_be_narrowed(
    client: httpx.AsyncClient, settings: Settings, query: dict[str, str], case_ids: list[int]
) -> None:
    answer = await client.get("/internal/distribution", params=query, headers=as_creditor(settings))

    assert [row["case_id"] for row in answer.json()] == case_ids


@pytest.mark.usefixtures("three_invoices")
async def test_a_creditor_reads_the_messages_of_a_case(client: httpx.AsyncClient, settings: Settings) -> None:
    answer = await client.get("/internal/messages", params={"case_id": 3}, headers=as_creditor(settings))

    assert [(row["category"], row["step_key"]) for row in answer.json()] == [("invoice", None), ("reminder", "3:1:1")]
    assert "content" not in answer.json()[0]


@pytest.mark.usefixtures("three_invoices")
async def test_another_creditors_case_answers_as_one_that_does_not_exist(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    stranger = as_creditor(settings, uuid4())

    theirs = await client.get("/internal/messages", params={"case_id": 3}, headers=stranger)
    nobodys = await client.get("/internal/messages", params={"case_id": 4}, headers=stranger)

    assert (theirs.status_code, nobodys.status_code) == (404, 404)
    assert theirs.json() | {"detail": ""} == nobodys.json() | {"detail": ""}
    assert (await client.get("/internal/distribution", headers=stranger)).json() == []


@pytest.mark.usefixtures("three_invoices")
async def test_the_house_counts_messages_and_a_creditor_may_not(client: httpx.AsyncClient, settings: Settings) -> None:
    answer = await client.get("/internal/message-counts", headers=as_creditor(settings, None))
    refused = await client.get("/internal/message-counts", headers=as_creditor(settings))

    counts: list[dict[str, Any]] = answer.json()
    assert {(row["channel"], row["status"], row["category"]): row["count"] for row in counts} == {
        ("EMAIL", "FAILED", "invoice"): 1,
        ("EMAIL", "QUEUED", "invoice"): 1,
        ("EMAIL", "QUEUED", "reminder"): 1,
        ("EMAIL", "SENT", "invoice"): 1,
        ("LETTER", "QUEUED", "invoice"): 1,
    }
    assert refused.status_code == 403


@pytest.mark.parametrize("path", ["/internal/distribution", "/internal/messages?case_id=1", "/internal/message-counts"])
async def test_an_unsigned_call_is_refused(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 401
