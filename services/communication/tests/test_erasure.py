"""A debtor can be forgotten: nothing that was said can be read again, and the facts of the ledger stay."""

import io
import json
import logging
import zipfile
from typing import Any

import pytest
from services.communication.tests.api import STRANGER_ID, Api
from services.communication.tests.factories import a_charge, a_debtor, a_settlement_of_claim
from services.communication.tests.rows import fetch, know, messages, tell

from communication.channels.email import EmailChannel
from communication.couriers import send_mails
from communication.settings import Settings
from communication.use_cases.documents import purge_documents
from communication.vault.store import Vault
from runtime.database import Database

PDF = b"%PDF-1.4\n1 0 obj << >> endobj\n%%EOF"


async def test_an_erased_debtor_cannot_be_read_anywhere_and_cannot_come_back(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, api: Api
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    await api.send()
    await send_mails(database, vault, email_channel, settings)
    document_id = (await api.upload(PDF)).json()["document_id"]
    await api.wish(email_address="other@debtor.example", reason="is ill")
    path = "/cases/100001/debtor/erasure"
    assert (await api.call("POST", path)).status_code == 409, "a case is open"
    await tell(database, a_settlement_of_claim())
    await api.call("PUT", "/cases/100001/debtor/legal-hold", json={"hold": True})
    assert (await api.call("POST", path)).status_code == 409, "a legal hold"
    await api.call("PUT", "/cases/100001/debtor/legal-hold", json={"hold": False})
    assert (await api.call("POST", path, STRANGER_ID)).status_code == 404

    assert (await api.call("POST", path)).status_code == 200
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


async def test_everything_about_a_debtor_is_given_out_in_one_archive(database: Database, api: Api) -> None:
    await know(database, 100001)
    await api.send(subject="About the receipt")
    await api.upload(PDF, "kvittering.pdf")
    await api.wish(reason="asked by phone")

    answer = await api.call("GET", "/cases/100001/debtor/export", params={"who": "partner:QUICK3"})

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        [document] = [name for name in names if name.endswith("kvittering.pdf")]
        assert archive.read(document) == PDF
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
    with pytest.raises(ConnectionError) as raised:
        await send_mails(database, vault, email_channel, settings)
    assert "secret" not in str(raised.value)
    written = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("communication"))
    assert "mail server trouble" in written, "something was logged"
    for word in ("Kari", "debtor.example", "lost my job", "receipt"):
        assert word not in written
