"""What a channel refuses or gives back goes on by the next one, says why, and is never stuck."""

from collections import Counter
from typing import Any

import httpx
from services.communication.tests.api import Api
from services.communication.tests.channels import an_sms_channel
from services.communication.tests.factories import a_creditor, a_debtor, an_invoice
from services.communication.tests.rows import messages, outbox, tell

from communication.channels.email import EmailChannel
from communication.channels.print_folder import PrintChannel
from communication.channels.sms import HttpSmsProvider
from communication.couriers import print_letters, send_mails, send_sms
from communication.settings import Settings
from communication.vault.store import Vault
from runtime.database import Database

ORDER = ("EMAIL", "SMS", "LETTER")


async def send_all(
    database: Database, settings: Settings, vault: Vault, print_channel: PrintChannel, mails: EmailChannel
) -> None:
    """One round of all couriers; the SMS provider refuses everything for good."""
    provider = HttpSmsProvider(settings, httpx.MockTransport(lambda _: httpx.Response(400)))
    channel = an_sms_channel(provider, vault, settings)
    await send_mails(database, vault, mails, settings)
    await send_sms(database, vault, channel, settings)
    await print_letters(database, vault, print_channel, settings)
    await channel.close()


async def test_an_invoice_falls_from_mail_to_sms_to_post_and_each_fall_says_why(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, print_channel: PrintChannel
) -> None:
    offered = settings.model_copy(update={"sms_url": "http://sms.example", "public_address": "https://pay.example"})
    await tell(database, a_creditor(), a_debtor(email="bounce@debtor.example", phone="+4790000000"))
    await tell(database, an_invoice(distribution_fallbacks=ORDER))

    await send_all(database, offered, vault, print_channel, email_channel)

    rows = {row.channel: (row.status, row.reason) for row in await messages(database)}
    assert rows == {
        "EMAIL": ("FAILED", "the mail server answered 550"),
        "SMS": ("FAILED", "the SMS provider answered 400"),
        "LETTER": ("SENT", "SMS failed: the SMS provider answered 400"),
    }
    facts = await outbox(database)
    falls = {fact["channel"]: fact["next_channel"] for fact in facts if fact["topic"] == "message.failed"}
    assert falls == {"EMAIL": "SMS", "SMS": "LETTER"}
    told = [(fact["channel"], fact["successful"]) for fact in facts if fact["topic"] == "invoice.distributed"]
    assert told == [("LETTER", True)]


async def test_a_mail_that_a_provider_gives_back_later_falls_to_sms_too(
    database: Database,
    settings: Settings,
    vault: Vault,
    email_channel: EmailChannel,
    print_channel: PrintChannel,
    api: Api,
) -> None:
    offered = settings.model_copy(update={"sms_url": "http://sms.example", "public_address": "https://pay.example"})
    await tell(database, a_creditor(), a_debtor(phone="+4790000000"), an_invoice(distribution_fallbacks=ORDER))
    await send_mails(database, vault, email_channel, offered)
    [mail] = await messages(database)
    report: dict[str, Any] = {"message_id": str(mail.message_id), "event": "BOUNCED", "detail": "5.1.1"}
    for _ in range(2):
        await api.call("POST", "/delivery-events", None, json={"events": [report]})

    await send_all(database, offered, vault, print_channel, email_channel)

    rows = [(row.channel, row.reason) for row in await messages(database)]
    assert Counter(channel for channel, _ in rows) == {"EMAIL": 1, "SMS": 1, "LETTER": 1}
    failed = [fact for fact in await outbox(database) if fact["topic"] == "message.failed"]
    assert [(fact["channel"], fact["reason"], fact["next_channel"]) for fact in failed] == [
        ("EMAIL", "5.1.1", "SMS"),
        ("SMS", "the SMS provider answered 400", "LETTER"),
    ]
