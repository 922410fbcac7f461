"""The mail that tells a creditor which invoices could not be distributed."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from communication.domain.wording import language_of
from communication.rendering.catalogue import catalogue
from communication.rendering.mail import MAIL_POLICY, MailRefused, checked_address, render_mail
from communication.settings import Settings
from runtime.clock import wall_now


def compose_summary(summary: Any, settings: Settings) -> EmailMessage:
    """The mail, ready for SMTP; its Message-ID is the same on every try."""
    words = catalogue(language_of(summary.language_code))
    texts = words.texts["summary"]
    values = {"count": str(len(summary.failures)), "date": words.date(summary.day)}
    mail = EmailMessage(policy=MAIL_POLICY)
    subject = texts["subject"].format(**values)
    try:
        mail["Subject"] = subject
        mail["From"] = Address(settings.office_name, addr_spec=settings.mail_from)
        mail["To"] = Address(addr_spec=checked_address(summary.email))
        mail["Reply-To"] = Address(settings.office_name, addr_spec=settings.office_email)
        mail["Date"] = format_datetime(wall_now())
        mail["Message-ID"] = f"<{summary.summary_id}@{settings.mail_from.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = words.language
    except ValueError as error:
        raise MailRefused(f"a header of the e-mail is not valid: {error}") from error
    plain, html = render_mail(
        {
            "lang": words.language,
            "subject": subject,
            "greeting": words.texts["mail"]["greeting"],
            "lead": texts["lead"].format(**values),
            "payment": [[f"{one['invoice_number']} · {one['channel']}", one["reason"]] for one in summary.failures],
            "attached": texts["advice"],
            "question": texts["closing"],
            "office": settings.office_name,
            "on_behalf": summary.name,
            "picture": None,  # nobody counts whether a creditor reads it
        }
    )
    mail.set_content(plain)
    mail.add_alternative(html, subtype="html")
    return mail
