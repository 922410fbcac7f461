"""Logs and traces tell what happened, never to whom or in which words."""

import logging
from collections.abc import Generator
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from services.communication.tests.api import Api
from services.communication.tests.factories import a_charge, a_debtor, a_settlement_of_claim
from services.communication.tests.rows import change, know, messages, tell

from communication.channels.email import EmailChannel
from communication.channels.print_folder import PrintChannel
from communication.couriers import print_letters, send_mails
from communication.settings import Settings
from communication.use_cases.inbound import receive_mails
from communication.vault.store import Vault
from runtime import telemetry
from runtime.database import Database

PRIVATE = (
    "Kari",
    "Eksempel,",
    "Prøveveien",
    "debtor.example",
    "91234567",
    "912 34 567",
    "31129956715",
    "lost my job",
    "in hospital",
    "kvittering",
)
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\n%%EOF kvittering"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Generator[InMemorySpanExporter]:
    """What the house's tracer exports while the test runs."""
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(telemetry.tracer, "_real_tracer", provider.get_tracer("fordring"))
    yield exporter
    provider.shutdown()


def a_mail(**headers: str) -> bytes:
    mail = EmailMessage()
    for name, value in (
        {"From": "Kari <kari100001@debtor.example>", "To": "post+100001@fordring.example"} | headers
    ).items():
        mail[name.replace("_", "-")] = value
    mail.set_content("I lost my job, my number is 31129956715")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="kvittering.pdf")
    return mail.as_bytes()


async def test_a_debtors_whole_story_leaves_no_word_of_it_in_logs_and_traces(
    database: Database,
    settings: Settings,
    vault: Vault,
    email_channel: EmailChannel,
    print_channel: PrintChannel,
    api: Api,
    caplog: pytest.LogCaptureFixture,
    spans: InMemorySpanExporter,
) -> None:
    caplog.set_level(logging.DEBUG)
    for noisy in ("httpx", "httpcore"):
        caplog.set_level(logging.WARNING, noisy)  # as `start_telemetry` does
    await know(database, 100001, 100002)
    await tell(database, a_debtor(phone="+47 912 34 567"), a_debtor(100002, email="bounce.kari@debtor.example"))
    await tell(database, a_charge(), a_charge(100002))
    await api.send(body="I heard that you lost my job offer", cc=["defer.kari@debtor.example"])
    await api.send(to="leaving.kari@debtor.example", body="in hospital")
    assert (await api.send(to="no address at debtor.example")).status_code == 422
    await api.wish(email_address="kari.other@debtor.example", phone_number="+47 912 34 567", reason="in hospital")
    note = {"request_id": str(UUID(int=7)), "note": "in hospital", "visibility": "internal", "category": "call_log"}
    await api.call("POST", "/cases/100001/notes", json=note | {"tags": ["Kari"], "created_by": "partner:QUICK3"})
    await api.upload(PDF, "kvittering.pdf")
    await api.upload(b"MZ\x90", "kvittering.pdf")
    for _ in range(2):
        await send_mails(database, vault, email_channel, settings)
        await change(database, "UPDATE message SET next_try_at = now() WHERE status = 'QUEUED'")
    await print_letters(database, vault, print_channel, settings)
    sms = {"provider_id": "1", "sender": "+4791234567", "to": "26112", "text": "I lost my job 31129956715"}
    await api.call("POST", "/inbound-sms", None, json=sms)
    await receive_mails(database, vault, settings, [a_mail(), a_mail(To="post@fordring.example"), b"\xff broken"])
    for path in ("/cases/100001/messages", "/cases/100001/threads", "/cases/100001/documents", "/cases/100001/notes"):
        await api.call("GET", path)
    await api.call("GET", "/cases/100001/debtor/export", params={"who": "office:Anna"})
    await tell(database, a_settlement_of_claim())
    await api.call("POST", "/cases/100001/debtor/erasure", json={"who": "office:Anna"})

    ours = [record for record in caplog.records if record.name != "mail.log"]  # that is the test's mail server
    logged = "\n".join(caplog.handler.format(record) for record in ours)
    exported = "\n".join(span.to_json() for span in spans.get_finished_spans())
    assert "mail server trouble" in logged, "something was logged"
    assert {"communication email", "communication print"} <= {span.name for span in spans.get_finished_spans()}
    assert len(await messages(database)) >= 6, "something was said"
    for word in PRIVATE:
        assert word not in logged, f"{word} in the log"
        assert word not in exported, f"{word} in a trace"


async def test_a_span_has_only_the_attributes_of_the_list(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, spans: InMemorySpanExporter
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    await send_mails(database, vault, email_channel, settings)
    known: set[Any] = {*telemetry.SPAN_ATTRIBUTES.values()}
    mails = [span for span in spans.get_finished_spans() if span.name == "communication email"]
    assert mails
    assert {name for span in mails for name in span.attributes or {}} <= known
