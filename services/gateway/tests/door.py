"""The gateway's public door, called as partners call it."""

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from services.gateway.tests.house import SECRET, House

from delivery import build_app
from gateway import queries
from gateway.access import Gate
from gateway.main import plan
from gateway.settings import SERVICES, Settings
from gateway.use_cases.tokens import issue_token
from runtime.clock import wall_now

PROVISIONING = "the partner's own token"
OFFICE = "the office's own token"


def settings(url: str, **changes: Any) -> Settings:
    """Settings of a test stack; where its services are, the house tells."""
    return Settings.model_validate(
        {
            "database_url": url,
            "kafka_bootstrap": "127.0.0.1:1",
            "service_secret": SECRET,
            "environment": "test",
            "provisioning_token": PROVISIONING,
            "office_token": OFFICE,
            **_places("http://nowhere"),
        }
        | changes
    )


def _places(url: str) -> dict[str, str]:
    """The settings by which the gateway finds the services of a house at `url`."""
    return {f"{name.replace('-', '_')}_url": f"{url}/{name}" for name in SERVICES}


@dataclass(frozen=True, slots=True)
class Pass:
    """A creditor's token."""

    creditor_id: UUID
    headers: dict[str, str]


@dataclass(slots=True)
class Door:
    """An application without broker and workers before a house of services, and a client that reaches it in this process."""

    settings: Settings
    house: House
    app: FastAPI = field(init=False)
    client: httpx.AsyncClient = field(init=False)

    async def __aenter__(self) -> Self:
        self.settings = self.settings.model_copy(update=_places(self.house.url))
        self.app = build_app(plan(self.settings))
        self.client = httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://gateway")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.client.aclose()
        await self.gate.downstream.close()
        await self.gate.sender.close()
        await self.gate.database.close()

    @property
    def gate(self) -> Gate:
        return self.app.state.gate

    async def admit(self, *, environment: str = "test") -> Pass:
        """A new creditor with a token."""
        creditor_id, token = uuid4(), f"frd_test_{uuid4().hex}"
        async with self.gate.database.transaction() as session:
            await queries.add_partner(session, "QUICK3")
            issuing = self.settings.model_copy(update={"environment": environment})
            await issue_token(session, issuing, token, partner_code="QUICK3", creditor_id=creditor_id, now=wall_now())
        return Pass(creditor_id, {"X-Api-Key": token})

    async def post(self, path: str, body: Any, headers: dict[str, str], key: str | None = None) -> httpx.Response:
        keyed = headers | ({"Idempotency-Key": key} if key else {})
        return await self.client.post(f"/api/v1{path}", json=body, headers=keyed)

    async def get(self, path: str, headers: dict[str, str], **params: Any) -> httpx.Response:
        return await self.client.get(f"/api/v1{path}", params=params, headers=headers)


def faulty(response: httpx.Response) -> set[str]:
    """The fields that a problem names."""
    assert response.headers["content-type"] == "application/problem+json"
    return {error["field"] for error in response.json().get("errors", [])}
