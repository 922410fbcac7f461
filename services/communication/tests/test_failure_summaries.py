"""Creditors hear once a day what did not arrive, and nothing when all did."""

from datetime import date
from email import message_from_bytes, policy
from typing import Any
from uuid import uuid4

import pytest
from services.communication.tests.factories import a_creditor, a_debtor, an_invoice
from services.communication.tests.rows import change, fetch, messages, tell

from communication.channels.einvoice_folder import EInvoiceChannel
from communication.channels.email import EmailChannel, MailServerUnreachable
from communication.couriers import drop_files, send_summaries
from communication.domain.wording import Language
from communication.rendering.catalogue import catalogue
from communication.settings import Settings
from communication.use_cases.failure_summaries import queue_failure_summaries
from communication.use_cases.reports import Report, record_reports
from communication.vault.store import Vault
from runtime.database import Database

NEXT_DAY = date(2026, 2, 3)


async def fail(database: Database, settings: Settings, vault: Vault, *case_ids: int, **creditor: Any) -> None:
    """Invoices that can go as e-invoices only, in a house that does not offer them."""
    known = a_creditor(**creditor)
    await tell(database, known)
    for case_id in case_ids:
        facts = {"creditor_id": known.creditor_id, "debtor_id": a_debtor(case_id).debtor_id}
        await tell(
            database,
            a_debtor(case_id, creditor_id=known.creditor_id, einvoice_address="0192:987654325"),
            an_invoice(case_id, distribution_channel="EINVOICE", distribution_fallbacks=(), **facts),
        )
    await drop_files(database, vault, EInvoiceChannel(settings), settings, "EINVOICE")


async def begin(database: Database, day: date) -> None:
    async with database.transaction() as session:
        assert await queue_failure_summaries(session, day) == 0


async def test_each_creditor_is_told_once_a_day_of_all_its_failures(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await fail(database, settings, vault, 100001, 100002)
    await fail(database, settings, vault, 100003, creditor_id=uuid4(), email="other@strom.example", language_code="de")
    await begin(database, date(2026, 2, 2))
    assert await fetch(database, "SELECT * FROM failure_summary") == [], "the day is not over"

    for _ in range(2):
        await begin(database, NEXT_DAY)
        await send_summaries(database, email_channel, settings)
    await begin(database, date(2026, 2, 4))
    await send_summaries(database, email_channel, settings)

    found = [message_from_bytes(source, policy=policy.default) for source in mails.received]
    by_recipient: dict[str, Any] = {str(mail["To"]): mail for mail in found}
    assert len(found) == 2
    assert by_recipient.keys() == {"faktura@strom.example", "other@strom.example"}
    words = by_recipient["faktura@strom.example"].get_body(("plain",)).get_content()
    assert "2 av fakturaene dine kunne ikke leveres" in words
    assert "2026-100001 · EINVOICE: e-invoices are not offered here" in words
    assert "2026-100003" not in words
    assert by_recipient["other@strom.example"]["Subject"] == "Nicht zugestellte Rechnungen, 3. Februar 2026"


async def test_nobody_is_told_when_everything_arrived_or_went_another_way(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await tell(database, a_creditor(), a_debtor(einvoice_address="0192:987654325"))
    await tell(database, an_invoice(distribution_channel="EINVOICE"))  # falls to e-mail
    await drop_files(database, vault, EInvoiceChannel(settings), settings, "EINVOICE")

    await begin(database, NEXT_DAY)

    assert await send_summaries(database, email_channel, settings) == 0
    assert mails.received == []


async def test_who_does_not_want_to_be_told_is_not(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await fail(database, settings, vault, 100001)
    opted_out = "SELECT creditor_id, 1, true, false FROM creditor"
    await change(
        database, f"INSERT INTO agreement (creditor_id, agreement_version, deducts_vat, failure_summary) {opted_out}"
    )

    await begin(database, NEXT_DAY)
    await change(database, "UPDATE agreement SET failure_summary = true")
    await begin(database, date(2026, 2, 4))

    assert await send_summaries(database, email_channel, settings) == 0
    assert mails.received == []


async def test_an_invoice_that_came_back_and_has_no_way_left_is_among_the_failures(database: Database) -> None:
    await tell(database, a_creditor(), a_debtor(), an_invoice(distribution_fallbacks=()))
    await change(database, "UPDATE message SET status = 'SENT'")
    [message] = await messages(database)
    async with database.transaction() as session:
        await record_reports(session, [Report(message.message_id, "BOUNCED", "5.1.1")])

    await begin(database, NEXT_DAY)

    [summary] = await fetch(database, "SELECT failures FROM failure_summary")
    assert [(one["invoice_number"], one["reason"]) for one in summary.failures] == [("2026-100001", "5.1.1")]


async def test_without_a_mail_server_the_summary_stays_due(
    database: Database, settings: Settings, vault: Vault
) -> None:
    await fail(database, settings, vault, 100001)
    await begin(database, NEXT_DAY)
    unreachable = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})

    with pytest.raises(MailServerUnreachable):
        await send_summaries(database, EmailChannel(unreachable, vault.provider), unreachable)

    [summary] = await fetch(database, "SELECT status, attempts, leased_until FROM failure_summary")
    assert (summary.status, summary.attempts, summary.leased_until) == ("QUEUED", 0, None)


async def test_a_creditor_whose_address_is_none_fails_with_the_reason(
    database: Database, settings: Settings, email_channel: EmailChannel, vault: Vault
) -> None:
    await fail(database, settings, vault, 100001, email="no address")
    await begin(database, NEXT_DAY)

    await send_summaries(database, email_channel, settings)

    [summary] = await fetch(database, "SELECT status, reason FROM failure_summary")
    assert summary.status == "FAILED"
    assert "not valid" in summary.reason


@pytest.mark.parametrize("language", ["nb", "sv", "fi", "da", "de", "nl", "fr", "en"])
def test_the_summary_is_worded_in_every_language(language: Language) -> None:
    assert catalogue(language).texts["summary"].keys() == catalogue("en").texts["summary"].keys()
