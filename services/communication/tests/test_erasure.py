"""A debtor can be forgotten: nothing that was said can be read again, and the facts of the ledger stay."""

import io
import json
import logging
import zipfile
from email.message import EmailMessage
from typing import Any

import pytest
from services.communication.tests.api import STRANGER_ID, Api
from services.communication.tests.factories import (
    CREDITOR_ID,
    a_charge,
    a_debtor,
    a_settlement_of_claim,
    an_invoice,
    debtor_id_of,
)
from services.communication.tests.rows import fetch, know, messages, outbox, tell

from communication.channels.email import EmailChannel
from communication.channels.print_folder import PrintChannel
from communication.couriers import print_letters, send_mails
from communication.settings import Settings
from communication.use_cases.documents import purge_documents
from communication.use_cases.erasure import shred_letters
from communication.use_cases.inbound import receive_mails
from communication.vault.store import Vault
from runtime.database import Database

PDF = b"%PDF-1.4\n1 0 obj << >> endobj\n%%EOF"


async def debtor_events(database: Database) -> list[tuple[str, str, str]]:
    rows = await fetch(database, "SELECT kind, who, detail FROM debtor_event ORDER BY position")
    return [(row.kind, row.who, row.detail) for row in rows]


def a_mail(sender: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "post@fordring.example", "Hello"
    mail.set_content("Who are you?")
    return mail.as_bytes()


ERASURE = "/cases/100001/debtor/erasure"
HOLD = "/cases/100001/debtor/legal-hold"
WHO = {"who": "partner:QUICK3"}


async def test_an_erased_debtor_cannot_be_read_anywhere_and_cannot_come_back(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, api: Api
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    await api.send()
    await send_mails(database, vault, email_channel, settings)
    document_id = (await api.upload(PDF)).json()["document_id"]
    await api.wish(email_address="other@debtor.example", reason="is ill")
    assert (await api.call("POST", ERASURE, json=WHO)).status_code == 409, "a case is open"
    await tell(database, a_settlement_of_claim())
    assert (await api.call("POST", ERASURE, STRANGER_ID, json=WHO)).status_code == 404

    assert (await api.call("POST", ERASURE, json=WHO)).status_code == 200
    await tell(database, a_debtor())
    await purge_documents(database, vault)

    for table in ("debtor", "preference", "preference_history", "message", "data_key"):
        for row in await fetch(database, f"SELECT {table}::text AS row FROM {table}"):
            for word in ("Kari", "debtor.example", "Prøveveien", "is ill"):
                assert word not in row.row, table
    [key] = await fetch(database, "SELECT wrapped FROM data_key")
    assert key.wrapped is None
    listed = (await api.call("GET", "/cases/100001/messages", params={"type": "email"})).json()["messages"]
    assert len(listed) == 2
    assert {message["body"] for message in listed} == {None}
    assert (await api.call("GET", f"/documents/{document_id}/content", params={"who": "x"})).status_code == 410
    assert (await api.send(category="case_update", to="kari@debtor.example")).status_code == 409
    assert len(await messages(database)) == 2
    assert len(await fetch(database, "SELECT 1 FROM invoice")) == 1


async def test_an_erasure_is_told_once_and_put_on_record(database: Database, api: Api) -> None:
    await know(database, 100001)
    await tell(database, a_settlement_of_claim())
    for _ in range(2):
        assert (await api.call("POST", ERASURE, json=WHO)).json() == {"debtor_id": str(debtor_id_of(100001))}
    told = [fact for fact in await outbox(database) if fact["topic"] == "debtor.erased"]
    assert [(fact["debtor_id"], fact["as_of"]) for fact in told] == [(str(debtor_id_of(100001)), "2026-02-02")]
    assert await debtor_events(database) == [("ERASED", "partner:QUICK3", "")]


async def test_a_legal_hold_stops_the_erasure_and_says_why_until_it_is_lifted(database: Database, api: Api) -> None:
    await know(database, 100001)
    await tell(database, a_settlement_of_claim())
    without = await api.call("PUT", HOLD, json=WHO | {"hold": True})
    assert without.status_code == 422
    for _ in range(2):
        await api.call("PUT", HOLD, json=WHO | {"hold": True, "reason": "a lawsuit is pending"})

    refusal = await api.call("POST", ERASURE, json=WHO)

    assert (refusal.status_code, "a lawsuit is pending" in refusal.json()["detail"]) == (409, True)
    await api.call("PUT", HOLD, json=WHO | {"hold": False, "reason": "judged"})
    assert (await api.call("POST", ERASURE, json=WHO)).status_code == 200
    kinds = [(kind, detail) for kind, _, detail in await debtor_events(database)]
    assert kinds == [("HELD", "a lawsuit is pending"), ("RELEASED", "judged"), ("ERASED", "")]


async def test_letters_that_wait_for_the_printing_house_and_mails_that_wait_for_a_clerk_go_with_the_debtor(
    database: Database, settings: Settings, vault: Vault, print_channel: PrintChannel, api: Api
) -> None:
    await know(database, 100001, 100002)
    await tell(database, a_charge(channel="LETTER"), a_charge(100002, channel="LETTER"))
    await print_letters(database, vault, print_channel, settings)
    await receive_mails(
        database, vault, settings, [a_mail("kari100001@debtor.example"), a_mail("kari100002@x.example")]
    )
    await tell(database, a_settlement_of_claim())
    await api.call("POST", ERASURE, json=WHO)

    assert await shred_letters(database, settings.print_folder) == 1
    assert await shred_letters(database, settings.print_folder) == 0

    [kept] = await fetch(database, "SELECT message_id FROM message WHERE case_id = 100002")
    assert [path.stem for path in settings.print_folder.glob("*/*.pdf")] == [str(kept.message_id)]
    queue = (await api.call("GET", "/unmatched-mail", None)).json()
    assert [mail["sender"] for mail in queue] == ["kari100002@x.example"]


async def test_an_invoice_that_crosses_the_erasure_does_not_leave(
    database: Database, settings: Settings, vault: Vault, print_channel: PrintChannel, api: Api
) -> None:
    await know(database, 100001)
    await tell(database, a_settlement_of_claim())
    await api.call("POST", ERASURE, json=WHO)
    await tell(database, an_invoice(100002, debtor_id=debtor_id_of(100001)))

    await print_letters(database, vault, print_channel, settings)

    assert [(row.status, row.reason) for row in await messages(database)] == [("RECALLED", "the debtor was erased")]


async def test_everything_about_a_debtor_is_given_out_in_one_archive(
    database: Database, settings: Settings, vault: Vault, print_channel: PrintChannel, api: Api
) -> None:
    await know(database, 100001)
    await api.send(subject="About the receipt")
    await api.upload(PDF, "kvittering.pdf")
    await api.wish(reason="asked by phone")
    await tell(database, a_charge(channel="LETTER"))
    await print_letters(database, vault, print_channel, settings)

    answer = await api.call("GET", "/cases/100001/debtor/export", params=WHO)

    assert answer.headers["X-Creditor-Id"] == str(CREDITOR_ID)
    assert await debtor_events(database) == [("EXPORTED", "partner:QUICK3", "")]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        [document] = [name for name in names if name.endswith("kvittering.pdf")]
        assert archive.read(document) == PDF
        [letter] = [name for name in names if "/letters/" in name]
        assert archive.read(letter).startswith(b"%PDF")
        said: list[dict[str, Any]] = json.loads(archive.read("case-100001/messages.json"))
        assert "About the receipt" in [message.get("subject") for message in said]
        assert json.loads(archive.read("debtor.json"))["name"] == "Kari Eksempel"
        assert json.loads(archive.read("preferences.json"))[0]["reason"] == "asked by phone"


async def test_logs_never_hold_names_addresses_or_words(
    database: Database,
    settings: Settings,
    vault: Vault,
    email_channel: EmailChannel,
    api: Api,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    await know(database, 100001)
    await tell(database, a_charge())
    await api.send(body="I lost my job", to="bounce-secret@debtor.example")
    await api.send(to="leaving-secret@debtor.example")
    await send_mails(database, vault, email_channel, settings)
    written = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("communication"))
    assert "mail server trouble" in written, "something was logged"
    for word in ("Kari", "debtor.example", "lost my job", "receipt"):
        assert word not in written
