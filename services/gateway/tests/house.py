"""The six services, and a bank, behind one HTTP server: what they were asked, and what they are to answer."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

import httpx
import jwt
from aiohttp import web

SECRET = "a secret of at least thirty-two bytes"

Reply = Callable[["Call"], httpx.Response]
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def running_server(handler: Handler) -> AsyncGenerator[str]:
    """The address of an HTTP server that answers everything by `handler`, for as long as the block runs."""
    runner = web.ServerRunner(web.Server(handler), shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@dataclass(frozen=True, slots=True)
class Call:
    """One request that reached a service."""

    service: str
    method: str
    path: str
    params: dict[str, str]
    body: Any
    content: bytes
    creditor_id: UUID | None


@dataclass(slots=True)
class House:
    """Answers by (service, method, path); anything else is 404, as a service answers what it does not know.

    A service's address is the server's, with its name as the first part of the path. One that is `down` hangs up.
    """

    calls: list[Call] = field(default_factory=list[Call])
    replies: dict[tuple[str, str, str], Reply] = field(default_factory=dict[tuple[str, str, str], Reply])
    down: set[str] = field(default_factory=set[str])
    url: str = ""

    def on(self, service: str, method: str, path: str, answer: "Reply | object", status: int = 200) -> None:
        """`answer` is JSON, or a function of the call."""
        if callable(answer):
            self.replies[service, method, path] = cast("Reply", answer)
        else:
            self.replies[service, method, path] = lambda _: httpx.Response(status, json=answer)

    async def handle(self, request: web.BaseRequest) -> web.Response:
        service, _, path = request.path.removeprefix("/").partition("/")
        if service in self.down:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        call = _call(service, f"/{path}", request, await request.content.read())
        self.calls.append(call)
        reply = self.replies.get((service, call.method, call.path))
        answer = reply(call) if reply else problem(404, f"You have no {call.path}.")
        return web.Response(status=answer.status_code, body=answer.content, headers=answer.headers)

    def asked(self, service: str) -> list[Call]:
        return [call for call in self.calls if call.service == service]


def _call(service: str, path: str, request: web.BaseRequest, content: bytes) -> Call:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    claims = jwt.decode(token, SECRET, algorithms=["HS256"]) if token else {}
    if token:
        assert claims["iss"] == "gateway"
    is_json = request.headers.get("Content-Type") == "application/json"
    return Call(
        service=service,
        method=request.method,
        path=path,
        params=dict(request.query),
        body=json.loads(content) if is_json else None,
        content=content,
        creditor_id=UUID(claims["creditor"]) if "creditor" in claims else None,
    )


def problem(status: int, detail: str, **members: Any) -> httpx.Response:
    return httpx.Response(
        status,
        json={"type": "about:blank", "title": "…", "status": status, "detail": detail, "instance": "/", **members},
        headers={"Content-Type": "application/problem+json"},
    )


def accept_creditor(call: Call) -> httpx.Response:
    body = call.body
    return httpx.Response(
        201,
        json={
            "creditor_id": body["creditor_id"],
            "customer_code": "C1001",
            "reference_prefix": "1001",
            "agreement": {},
        },
    )


def accept_invoices(call: Call) -> httpx.Response:
    """Takes every invoice, as intake does."""
    return httpx.Response(
        200,
        json={
            "results": [
                {
                    "index": index,
                    "ok": True,
                    "invoice_number": invoice["number"],
                    "invoice_id": "00000000-0000-0000-0000-000000000001",
                    "case_id": 100001 + index,
                    "payment_reference": "1001100001",
                    "status": 202,
                    "detail": "",
                    "errors": [],
                }
                for index, invoice in enumerate(call.body["invoices"])
            ]
        },
    )


def accept_actions(call: Call) -> httpx.Response:
    return httpx.Response(
        200,
        json={
            "results": [
                {
                    "index": index,
                    "ok": True,
                    "action_id": "00000000-0000-0000-0000-00000000000a",
                    "case_id": action["case_id"] or 100001,
                    "code": action["code"],
                    "status": 202,
                    "detail": "",
                    "errors": [],
                }
                for index, action in enumerate(call.body["actions"])
            ]
        },
    )


def a_case(*available: str, **summary: Any) -> dict[str, Any]:
    """What lifecycle answers."""
    return {
        "summary": {
            "case_id": 100001,
            "creditor_id": "00000000-0000-0000-0000-0000000000c1",
            "invoice_number": "251601000",
            "status": "OPEN",
            "stage": "REMINDER",
            "created_date": "2025-12-01",
            "closed_date": None,
            "active_days": 45,
            "due_date": "2025-12-15",
            "currency": "NOK",
            "close_code": None,
        }
        | summary,
        "timeline": [
            {
                "entry_date": "2025-12-01",
                "at": "2026-01-01T10:00:00Z",
                "kind": "OPENED",
                "text": "Case opened",
                "who": "System",
                "ids": {},
            }
        ],
        "available_actions": list(available),
    }


def a_claim() -> dict[str, Any]:
    """What payment control answers: 1 250.00 owed, 35.00 fee, 100.00 paid, 40.00 of it taken back."""

    def entry(kind: str, component: str, amount_minor: int, cause: str) -> dict[str, Any]:
        return {
            "kind": kind,
            "component": component,
            "amount_minor": amount_minor,
            "as_of": "2026-01-05",
            "cause_id": cause,
        }

    return {
        "claim_id": "00000000-0000-0000-0000-000000000001",
        "case_id": 100001,
        "currency": "NOK",
        "principal_minor": 122500,
        "interest_minor": 101,
        "fees_minor": 0,
        "entries": [
            entry("OPENED", "PRINCIPAL", 125000, "a"),
            entry("FEE_CHARGED", "REMINDER_FEE", 3500, "b"),
            entry("PAYMENT_ALLOCATED", "REMINDER_FEE", -3500, "c"),
            entry("PAYMENT_ALLOCATED", "PRINCIPAL", -6500, "c"),
            entry("REVERSED", "PRINCIPAL", 4000, "d"),
        ],
    }
