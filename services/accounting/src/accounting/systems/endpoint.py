"""An accounting system's own HTTP endpoint: signed JSON, to addresses that the office has opened."""

import hashlib
import hmac
import json
import time
from typing import Any
from uuid import UUID

import httpx

from accounting.domain.documents import DocumentKind

_TIMEOUT_SECONDS = 10
_AGAIN = {408, 425, 429}


class Refused(Exception):
    """The system says no for good; sending the same again would not help."""


class Unreachable(Exception):
    """The system does not answer, or asks to come again."""


def secret_of(service_secret: str, creditor_id: UUID) -> str:
    """The creditor's signing secret: it follows from the house's own and is stored nowhere."""
    seed = b"accounting-endpoint:" + creditor_id.bytes
    return hmac.new(service_secret.encode(), seed, hashlib.sha256).hexdigest()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over `<t>.<body>`."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={digest.hexdigest()}"


class Endpoint:
    """No redirects; ten seconds; of the answer only the status is kept."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False)

    async def post(self, url: str, secret: str, document_id: UUID, kind: DocumentKind, content: dict[str, Any]) -> None:
        """Returns when the system took it; `Idempotency-Key` lets it know a repeat."""
        body = json.dumps({"kind": kind, "document": content}, separators=(",", ":"), ensure_ascii=False).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(document_id),
            "X-Fordring-Signature": signature(secret, int(time.time()), body),
        }
        try:
            answer = await self._client.post(url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(f"the endpoint does not answer: {type(error).__name__}") from error
        if answer.is_success:
            return
        if answer.status_code >= 500 or answer.status_code in _AGAIN:
            raise Unreachable(f"the endpoint answered {answer.status_code}")
        raise Refused(f"the endpoint answered {answer.status_code}")
