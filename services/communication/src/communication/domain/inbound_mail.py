"""What an inbound mail says about itself: headers, words, attachments, and whether a machine wrote it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default
from email.utils import getaddresses, parseaddr
from hashlib import sha256
from typing import Any, Final, Literal, cast
from uuid import UUID

Classification = Literal["auto_reply", "bounce"]

LONGEST_KEPT: Final = 100_000
MOST_ATTACHMENTS: Final = 20
_OWN_ID: Final = re.compile(r"<([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})@[^<>\s]+>")
_ANY_ID: Final = re.compile(r"<[^<>\s]{1,250}>")
_PLUS: Final = re.compile(r"\+(\d{1,18})@")
_TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{3,39}")
_MOST_TOKENS: Final = 400


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Bounce:
    """What a delivery report says about one of our messages; `status` is the enhanced code, such as 5.1.1."""

    message_id: UUID
    action: str
    status: str


@dataclass(frozen=True, slots=True)
class InboundMail:
    """A mail, read; `key` is the same however often the mail comes."""

    key: str
    message_id: str | None
    sender: str
    to: tuple[str, ...]
    subject: str
    body: str
    answers: tuple[str, ...]
    """Message-IDs it answers, the nearest first."""
    case_ids: tuple[int, ...]
    """Cases named by a plus-address."""
    references: tuple[str, ...]
    """Words in subject and body that may be a case, a payment reference or an invoice number."""
    attachments: tuple[Attachment, ...]
    classification: Classification | None
    bounces: tuple[Bounce, ...]
    is_authentic: bool = False
    """Whether our own mail server vouches for the sender's address."""
    channel: Literal["EMAIL", "SMS"] = "EMAIL"


def read_mail(raw: bytes, authserv_id: str = "") -> InboundMail:
    """Read a mail; whatever is malformed in it is left out, never raised.

    `authserv_id` is our own mail server, whose verdict on the sender counts; without one no sender is vouched for.
    """
    parsed = message_from_bytes(raw, policy=default)
    assert isinstance(parsed, EmailMessage)
    message_id = next(iter(_ANY_ID.findall(_header(parsed, "Message-ID"))), None)
    subject, body = _header(parsed, "Subject")[:500], _body(parsed)[:LONGEST_KEPT]
    answers = [*_ANY_ID.findall(_header(parsed, "In-Reply-To"))]
    answers += reversed(_ANY_ID.findall(_header(parsed, "References")))
    recipients = [_header(parsed, name) for name in ("To", "Cc", "Delivered-To", "X-Original-To")]
    bounces = tuple(_bounces(parsed))
    sender = parseaddr(_header(parsed, "From"))[1][:254]
    return InboundMail(
        key=message_id or sha256(raw).hexdigest(),
        message_id=message_id,
        sender=sender,
        to=tuple(address for _, address in getaddresses(recipients[:2]) if address),
        subject=subject,
        body=body,
        answers=tuple(dict.fromkeys(answers)),
        case_ids=tuple(int(found) for found in _PLUS.findall(" ".join(recipients))),
        references=references_in(f"{subject}\n{body}"),
        attachments=tuple(_attachments(parsed))[:MOST_ATTACHMENTS],
        classification=_classification(parsed),
        bounces=bounces,
        is_authentic=_is_authentic(parsed, authserv_id, sender),
    )


def references_in(words: str) -> tuple[str, ...]:
    """What may be the number of a case, an invoice or a payment reference."""
    return tuple(dict.fromkeys(_TOKEN.findall(words)))[:_MOST_TOKENS]


def own_ids(message_ids: Sequence[str]) -> list[UUID]:
    """Those of the Message-IDs that are ours by their form."""
    return [UUID(found[1]) for one in message_ids if (found := _OWN_ID.fullmatch(one))]


def _header(parsed: EmailMessage, name: str) -> str:
    try:
        value = parsed.get(name, "")
    except (ValueError, IndexError, AttributeError):  # the parser stumbles over some malformed headers
        return ""
    return re.sub(r"[\r\n\x00]+", " ", str(value)).strip()


def _body(parsed: EmailMessage) -> str:
    part = parsed.get_body(("plain", "html"))
    if part is None:
        return ""
    text = _text(part)
    return re.sub(r"<[^>]*>", " ", text) if part.get_content_subtype() == "html" else text


def _text(part: Any) -> str:
    content = part.get_payload(decode=True) or b""
    try:
        text = content.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    return text.replace("\x00", "")


def _attachments(parsed: EmailMessage) -> Iterator[Attachment]:
    for number, part in enumerate(parsed.iter_attachments(), 1):
        content = part.get_payload(decode=True)
        if isinstance(content, bytes) and content:
            yield Attachment(part.get_filename() or f"attachment-{number}", content)


def _classification(parsed: EmailMessage) -> Classification | None:
    """Only what the mail says of itself: RFC 3464 reports, and RFC 3834 automatic answers."""
    if parsed.get_content_type() == "multipart/report":
        return "bounce"
    automatic = _header(parsed, "Auto-Submitted").partition(";")[0].strip().lower()
    if automatic not in ("", "no") or _header(parsed, "Precedence").lower() == "auto_reply":
        return "auto_reply"
    return None


def _is_authentic(parsed: EmailMessage, authserv_id: str, sender: str) -> bool:
    """DMARC passed for the sender's domain, says the topmost verdict of our own server (RFC 8601): others may be forged."""
    if not authserv_id:
        return False
    verdicts = [str(value) for name, value in parsed.items() if name.lower() == "authentication-results"]
    ours = next((one for one in verdicts if one.partition(";")[0].strip().lower() == authserv_id.lower()), "")
    domain = re.escape(sender.rpartition("@")[2].lower())
    return any(
        re.match(r"\s*dmarc\s*=\s*pass\b", result) and re.search(rf"header\.from\s*=\s*{domain}(?![\w.-])", result)
        for result in ours.lower().split(";")[1:]
    )


def _parts(multipart: Message) -> list[Message]:
    """The parts of a message that has some: what `get_payload` is then, which its type does not say."""
    return cast(list[Message], multipart.get_payload())


def _bounces(parsed: EmailMessage) -> Iterator[Bounce]:
    if parsed.get_content_type() != "multipart/report":
        return
    action = status = ""
    original: list[UUID] = []
    for part in parsed.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status" and part.is_multipart():
            for block in _parts(part):
                action = str(block.get("Action", action)).strip().lower()
                status = str(block.get("Status", status)).strip()
        elif kind == "message/rfc822" and part.is_multipart():
            original += own_ids([str(_parts(part)[0].get("Message-ID", "")).strip()])
        elif kind == "text/rfc822-headers":
            original += own_ids(_ANY_ID.findall(_text(part)))
    for message_id in original[:1]:
        yield Bounce(message_id, action, status if re.fullmatch(r"\d\.\d{1,3}\.\d{1,3}", status) else "")
