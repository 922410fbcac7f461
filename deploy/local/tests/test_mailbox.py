import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from fordring.stack.children import Child
from fordring.stack.mailbox import Mailbox
from fordring.stack.ports import free_port
from fordring.stack.supervisor import Supervisor
from fordring.stack.topology import Secrets, Topology

SMTP_PORT, HTTP_PORT = free_port(), free_port()


def mailbox_child(home: Path) -> Child:
    ports = {"smtp": SMTP_PORT, "mailbox": HTTP_PORT, "postgres": 1, "broker": 1, "traces": 1, "bank": 1}
    children = Topology(home=home, ports=ports, secrets=Secrets(), services=()).children()
    return next(child for child in children if child.name == "mailbox")


@pytest.fixture(scope="module")
def running(module_home: Path) -> Iterator[None]:
    supervisor = Supervisor([mailbox_child(module_home)], module_home)
    supervisor.start()
    yield
    supervisor.stop()


@pytest.fixture
def pages(running: None) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{HTTP_PORT}", trust_env=False) as client:
        client.delete("/api/messages")
        yield client


def a_letter(to: str = "kari@example.no") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Påminnelse <b>1</b>", "oss@example.no", to
    mail["Date"] = "Mon, 01 Sep 2025 08:00:00 +0200"
    mail.set_content("Beløpet er 1 035,00 kroner. <script>alert(1)</script>")
    mail.add_alternative("<p>Beløpet er <b>1 035,00</b></p>", subtype="html")
    mail.add_attachment(b"%PDF-1.7 letter", maintype="application", subtype="pdf", filename="purring.pdf")
    return mail


def send(mail: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", SMTP_PORT) as server:
        server.send_message(mail)


def test_a_mail_is_kept_listed_and_readable(pages: httpx.Client) -> None:
    send(a_letter())

    listed = pages.get("/api/messages").json()
    [mail] = listed["messages"]
    assert (listed["count"], mail["subject"], mail["to"]) == (1, "Påminnelse <b>1</b>", ["kari@example.no"])
    assert mail["attachments"] == ["purring.pdf"]
    one = pages.get(f"/api/messages/{mail['id']}").json()
    assert one["text"].startswith("Beløpet er 1 035,00 kroner.")
    download = pages.get(f"/messages/{mail['id']}/attachments/0")
    assert download.content == b"%PDF-1.7 letter"
    assert download.headers["content-disposition"] == 'attachment; filename="purring.pdf"'


def test_pages_escape_what_a_mail_says(pages: httpx.Client) -> None:
    send(a_letter())

    listed, shown = pages.get("/").text, pages.get("/messages/1").text

    assert "Påminnelse &lt;b&gt;1&lt;/b&gt;" in listed
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert '<iframe sandbox title="HTML part" srcdoc="&lt;p&gt;' in shown


def test_the_list_can_be_searched_by_recipient(pages: httpx.Client) -> None:
    send(a_letter("kari@example.no"))
    send(a_letter("ola@example.no"))

    found = pages.get("/api/messages", params={"to": "OLA@"}).json()

    assert (found["count"], found["received"]) == (1, 2)
    assert found["messages"][0]["to"] == ["ola@example.no"]


@pytest.mark.parametrize(
    ("address", "code"),
    [
        pytest.param("bounce.kari@example.no", 550, id="bounce is refused for good"),
        pytest.param("defer@example.no", 451, id="defer is refused for now"),
    ],
)
def test_marked_addresses_are_refused(pages: httpx.Client, address: str, code: int) -> None:
    with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
        send(a_letter(address))

    assert refused.value.recipients[address][0] == code
    counts = pages.get("/api/messages").json()
    assert (counts["received"], counts["refused"]) == (0, 1)


def test_a_missing_mail_is_404(pages: httpx.Client) -> None:
    assert pages.get("/messages/99").status_code == 404


def test_the_oldest_mails_go_when_there_are_too_many_but_all_are_counted() -> None:
    mailbox = Mailbox(kept_mails=2)
    for number in range(3):
        mailbox.add("a@example.no", ("b@example.no",), b"Subject: %d\r\n\r\nx" % number)

    assert [mail.subject for mail in mailbox.list_latest_first()] == ["2", "1"]
    assert mailbox.received == 3
    assert mailbox.find(1) is None
    found = mailbox.find(2)
    assert found is not None
    assert found.subject == "1"


def test_a_broken_mail_is_kept_all_the_same() -> None:
    mail = Mailbox().add("a", ("b",), b"\xff\xfe no header at all")

    assert mail.subject == ""


def test_an_sms_is_caught_once_by_its_reference_and_some_numbers_are_refused(pages: httpx.Client) -> None:
    sms = {"reference": "r1", "from": "Fordring", "to": "+4791234567", "text": "Please call us"}
    answers = [
        pages.post("/sms", json=sms | changes).status_code
        for changes in ({}, {}, {"reference": "r2", "to": "+4791230000"}, {"reference": "r3", "to": "+4791230001"})
    ]
    assert answers == [202, 202, 400, 503]
    assert pages.post("/sms", json={"reference": "r4"}).status_code == 422
    caught = pages.get("/api/sms", params={"to": "91234567"}).json()
    assert (caught["received"], caught["refused"]) == (1, 2)
    assert caught["messages"] == [
        {"reference": "r1", "sender": "Fordring", "to": "+4791234567", "text": "Please call us"}
    ]
