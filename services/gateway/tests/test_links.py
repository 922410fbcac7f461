"""The one door without a key: a link from an SMS opens one invoice."""

import httpx
import pytest
from services.gateway.tests.door import Door
from services.gateway.tests.house import Call, House, problem

LINK = "A" * 46


async def test_a_link_opens_its_invoice_without_a_key(door: Door, house: House) -> None:
    def pdf(_: Call) -> httpx.Response:
        headers = {"Content-Type": "application/pdf", "X-File-Name": 'Faktura 1"\x21.pdf'}
        return httpx.Response(200, content=b"%PDF-1.7", headers=headers)

    house.on("communication", "GET", f"/internal/links/{LINK}", pdf)
    answer = await door.client.get(f"/i/{LINK}")

    assert (answer.status_code, answer.content) == (200, b"%PDF-1.7")
    assert answer.headers["Content-Disposition"] == 'inline; filename="Faktura-1-.pdf"'
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("private, no-store", "no-referrer")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    [call] = house.calls
    assert call.creditor_id is None


@pytest.mark.parametrize("link", ["x", "A" * 45, "A" * 47, "A" * 45 + "!", "%2e%2e%2fcases"])
async def test_what_cannot_be_a_link_is_not_asked_for(door: Door, house: House, link: str) -> None:
    assert (await door.client.get(f"/i/{link}")).status_code == 404
    assert house.calls == []


@pytest.mark.parametrize("status", [404, 410])
async def test_a_link_that_is_none_or_has_ended_is_told_so(door: Door, house: House, status: int) -> None:
    house.on("communication", "GET", f"/internal/links/{LINK}", lambda _: problem(status, "no"))
    answer = await door.client.get(f"/i/{LINK}")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
