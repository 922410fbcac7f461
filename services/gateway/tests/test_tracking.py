"""Tracked links at the public door: no key, no cookie, and no way to be led where nobody signed for."""

from urllib.parse import quote

import httpx
import pytest
from services.gateway.tests.door import Door
from services.gateway.tests.house import House, problem

TOKEN = "A" * 47
TARGET = "https://pay.example/case?id=1&x=æ"
CLICKS = "/internal/tracking/clicks"


async def test_an_open_is_counted_and_answered_with_a_picture(door: Door, house: House) -> None:
    house.on("communication", "POST", "/internal/tracking/opens", lambda call: httpx.Response(200, json=call.body))
    answer = await door.client.get(f"/t/o/{TOKEN}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/gif")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "Set-Cookie" not in answer.headers
    [call] = house.calls
    assert (call.body, call.creditor_id) == ({"token": TOKEN}, None)


async def test_a_click_is_counted_and_led_on_to_the_signed_address(door: Door, house: House) -> None:
    house.on("communication", "POST", CLICKS, lambda call: httpx.Response(200, json=call.body))
    answer = await door.client.get(f"/t/c/{TOKEN}?u={quote(TARGET, safe='')}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://pay.example/case?id=1&x=%C3%A6")
    assert house.calls[0].body == {"token": TOKEN, "target": TARGET}


async def test_what_was_not_signed_leads_nowhere(door: Door, house: House) -> None:
    house.on("communication", "POST", CLICKS, lambda _: problem(404, "There is nothing here."))
    answer = await door.client.get(f"/t/c/{TOKEN}?u=https://evil.example/")
    assert (answer.status_code, answer.headers.get("Location")) == (404, None)
    house.on("communication", "POST", CLICKS, lambda _: problem(410, "This link has ended."))
    assert (await door.client.get(f"/t/c/{TOKEN}?u=https://evil.example/")).status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "/t/o/short",
        f"/t/c/{TOKEN}?u=javascript:alert(1)",
        f"/t/c/{TOKEN}?u=//evil.example/path",
        f"/t/c/{TOKEN}?u=" + quote("https://a.example/\r\nSet-Cookie: a=b", safe=""),
        f"/t/c/{'!' * 47}?u=https://pay.example/",
    ],
)
async def test_what_can_be_no_link_is_not_even_asked_for(door: Door, house: House, path: str) -> None:
    assert (await door.client.get(path)).status_code == 404
    assert house.calls == []
