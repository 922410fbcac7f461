"""Providers that do everything wrong that providers do, by a seed, so that a failure can be run again."""

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

import httpx
from aiosmtpd.smtp import SMTP, Envelope, Session

MailFault = Literal["none", "rcpt 4xx", "rcpt 5xx", "data 4xx", "data 5xx", "421", "cut", "ack lost", "hangs"]
MAIL_FAULTS: Final[tuple[MailFault, ...]] = (
    "none", "none", "none", "rcpt 4xx", "rcpt 5xx", "data 4xx", "data 5xx", "421", "cut", "ack lost", "hangs",
)  # fmt: skip
SmsFault = Literal["none", "500", "429", "400", "hangs", "ack lost"]
SMS_FAULTS: Final[tuple[SmsFault, ...]] = ("none", "none", "500", "429", "400", "hangs", "ack lost")


@dataclass(slots=True)
class FaultyMailServer:
    """Draws a fault for each try; `kept` counts by address what the server has, whether the client knows it or not."""

    random: Random
    hang_seconds: float
    kept: Counter[str] = field(default_factory=Counter[str])
    refused: set[str] = field(default_factory=set[str])
    faults: dict[str, list[MailFault]] = field(default_factory=lambda: defaultdict(list))

    async def handle_RCPT(  # noqa: N802 - the name is the SMTP server's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        fault = self.random.choice(MAIL_FAULTS)
        self.faults[address].append(fault)
        envelope.rcpt_tos.append(address)
        if fault == "rcpt 4xx":
            return "450 4.2.1 Mailbox is busy"
        if fault == "rcpt 5xx":
            self.refused.add(address)
            return "550 5.1.1 No such mailbox"
        if fault == "421":
            return "421 4.3.2 Try later"
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        [address] = envelope.rcpt_tos
        fault = self.faults[address][-1]
        if fault == "data 4xx":
            return "452 4.3.1 Out of space"
        if fault == "data 5xx":
            self.refused.add(address)
            return "554 5.7.1 Not wanted"
        if fault == "cut":
            _hang_up(server)
            return "250 nobody reads this"
        self.kept[address] += 1
        if fault == "ack lost":
            _hang_up(server)
        elif fault == "hangs":
            await asyncio.sleep(self.hang_seconds)
        return "250 OK"


def _hang_up(server: SMTP) -> None:
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


@dataclass(slots=True)
class FaultySmsProvider:
    """An HTTP provider; like real ones it sends a reference once, however often it comes."""

    random: Random
    kept: dict[str, str] = field(default_factory=dict[str, str])
    refused: set[str] = field(default_factory=set[str])

    def answer(self, request: httpx.Request, body: dict[str, str]) -> httpx.Response:
        fault = self.random.choice(SMS_FAULTS)
        if fault in ("500", "429"):
            return httpx.Response(int(fault))
        if fault == "hangs":
            raise httpx.ReadTimeout("it hangs", request=request)
        if fault == "400" and body["reference"] not in self.kept:
            self.refused.add(body["reference"])
            return httpx.Response(400)
        self.kept.setdefault(body["reference"], body["text"])
        if fault == "ack lost":
            raise httpx.RemoteProtocolError("it hung up", request=request)
        return httpx.Response(202)
