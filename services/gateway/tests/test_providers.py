"""Providers of mail and SMS: what is not signed, or signed long ago, leaves no trace; the rest reaches communication."""

import json
from typing import Any
from uuid import UUID

import pytest
from services.gateway.tests.door import OFFICE, Door, faulty, settings
from services.gateway.tests.house import House

from gateway.provider_signature import TOLERANCE_SECONDS, is_signed, sign
from runtime.clock import wall_now

SECRET = "agreed with the provider"
MESSAGE_ID = "0d1e2f30-0000-4000-8000-000000000001"
REPORTS: dict[str, Any] = {"events": [{"messageId": MESSAGE_ID, "event": "BOUNCED", "detail": "5.1.1"}]}
SMS: dict[str, Any] = {"providerId": "in-1", "from": "+4791234567", "to": "26112", "text": "I have paid"}
MAIL = b"From: kari@debtor.example\r\nSubject: \xe6\r\n\r\nHello"


@pytest.fixture
async def providers_door(database_url: str, house: House) -> Any:
    async with Door(settings(database_url, provider_webhook_secret=SECRET), house) as door:
        yield door


def now() -> int:
    return int(wall_now().timestamp())


async def send(door: Door, path: str, body: bytes, signature: str | None = None, key: str | None = None) -> Any:
    headers = {"X-Fordring-Signature": sign(SECRET, now(), body) if signature is None else signature}
    headers |= {"Content-Type": "message/rfc822" if path == "inbound-mail" else "application/json"}
    headers |= {"Idempotency-Key": key} if key else {}
    return await door.client.post(f"/api/v1/providers/{path}", content=body, headers=headers)


def test_a_signature_holds_for_its_body_its_secret_and_its_time_only() -> None:
    at = 1_770_000_000
    good = sign(SECRET, at, b"body")
    assert is_signed(SECRET, good, b"body", at + TOLERANCE_SECONDS)
    assert is_signed(SECRET, good, b"body", at - TOLERANCE_SECONDS)
    assert not is_signed(SECRET, good, b"body", at + TOLERANCE_SECONDS + 1)
    assert not is_signed(SECRET, good, b"body", at - TOLERANCE_SECONDS - 1)
    assert not is_signed(SECRET, good, b"other", at)
    assert not is_signed("another", good, b"body", at)
    assert not is_signed(SECRET, good.replace(f"t={at}", f"t={at + 1}"), b"body", at)
    for header in (None, "", "v1=" + "0" * 64, f"t={at},v1=short", good + " "):
        assert not is_signed(SECRET, header, b"body", at)


@pytest.mark.parametrize("path", ["inbound-mail", "inbound-sms", "delivery-events"])
async def test_what_is_not_signed_is_refused_and_goes_nowhere(providers_door: Door, house: House, path: str) -> None:
    body = json.dumps(SMS if path == "inbound-sms" else REPORTS).encode()
    late = sign(SECRET, now() - TOLERANCE_SECONDS - 60, body)
    for signature in ("", "t=1,v1=00", sign("another", now(), body), sign(SECRET, now(), b"other"), late):
        answer = await send(providers_door, path, body, signature, key="k")
        assert answer.status_code == 401, signature
    assert house.calls == []


async def test_without_an_agreed_secret_the_door_is_closed(door: Door, house: House) -> None:
    body = json.dumps(SMS).encode()
    assert (await send(door, "inbound-sms", body, sign("", now(), body))).status_code == 401
    assert house.calls == []


async def test_mail_reaches_communication_byte_by_byte(providers_door: Door, house: House) -> None:
    house.on("communication", "POST", "/internal/inbound-mail", {"count": 1})
    answer = await send(providers_door, "inbound-mail", MAIL)
    assert (answer.status_code, answer.json()) == (200, {"count": 1})
    [call] = house.calls
    assert (call.content, call.creditor_id) == (MAIL, None)


async def test_reports_name_messages_with_or_without_prefix(providers_door: Door, house: House) -> None:
    house.on("communication", "POST", "/internal/delivery-events", {"count": 2})
    shown = f"msg_{UUID(MESSAGE_ID).hex}"
    events = REPORTS["events"] + [{"messageId": shown, "event": "DELIVERED"}]
    answer = await send(providers_door, "delivery-events", json.dumps({"events": events}).encode())
    assert answer.json() == {"count": 2}
    [call] = house.calls
    assert [event["message_id"] for event in call.body["events"]] == [MESSAGE_ID, MESSAGE_ID]
    bad = {"events": [{"messageId": "msg_1", "event": "DELIVERED"}]}
    refusal = await send(providers_door, "delivery-events", json.dumps(bad).encode())
    assert (refusal.status_code, faulty(refusal)) == (422, {"events.0.messageId"})


async def test_the_office_files_what_found_no_case(door: Door, house: House) -> None:
    row = {"message_id": MESSAGE_ID, "sender": "x@y.example", "subject": "Hi", "reason": "it mentions no case"}
    row |= {"received_at": "2026-02-02T10:00:00Z", "has_attachments": False}
    house.on("communication", "GET", "/internal/unmatched-mail", [row])
    house.on("communication", "POST", f"/internal/unmatched-mail/{MESSAGE_ID}/assign", {"case_id": 100001})
    clerk = {"X-Api-Key": OFFICE}
    [waiting] = (await door.get("/office/unmatched-mail", clerk)).json()["messages"]
    assert (waiting["messageId"], waiting["reason"]) == (f"msg_{UUID(MESSAGE_ID).hex}", "it mentions no case")
    path = f"/office/unmatched-mail/{waiting['messageId']}/assign"
    assigned = await door.post(path, {"caseId": 100001}, clerk)
    assert assigned.json() == {"messageId": waiting["messageId"], "caseId": 100001}
    assert (await door.post(path, {"caseId": 0}, clerk)).status_code == 422
    creditor = await door.admit()
    assert (await door.post(path, {"caseId": 100001}, creditor.headers)).status_code == 401
    assert (await door.get("/office/unmatched-mail", creditor.headers)).status_code == 401
    assert len(house.calls) == 2
