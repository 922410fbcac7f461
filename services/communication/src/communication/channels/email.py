"""The e-mail channel: a few SMTP connections that stay open and share a batch."""

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Sequence
from email.message import EmailMessage
from email.utils import getaddresses
from typing import Any, Literal
from urllib.parse import unquote, urlsplit
from uuid import UUID

import aiosmtplib

from communication.channels.acknowledged import Acknowledgements
from communication.rendering.free_mail import compose_free_mail
from communication.rendering.letter import write_letter
from communication.rendering.mail import MailRefused, compose_mail, smtp_message_id
from communication.rendering.pdf import LetterPress, LetterUnrenderable
from communication.rendering.shared_letter import claims_of
from communication.settings import Settings
from communication.use_cases.correspondence import MESSAGE
from communication.use_cases.dispatch import Message, Outcome
from communication.vault.keys import DataKey, KeyProvider
from runtime.telemetry import attributes_of, context_of, current_traceparent, tracer

log = logging.getLogger(__name__)

_Answer = tuple[Literal["SENT", "DEFERRED", "FAILED", "NOT_TRIED"], str]

_UNAVAILABLE = 421


class MailServerUnreachable(ConnectionError):
    """The mail server does not answer, or does not let us in; the mails stay queued."""


class EmailChannel:
    """Sends batches over `smtp_connections` connections; a mail's outcome is what the server answered to it."""

    def __init__(self, settings: Settings, provider: KeyProvider) -> None:
        self._settings = settings
        self._provider = provider
        self._press = LetterPress()
        self._acknowledgements = Acknowledgements(settings.document_folder / ".couriers")
        self._clients = [_client(settings) for _ in range(settings.smtp_connections)]

    async def deliver(self, messages: Sequence[Message]) -> list[Outcome]:
        """One outcome per message; NOT_TRIED for what was left when no connection was to be had or half the lease is over."""
        waiting = deque(messages)
        outcomes: list[Outcome] = []
        acknowledged = await asyncio.to_thread(self._acknowledgements.take_up)
        stop_at = asyncio.get_running_loop().time() + self._settings.courier_lease_seconds / 2

        async def work(client: aiosmtplib.SMTP) -> None:
            while waiting and asyncio.get_running_loop().time() < stop_at:
                message = waiting.popleft()
                outcome = await self._send(client, message, acknowledged)
                outcomes.append(outcome)
                if outcome.kind == "NOT_TRIED":
                    return

        await asyncio.gather(*(work(client) for client in self._clients[: len(messages)]))
        return outcomes + [Outcome(message, "NOT_TRIED") for message in waiting]

    def recorded(self, outcomes: Sequence[Outcome]) -> None:
        """The database knows these outcomes: the notes of what was acknowledged are no longer needed."""
        sent = [one for outcome in outcomes if outcome.kind == "SENT" for one in outcome.of_each_claim()]
        self._acknowledgements.cleared(one.message.message_id for one in sent)

    async def send(self, mail: EmailMessage) -> _Answer:
        """One mail that is no message of a case."""
        return await _try(self._clients[0], mail)

    async def close(self) -> None:
        for client in self._clients:
            client.close()
        self._acknowledgements.close()

    async def _send(self, client: aiosmtplib.SMTP, message: Message, acknowledged: Collection[UUID]) -> Outcome:
        with tracer.start_as_current_span(
            "communication email", context=context_of(message.traceparent), attributes=attributes_of(message)
        ):
            smtp_id = smtp_message_id(message, self._settings)
            try:
                mail = await asyncio.to_thread(self._written, message)
            except (MailRefused, LetterUnrenderable) as error:
                return Outcome(message, "FAILED", str(error), smtp_id, current_traceparent())
            ids = [one.message_id for one in claims_of(message)]
            if all(one in acknowledged for one in ids):
                kind, detail = "SENT", "a courier that was killed had sent it"
            else:
                kind, detail = await _try(client, mail)
                if kind == "SENT":
                    for message_id in ids:
                        self._acknowledgements.note(message_id)
            said = _said(mail) if kind == "SENT" and message.sealed is None else None
            return Outcome(message, kind, detail, smtp_id, current_traceparent(), said)

    def _written(self, message: Message) -> EmailMessage:
        """A free message as it was asked for; a message of the policy as its letter says it."""
        if message.sealed is None:
            return self._compose(message)
        if message.wrapped_key is None:
            raise MailRefused("the debtor was erased")
        key = DataKey(self._provider.unwrap(message.wrapped_key, message.debtor_id))
        return compose_free_mail(message, key.open_fields(message.sealed, MESSAGE), self._settings)

    def _compose(self, message: Message) -> EmailMessage:
        letter = write_letter(message, self._settings)
        return compose_mail(message, letter, self._press.to_pdf(letter, message.as_of), self._settings)


def _said(mail: EmailMessage) -> dict[str, Any]:
    """What is kept of a mail: the words a reader saw, without attachments."""
    body = mail.get_body(("plain",))
    return {
        "from": str(mail["From"]),
        "to": [str(mail["To"])],
        "cc": [],
        "subject": str(mail["Subject"]),
        "body": body.get_content() if body else "",
    }


def _client(settings: Settings) -> aiosmtplib.SMTP:
    address = urlsplit(settings.smtp_url)
    if address.scheme not in ("smtp", "smtps") or address.hostname is None:
        raise ValueError("SMTP_URL must look like smtp://host:port or smtps://user:password@host:port.")
    is_tls = address.scheme == "smtps"
    return aiosmtplib.SMTP(
        hostname=address.hostname,
        port=address.port or (465 if is_tls else 25),
        username=unquote(address.username) if address.username else None,
        password=unquote(address.password) if address.password else None,
        use_tls=is_tls,
        # a password never crosses the network in clear; without one the server decides whether to encrypt
        start_tls=False if is_tls else True if address.username else None,
        cert_bundle=str(settings.smtp_ca_file) if settings.smtp_ca_file else None,
        timeout=settings.smtp_timeout_seconds,
    )


async def _try(client: aiosmtplib.SMTP, mail: EmailMessage) -> _Answer:
    """One mail over one connection. Without a connection it was not tried; what breaks off later counts as a try, so that
    no mail can hold up the queue for ever."""
    try:
        if not client.is_connected:
            await client.connect()
    except (aiosmtplib.SMTPException, OSError) as error:
        return "NOT_TRIED", _broken(client, error)
    try:
        return await _hand_over(client, mail)
    except aiosmtplib.SMTPSenderRefused as error:
        _broken(client, error)
        return "NOT_TRIED", f"the mail server refused our own address: {error.code}"  # no fault of this mail
    except aiosmtplib.SMTPResponseException as error:
        return await _refusal(client, error)
    except (aiosmtplib.SMTPException, OSError) as error:
        return "DEFERRED", f"the connection to the mail server broke: {_broken(client, error)}"


async def _hand_over(client: aiosmtplib.SMTP, mail: EmailMessage) -> _Answer:
    """The debtor first: a mail that only its copies would get is not sent. A copy that is refused is on record."""
    source = mail.as_bytes()
    refused: list[str] = []
    sender, recipients, copies = (_addresses(mail, name) for name in ("From", "To", "Cc"))
    await client.mail(sender[0])
    for address in recipients:
        await client.rcpt(address)
    for address in copies:
        try:
            await client.rcpt(address)
        except aiosmtplib.SMTPRecipientRefused as error:
            refused.append(str(error.code))
    await client.data(source)
    if not refused:
        return "SENT", ""
    return "SENT", f"{len(refused)} of {len(copies)} copies were refused: the mail server answered {', '.join(refused)}"


def _addresses(mail: EmailMessage, header: str) -> list[str]:
    return [address for _, address in getaddresses(mail.get_all(header, []))]


async def _refusal(client: aiosmtplib.SMTP, error: aiosmtplib.SMTPResponseException) -> _Answer:
    """5xx is an answer for good, 4xx for now; 421 means that the server hangs up."""
    if error.code == _UNAVAILABLE:
        _broken(client, error)
    else:
        await _start_over(client)
    # only the code: servers repeat the address in their text
    return ("FAILED" if error.code >= 500 else "DEFERRED"), f"the mail server answered {error.code}"


async def _start_over(client: aiosmtplib.SMTP) -> None:
    """Forget the refused envelope, or hang up."""
    try:
        await client.rset()
    except (aiosmtplib.SMTPException, OSError) as error:
        _broken(client, error)


def _broken(client: aiosmtplib.SMTP, error: Exception) -> str:
    log.warning("mail server trouble: %s", type(error).__name__)
    client.close()
    return type(error).__name__
