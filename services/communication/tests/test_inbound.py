"""Mail that comes in finds its case, or waits for a clerk; it acts once, however often it comes."""

import asyncio
import imaplib
import socket
import sys
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from services.communication.tests.api import Api
from services.communication.tests.factories import a_charge, a_debtor, a_settlement_of_claim
from services.communication.tests.rows import fetch, know, messages, outbox, tell

from communication.channels.email import EmailChannel
from communication.channels.imap import Mailbox
from communication.couriers import poll_mailbox, send_mails
from communication.settings import Settings
from communication.use_cases.inbound import receive_mails
from communication.vault.store import Vault
from runtime.database import Database
from testkit import eventually

PDF = b"%PDF-1.4\n1 0 obj << >> endobj\n%%EOF"


def a_mail(**changes: Any) -> bytes:
    mail = EmailMessage()
    headers: dict[str, str] = {
        "From": "Kari Eksempel <kari100001@debtor.example>",
        "To": "post@fordring.example",
        "Subject": "I have paid",
        "Message-ID": f"<{uuid4()}@debtor.example>",
    }
    for name, value in (headers | {k: v for k, v in changes.items() if k[0].isupper()}).items():
        mail[name.replace("_", "-")] = value
    mail.set_content(changes.get("body", "Please see the receipt."))
    for name, content in changes.get("files", ()):
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail.as_bytes()


def a_bounce(message_id: UUID, status: str = "5.1.1") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: post@fordring.example\r\nSubject: Undelivered\r\n"
        f"Message-ID: <{uuid4()}@mx.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; kari@debtor.example\r\nAction: failed\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{message_id}@fordring.example>\r\n\r\n--b--\r\n"
    ).encode()


async def test_an_answer_is_filed_in_its_conversation_with_its_attachments_and_told_once(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, api: Api
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    await send_mails(database, vault, email_channel, settings)
    [reminder] = await messages(database)
    files = [("receipt.pdf", PDF), ("virus.pdf", b"MZ\x90\x00")]
    mail = a_mail(In_Reply_To=reminder.smtp_message_id, files=files)

    assert await receive_mails(database, vault, settings, [mail]) == 1
    await receive_mails(database, vault, settings, [mail])

    inbound = (await api.call("GET", "/cases/100001/messages", params={"direction": "inbound"})).json()["messages"]
    [received] = inbound
    assert (received["sender"], received["subject"]) == ("kari100001@debtor.example", "I have paid")
    assert (received["thread_id"], received["status"]) == (str(reminder.thread_id), "received")
    [document] = (await api.call("GET", "/cases/100001/documents")).json()
    assert (document["file_name"], document["document_type"]) == ("receipt.pdf", "correspondence")
    told = [fact for fact in await outbox(database) if fact["topic"] == "message.received"]
    assert [fact["message_id"] for fact in told] == [received["message_id"]]
    assert "paid" not in str(told)
    facts = (await api.call("GET", f"/messages/{received['message_id']}/webhook")).json()
    assert (facts["sender"], facts["subject"], facts["has_attachments"]) == (
        "kari100001@debtor.example",
        "I have paid",
        True,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"To": "post+100001@fordring.example"},
        {"Subject": "About case 100001"},
        {"body": "Invoice 2026-100001 is paid already"},
    ],
)
async def test_a_case_is_found_by_plus_address_and_by_references(
    database: Database, settings: Settings, vault: Vault, changes: dict[str, str]
) -> None:
    await know(database, 100001, 100002)
    assert await receive_mails(database, vault, settings, [a_mail(**changes)]) == 1
    assert [row.case_id for row in await messages(database)] == [100001]


async def test_mail_without_one_case_waits_sealed_until_a_clerk_assigns_it(
    database: Database, settings: Settings, vault: Vault, api: Api
) -> None:
    await know(database, 100001, 100002)
    mails = [a_mail(Subject="Hello"), a_mail(Subject="Cases 100001 and 100002")]
    assert await receive_mails(database, vault, settings, mails * 2) == 0
    queue = (await api.call("GET", "/unmatched-mail", None)).json()
    assert {(mail["subject"], mail["reason"]) for mail in queue} == {
        ("Hello", "it mentions no case"),
        ("Cases 100001 and 100002", "it mentions several cases"),
    }
    [row, _] = await fetch(database, "SELECT unmatched_mail::text AS row FROM unmatched_mail")
    assert b"Hello".hex() not in row.row

    path = f"/unmatched-mail/{queue[0]['message_id']}/assign"
    assert (await api.call("POST", path, None, json={"case_id": 999999})).status_code == 404
    assert (await api.call("POST", path, None, json={"case_id": 100002})).status_code == 200

    assert [row.case_id for row in await messages(database)] == [100002]
    assert len((await api.call("GET", "/unmatched-mail", None)).json()) == 1


AUTHENTIC = "mx.fordring.example; spf=pass smtp.mailfrom=debtor.example; dmarc=pass header.from=debtor.example"


@pytest.mark.parametrize(
    ("changes", "verified"),
    [
        pytest.param({"Authentication_Results": AUTHENTIC}, True, id="our server vouches for an address on file"),
        pytest.param({}, False, id="nobody vouches"),
        pytest.param({"Authentication_Results": AUTHENTIC.replace("pass h", "fail h")}, False, id="DMARC failed"),
        pytest.param(
            {"Authentication_Results": AUTHENTIC.replace("mx.fordring", "mx.other")}, False, id="not our server"
        ),
        pytest.param(
            {"Authentication_Results": AUTHENTIC.replace("from=debtor", "from=evil")}, False, id="for another domain"
        ),
        pytest.param(
            {"Authentication_Results": AUTHENTIC, "From": "other@debtor.example"}, False, id="an address not on file"
        ),
    ],
)
async def test_a_sender_is_verified_only_by_our_own_server_and_for_an_address_on_file(
    database: Database, settings: Settings, vault: Vault, api: Api, changes: dict[str, str], verified: bool
) -> None:
    await know(database, 100001)
    trusting = settings.model_copy(update={"trusted_authserv_id": "mx.fordring.example"})
    await receive_mails(database, vault, trusting, [a_mail(To="post+100001@fordring.example", **changes)])
    [received] = (await api.call("GET", "/cases/100001/messages", params={"direction": "inbound"})).json()["messages"]
    assert received["sender_verified"] is verified


async def test_only_the_topmost_verdict_counts_and_none_without_a_trusted_server(
    database: Database, settings: Settings, vault: Vault
) -> None:
    await know(database, 100001)
    failed = AUTHENTIC.replace("pass h", "fail h")
    forged = f"Authentication-Results: {failed}\r\nAuthentication-Results: {AUTHENTIC}\r\n".encode()
    trusting = settings.model_copy(update={"trusted_authserv_id": "mx.fordring.example"})
    to = {"To": "post+100001@fordring.example"}
    await receive_mails(database, vault, trusting, [forged + a_mail(**to)])
    await receive_mails(database, vault, settings, [a_mail(Authentication_Results=AUTHENTIC, **to)])
    assert [row.sender_verified for row in await messages(database)] == [False, False]


def an_sms(text: str = "I have paid", sender: str = "+4791234567", provider_id: str | None = None) -> dict[str, str]:
    return {"provider_id": provider_id or str(uuid4()), "sender": sender, "to": "26112", "text": text}


async def test_an_sms_finds_its_case_by_its_words_or_by_its_senders_number(database: Database, api: Api) -> None:
    await know(database, 100001, 100002)
    await tell(database, a_debtor(100002, phone="912 34 567"))
    for body in (an_sms(provider_id="1"), an_sms("About 2026-100001"), an_sms(provider_id="1")):
        assert (await api.call("POST", "/inbound-sms", None, json=body)).status_code == 200
    rows = [(row.case_id, row.channel, row.direction, row.sender_verified) for row in await messages(database)]
    assert rows == [(100001, "SMS", "INBOUND", False), (100002, "SMS", "INBOUND", False)]
    [listed] = (await api.call("GET", "/cases/100002/messages", params={"type": "sms"})).json()["messages"]
    assert (listed["sender"], listed["body"], listed["subject"]) == ("+4791234567", "I have paid", None)
    told = [fact["channel"] for fact in await outbox(database) if fact["topic"] == "message.received"]
    assert told == ["SMS", "SMS"]


@pytest.mark.parametrize("phone", [None, "+4791234500", "+4691234567"])
async def test_an_sms_of_an_unknown_number_waits_for_a_clerk(database: Database, api: Api, phone: str | None) -> None:
    await know(database, 100001)
    await tell(database, a_debtor(phone=phone))
    assert (await api.call("POST", "/inbound-sms", None, json=an_sms())).json() == {"count": 0}
    [waiting] = (await api.call("GET", "/unmatched-mail", None)).json()
    assert (waiting["message_type"], waiting["reason"]) == ("sms", "its number has no open case")
    path = f"/unmatched-mail/{waiting['message_id']}/assign"
    assert (await api.call("POST", path, None, json={"case_id": 100001})).status_code == 200
    assert [(row.case_id, row.channel) for row in await messages(database)] == [(100001, "SMS")]


async def test_an_sms_of_a_number_with_several_open_cases_is_not_guessed(database: Database, api: Api) -> None:
    await know(database, 100001, 100002)
    await tell(database, *(a_debtor(case_id, phone="+4791234567") for case_id in (100001, 100002)))
    await api.call("POST", "/inbound-sms", None, json=an_sms())
    [waiting] = (await api.call("GET", "/unmatched-mail", None)).json()
    assert waiting["reason"] == "its number has several open cases"
    await tell(database, a_settlement_of_claim(100001))
    await api.call("POST", "/inbound-sms", None, json=an_sms())
    assert [row.case_id for row in await messages(database)] == [100002]


async def test_a_hard_bounce_after_sending_goes_on_by_letter_and_says_why(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, api: Api
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    await send_mails(database, vault, email_channel, settings)
    [sent] = await messages(database)

    await receive_mails(database, vault, settings, [a_bounce(sent.message_id), a_bounce(sent.message_id)])

    rows = [(row.channel, row.status, row.reason) for row in await messages(database)]
    detail = "the receiving server reported 5.1.1"
    assert rows == [("EMAIL", "SENT", detail), ("LETTER", "QUEUED", f"e-mail bounced: {detail}")]
    report = (await api.call("GET", f"/messages/{sent.message_id}/delivery-report")).json()
    assert report["status"] == "bounced"
    assert [event["kind"] for event in report["events"]] == ["QUEUED", "SENT", "BOUNCED"]
    failed = [fact for fact in await outbox(database) if fact["topic"] == "message.failed"]
    assert [fact["next_channel"] for fact in failed] == ["LETTER"]


async def test_automatic_answers_are_named_and_reports_move_a_message_forward_only(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, api: Api
) -> None:
    await know(database, 100001)
    mail = a_mail(To="post+100001@fordring.example", Auto_Submitted="auto-replied")
    await receive_mails(database, vault, settings, [mail])
    assert [row.classification for row in await messages(database)] == ["auto_reply"]
    sent = (await api.send()).json()["message_id"]
    await send_mails(database, vault, email_channel, settings)
    for event in ("OPENED", "DELIVERED", "DELIVERED"):
        body = {"events": [{"message_id": sent, "event": event}]}
        assert (await api.call("POST", "/delivery-events", None, json=body)).json() == {"count": 1}
    report = (await api.call("GET", f"/messages/{sent}/delivery-report")).json()
    assert report["status"] == "opened"


async def test_the_mailbox_is_polled_over_imap_and_mail_is_marked_once_it_is_kept(
    database: Database, settings: Settings, vault: Vault
) -> None:
    await know(database, 100001)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-service", "admin", "--no-service", "managesieve", "--host", "127.0.0.1", "--port", str(port)]
    server = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("pymap")), *options, "--no-tls", "dict", "--demo-data"
    )
    try:
        mailbox = Mailbox(f"imap://demouser:demopass@127.0.0.1:{port}/INBOX")

        async def answers() -> bool:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                return False
            writer.close()
            return True

        await eventually(answers, 60)
        await asyncio.to_thread(_append, port, a_mail(To="post+100001@fordring.example"))
        found = 0
        while taken := await poll_mailbox(database, vault, mailbox, settings):
            found += taken
        assert found >= 1
        assert [row.case_id for row in await messages(database)] == [100001]
    finally:
        server.terminate()
        await server.wait()


def _append(port: int, mail: bytes) -> None:
    with imaplib.IMAP4("127.0.0.1", port) as connection:
        connection.login("demouser", "demopass")
        connection.append("INBOX", "", "", mail)
