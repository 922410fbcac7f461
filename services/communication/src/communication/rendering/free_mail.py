"""Free e-mails: the words of whoever wrote them, with an address that leads the answer back to its case."""

import re
from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from html import escape
from typing import Any, Final

from communication.domain.tracking import with_links
from communication.rendering.mail import MAIL_POLICY, MailRefused, smtp_message_id
from communication.rendering.tracking import tracking_of
from communication.settings import Settings
from runtime.clock import wall_now

_URGENCY: Final = {"high": "high", "low": "low"}


def compose_free_mail(message: Any, fields: Mapping[str, Any], settings: Settings) -> EmailMessage:
    """The e-mail, ready for SMTP. Headers are built from parts, so that no value can add one."""
    mail = EmailMessage(policy=MAIL_POLICY)
    try:
        mail["Subject"] = fields["subject"]
        mail["From"] = Address(settings.office_name, addr_spec=settings.mail_from)
        mail["To"] = Address(addr_spec=fields["to"][0])
        if fields["cc"]:
            mail["Cc"] = [Address(addr_spec=address) for address in fields["cc"]]
        mail["Reply-To"] = Address(settings.office_name, addr_spec=case_address(settings, message.case_id))
        mail["Date"] = format_datetime(wall_now())
        mail["Message-ID"] = smtp_message_id(message, settings)
        if message.answers_to:
            mail["In-Reply-To"] = message.answers_to
            mail["References"] = message.answers_to
        if message.priority in _URGENCY:
            mail["Importance"] = _URGENCY[message.priority]
    except ValueError as error:
        raise MailRefused("a header of the e-mail is not valid") from error
    tracking = tracking_of(message, settings)
    if tracking is None:
        mail.set_content(fields["body"])
        return mail
    words = with_links(fields["body"], tracking.link)
    mail.set_content(words)
    mail.add_alternative(_page(words, tracking.picture()), subtype="html")
    return mail


def _page(words: str, picture: str) -> str:
    """The same words as HTML, with the picture that tells when they are read."""
    shown = re.sub(r"https?://[^\s<]+", lambda found: f'<a href="{found[0]}">{found[0]}</a>', escape(words))
    return f'<!doctype html><meta charset="utf-8"><div style="white-space:pre-wrap">{shown}</div>{img(picture)}'


def img(picture: str) -> str:
    return f'<img src="{escape(picture)}" width="1" height="1" alt="">'


def case_address(settings: Settings, case_id: int) -> str:
    """The office's address with the case in it: post+100001@…"""
    name, _, domain = settings.office_email.rpartition("@")
    return f"{name}+{case_id}@{domain}"
