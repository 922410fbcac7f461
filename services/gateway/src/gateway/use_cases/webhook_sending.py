"""How a webhook leaves: signed, to a public address, at most eight times."""

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import json
import random
import socket
import ssl
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from gateway import webhook_queries as queries
from gateway.downstream import Downstream
from gateway.settings import Settings
from gateway.webhook_queries import Due
from runtime.database import Database
from runtime.problems import Problem

ErrorCategory = Literal["TimeoutError", "NetworkError", "SslError", "HttpError"]

PAUSES_SECONDS = (60, 120, 240, 480, 960, 1_800, 1_800)
"""After each failure but the last; ten per cent are added or taken by chance, so that receivers are not hit at once."""
MOST_FAILURES = len(PAUSES_SECONDS) + 1
_TIMEOUT_SECONDS = 10
_LEASE_SECONDS = 60.0
_BATCH = 50
_GONE = 410
_ERROR_LENGTH = 300


class AddressRefused(ValueError):
    """The address must not be called: it is not public, or not encrypted."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one call; `code` is None when there was no answer."""

    code: int | None
    error: str | None
    category: ErrorCategory | None
    duration_ms: int

    @property
    def is_success(self) -> bool:
        return self.code is not None and 200 <= self.code < 300


def secret_of(settings: Settings, subscription_id: UUID, version: int) -> str:
    """The subscription's secret, base64: it follows from the house's own secret and is stored nowhere."""
    own = settings.service_secret.get_secret_value().encode()
    seed = b"webhook-secret:" + subscription_id.bytes + version.to_bytes(4, "big")
    return base64.b64encode(hmac.new(own, seed, hashlib.sha256).digest()).decode()


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """`t=<unix seconds>,v1=<hex>`: HMAC-SHA256 with the decoded secret over `<t>.<body>`."""
    digest = hmac.new(base64.b64decode(secret), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={digest.hexdigest()}"


def pause_seconds(attempts: int, chance: float) -> float | None:
    """How long to wait after the failure of attempt number `attempts`; None after the last. `chance` is 0 to 1."""
    if attempts > len(PAUSES_SECONDS):
        return None
    return PAUSES_SECONDS[attempts - 1] * (0.9 + 0.2 * chance)


def check_address(url: str, *, allow_private: bool) -> None:
    """Refuse at once what can be seen to be unfit without asking the name server."""
    parts = urlsplit(url)
    if parts.hostname is None or parts.username is not None or parts.scheme not in {"https", "http"}:
        raise AddressRefused("must be an https address without a user name, such as https://example.com/hooks")
    if allow_private:
        return
    if parts.scheme != "https":
        raise AddressRefused("must begin with https://")
    if parts.hostname == "localhost" or parts.hostname.endswith((".localhost", ".local", ".internal")):
        raise AddressRefused("must be reachable from the Internet")
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return
    if not literal.is_global:
        raise AddressRefused("must be reachable from the Internet")


async def public_address_of(url: str, *, allow_private: bool) -> str:
    """The IP address to call. It is looked up once and then called itself, so that a name cannot turn private between."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = await asyncio.get_running_loop().getaddrinfo(parts.hostname or "", port, type=socket.SOCK_STREAM)
    addresses = [str(address[4][0]) for address in found]
    if not allow_private and not all(ipaddress.ip_address(address).is_global for address in addresses):
        raise AddressRefused("its name leads to an address that is not public")
    return addresses[0]


class WebhookSender:
    """Calls subscribers' addresses: no redirects, ten seconds, nothing of the answer is kept but its status."""

    def __init__(self, settings: Settings, downstream: Downstream) -> None:
        self._settings = settings
        self._downstream = downstream
        self._client = httpx.AsyncClient(timeout=_TIMEOUT_SECONDS, trust_env=False)

    async def close(self) -> None:
        await self._client.aclose()

    async def deliver_due(self, database: Database) -> int:
        """One batch: taken and recorded in one transaction each, called between them. Says how many were due."""
        async with database.transaction() as session:
            due = await queries.lease_due(session, _BATCH, _LEASE_SECONDS)
        if not due:
            return 0
        answers = await asyncio.gather(*(self._deliver(delivery) for delivery in due))
        async with database.transaction() as session:
            await queries.record_outcomes(session, [_outcome(*pair) for pair in zip(due, answers, strict=True)])
            await queries.note_health(session, _health(due, answers), MOST_FAILURES)
        return len(due)

    async def call(
        self, url: str, secret: str, event: str, event_id: str, payload: dict[str, Any], *, is_replay: bool = False
    ) -> Answered:
        """One signed POST."""
        body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        timestamp = int(time.time())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Fordring-Webhooks/1",
            "X-Fordring-Event": event,
            "X-Fordring-Webhook-Id": event_id,
            "X-Fordring-Timestamp": str(timestamp),
            "X-Fordring-Signature": signature(secret, timestamp, body),
        } | ({"X-Fordring-Replay": "true"} if is_replay else {})
        started = time.monotonic()
        code, error, category = await self._post(url, headers, body)
        return Answered(code, error, category, round((time.monotonic() - started) * 1000))

    async def _deliver(self, delivery: Due) -> Answered:
        try:
            payload = await self._whole(delivery)
        except Problem as problem:
            return Answered(None, f"the message cannot be read at the moment: {problem.detail}", "NetworkError", 0)
        secret = secret_of(self._settings, delivery.subscription_id, delivery.secret_version)
        event_id = str(delivery.delivery_id)
        return await self.call(delivery.url, secret, delivery.event, event_id, payload, is_replay=delivery.is_replay)

    async def _whole(self, delivery: Due) -> dict[str, Any]:
        """The payload as it is sent. A message's sender and subject are personal: fetched now and kept nowhere."""
        if delivery.event != "message.received":
            return delivery.payload
        message_id = str(delivery.payload["messageId"]).removeprefix("msg_")
        path = f"/internal/messages/{message_id}/webhook"
        told = await self._downstream.get("communication", path, delivery.creditor_id)
        private = {"from": told["sender"], "subject": told["subject"], "hasAttachments": told["has_attachments"]}
        return {**delivery.payload, **private}

    async def _post(
        self, url: str, headers: dict[str, str], body: bytes
    ) -> tuple[int | None, str | None, ErrorCategory | None]:
        parts = urlsplit(url)
        try:
            check_address(url, allow_private=self._settings.webhook_allow_private)
            address = await public_address_of(url, allow_private=self._settings.webhook_allow_private)
            host = f"[{address}]" if ":" in address else address
            target = parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host).geturl()
            answer = await self._client.post(
                target,
                content=body,
                headers=headers | {"Host": parts.netloc},
                extensions={"sni_hostname": parts.hostname},
            )
        except AddressRefused as error:
            return None, str(error), "NetworkError"
        except httpx.TimeoutException:
            return None, f"no answer within {_TIMEOUT_SECONDS} seconds", "TimeoutError"
        except (httpx.HTTPError, OSError) as error:
            is_tls = isinstance(error.__cause__, ssl.SSLError) or "SSL" in str(error) or "certificate" in str(error)
            return None, str(error)[:_ERROR_LENGTH] or type(error).__name__, "SslError" if is_tls else "NetworkError"
        if answer.is_success:
            return answer.status_code, None, None
        return answer.status_code, f"the endpoint answered {answer.status_code}", "HttpError"


def _outcome(delivery: Due, answered: Answered) -> dict[str, Any]:
    pause = pause_seconds(delivery.attempts, random.random())
    given_up = pause is None or answered.code == _GONE
    status = "DELIVERED" if answered.is_success else "FAILED" if given_up else "PENDING"
    return {
        "delivery_id": delivery.delivery_id,
        "status": status,
        "code": answered.code,
        "error": answered.error,
        "pause_seconds": 0.0 if status != "PENDING" else pause,
    }


def _health(due: Sequence[Due], answers: Sequence[Answered]) -> list[dict[str, Any]]:
    """A row per subscription: how many of its calls failed, whether one went through, whether its endpoint is gone."""
    rows: dict[UUID, dict[str, Any]] = {}
    for delivery, answered in zip(due, answers, strict=True):
        row = rows.setdefault(
            delivery.subscription_id,
            {"subscription_id": delivery.subscription_id, "failed": 0, "delivered": False, "gone": False},
        )
        row["failed"] += not answered.is_success
        row["delivered"] |= answered.is_success
        row["gone"] |= answered.code == _GONE
    return list(rows.values())
