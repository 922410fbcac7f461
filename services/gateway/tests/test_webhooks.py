"""Webhooks: subscribed once, told each fact, signed, tried again, switched off when nobody is there."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from services.gateway.tests.door import Door, Pass, faulty, settings
from services.gateway.tests.house import House
from sqlalchemy import text

from contracts import CaseClosed, Event, MessageReceived, SettlementCreated
from gateway.use_cases.webhook_sending import (
    MOST_FAILURES,
    PAUSES_SECONDS,
    AddressRefused,
    check_address,
    pause_seconds,
    public_address_of,
    signature,
)
from gateway.use_cases.webhooks import forget_old_deliveries, payload_of, queue_deliveries
from runtime.database import Database
from testkit import Receiver, running_receiver

PATH = "/partner/webhooks"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running_receiver() as receiver:
        yield receiver


@pytest_asyncio.fixture
async def door(database_url: str, house: House) -> AsyncIterator[Door]:
    """The public door of a stack that may call loopback."""
    async with Door(settings(database_url, webhook_allow_private=True), house) as door:
        yield door


async def subscribe(door: Door, creditor: Pass, url: str, *events: str) -> dict[str, Any]:
    answer = await door.post(PATH, {"url": url, "events": list(events or ["case.closed"])}, creditor.headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


def closed(creditor: Pass, case_id: int = 100001) -> CaseClosed:
    return CaseClosed(
        creditor_id=creditor.creditor_id,
        case_id=case_id,
        claim_id=UUID(int=1),
        close_code="PAID",
        as_of=date(2026, 2, 3),
        closing_version=1,
    )


async def tell(door: Door, *events: Event) -> None:
    async with door.gate.database.transaction() as session:
        await queue_deliveries(session, events)


async def deliver(door: Door) -> int:
    return await door.gate.sender.deliver_due(door.gate.database)


async def make_due(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("UPDATE webhook_delivery SET next_attempt_at = now() - interval '1 second'"))


async def log(door: Door, creditor: Pass) -> list[dict[str, Any]]:
    return (await door.get(f"{PATH}/events", creditor.headers)).json()


async def test_a_fact_reaches_its_creditors_address_signed_with_the_secret_shown_once(
    door: Door, receiver: Receiver
) -> None:
    creditor = await door.admit()
    made = await subscribe(door, creditor, f"{receiver.url}/hooks?x=1", "case.closed")
    fact = closed(creditor)
    await tell(door, fact)
    assert await deliver(door) == 1

    [call] = receiver.calls
    assert call.path == "/hooks?x=1"
    assert call.json == {
        "id": str(fact.event_id),
        "specVersion": "1.0",
        "event": "case.closed",
        "timestamp": fact.occurred_at.isoformat().replace("+00:00", "Z"),
        "data": {"caseId": 100001, "claimId": str(UUID(int=1)), "closeCode": "PAID", "asOf": "2026-02-03"},
        "links": {"self": "/api/v1/partner/invoice/case?caseId=100001"},
    }
    stamp = call.headers["x-fordring-timestamp"]
    key = base64.b64decode(made["secret"])
    expected = hmac.new(key, f"{stamp}.".encode() + call.body, hashlib.sha256).hexdigest()
    assert call.headers["x-fordring-signature"] == f"t={stamp},v1={expected}"
    assert "secret" not in (await door.get(PATH, creditor.headers)).json()[0]


async def test_the_same_fact_told_twice_is_delivered_once(door: Door, receiver: Receiver) -> None:
    creditor = await door.admit()
    await subscribe(door, creditor, receiver.url)
    fact = closed(creditor)
    await tell(door, fact)
    await tell(door, fact)
    assert [await deliver(door), await deliver(door)] == [1, 0]
    assert len(receiver.calls) == 1


async def test_only_subscribed_facts_of_the_own_creditor_are_sent(door: Door, receiver: Receiver) -> None:
    creditor, stranger = await door.admit(), await door.admit()
    await subscribe(door, creditor, receiver.url, "settlement.created")
    await tell(door, closed(creditor), closed(stranger))
    assert await deliver(door) == 0


async def test_a_thousand_facts_are_queued_with_one_statement(door: Door, receiver: Receiver) -> None:
    creditor = await door.admit()
    await subscribe(door, creditor, receiver.url)
    await tell(door, *(closed(creditor, 100_000 + number) for number in range(1_000)))
    async with door.gate.database.transaction() as session:
        stored = (await session.execute(text("SELECT count(*) FROM webhook_delivery"))).scalar_one()
    assert stored == 1_000


async def test_an_inbound_message_is_told_flat_with_sender_and_subject_fetched_and_not_kept(
    door: Door, house: House, receiver: Receiver
) -> None:
    creditor, message_id = await door.admit(), uuid4()
    house.on(
        "communication",
        "GET",
        f"/internal/messages/{message_id.hex}/webhook",
        {"sender": "debtor@example.com", "subject": "Paid?", "has_attachments": True},
    )
    await subscribe(door, creditor, receiver.url, "message.received")
    fact = MessageReceived(
        creditor_id=creditor.creditor_id,
        case_id=100001,
        message_id=message_id,
        channel="EMAIL",
        as_of=date(2026, 2, 3),
    )
    await tell(door, fact)
    await deliver(door)
    [call] = receiver.calls
    assert call.json == {
        "event": "message.received",
        "messageId": f"msg_{message_id.hex}",
        "caseId": "100001",
        "caseNumber": "100001",
        "messageType": "email",
        "timestamp": fact.occurred_at.isoformat().replace("+00:00", "Z"),
        "from": "debtor@example.com",
        "subject": "Paid?",
        "hasAttachments": True,
    }
    [logged] = await log(door, creditor)
    assert "debtor@example.com" not in logged["payload"]


async def test_a_failed_call_waits_and_is_tried_again(door: Door, database: Database, receiver: Receiver) -> None:
    creditor = await door.admit()
    await subscribe(door, creditor, receiver.url)
    await tell(door, closed(creditor))
    receiver.status = 500
    assert [await deliver(door), await deliver(door)] == [1, 0]
    [logged] = await log(door, creditor)
    assert (logged["status"], logged["lastResponseCode"], logged["attemptCount"]) == ("PENDING", 500, 1)

    receiver.status = 200
    await make_due(database)
    await deliver(door)
    [logged] = await log(door, creditor)
    assert (logged["status"], logged["attemptCount"]) == ("DELIVERED", 2)
    assert "deliveredAt" in logged


async def test_after_eight_failures_in_a_row_the_webhook_is_switched_off_with_the_reason(
    door: Door, database: Database, receiver: Receiver
) -> None:
    creditor = await door.admit()
    await subscribe(door, creditor, receiver.url)
    await tell(door, closed(creditor))
    receiver.status = 503
    for _ in range(MOST_FAILURES):
        await make_due(database)
        await deliver(door)
    await make_due(database)
    assert await deliver(door) == 0
    [webhook] = (await door.get(PATH, creditor.headers)).json()
    assert (webhook["isActive"], webhook["disabledReason"]) == (False, "8 deliveries in a row failed")
    assert [event["status"] for event in await log(door, creditor)] == ["FAILED"]

    on = await door.client.patch(f"/api/v1{PATH}/{webhook['id']}", json={"isActive": True}, headers=creditor.headers)
    assert on.json()["isActive"] is True
    assert "disabledReason" not in on.json()


async def test_an_endpoint_that_is_gone_is_switched_off_at_once(door: Door, receiver: Receiver) -> None:
    creditor = await door.admit()
    await subscribe(door, creditor, receiver.url)
    await tell(door, closed(creditor))
    receiver.status = 410
    await deliver(door)
    [webhook] = (await door.get(PATH, creditor.headers)).json()
    assert (webhook["isActive"], webhook["disabledReason"]) == (False, "Endpoint returned 410 Gone")


async def test_a_redirect_is_a_failure_and_is_not_followed(door: Door, receiver: Receiver) -> None:
    creditor = await door.admit()
    await subscribe(door, creditor, receiver.url)
    await tell(door, closed(creditor))
    receiver.status = 302
    await deliver(door)
    assert [call.path for call in receiver.calls] == ["/"]
    assert (await log(door, creditor))[0]["lastResponseCode"] == 302


async def test_an_event_can_be_replayed_with_the_identical_payload(door: Door, receiver: Receiver) -> None:
    creditor, stranger = await door.admit(), await door.admit()
    await subscribe(door, creditor, receiver.url)
    await tell(door, closed(creditor))
    await deliver(door)
    [logged] = await log(door, creditor)
    path = f"{PATH}/events/{logged['id']}/replay"
    assert (await door.post(path, {}, stranger.headers)).status_code == 404
    assert (await door.post(path, {}, creditor.headers)).status_code == 202
    await deliver(door)
    first, again = receiver.calls
    assert first.json == again.json
    assert again.headers["x-fordring-replay"] == "true"


async def test_a_test_call_answers_while_the_caller_waits(door: Door, receiver: Receiver) -> None:
    creditor = await door.admit()
    made = await subscribe(door, creditor, receiver.url)
    receiver.status = 404
    told = (await door.post(f"{PATH}/{made['id']}/test", {}, creditor.headers)).json()
    assert (told["success"], told["httpStatusCode"], told["errorCategory"]) == (False, 404, "HttpError")
    assert await log(door, creditor) == []


async def test_another_creditors_webhook_answers_exactly_like_a_missing_one(door: Door, receiver: Receiver) -> None:
    owner, stranger = await door.admit(), await door.admit()
    made = await subscribe(door, owner, receiver.url)
    for webhook_id in (made["id"], str(uuid4())):
        path = f"/api/v1{PATH}/{webhook_id}"
        answers = [
            await door.client.patch(path, json={"isActive": False}, headers=stranger.headers),
            await door.client.delete(path, headers=stranger.headers),
            await door.client.post(f"{path}/test", headers=stranger.headers),
        ]
        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert {answer.json()["detail"] for answer in answers} == {f"You have no webhook {webhook_id}."}
    assert (await door.client.delete(f"/api/v1{PATH}/{made['id']}", headers=owner.headers)).status_code == 204


async def test_a_repeated_subscription_answers_the_same_secret_and_makes_no_second_one(
    door: Door, receiver: Receiver
) -> None:
    creditor = await door.admit()
    body = {"url": receiver.url, "events": ["case.closed"]}
    first = await door.post(PATH, body, creditor.headers, key="w1")
    again = await door.post(PATH, body, creditor.headers, key="w1")
    assert first.json() == again.json()
    assert len((await door.get(PATH, creditor.headers)).json()) == 1


async def test_a_regenerated_secret_ends_the_old_one(door: Door, receiver: Receiver) -> None:
    creditor = await door.admit()
    made = await subscribe(door, creditor, receiver.url)
    path = f"/api/v1{PATH}/{made['id']}"
    renewed = (await door.client.patch(path, json={"regenerateSecret": True}, headers=creditor.headers)).json()
    assert renewed["secret"] != made["secret"]
    await tell(door, closed(creditor))
    await deliver(door)
    [call] = receiver.calls
    stamp = int(call.headers["x-fordring-timestamp"])
    assert call.headers["x-fordring-signature"] == signature(renewed["secret"], stamp, call.body)


async def test_the_log_forgets_what_is_finished_and_older_than_thirty_days(
    door: Door, database: Database, receiver: Receiver
) -> None:
    creditor = await door.admit()
    await subscribe(door, creditor, receiver.url)
    await tell(door, closed(creditor, 1), closed(creditor, 2))
    async with database.transaction() as session:
        await session.execute(text("UPDATE webhook_delivery SET created_at = now() - interval '31 days'"))
        await session.execute(text("UPDATE webhook_delivery SET status = 'DELIVERED' WHERE case_id = 1"))
    assert await forget_old_deliveries(door.gate.database) == 1
    assert [event["caseId"] for event in await log(door, creditor)] == [2]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"url": "https://example.com", "events": []}, "events", id="no event"),
        pytest.param({"url": "https://example.com", "events": ["case.eaten"]}, "events.0", id="unknown event"),
        pytest.param({"events": ["case.closed"]}, "url", id="no address"),
    ],
)
async def test_a_faulty_subscription_is_refused_by_field(door: Door, body: dict[str, Any], field: str) -> None:
    creditor = await door.admit()
    answer = await door.post(PATH, body, creditor.headers)
    assert (answer.status_code, faulty(answer)) == (422, {field})
    assert (await door.get(PATH, creditor.headers)).json() == []


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hooks",
        "https://localhost/hooks",
        "https://127.0.0.1/hooks",
        "https://10.1.2.3",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://[fd00::1]/",
        "https://user:word@example.com/",
        "https://printer.local/",
        "ftp://example.com/",
        "not an address",
    ],
)
def test_an_address_that_is_not_public_and_encrypted_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(url, allow_private=False)


async def test_a_name_that_leads_to_a_private_address_is_refused_when_it_is_called() -> None:
    with pytest.raises(AddressRefused):
        await public_address_of("https://localhost:8443/", allow_private=False)


def test_eight_attempts_span_about_an_hour_and_a_half() -> None:
    pauses = [pause_seconds(attempts, 0.5) for attempts in range(1, MOST_FAILURES + 1)]
    assert pauses == [*PAUSES_SECONDS, None]
    assert sum(PAUSES_SECONDS) == 5_460
    assert (pause_seconds(1, 0.0), pause_seconds(1, 1.0)) == pytest.approx((54, 66))


def test_a_settlement_links_to_its_report_and_tells_no_amount() -> None:
    fact = SettlementCreated(
        creditor_id=uuid4(),
        settlement_id=UUID(int=7),
        settlement_number=1001,
        settlement_date=date(2026, 2, 3),
        currency="NOK",
        account_id="CLIENT-NOK",
        line_count=1,
        allocated_minor=100,
        principal_minor=100,
        interest_minor=0,
        fees_minor=0,
        fee_share_minor=0,
        commission_minor=0,
        vat_minor=0,
        own_share_minor=0,
        net_minor=100,
    )
    told = payload_of(fact)
    assert told["data"] == {"settlementId": str(UUID(int=7)), "settlementNumber": 1001}
    assert told["links"] == {"self": "/api/v1/partner/settlements/1001/report.json"}
