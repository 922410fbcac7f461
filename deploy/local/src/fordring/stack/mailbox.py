"""A mail server that delivers nowhere: `python -m fordring.stack.mailbox --smtp-port P --http-port Q`.

SMS are caught at /sms, as `fordring.stack.sms` says. Mail to `bounce…@` is refused for good (550), mail to `defer…@` for now (451); all other mail is kept and shown.
"""

import argparse
import asyncio
from collections import deque
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from functools import cached_property

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fordring.stack.pages import SECURITY_HEADERS, page
from fordring.stack.sms import SmsBox

KEPT_MAILS = 20_000
KEPT_BYTES = 256 * 1024 * 1024
LISTED_MAILS = 100


@dataclass(frozen=True)
class Mail:
    """One received mail, read when somebody looks at it: most never are. `date` is what its header says."""

    mail_id: int
    sender: str
    recipients: tuple[str, ...]
    source: bytes

    @property
    def subject(self) -> str:
        return self._shown[0]

    @property
    def date(self) -> str:
        return self._shown[1]

    @property
    def attachment_names(self) -> tuple[str, ...]:
        return self._shown[2]

    @cached_property
    def _shown(self) -> tuple[str, str, tuple[str, ...]]:
        message = parse(self.source)
        names = tuple(_name(part, number) for number, part in enumerate(attachments(message), 1))
        return str(message["subject"] or ""), str(message["date"] or ""), names

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.mail_id,
            "from": self.sender,
            "to": list(self.recipients),
            "subject": self.subject,
            "date": self.date,
            "attachments": list(self.attachment_names),
        }


@dataclass(frozen=True, slots=True)
class Body:
    text: str
    html: str


@dataclass(slots=True)
class Mailbox:
    """The latest mails, bounded by number and by bytes; the counts are of all."""

    kept_mails: int = KEPT_MAILS
    kept_bytes: int = KEPT_BYTES
    mails: deque[Mail] = field(default_factory=deque[Mail])
    received: int = 0
    refused: int = 0
    size_bytes: int = 0

    def add(self, sender: str, recipients: tuple[str, ...], source: bytes) -> Mail:
        self.received += 1
        mail = Mail(self.received, sender, recipients, source)
        self.mails.append(mail)
        self.size_bytes += len(source)
        while len(self.mails) > self.kept_mails or (self.size_bytes > self.kept_bytes and len(self.mails) > 1):
            self.size_bytes -= len(self.mails.popleft().source)
        return mail

    def list_latest_first(self, to: str = "") -> list[Mail]:
        """Mails with `to` in a recipient's address."""
        wanted = to.strip().lower()
        return [mail for mail in reversed(self.mails) if any(wanted in address.lower() for address in mail.recipients)]

    def find(self, mail_id: int) -> Mail | None:
        index = mail_id - self.mails[0].mail_id if self.mails else -1
        return self.mails[index] if 0 <= index < len(self.mails) else None

    def clear(self) -> None:
        """Forget all mails and begin the counts at zero."""
        self.mails.clear()
        self.received = self.refused = self.size_bytes = 0


def parse(source: bytes) -> EmailMessage:
    return message_from_bytes(source, policy=policy.default)


def attachments(message: EmailMessage) -> list[EmailMessage]:
    return [part for part in message.walk() if part.is_attachment()]


def read_body(message: EmailMessage) -> Body:
    return Body(_part_text(message.get_body(("plain",))), _part_text(message.get_body(("html",))))


def _part_text(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return payload.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:  # a charset nobody knows
        return payload.decode("utf-8", errors="replace")


def _name(part: EmailMessage, number: int) -> str:
    return part.get_filename() or f"attachment-{number}"


@dataclass(frozen=True, slots=True)
class Receiver:
    """What the SMTP server asks at each step."""

    mailbox: Mailbox

    async def handle_RCPT(  # noqa: N802 - the name is the SMTP server's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        local_part = address.rpartition("@")[0].lower()
        if local_part.startswith("bounce"):
            self.mailbox.refused += 1
            return "550 5.1.1 No such mailbox"
        if local_part.startswith("defer"):
            self.mailbox.refused += 1
            return "451 4.2.1 Mailbox is busy, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        source = envelope.content
        assert isinstance(source, bytes)
        mail = self.mailbox.add(envelope.mail_from or "", tuple(envelope.rcpt_tos), source)
        return f"250 OK, kept as {mail.mail_id}"


def build_app(mailbox: Mailbox, short_messages: SmsBox) -> Starlette:
    """The pages and the JSON of one mailbox, and the SMS that were caught beside it."""

    def of_request(request: Request) -> Mail:
        mail = mailbox.find(request.path_params["mail_id"])
        if mail is None:
            raise HTTPException(404, "No such mail, or it was too old to be kept.")
        return mail

    async def show_list(request: Request) -> Response:
        to = request.query_params.get("to", "")
        found = mailbox.list_latest_first(to)
        counts = {"received": mailbox.received, "refused": mailbox.refused, "kept": len(mailbox.mails)}
        return page("mails.html", mails=found[:LISTED_MAILS], found=len(found), to=to, **counts)

    async def show_mail(request: Request) -> Response:
        mail = of_request(request)
        message = parse(mail.source)
        headers = [(name, str(value)) for name, value in message.items() if name.lower().startswith(("x-", "reply-to"))]
        return page("mail.html", mail=mail, body=read_body(message), headers=headers)

    async def download(request: Request) -> Response:
        found = attachments(parse(of_request(request).source))
        number = request.path_params["number"]
        if number >= len(found):
            raise HTTPException(404, "This mail has no such attachment.")
        content = found[number].get_payload(decode=True)
        name = "".join(letter if letter.isalnum() or letter in "._- " else "_" for letter in _name(found[number], 1))
        safe = name.encode("ascii", "replace").decode().replace("?", "_")
        headers = SECURITY_HEADERS | {"Content-Disposition": f'attachment; filename="{safe}"'}
        return Response(content if isinstance(content, bytes) else b"", 200, headers, "application/octet-stream")

    async def list_json(request: Request) -> Response:
        found = mailbox.list_latest_first(request.query_params.get("to", ""))
        return JSONResponse(
            {
                "count": len(found),
                "received": mailbox.received,
                "refused": mailbox.refused,
                "messages": [mail.as_json() for mail in found[:LISTED_MAILS]],
            }
        )

    async def get_json(request: Request) -> Response:
        mail = of_request(request)
        body = read_body(parse(mail.source))
        return JSONResponse(mail.as_json() | {"text": body.text, "html": body.html})

    async def clear(request: Request) -> Response:
        mailbox.clear()
        return Response(status_code=204)

    async def ready(request: Request) -> Response:
        return JSONResponse({"status": "ready"})

    return Starlette(
        routes=[
            Route("/", show_list),
            Route("/messages/{mail_id:int}", show_mail),
            Route("/messages/{mail_id:int}/attachments/{number:int}", download),
            Route("/api/messages", list_json, methods=["GET"]),
            Route("/api/messages", clear, methods=["DELETE"]),
            Route("/api/messages/{mail_id:int}", get_json),
            Route("/health/ready", ready),
            *short_messages.routes(),
        ]
    )


async def serve(smtp_port: int, http_port: int) -> None:
    """Run both servers until the process is asked to stop."""
    mailbox = Mailbox()
    receiver = Receiver(mailbox)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(receiver, hostname="fordring.local", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", smtp_port
    )
    async with smtp:
        config = uvicorn.Config(
            build_app(mailbox, SmsBox()), host="127.0.0.1", port=http_port, access_log=False, log_level="warning"
        )
        await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser(description="Catch mail and show it.")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.smtp_port, arguments.http_port))


if __name__ == "__main__":
    main()
