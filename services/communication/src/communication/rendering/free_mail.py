"""Free e-mails: the words of whoever wrote them, with an address that leads the answer back to its case."""

from collections.abc import Mapping
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final

from communication.rendering.mail import MailRefused, smtp_message_id
from communication.settings import Settings
from runtime.clock import wall_now

_URGENCY: Final = {"high": "high", "low": "low"}


def compose_free_mail(message: Any, fields: Mapping[str, Any], settings: Settings) -> EmailMessage:
    """The e-mail, ready for SMTP. Headers are built from parts, so that no value can add one."""
    mail = EmailMessage(policy=SMTP)
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
    mail.set_content(fields["body"])
    return mail


def case_address(settings: Settings, case_id: int) -> str:
    """The office's address with the case in it: post+100001@…"""
    name, _, domain = settings.office_email.rpartition("@")
    return f"{name}+{case_id}@{domain}"
