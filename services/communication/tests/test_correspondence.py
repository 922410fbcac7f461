"""Free messages: what is sent, what is refused, what can be read afterwards, and by whom."""

import asyncio
from datetime import date
from email import message_from_bytes, policy
from typing import Any
from uuid import uuid4

import pytest
from services.communication.tests.api import STRANGER_ID, Api
from services.communication.tests.factories import a_change, a_charge, a_closing, a_hold, a_settlement_of_claim
from services.communication.tests.rows import fetch, know, messages, outbox, tell

from communication.channels.email import EmailChannel
from communication.couriers import send_mails
from communication.settings import Settings
from communication.use_cases.system_messages import note_deadlines
from communication.vault.store import Vault
from contracts import Event
from runtime.database import Database

SECRET_WORDS = "The debtor has lost her job"


async def test_a_message_is_queued_sent_and_found_with_every_event(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, mails: Any, api: Api
) -> None:
    await know(database, 100001)
    queued = await api.send(cc=["boss@firm.example"], priority="high")
    assert queued.status_code == 201, queued.text
    assert (queued.json()["status"], queued.json()["to"]) == ("queued", ["kari100001@debtor.example"])

    await send_mails(database, vault, email_channel, settings)

    [mail] = [message_from_bytes(source, policy=policy.default) for source in mails.received]
    assert (mail["Subject"], mail["Cc"], mail["Importance"]) == ("About your invoice", "boss@firm.example", "high")
    assert mail["Reply-To"] == "Fordring <post+100001@fordring.example>"
    assert mails.recipients == ["kari100001@debtor.example", "boss@firm.example"]
    page = (await api.call("GET", "/cases/100001/messages")).json()
    [listed] = page["messages"]
    assert (page["total_count"], listed["status"], listed["direction"]) == (1, "sent", "outbound")
    assert (listed["subject"], listed["body"]) == ("About your invoice", "Could you send us the receipt?")
    report = (await api.call("GET", f"/messages/{listed['message_id']}/delivery-report")).json()
    assert [event["kind"] for event in report["events"]] == ["QUEUED", "SENT"]
    [sent] = await outbox(database)
    assert (sent["topic"], sent["category"], sent["template"]) == ("message.sent", "free_text", "free_text")
    assert "About" not in str(sent)


async def test_the_same_request_sends_one_message(database: Database, api: Api) -> None:
    await know(database, 100001)
    request_id = str(uuid4())
    first, second = await api.send(request_id=request_id), await api.send(request_id=request_id)
    assert first.json()["message_id"] == second.json()["message_id"]
    assert len(await messages(database)) == 1


async def test_a_template_is_filled_and_names_its_category(database: Database, api: Api) -> None:
    await know(database, 100001)
    unknown = await api.send(template_id="no-such-template", subject=None, body=None)
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["field"] == "templateId"
    both = await api.send(template_id="first-notice")
    assert (both.status_code, both.json()["errors"][0]["field"]) == (422, "templateId")
    missing = await api.send(template_id="first-notice", subject=None, body=None, variables={})
    assert missing.status_code == 422
    assert await messages(database) == []


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("to", {"to": "not an address"}),
        ("to", {"to": "a@b.example, c@d.example"}),
        ("to", {"to": "a@b.example\nBcc: c@d.example"}),
        ("to", {"message_type": "sms", "subject": None, "to": "12345"}),
        ("to", {"message_type": "sms", "subject": None}),
        ("cc.0", {"cc": ["x@y.example\r\nSubject: other"]}),
        ("subject", {"subject": "Hello\r\nBcc: everyone@firm.example"}),
        ("subject", {"subject": "   "}),
        ("subject", {"message_type": "sms", "to": "+4791234567"}),
        ("body", {"body": "bell \x07"}),
        ("body", {"body": None}),
    ],
)
async def test_what_cannot_be_sent_is_refused_by_field_and_leaves_nothing_behind(
    database: Database, api: Api, field: str, changes: dict[str, Any]
) -> None:
    await know(database, 100001)
    refusal = await api.send(**changes)
    assert refusal.status_code == 422, refusal.text
    assert [error["field"] for error in refusal.json()["errors"]] == [field]
    assert await messages(database) == []
    assert await fetch(database, "SELECT 1 FROM thread") == []


async def test_an_sms_without_a_provider_is_refused_with_its_rule(database: Database, api: Api) -> None:
    await know(database, 100001)
    refusal = await api.send(message_type="sms", subject=None, to="+4791234567")
    assert (refusal.status_code, refusal.json()["rule"]) == (422, "CHANNEL_NOT_SET_UP")


async def test_another_creditors_case_message_and_thread_answer_like_missing_ones(database: Database, api: Api) -> None:
    await know(database, 100001)
    sent = (await api.send()).json()
    [thread] = (await api.call("GET", "/cases/100001/threads")).json()
    for method, path in (
        ("GET", "/cases/100001/messages"),
        ("GET", "/cases/100001/threads"),
        ("GET", f"/messages/{sent['message_id']}/delivery-report"),
        ("GET", f"/messages/{sent['message_id']}/webhook"),
        ("GET", f"/threads/{thread['thread_id']}/messages"),
    ):
        missing = path.replace("100001", "999999")
        for old in (sent["message_id"], thread["thread_id"]):
            missing = missing.replace(old, str(uuid4()))
        theirs, none = await api.call(method, path, STRANGER_ID), await api.call(method, missing, STRANGER_ID)
        assert theirs.status_code == none.status_code == 404
        assert theirs.json()["detail"] == none.json()["detail"].replace("999999", "100001")
    assert (await api.send(creditor_id=STRANGER_ID)).status_code == 404


async def test_bodies_subjects_and_addresses_are_unreadable_in_the_database(database: Database, api: Api) -> None:
    await know(database, 100001)
    await api.send(subject=SECRET_WORDS, body=SECRET_WORDS, to="secret@debtor.example")
    for table in ("message", "thread", "delivery_event", "outbox", "data_key"):
        for row in await fetch(database, f"SELECT {table}::text AS row, {table}.* FROM {table}"):
            assert "lost her job" not in row.row
            assert "secret@debtor.example" not in row.row
            assert SECRET_WORDS.encode().hex() not in row.row


async def test_mails_that_share_a_subject_are_one_conversation_and_policy_mails_have_theirs(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, api: Api
) -> None:
    await know(database, 100001)
    await api.send(subject="Receipt")
    await api.send(subject="Re: receipt")
    await tell(database, a_charge())
    await send_mails(database, vault, email_channel, settings)

    threads = {thread["subject"]: thread for thread in (await api.call("GET", "/cases/100001/threads")).json()}

    assert threads["Receipt"]["message_count"] == 2
    assert threads["Receipt"]["participants"] == ["post@fordring.example", "kari100001@debtor.example"]
    assert len(threads) == 2, "the reminder that policy sent is a conversation, too"
    said = (await api.call("GET", f"/threads/{threads['Receipt']['thread_id']}/messages")).json()
    assert [message["subject"] for message in said] == ["Receipt", "Re: receipt"]
    await api.call("PUT", f"/threads/{threads['Receipt']['thread_id']}", json={"status": "closed"})
    again = {thread["subject"]: thread["status"] for thread in (await api.call("GET", "/cases/100001/threads")).json()}
    assert again["Receipt"] == "closed"


async def test_lists_are_filtered_and_come_in_pages(database: Database, api: Api) -> None:
    await know(database, 100001)
    for number in range(5):
        await api.send(subject=f"Mail {number}", category="case_update" if number % 2 else "free_text")

    async def listed(**params: Any) -> tuple[int, list[str]]:
        page = (await api.call("GET", "/cases/100001/messages", params=params)).json()
        return page["total_count"], [message["subject"] for message in page["messages"]]

    assert await listed(category="case_update") == (2, ["Mail 3", "Mail 1"])
    assert await listed(type="sms") == (0, [])
    assert await listed(direction="inbound") == (0, [])
    assert await listed(status="queued", limit=2) == (5, ["Mail 4", "Mail 3"])
    assert (await listed(date_from="2999-01-01"))[0] == 0
    first = (await api.call("GET", "/cases/100001/messages", params={"limit": 2})).json()["messages"][-1]
    after = {"before_at": first["at"], "before_id": first["message_id"], "limit": 2}
    assert await listed(**after) == (5, ["Mail 2", "Mail 1"])


@pytest.mark.parametrize("fact", [a_settlement_of_claim(), a_closing(), a_hold(), a_hold(reason="FLAG")])
async def test_what_is_queued_is_recalled_and_nothing_new_leaves_once_the_case_is_stopped(
    database: Database,
    settings: Settings,
    vault: Vault,
    email_channel: EmailChannel,
    mails: Any,
    api: Api,
    fact: Event,
) -> None:
    await know(database, 100001)
    await api.send(category="reminder")
    await tell(database, fact)
    refusal = await api.send(category="reminder")
    assert (refusal.status_code, refusal.json()["rule"]) == (422, "CASE_STOPPED")

    await send_mails(database, vault, email_channel, settings)

    assert mails.received == []
    assert [row.status for row in await messages(database)] == ["RECALLED"]
    [listed] = (await api.call("GET", "/cases/100001/messages", params={"type": "email"})).json()["messages"]
    assert listed["status"] == "failed"


async def test_a_receipt_still_leaves_after_settling_but_not_past_a_flag(database: Database, api: Api) -> None:
    await know(database, 100001)
    await tell(database, a_settlement_of_claim())
    assert (await api.send(category="payment_confirmation")).status_code == 201
    await tell(database, a_hold(reason="FLAG"))
    assert (await api.send(category="payment_confirmation")).status_code == 422


async def test_a_message_asked_for_and_a_settlement_at_the_same_moment_never_leave_a_message_behind(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, mails: Any, api: Api
) -> None:

    case_ids = range(100001, 100013)
    await know(database, *case_ids)

    await asyncio.gather(
        *(api.send(case_id, category="reminder") for case_id in case_ids),
        *(tell(database, a_settlement_of_claim(case_id)) for case_id in case_ids),
    )

    assert [row for row in await messages(database) if row.status == "QUEUED"] == []
    await send_mails(database, vault, email_channel, settings)
    assert mails.received == []


async def test_facts_stand_among_the_messages_as_system_messages(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, api: Api
) -> None:
    await know(database, 100001)
    await tell(database, a_charge(deadline_date="2026-02-16"))
    await send_mails(database, vault, email_channel, settings)
    async with database.transaction() as session:
        for day in ("2026-02-12", "2026-02-13", "2026-02-13"):
            await note_deadlines(session, date.fromisoformat(day))
    paid = a_change(
        cause="PAYMENT_ALLOCATED", parts=({"component": "PRINCIPAL", "amount_minor": -50000},), claim_version=3
    )
    await tell(database, paid, a_hold())
    await tell(database, paid)

    rows = (await api.call("GET", "/cases/100001/messages", params={"type": "system"})).json()["messages"]

    told = {row["category"]: row["detail"] for row in rows}
    assert len(rows) == 3
    assert told["payment_received"] == {"amount_minor": 50000, "currency": "NOK"}
    assert told["status_change"] == {"status": "HELD", "reason": "PAUSE"}
    assert told["deadline_approaching"]["deadline_date"] == "2026-02-16"


async def test_a_bounce_of_a_free_message_has_no_letter_and_says_why(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, api: Api
) -> None:
    await know(database, 100001)
    sent = (await api.send(to="bounce@debtor.example")).json()
    await send_mails(database, vault, email_channel, settings)
    report = (await api.call("GET", f"/messages/{sent['message_id']}/delivery-report")).json()
    assert (report["status"], report["reason"]) == ("failed", "the mail server answered 550")
    assert [row.channel for row in await messages(database)] == ["EMAIL"]
    [failed] = await outbox(database)
    assert (failed["topic"], failed["next_channel"]) == ("message.failed", None)


async def test_high_priority_leaves_first(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, mails: Any, api: Api
) -> None:
    await know(database, 100001)
    await api.send(subject="first asked for")
    await api.send(subject="urgent", priority="high")
    one_by_one = settings.model_copy(update={"courier_batch_size": 1})
    await send_mails(database, vault, email_channel, one_by_one)
    assert b"Subject: urgent" in mails.received[0]
