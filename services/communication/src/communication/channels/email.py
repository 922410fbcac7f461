"""The e-mail channel: a few SMTP connections that stay open and share a batch."""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import aiosmtplib

from communication.rendering.free_mail import compose_free_mail
from communication.rendering.letter import write_letter
from communication.rendering.mail import MailRefused, compose_mail, smtp_message_id
from communication.rendering.pdf import LetterPress, LetterUnrenderable
from communication.settings import Settings
from communication.use_cases.correspondence import MESSAGE
from communication.use_cases.dispatch import Message, Outcome
from communication.vault.keys import DataKey, KeyProvider
from runtime.telemetry import attributes_of, context_of, current_traceparent, tracer

log = logging.getLogger(__name__)

_Answer = tuple[Literal["SENT", "DEFERRED", "FAILED", "NOT_TRIED"], str]

_TIMEOUT_SECONDS = 20
_UNAVAILABLE = 421


class MailServerUnreachable(ConnectionError):
    """The mail server does not answer, or does not let us in; the mails stay queued."""


class EmailChannel:
    """Sends batches over `smtp_connections` connections; a mail's outcome is what the server answered to it."""

    def __init__(self, settings: Settings, provider: KeyProvider) -> None:
        self._settings = settings
        self._provider = provider
        self._press = LetterPress()
        self._clients = [_client(settings) for _ in range(settings.smtp_connections)]

    async def deliver(self, messages: Sequence[Message]) -> list[Outcome]:
        """One outcome per message; NOT_TRIED for what was left when the server went away or half the lease is over."""
        waiting = deque(messages)
        outcomes: list[Outcome] = []
        stop_at = asyncio.get_running_loop().time() + self._settings.courier_lease_seconds / 2

        async def work(client: aiosmtplib.SMTP) -> None:
            while waiting and asyncio.get_running_loop().time() < stop_at:
                message = waiting.popleft()
                outcome = await self._send(client, message)
                outcomes.append(outcome)
                if outcome.kind == "NOT_TRIED":
                    return

        await asyncio.gather(*(work(client) for client in self._clients[: len(messages)]))
        return outcomes + [Outcome(message, "NOT_TRIED") for message in waiting]

    async def close(self) -> None:
        for client in self._clients:
            client.close()

    async def _send(self, client: aiosmtplib.SMTP, message: Message) -> Outcome:
        with tracer.start_as_current_span(
            "communication email", context=context_of(message.traceparent), attributes=attributes_of(message)
        ):
            smtp_id = smtp_message_id(message, self._settings)
            try:
                mail = await asyncio.to_thread(self._written, message)
            except (MailRefused, LetterUnrenderable) as error:
                return Outcome(message, "FAILED", str(error), smtp_id, current_traceparent())
            kind, detail = await self._try(client, mail)
            said = _said(mail) if kind == "SENT" and message.sealed is None else None
            return Outcome(message, kind, detail, smtp_id, current_traceparent(), said)

    async def _try(self, client: aiosmtplib.SMTP, mail: EmailMessage) -> _Answer:
        try:
            if not client.is_connected:
                await client.connect()
        except (aiosmtplib.SMTPException, OSError) as error:
            return _unreachable(client, error)
        try:
            await client.send_message(mail)
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _refusal(client, error.recipients[0])
        except aiosmtplib.SMTPSenderRefused as error:
            return _unreachable(client, error)
        except aiosmtplib.SMTPResponseException as error:
            return _refusal(client, error)
        except (aiosmtplib.SMTPException, OSError) as error:
            return _unreachable(client, error)
        return "SENT", ""

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
        timeout=_TIMEOUT_SECONDS,
    )


def _refusal(client: aiosmtplib.SMTP, error: aiosmtplib.SMTPResponseException) -> _Answer:
    """5xx is an answer for good, 4xx for now; 421 means that the server is leaving."""
    if error.code == _UNAVAILABLE:
        return _unreachable(client, error)
    # only the code: servers repeat the address in their text
    return ("FAILED" if error.code >= 500 else "DEFERRED"), f"the mail server answered {error.code}"


def _unreachable(client: aiosmtplib.SMTP, error: Exception) -> _Answer:
    log.warning("mail server trouble: %s", type(error).__name__)
    client.close()
    return "NOT_TRIED", type(error).__name__
