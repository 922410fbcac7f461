"""Whatever providers do wrong: nothing is lost, nothing is sent again after it was acknowledged, and every state is true."""

import asyncio
import json
from collections import Counter
from random import Random
from typing import Any

import httpx
import pytest
from aiosmtpd.smtp import SMTP
from services.communication.tests.api import Api
from services.communication.tests.channels import an_sms_channel
from services.communication.tests.factories import a_charge
from services.communication.tests.faults import FaultyMailServer, FaultySmsProvider
from services.communication.tests.rows import change, fetch, know, messages, outbox, tell

from communication.channels.email import EmailChannel, MailServerUnreachable
from communication.channels.print_folder import PrintChannel
from communication.channels.sms import HttpSmsProvider, SmsProviderUnreachable
from communication.couriers import print_letters, send_mails, send_sms
from communication.settings import Settings
from communication.vault.store import Vault
from runtime.database import Database
from testkit import running_receiver

CASES = range(100001, 100013)
PHONE = "+4791234567"


async def make_due(database: Database) -> bool:
    """End all pauses and leases; whether anything is left to send."""
    await change(database, "UPDATE message SET next_try_at = now(), leased_until = NULL WHERE status = 'QUEUED'")
    return bool(await fetch(database, "SELECT 1 FROM message WHERE status = 'QUEUED'"))


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_reminder_reaches_the_debtor_once_by_mail_or_by_letter_and_says_which(
    database: Database, settings: Settings, vault: Vault, print_channel: PrintChannel, seed: int
) -> None:
    await know(database, *CASES)
    await tell(database, *(a_charge(case_id) for case_id in CASES))
    provider, loop = FaultyMailServer(Random(seed), hang_seconds=30), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(provider, hostname="mail.example", loop=loop), "127.0.0.1", 0)
    url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    faulty = settings.model_copy(update={"smtp_url": url, "smtp_timeout_seconds": 1})
    channel = EmailChannel(faulty, vault.provider)
    try:
        for _ in range(100):
            if not await make_due(database):
                break
            try:
                await send_mails(database, vault, channel, faulty)
            except MailServerUnreachable:
                continue  # it is asked again
            await print_letters(database, vault, print_channel, faulty)
    finally:
        await channel.close()
        server.close()
        await server.wait_closed()

    rows = await messages(database)
    mails = {row.case_id: row for row in rows if row.channel == "EMAIL"}
    letters = {row.case_id: row for row in rows if row.channel == "LETTER"}
    broken = Counter(
        row.case_id
        for row in await fetch(
            database,
            "SELECT m.case_id FROM delivery_event e JOIN message m USING (message_id) WHERE e.detail LIKE '%broke%'",
        )
    )
    assert mails.keys() == set(CASES), "nothing is lost"
    assert {row.status for row in rows} <= {"SENT", "FAILED"}, "nothing is stuck"
    for case_id, mail in mails.items():
        address = f"kari{case_id}@debtor.example"
        # a mail is sent again only while nobody said that it was taken
        assert provider.kept[address] <= broken[case_id] + (mail.status == "SENT"), case_id
        if mail.status == "SENT":
            assert provider.kept[address] >= 1, case_id
            assert case_id not in letters, case_id
        else:
            assert address in provider.refused or mail.attempts == 10, case_id
            assert letters[case_id].status == "SENT", case_id
            assert letters[case_id].reason == f"e-mail failed: {mail.reason}", case_id
    facts = await outbox(database)
    sent = Counter(fact["message_id"] for fact in facts if fact["topic"] == "message.sent")
    assert sent == Counter(str(row.message_id) for row in rows if row.status == "SENT")
    failed = {fact["message_id"]: fact["next_channel"] for fact in facts if fact["topic"] == "message.failed"}
    assert failed == {str(row.message_id): "LETTER" for row in rows if row.status == "FAILED"}
    pdfs = {path.stem for path in settings.print_folder.glob("*/*.pdf")}
    assert pdfs == {str(row.message_id) for row in letters.values()}


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_every_sms_is_taken_once_or_says_why_not(
    database: Database, settings: Settings, vault: Vault, api: Api, seed: int
) -> None:
    offered = settings.model_copy(update={"sms_url": "http://sms.example/messages"})
    api.state.settings = offered
    await know(database, *CASES)
    for case_id in CASES:
        sms: dict[str, Any] = {"message_type": "sms", "subject": None, "to": PHONE, "body": f"About {case_id}"}
        assert (await api.send(case_id, **sms)).status_code == 201
    faulty = FaultySmsProvider(Random(seed))
    transport = httpx.MockTransport(lambda request: faulty.answer(request, json.loads(request.content)))
    channel = an_sms_channel(HttpSmsProvider(offered, transport), vault, offered)
    for _ in range(100):
        if not await make_due(database):
            break
        await send_sms(database, vault, channel, offered)
    await channel.close()

    rows = await messages(database)
    assert {row.status for row in rows} <= {"SENT", "FAILED"}
    for row in rows:
        reference = str(row.message_id)
        if row.status == "SENT":
            assert faulty.kept[reference] == f"About {row.case_id}"
        else:
            assert reference in faulty.refused or row.attempts == 10
            assert row.reason.startswith(("the SMS provider answered 400", "given up after 10 tries"))
    facts = Counter((fact["topic"], fact["message_id"]) for fact in await outbox(database))
    assert set(facts.values()) == {1}
    assert len(facts) == len(rows)


async def test_an_sms_is_posted_with_its_reference_and_token(
    database: Database, settings: Settings, vault: Vault, api: Api
) -> None:
    with running_receiver() as provider:
        changes: dict[str, Any] = {"sms_url": f"{provider.url}/messages", "sms_token": "t0ken"}
        offered = Settings.model_validate(settings.model_dump() | changes)
        api.state.settings = offered
        await know(database, 100001)
        await api.send(message_type="sms", subject=None, to="+47 912 34 567", body="Please call us")
        channel = an_sms_channel(HttpSmsProvider(offered), vault, offered)
        assert await send_sms(database, vault, channel, offered) == 1
        await channel.close()
    [call] = provider.calls
    [row] = await messages(database)
    assert call.json == {"reference": str(row.message_id), "from": "Fordring", "to": PHONE, "text": "Please call us"}
    assert (call.path, call.headers["authorization"], row.status) == ("/messages", "Bearer t0ken", "SENT")


async def test_without_an_sms_provider_at_its_address_messages_stay_due_and_no_try_is_counted(
    database: Database, settings: Settings, vault: Vault, api: Api
) -> None:
    offered = settings.model_copy(update={"sms_url": "http://127.0.0.1:1/"})
    api.state.settings = offered
    await know(database, 100001)
    await api.send(message_type="sms", subject=None, to=PHONE)
    channel = an_sms_channel(HttpSmsProvider(offered), vault, offered)
    with pytest.raises(SmsProviderUnreachable, match="1 SMS stay queued"):
        await send_sms(database, vault, channel, offered)
    await channel.close()
    assert [(row.status, row.attempts) for row in await messages(database)] == [("QUEUED", 0)]
