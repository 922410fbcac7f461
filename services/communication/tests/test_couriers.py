"""Mail and letters really leave, once, with the truth recorded, whatever happens in between."""

import asyncio
import csv
from collections import Counter
from datetime import date, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from services.communication.tests.factories import (
    NOON,
    a_charge,
    a_creditor,
    a_debtor,
    a_hold,
    a_settlement_of_claim,
    an_invoice,
)
from services.communication.tests.rows import change, fetch, know, messages, outbox, tell

from communication import queries
from communication.channels.email import EmailChannel, MailServerUnreachable
from communication.channels.print_folder import PrintChannel
from communication.couriers import print_letters, send_mails
from communication.settings import Settings
from communication.use_cases.dispatch import record, take_due
from communication.vault.store import Vault
from delivery import Backlog
from delivery.progress import read_progress
from runtime.database import Database

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
LETTER_DAY = "2026-02-02"


def opened(source: bytes) -> Any:
    return message_from_bytes(source, policy=policy.default)


async def backlog(database: Database) -> int:
    async with database.reading() as session:
        return (await read_progress(session, "communication", set(), Backlog(queries.COUNT_DUE))).backlog


async def test_an_invoice_leaves_by_e_mail_and_is_told(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await tell(database, a_creditor(), a_debtor(), an_invoice(), traceparent=TRACEPARENT)
    assert await backlog(database) == 1

    assert await send_mails(database, vault, email_channel, settings) == 1
    assert await send_mails(database, vault, email_channel, settings) == 0

    [message] = await messages(database)
    [mail] = [opened(source) for source in mails.received]
    assert (message.status, message.attempts, message.sent_at is not None) == ("SENT", 1, True)
    assert mail["Message-ID"] == message.smtp_message_id == f"<{message.message_id}@fordring.example>"
    assert mail["Subject"] == "Faktura 2026-100001 fra Eksempel Strøm AS"
    assert mail["To"] == "kari100001@debtor.example"
    assert "900700000100012" in mail.get_body(("plain",)).get_content()
    assert "900700000100012" in mail.get_body(("html",)).get_content()
    [attachment] = mail.iter_attachments()
    assert attachment.get_filename() == "Faktura-2026-100001.pdf"
    assert attachment.get_content().startswith(b"%PDF")

    sent, distributed = await outbox(database)
    assert (sent["topic"], sent["category"], sent["as_of"]) == ("message.sent", "invoice", LETTER_DAY)
    assert (distributed["topic"], distributed["successful"]) == ("invoice.distributed", True)
    assert {sent["traceparent"], distributed["traceparent"]} == {TRACEPARENT}
    assert await backlog(database) == 0


async def test_a_bounced_e_mail_becomes_a_letter_at_once(
    database: Database, settings: Settings, email_channel: EmailChannel, print_channel: PrintChannel, vault: Vault
) -> None:
    await tell(database, a_creditor(), a_debtor(email="bounce@debtor.example"), an_invoice(), a_charge())

    await send_mails(database, vault, email_channel, settings)
    await print_letters(database, vault, print_channel, settings)

    rows = [(row.channel, row.category, row.status, row.reason) for row in await messages(database)]
    refusal = "the mail server answered 550"
    assert sorted(rows) == [  # the mails leave at the same time, and which is refused first is the server's matter
        ("EMAIL", "invoice", "FAILED", refusal),
        ("EMAIL", "reminder", "FAILED", refusal),
        ("LETTER", "invoice", "SENT", f"e-mail failed: {refusal}"),
        ("LETTER", "reminder", "SENT", f"e-mail failed: {refusal}"),
    ]
    facts = [(fact["topic"], fact["channel"], fact.get("next_channel")) for fact in await outbox(database)]
    assert facts[:2] == [("message.failed", "EMAIL", "LETTER")] * 2
    assert Counter(facts[2:]) == {("message.sent", "LETTER", None): 2, ("invoice.distributed", "LETTER", None): 1}


async def test_a_deferred_e_mail_is_tried_again_later_and_goes_by_letter_in_the_end(
    database: Database, settings: Settings, email_channel: EmailChannel, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_debtor(email="defer@debtor.example"), a_charge())

    await send_mails(database, vault, email_channel, settings)

    [deferred] = await messages(database)
    assert (deferred.status, deferred.attempts, deferred.leased_until) == ("QUEUED", 1, None)
    assert (deferred.next_try_at - deferred.queued_at).total_seconds() >= 5
    assert await backlog(database) == 0
    assert await outbox(database) == []

    await change(database, "UPDATE message SET attempts = 9, next_try_at = now()")
    await send_mails(database, vault, email_channel, settings)

    failed, letter = await messages(database)
    assert failed.reason == "given up after 10 tries: the mail server answered 451"
    assert (letter.channel, letter.status) == ("LETTER", "QUEUED")


@pytest.mark.parametrize(
    "state",
    ["claim_version, settled) VALUES (100001, 3, true", "hold_version, held) VALUES (100001, 1, true"],
    ids=["settled", "held"],
)
async def test_a_queued_reminder_never_leaves_once_its_case_is(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, state: str, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    # as if that fact's transaction had not seen the letter yet: nothing recalled it
    await change(database, "DELETE FROM case_state")
    await change(database, f"INSERT INTO case_state (case_id, {state})")

    assert await send_mails(database, vault, email_channel, settings) == 1

    [message] = await messages(database)
    assert message.status == "RECALLED"
    assert mails.received == []
    assert await outbox(database) == []


@pytest.mark.parametrize("stop", [a_settlement_of_claim(), a_hold()], ids=["settled", "held"])
async def test_a_reminder_stopped_between_queueing_and_sending_is_not_sent(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, stop: Any, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())

    await tell(database, stop)
    await send_mails(database, vault, email_channel, settings)

    assert mails.received == []


async def test_what_left_while_it_was_recalled_is_told_as_sent(
    database: Database, settings: Settings, email_channel: EmailChannel, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())

    taken = await take_due(database, settings, "EMAIL")
    await tell(database, a_settlement_of_claim())
    await record(database, vault.provider, await email_channel.deliver(taken.messages), taken.day)

    [message] = await messages(database)
    assert (message.status, message.reason) == ("SENT", "it had left before the recall")
    assert [fact["topic"] for fact in await outbox(database)] == ["message.sent"]


async def test_a_refusal_of_a_recalled_reminder_queues_no_letter(
    database: Database, settings: Settings, email_channel: EmailChannel, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_debtor(email="bounce@debtor.example"), a_charge())

    taken = await take_due(database, settings, "EMAIL")
    await tell(database, a_settlement_of_claim())
    await record(database, vault.provider, await email_channel.deliver(taken.messages), taken.day)

    assert [row.status for row in await messages(database)] == ["RECALLED"]
    assert await outbox(database) == []


async def test_a_kill_between_sending_and_recording_sends_the_same_message_id_again(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    killed = await take_due(database, settings, "EMAIL")
    await email_channel.deliver(killed.messages)
    assert await send_mails(database, vault, email_channel, settings) == 0, "the lease keeps it from others"
    assert await backlog(database) == 1

    await change(database, "UPDATE message SET leased_until = now() - interval '1 second'")
    await send_mails(database, vault, email_channel, settings)

    first, second = [opened(source)["Message-ID"] for source in mails.received]
    assert first == second
    assert [fact["topic"] for fact in await outbox(database)] == ["message.sent"]


async def test_an_outcome_recorded_twice_is_told_once(
    database: Database, settings: Settings, email_channel: EmailChannel, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    taken = await take_due(database, settings, "EMAIL")
    outcomes = await email_channel.deliver(taken.messages)

    await record(database, vault.provider, outcomes, taken.day)
    await record(database, vault.provider, outcomes, taken.day)

    assert [fact["topic"] for fact in await outbox(database)] == ["message.sent"]


async def test_two_couriers_share_a_queue_over_a_few_open_connections(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    case_ids = range(100001, 100061)
    await know(database, *case_ids)
    await tell(database, *(a_charge(case_id) for case_id in case_ids))
    other = EmailChannel(settings, vault.provider)

    await asyncio.gather(*(send_mails(database, vault, channel, settings) for channel in (email_channel, other)))
    await asyncio.gather(*(send_mails(database, vault, channel, settings) for channel in (email_channel, other)))
    await other.close()

    assert len(mails.recipients) == len(set(mails.recipients)) == 60
    assert mails.connections <= 2 * settings.smtp_connections


async def test_without_a_mail_server_mails_stay_due_and_no_try_is_counted(
    database: Database, settings: Settings, vault: Vault
) -> None:
    unreachable = settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:1"})
    await know(database, 100001, 100002)
    await tell(database, a_charge(), a_charge(100002))

    with pytest.raises(MailServerUnreachable, match="2 mails stay queued"):
        await send_mails(database, vault, EmailChannel(unreachable, vault.provider), unreachable)

    assert [(row.status, row.attempts) for row in await messages(database)] == [("QUEUED", 0), ("QUEUED", 0)]
    assert await backlog(database) == 2


async def test_a_mail_server_that_hangs_up_costs_one_mail_a_try_and_its_neighbours_nothing(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await know(database, 100001, 100002)
    await tell(database, a_debtor(100001, email="leaving@debtor.example"), a_charge(), a_charge(100002))

    await send_mails(database, vault, email_channel, settings)

    rows = [(row.case_id, row.status, row.attempts) for row in await messages(database)]
    assert rows == [(100001, "QUEUED", 1), (100002, "SENT", 1)]
    await tell(database, a_debtor(100001, occurred_at=NOON + timedelta(minutes=1)))
    await change(database, "UPDATE message SET next_try_at = now()")
    await send_mails(database, vault, email_channel, settings)
    assert sorted(mails.recipients) == ["kari100001@debtor.example", "kari100002@debtor.example"]


async def test_a_refused_copy_is_on_record_and_a_mail_that_only_its_copies_would_get_is_not_sent(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault, api: Any
) -> None:
    await know(database, 100001)
    copied = (await api.send(cc=["bounce@firm.example", "boss@firm.example"])).json()["message_id"]
    refused = (await api.send(to="bounce@debtor.example", cc=["boss@firm.example"])).json()["message_id"]

    await send_mails(database, vault, email_channel, settings)

    assert mails.recipients == ["kari100001@debtor.example", "boss@firm.example"]
    report = (await api.call("GET", f"/messages/{copied}/delivery-report")).json()
    assert (report["status"], report["events"][-1]["detail"]) == (
        "sent",
        "1 of 2 copies were refused: the mail server answered 550",
    )
    assert (await api.call("GET", f"/messages/{refused}/delivery-report")).json()["status"] == "failed"


@pytest.mark.parametrize(
    ("creditor", "debtor"),
    [
        pytest.param({"name": "Strøm AS\r\nBcc: all@debtor.example"}, {}, id="a line break in the subject"),
        pytest.param({}, {"email": "a@debtor.example\r\nBcc: b@debtor.example"}, id="a line break in the address"),
        pytest.param({}, {"email": "a@debtor.example, b@debtor.example"}, id="two addresses in one"),
        pytest.param({}, {"email": "kari"}, id="no address at all"),
    ],
)
async def test_a_header_that_is_none_is_refused_and_the_letter_goes_by_post(
    database: Database,
    settings: Settings,
    email_channel: EmailChannel,
    mails: Any,
    creditor: dict[str, Any],
    debtor: dict[str, Any],
    vault: Vault,
) -> None:
    await tell(database, a_creditor(**creditor), a_debtor(**debtor), an_invoice())

    await send_mails(database, vault, email_channel, settings)

    assert mails.received == []
    assert [(row.channel, row.status) for row in await messages(database)] == [
        ("EMAIL", "FAILED"),
        ("LETTER", "QUEUED"),
    ]


async def test_letters_lie_in_the_folder_of_their_day_with_a_manifest(
    database: Database, settings: Settings, print_channel: PrintChannel, vault: Vault
) -> None:
    case_ids = (100001, 100002)
    await know(database, *case_ids)
    await tell(database, *(a_charge(case_id, channel="LETTER") for case_id in case_ids))

    await print_letters(database, vault, print_channel, settings)

    folder = settings.print_folder / LETTER_DAY
    rows = await messages(database)
    assert {path.name for path in folder.iterdir()} == {f"{row.message_id}.pdf" for row in rows} | {
        "manifest.csv",
        "manifest.json",
    }
    assert {row["message_id"] for row in manifest(folder)} == {str(row.message_id) for row in rows}
    assert [fact["channel"] for fact in await outbox(database)] == ["LETTER", "LETTER"]


async def test_a_letter_printed_again_after_a_kill_is_the_same_file_and_one_row(
    database: Database, settings: Settings, print_channel: PrintChannel, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge(channel="LETTER"))
    killed = await take_due(database, settings, "LETTER")
    print_channel.deliver(killed.messages)
    folder = settings.print_folder / LETTER_DAY
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    await change(database, "UPDATE message SET leased_until = NULL")
    await print_letters(database, vault, PrintChannel(settings), settings)

    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert len(manifest(folder)) == 1


async def test_a_print_folder_that_cannot_be_written_leaves_letters_due(
    database: Database, settings: Settings, tmp_path: Path, vault: Vault
) -> None:
    (tmp_path / "print").write_text("a file is in the way")
    await know(database, 100001)
    await tell(database, a_charge(channel="LETTER"))

    with pytest.raises(OSError, match="print"):
        await print_letters(database, vault, PrintChannel(settings), settings)

    assert [(row.status, row.attempts) for row in await messages(database)] == [("QUEUED", 0)]
    assert await backlog(database) == 1


async def test_letters_of_a_later_try_keep_the_day_they_were_queued_for(
    database: Database, settings: Settings, print_channel: PrintChannel, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge(channel="LETTER", as_of=date(2026, 1, 30)))

    await print_letters(database, vault, print_channel, settings)

    assert (settings.print_folder / "2026-01-30").is_dir()
    [sent] = await outbox(database)
    assert sent["as_of"] == LETTER_DAY
    assert await fetch(database, "SELECT kind FROM delivery_event WHERE kind = 'SENT'")


def manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
