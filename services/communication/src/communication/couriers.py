"""The outside world: mail, letters and SMS leave, inbound mail comes in, old documents go; all between transactions."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Literal, Protocol

from communication.channels.einvoice_folder import EInvoiceChannel
from communication.channels.email import EmailChannel, MailServerUnreachable
from communication.channels.imap import Mailbox
from communication.channels.print_folder import PrintChannel
from communication.channels.sms import HttpSmsProvider, NoSmsProvider, SmsChannel, SmsProviderUnreachable
from communication.rendering.mail import MailRefused
from communication.rendering.summary_mail import compose_summary
from communication.settings import Settings
from communication.use_cases.dispatch import Message, Outcome, record, take_due
from communication.use_cases.documents import purge_documents
from communication.use_cases.erasure import shred_letters
from communication.use_cases.failure_summaries import SummaryOutcome, record_outcomes, take_summaries
from communication.use_cases.inbound import receive_mails
from communication.vault.store import Vault
from delivery import Worker
from runtime.database import Database

_PURGE_SECONDS = 3600.0
_SHRED_SECONDS = 60.0


class Channel(Protocol):
    """Carries a batch and says what came of each message."""

    async def deliver(self, messages: Sequence[Message]) -> list[Outcome]: ...


def build_couriers(settings: Settings, vault: Vault) -> Callable[[Database], Sequence[Worker]]:
    """One courier per channel; several processes share the queue."""

    def couriers(database: Database) -> Sequence[Worker]:
        summaries = EmailChannel(settings, vault.provider)
        email, letters = EmailChannel(settings, vault.provider), PrintChannel(settings)
        provider = HttpSmsProvider(settings) if settings.sms_url else NoSmsProvider()
        sms = SmsChannel(provider, vault.provider, settings)
        batch = settings.courier_batch_size
        workers = [
            Worker("sms", lambda: send_sms(database, vault, sms, settings), full=batch),
            Worker("summaries", lambda: send_summaries(database, summaries, settings), full=batch),
            Worker("email", lambda: send_mails(database, vault, email, settings), full=batch),
            Worker("letter", lambda: print_letters(database, vault, letters, settings), full=batch),
            Worker(
                "shredder",
                lambda: shred_letters(database, settings.print_folder, settings.einvoice_folder),
                _SHRED_SECONDS,
                can_be_woken=False,
            ),
            Worker(
                "einvoice",
                lambda: drop_files(database, vault, EInvoiceChannel(settings), settings, "EINVOICE"),
                full=batch,
            ),
            Worker("purge", lambda: purge_documents(database, vault), _PURGE_SECONDS),
        ]
        if settings.imap_url:
            mailbox = Mailbox(settings.imap_url)
            poll = Worker("imap", lambda: poll_mailbox(database, vault, mailbox, settings), settings.imap_poll_seconds)
            workers.append(poll)
        return workers

    return couriers


async def send_mails(database: Database, vault: Vault, channel: EmailChannel, settings: Settings) -> int:
    """One batch of e-mails; returns how many queued messages were dealt with."""
    taken = await take_due(database, settings, "EMAIL")
    if not taken.messages:
        return taken.found
    outcomes = await channel.deliver(taken.messages)
    await record(database, vault.provider, outcomes, taken.day)
    channel.recorded(outcomes)
    if untried := _untried(outcomes):
        raise MailServerUnreachable(
            f"{len(untried)} mails stay queued, the mail server cannot take them: {_why(untried)}"
        )
    return taken.found


async def send_sms(database: Database, vault: Vault, channel: Channel, settings: Settings) -> int:
    """One batch of short messages; returns how many queued messages were dealt with."""
    taken = await take_due(database, settings, "SMS")
    if not taken.messages:
        return taken.found
    outcomes = await channel.deliver(taken.messages)
    await record(database, vault.provider, outcomes, taken.day)
    if untried := _untried(outcomes):
        raise SmsProviderUnreachable(f"{len(untried)} SMS stay queued, the provider cannot take them: {_why(untried)}")
    return taken.found


async def print_letters(database: Database, vault: Vault, channel: PrintChannel, settings: Settings) -> int:
    """One batch of letters; returns how many queued messages were dealt with."""
    return await drop_files(database, vault, channel, settings, "LETTER")


async def drop_files(
    database: Database,
    vault: Vault,
    channel: PrintChannel | EInvoiceChannel,
    settings: Settings,
    kind: Literal["LETTER", "EINVOICE"],
) -> int:
    """One batch of what leaves as files; returns how many queued messages were dealt with."""
    taken = await take_due(database, settings, kind)
    if not taken.messages:
        return taken.found
    try:
        outcomes = await asyncio.to_thread(channel.deliver, taken.messages)
    except OSError:
        untried = [Outcome(message, "NOT_TRIED") for message in taken.messages]
        await record(database, vault.provider, untried, taken.day)
        raise
    await record(database, vault.provider, outcomes, taken.day)
    return taken.found


async def send_summaries(database: Database, channel: EmailChannel, settings: Settings) -> int:
    """One batch of mails to creditors about invoices that did not arrive; returns how many were dealt with."""
    summaries = await take_summaries(database, settings)
    outcomes: list[SummaryOutcome] = []
    for summary in summaries:
        try:
            mail = compose_summary(summary, settings)
        except MailRefused as error:
            outcomes.append(SummaryOutcome(summary, "FAILED", str(error)))
            continue
        kind, detail = await channel.send(mail)
        outcomes.append(SummaryOutcome(summary, kind, detail))
    if outcomes:
        await record_outcomes(database, outcomes)
    if any(outcome.kind == "NOT_TRIED" for outcome in outcomes):
        raise MailServerUnreachable("mails to creditors stay queued, the mail server cannot take them")
    return len(summaries)


async def poll_mailbox(database: Database, vault: Vault, mailbox: Mailbox, settings: Settings) -> int:
    """Take in unseen mail. It is marked only once it is kept: after a crash it comes again and changes nothing."""
    found = await asyncio.to_thread(mailbox.fetch_unseen)
    if found:
        await receive_mails(database, vault, settings, [raw for _, raw in found])
        await asyncio.to_thread(mailbox.mark_seen, [uid for uid, _ in found])
    return len(found)


def _untried(outcomes: Sequence[Outcome]) -> list[Outcome]:
    return [outcome for outcome in outcomes if outcome.kind == "NOT_TRIED"]


def _why(untried: Sequence[Outcome]) -> str:
    return next((outcome.detail for outcome in untried if outcome.detail), "it is too slow")
