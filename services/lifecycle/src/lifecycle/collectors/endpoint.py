"""A collector's own HTTP endpoint: signed JSON, to addresses that the operator has opened."""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx

from lifecycle.collector_message_queries import Leased
from lifecycle.collectors.records import record_of

_TIMEOUT_SECONDS = 10
_AGAIN = {408, 425, 429}
_SAID_LENGTH = 300


class Refused(Exception):
    """The collector says no for good; sending the same again would not help."""


class Unreachable(Exception):
    """The collector does not answer, or asks to come again."""


def secret_of(service_secret: str, configuration_id: UUID) -> str:
    """The configuration's signing secret: it follows from the house's own and is stored nowhere."""
    seed = b"collector-endpoint:" + configuration_id.bytes
    return hmac.new(service_secret.encode(), seed, hashlib.sha256).hexdigest()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 over `<t>.<body>`."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={digest.hexdigest()}"


class Endpoint:
    """No redirects; ten seconds; of the answer only its status and the detail of a refusal are kept."""

    def __init__(self) -> None:
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def post(self, url: str, secret: str, message: Leased, debtor: Mapping[str, Any] | None = None) -> None:
        """Returns when the collector took it; `Idempotency-Key` lets it know a repeat."""
        record = record_of(message, debtor)
        body = json.dumps(record, separators=(",", ":"), ensure_ascii=False, sort_keys=True).encode()
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": str(message.message_id),
            "X-Fordring-Signature": signature(secret, int(time.time()), body),
        }
        try:
            answer = await self._client.post(url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise Unreachable(f"the collector does not answer: {type(error).__name__}") from error
        if answer.is_success:
            return
        if answer.status_code >= 500 or answer.status_code in _AGAIN:
            raise Unreachable(f"the collector answered {answer.status_code}")
        raise Refused(f"the collector answered {answer.status_code}{_said(answer)}")


def _said(answer: httpx.Response) -> str:
    """The reason a refusal gives, where it gives one as `detail` or `message`; shown to whoever works the case."""
    try:
        body = answer.json()
    except ValueError:
        return ""
    said = (body.get("detail") or body.get("message")) if isinstance(body, dict) else None
    if not isinstance(said, str):
        return ""
    printable = "".join(character for character in said if character.isprintable())
    return f": {printable[:_SAID_LENGTH]}"
