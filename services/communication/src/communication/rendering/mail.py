"""E-mails: plain text and HTML with the letter attached. Subjects name the invoice and say nothing of a debt."""

import re
from collections.abc import Mapping
from email.headerregistry import Address, BaseHeader, HeaderRegistry
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from communication.rendering.letter import Letter
from communication.rendering.tracking import tracking_of
from communication.settings import Settings
from runtime.clock import wall_now

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]{2,}")
_TEMPLATES = ImmutableSandboxedEnvironment(
    loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=select_autoescape(enabled_extensions=("html.j2",), default_for_string=True, default=False),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    auto_reload=False,  # the templates are part of the program
)


class _Headers(HeaderRegistry):
    """Makes the class of a header once: Python's own registry makes one for each header of each mail, a fifth of the work."""

    def __init__(self) -> None:
        super().__init__()
        self._class_of = cache(super().__getitem__)

    def __getitem__(self, name: str) -> type[BaseHeader]:
        return self._class_of(name)


MAIL_POLICY = SMTP.clone(header_factory=_Headers())
"""How mails are written: lines for SMTP, headers checked."""


class MailRefused(ValueError):
    """The e-mail must not be sent: an address or header in it is not one."""


def smtp_message_id(message: Any, settings: Settings) -> str:
    """The Message-ID: the same on every try, so that a mail sent twice is recognised as one."""
    return f"<{message.message_id}@{settings.mail_from.rpartition('@')[2]}>"


def compose_mail(message: Any, letter: Letter, pdf: bytes, settings: Settings) -> EmailMessage:
    """The whole e-mail, ready for SMTP."""
    texts = letter.words.texts["mail"]
    is_invoice = message.category == "invoice"
    subject = texts["subject"].format(**letter.values)
    mail = EmailMessage(policy=MAIL_POLICY)
    try:
        mail["Subject"] = subject
        mail["From"] = Address(settings.office_name, addr_spec=settings.mail_from)
        mail["To"] = Address(addr_spec=checked_address(message.email))
        mail["Reply-To"] = Address(settings.office_name, addr_spec=settings.office_email)
        mail["Date"] = format_datetime(wall_now())
        mail["Message-ID"] = smtp_message_id(message, settings)
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = letter.words.language
    except ValueError as error:
        raise MailRefused(f"a header of the e-mail is not valid: {error}") from error
    body = _body_values(message, letter, subject, settings)
    plain, html = render_mail(body)
    mail.set_content(plain)
    mail.add_alternative(html, subtype="html")
    file_name = _file_name(texts["file" if is_invoice else "step_file"].format(**letter.values))
    mail.add_attachment(pdf, maintype="application", subtype="pdf", filename=file_name)
    return mail


def render_mail(values: Mapping[str, Any]) -> tuple[str, str]:
    """The words of a mail as plain text and as HTML, in the office's look."""
    return _TEMPLATES.get_template("mail.txt.j2").render(values), _TEMPLATES.get_template("mail.html.j2").render(values)


def checked_address(address: str | None) -> str:
    if address is None:
        raise MailRefused("the debtor has no e-mail address")
    if not _ADDRESS.fullmatch(address):
        raise MailRefused("the debtor's e-mail address is not valid")
    return address


def _file_name(name: str) -> str:
    """A name every mail program can save a file under."""
    return re.sub(r"[^\w.-]+", "-", name, flags=re.ASCII)


def _body_values(message: Any, letter: Letter, subject: str, settings: Settings) -> dict[str, Any]:
    texts = letter.words.texts["mail"]
    slip = letter.view["slip"]
    payment = [slip[name] for name in ("amount", "due", "account", "reference")]
    if claims := letter.view["claims"]:
        total = [letter.view["total"], slip["due"], slip["account"]]
        each = zip(letter.view["slips"], claims["rows"], strict=True)
        payment = [*total, *([row[0], f"{one['amount'][1]} · {' '.join(one['reference'])}"] for one, row in each)]
    return {
        "lang": letter.words.language,
        "subject": subject,
        "greeting": texts["greeting"],
        "lead": texts["invoice" if message.category == "invoice" else "step"].format(**letter.values),
        "payment": payment,
        "attached": texts["attached"],
        "question": texts["question"].format(**letter.values),
        "picture": tracking.picture() if (tracking := tracking_of(message, settings)) else None,
        "office": settings.office_name,
        "on_behalf": letter.view["on_behalf"],
    }
