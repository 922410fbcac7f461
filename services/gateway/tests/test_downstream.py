"""Calls to the services over real connections that break, hang and lead elsewhere."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from services.gateway.tests.door import settings
from services.gateway.tests.house import Handler, running_server

from gateway.downstream import Downstream, Unreachable
from runtime.problems import Problem


@asynccontextmanager
async def a_service(handler: Handler, **changes: object) -> AsyncGenerator[tuple[Downstream, str]]:
    """The gateway's side of a service that answers by `handler`, and the service's address."""
    async with running_server(handler) as url:
        downstream = Downstream(settings("postgresql+asyncpg://nobody@127.0.0.1/none", intake_url=url, **changes))
        yield downstream, url
        await downstream.close()


async def test_a_connection_that_breaks_is_tried_once_more_with_the_whole_body() -> None:
    bodies: list[bytes] = []

    async def break_once(request: web.BaseRequest) -> web.Response:
        bodies.append(await request.content.read())
        if len(bodies) == 1 and request.transport:
            request.transport.abort()
        return web.json_response({"ok": True})

    async with a_service(break_once) as (downstream, _):
        assert await downstream.post("intake", "/internal/invoices", None, {"number": "Ø-1"}) == {"ok": True}

    assert len(bodies) == 2
    assert bodies[0] == bodies[1] != b""


async def test_a_connection_that_always_breaks_makes_the_service_unavailable() -> None:
    tries = 0

    async def hang_up(request: web.BaseRequest) -> web.Response:
        nonlocal tries
        tries += 1
        assert request.transport
        request.transport.abort()
        return web.Response()

    async with a_service(hang_up) as (downstream, _):
        with pytest.raises(Problem, match="intake cannot be reached") as refused:
            await downstream.post("intake", "/internal/invoices", None, {})

    assert (refused.value.status, tries) == (503, 2)


async def test_a_service_that_does_not_answer_in_time_is_unavailable() -> None:
    async def hang(_: web.BaseRequest) -> web.Response:
        await asyncio.Event().wait()
        return web.Response()

    async with a_service(hang, downstream_timeout_seconds=0.2) as (downstream, url):
        with pytest.raises(Problem, match="intake cannot be reached"):
            await downstream.get("intake", "/internal/invoices", None)
        with pytest.raises(Unreachable, match="Timeout"):
            await downstream.send("GET", url)


async def test_a_redirect_is_an_answer_that_nobody_follows() -> None:
    async def elsewhere(_: web.BaseRequest) -> web.Response:
        return web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"})

    async with a_service(elsewhere) as (downstream, url):
        answer = await downstream.send("GET", url)

    assert (answer.status, answer.is_success) == (302, False)


async def test_parameters_and_bytes_arrive_as_they_were_given() -> None:
    async def echo(request: web.BaseRequest) -> web.Response:
        return web.Response(body=await request.content.read(), headers={"X-Name": request.query["name"]})

    async with a_service(echo) as (downstream, _):
        params = {"name": "a+b & c/d=e%20", "left_out": None}
        answer = await downstream.call(
            "intake", "PUT", "/internal/file", None, params=params, content=bytes(range(256))
        )

    assert (answer.headers["x-name"], answer.content) == ("a+b & c/d=e%20", bytes(range(256)))
