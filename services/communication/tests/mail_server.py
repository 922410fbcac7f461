"""A real SMTP server that remembers."""

from aiosmtpd.smtp import SMTP, Envelope, Session


class MailServer:
    """Keeps what it accepts: `bounce…@` is refused for good, `defer…@` for now; at `leaving…@` the server goes away."""

    def __init__(self) -> None:
        self.received: list[bytes] = []
        self.recipients: list[str] = []
        self.connections = 0

    async def handle_EHLO(  # noqa: N802 - the name is the SMTP server's
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("bounce"):
            return "550 5.1.1 No such mailbox"
        if address.startswith("leaving"):
            return "421 4.3.2 Shutting down"
        if address.startswith("defer"):
            return "451 4.2.1 Try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        self.received.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        return "250 OK"
