"""The service as the gateway calls it, without broker and workers."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from services.communication.tests.factories import CREDITOR_ID

from communication.routes import routers
from communication.settings import Settings
from communication.vault.store import Vault
from runtime.database import Database
from runtime.problems import install_problems
from runtime.tokens import sign

STRANGER_ID = UUID("00000000-0000-0000-0000-0000000000ff")


class Api:
    """Signed calls for a creditor; the usual one unless another is named."""

    def __init__(self, database: Database, settings: Settings, vault: Vault) -> None:
        self.settings = settings
        app = FastAPI()
        app.state.database, app.state.settings, app.state.vault = database, settings, vault
        self.state = app.state
        install_problems(app, {})
        for router in routers:
            app.include_router(router)
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://communication")

    async def call(self, method: str, path: str, creditor_id: UUID | None = CREDITOR_ID, **request: Any) -> Any:
        headers = {"Authorization": f"Bearer {sign(self.settings, 'gateway', creditor_id)}"}
        return await self._client.request(method, f"/internal{path}", headers=headers, **request)

    async def send(self, case_id: int = 100001, creditor_id: UUID = CREDITOR_ID, **changes: Any) -> httpx.Response:
        """An e-mail with subject and body, unless the test says otherwise."""
        body = {
            "request_id": str(uuid4()),
            "message_type": "email",
            "subject": "About your invoice",
            "body": "Could you send us the receipt?",
            "sent_by": "partner:QUICK3",
        }
        cleaned = {name: value for name, value in (body | changes).items() if value is not None}
        return await self.call("POST", f"/cases/{case_id}/messages", creditor_id, json=cleaned)

    async def upload(
        self, content: bytes, name: str = "receipt.pdf", case_id: int = 100001, **changes: Any
    ) -> httpx.Response:
        params = {
            "request_id": str(uuid4()),
            "name": name,
            "document_type": "payment_proof",
            "uploaded_by": "partner:QUICK3",
            "description": "from the bank",
        }
        return await self.call("POST", f"/cases/{case_id}/documents", params=params | changes, content=content)

    async def wish(self, case_id: int = 100001, **wishes: Any) -> httpx.Response:
        body = wishes | {"changed_by": "partner:QUICK3"}
        return await self.call("PUT", f"/cases/{case_id}/communication-preferences", json=body)

    async def close(self) -> None:
        await self._client.aclose()
