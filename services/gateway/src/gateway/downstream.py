"""Signed calls to the other services; their refusals become the partner's, their absence a 503."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from pydantic.alias_generators import to_camel

from gateway.settings import ServiceName, Settings
from runtime.problems import Problem
from runtime.telemetry import trace_headers
from runtime.tokens import sign

_KEEP_ALIVE_SECONDS = 3  # below uvicorn's 5, so that a kept connection is not closed under a request


class Downstream:
    """The six services behind the gateway."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._settings = settings
        self._urls = settings.urls()
        self.client = httpx.AsyncClient(
            transport=transport,
            timeout=settings.downstream_timeout_seconds,
            limits=httpx.Limits(max_connections=200, keepalive_expiry=_KEEP_ALIVE_SECONDS),
            trust_env=False,
        )

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
        return (await self.call(service, "POST", path, creditor_id, json=body)).json()

    async def call(
        self,
        service: ServiceName,
        method: str,
        path: str,
        creditor_id: UUID | None,
        *,
        params: Mapping[str, object] | None = None,
        json: Mapping[str, Any] | None = None,
        content: bytes | None = None,
    ) -> httpx.Response:
        """One signed call; a broken connection is tried once more, since every call may be repeated."""
        request = self.client.build_request(
            method,
            self._urls[service].rstrip("/") + path,
            params={name: _plain(value) for name, value in (params or {}).items() if value is not None},
            json=json,
            content=content,
            headers={"Authorization": f"Bearer {sign(self._settings, 'gateway', creditor_id)}", **trace_headers()},
        )
        try:
            try:
                response = await self.client.send(request)
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
                response = await self.client.send(request)
        except httpx.HTTPError as error:
            raise _unavailable(service) from error
        if response.is_success:
            return response
        raise _problem_of(service, response)


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


def _problem_of(service: ServiceName, response: httpx.Response) -> Problem:
    """A refusal as the service worded it; trouble inside the house is never the partner's fault."""
    if response.status_code in {401, 403} or response.status_code >= 500:
        return _unavailable(service)
    try:
        body = response.json()
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    known = {"type", "title", "status", "detail", "instance", "errors"}
    return Problem(
        response.status_code,
        str(body.get("detail", f"{service} refused the request.")),
        errors=[_spelled(error) for error in body.get("errors", []) if isinstance(error, dict)],
        **{to_camel(name): value for name, value in body.items() if name not in known and name.isidentifier()},
    )
