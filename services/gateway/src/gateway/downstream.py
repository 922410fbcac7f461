"""Signed calls to the other services; their refusals become the partner's, their absence a 503."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp
from pydantic.alias_generators import to_camel

from gateway.settings import ServiceName, Settings
from runtime.problems import Problem
from runtime.telemetry import trace_headers
from runtime.tokens import sign

_KEEP_ALIVE_SECONDS = 3  # below uvicorn's 5, so that a kept connection is not closed under a request


class Unreachable(Exception):
    """Nobody answered at `url`, or not with what was asked for."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f"{url} ({reason})")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service answered, whatever it is. Names of headers are found however they are written."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        return json.loads(self.content)


class Downstream:
    """The six services behind the gateway."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._urls = settings.urls()
        self._client: aiohttp.ClientSession | None = None

    async def get(
        self, service: ServiceName, path: str, creditor_id: UUID | None, params: Mapping[str, object] | None = None
    ) -> Any:
        """The answer's JSON; Problem if the service refuses or cannot be reached."""
        return (await self.call(service, "GET", path, creditor_id, params=params)).json()

    async def find(self, service: ServiceName, path: str, creditor_id: UUID | None) -> Any | None:
        """Like `get`, but None for what the service does not know."""
        try:
            return await self.get(service, path, creditor_id)
        except Problem as problem:
            if problem.status == 404:
                return None
            raise

    async def post(self, service: ServiceName, path: str, creditor_id: UUID | None, body: Mapping[str, Any]) -> Any:
        """The answer's JSON; the body carries a request id, so that a repeat has no second effect."""
        return (await self.call(service, "POST", path, creditor_id, body=body)).json()

    async def call(
        self,
        service: ServiceName,
        method: str,
        path: str,
        creditor_id: UUID | None,
        *,
        params: Mapping[str, object] | None = None,
        body: Mapping[str, Any] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """One signed call, with a body as JSON or with bytes; Problem if the service refuses or cannot be reached."""
        headers = {"Authorization": f"Bearer {sign(self._settings, 'gateway', creditor_id)}", **trace_headers()}
        if body is not None:
            content = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        known = {name: _plain(value) for name, value in (params or {}).items() if value is not None}
        try:
            answer = await self.send(
                method, self._urls[service].rstrip("/") + path, params=known, headers=headers, content=content
            )
        except Unreachable as error:
            raise _unavailable(service) from error
        if answer.is_success:
            return answer
        raise _problem_of(service, answer)

    async def send(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """One request; Unreachable if nobody answers. A broken connection is tried once more: all may be repeated."""

        async def once() -> Answer:
            body = None if content is None else io.BytesIO(content)
            async with self._session().request(
                method, url, params=params, headers=headers, data=body, allow_redirects=False
            ) as response:
                return Answer(response.status, response.headers, await response.read())

        try:
            try:
                return await once()
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError, aiohttp.ClientPayloadError):
                return await once()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unreachable(url, type(error).__name__) from error

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    def _session(self) -> aiohttp.ClientSession:
        """Made at the first request: it belongs to the loop that runs then."""
        if self._client is None:
            seconds = self._settings.downstream_timeout_seconds
            self._client = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=200, keepalive_timeout=_KEEP_ALIVE_SECONDS),
                timeout=aiohttp.ClientTimeout(total=None, connect=seconds, sock_read=seconds),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._client


def _spelled(error: Mapping[str, object]) -> dict[str, str]:
    """A faulty field as partners spell it."""
    field = ".".join(to_camel(part) if "_" in part else part for part in str(error.get("field", "")).split("."))
    return {"field": field, "message": str(error.get("message", ""))}


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unavailable(service: ServiceName) -> Problem:
    return Problem(
        503, f"{service} cannot be reached at the moment; send the same request again.", headers={"Retry-After": "1"}
    )


def _problem_of(service: ServiceName, answer: Answer) -> Problem:
    """A refusal as the service worded it; trouble inside the house is never the partner's fault."""
    if answer.status in {401, 403} or answer.status >= 500:
        return _unavailable(service)
    try:
        body = answer.json()
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    known = {"type", "title", "status", "detail", "instance", "errors"}
    return Problem(
        answer.status,
        str(body.get("detail", f"{service} refused the request.")),
        errors=[_spelled(error) for error in body.get("errors", []) if isinstance(error, dict)],
        **{to_camel(name): value for name, value in body.items() if name not in known and name.isidentifier()},
    )
