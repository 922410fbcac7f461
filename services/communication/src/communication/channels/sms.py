"""The SMS channel: a provider behind an interface, and one that speaks plain HTTP."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import httpx

from communication.rendering.invoice_sms import SmsRefused, compose_invoice_sms
from communication.settings import Settings
from communication.use_cases.correspondence import MESSAGE
from communication.use_cases.dispatch import Message, Outcome
from communication.vault.keys import DataKey, KeyProvider
from runtime.telemetry import attributes_of, context_of, current_traceparent, tracer

log = logging.getLogger(__name__)

_AT_ONCE = 8

SmsAnswer = tuple[Literal["SENT", "DEFERRED", "FAILED", "NOT_TRIED"], str]


class SmsProviderUnreachable(ConnectionError):
    """The provider does not answer; its messages stay queued."""


class SmsProvider(Protocol):
    """Whoever carries short messages. `reference` is the same on every try: the provider drops what it has seen."""

    async def send(self, reference: str, to: str, text: str) -> SmsAnswer: ...

    async def close(self) -> None: ...


class HttpSmsProvider:
    """POST {reference, from, to, text} with a bearer token: 2xx is taken, 429 and 5xx are for now, 4xx is for good."""

    def __init__(self, settings: Settings, transport: httpx.AsyncBaseTransport | None = None) -> None:
        token = settings.sms_token.get_secret_value() if settings.sms_token else ""
        self._sender = settings.office_name
        self._url = settings.sms_url
        self._client = httpx.AsyncClient(
            transport=transport,
            headers={"Authorization": f"Bearer {token}"} if token else {},
            timeout=settings.sms_timeout_seconds,
            trust_env=False,
        )

    async def send(self, reference: str, to: str, text: str) -> SmsAnswer:
        body = {"reference": reference, "from": self._sender, "to": to, "text": text}
        try:
            answer = await self._client.post(self._url, json=body)
        except (httpx.ReadTimeout, httpx.WriteTimeout):
            return "DEFERRED", "the SMS provider did not answer in time"
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return "NOT_TRIED", type(error).__name__
        except httpx.HTTPError as error:  # it may have taken the message: the same reference asks again
            return "DEFERRED", f"the connection to the SMS provider broke: {type(error).__name__}"
        if answer.is_success:
            return "SENT", ""
        for_now = answer.status_code == 429 or answer.status_code >= 500
        return ("DEFERRED" if for_now else "FAILED"), f"the SMS provider answered {answer.status_code}"

    async def close(self) -> None:
        await self._client.aclose()


class NoSmsProvider:
    """A house without a provider: every message has failed, so that it takes its next channel."""

    async def send(self, reference: str, to: str, text: str) -> SmsAnswer:
        return "FAILED", "SMS is not offered here: SMS_URL is not set"

    async def close(self) -> None: ...


class SmsChannel:
    """Sends batches, a few at a time; each message's outcome is what the provider answered to it."""

    def __init__(self, provider: SmsProvider, keys: KeyProvider, settings: Settings) -> None:
        self._settings = settings
        self._provider = provider
        self._keys = keys
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def deliver(self, messages: Sequence[Message]) -> list[Outcome]:
        return list(await asyncio.gather(*(self._send(message) for message in messages)))

    async def close(self) -> None:
        await self._provider.close()

    async def _send(self, message: Message) -> Outcome:
        with tracer.start_as_current_span(
            "communication sms", context=context_of(message.traceparent), attributes=attributes_of(message)
        ):
            try:
                fields = self._written(message)
            except SmsRefused as error:
                return Outcome(message, "FAILED", str(error), traceparent=current_traceparent())
            async with self._slots:
                kind, detail = await self._provider.send(str(message.message_id), fields["to"][0], fields["body"])
            said = fields if kind == "SENT" and message.sealed is None else None
            return Outcome(message, kind, detail, traceparent=current_traceparent(), said=said)

    def _written(self, message: Message) -> Mapping[str, Any]:
        """A free message as it was asked for; an invoice as a link to it."""
        if message.sealed is None:
            return compose_invoice_sms(message, self._settings)
        if message.wrapped_key is None:
            raise SmsRefused("the debtor was erased")
        return DataKey(self._keys.unwrap(message.wrapped_key, message.debtor_id)).open_fields(message.sealed, MESSAGE)
