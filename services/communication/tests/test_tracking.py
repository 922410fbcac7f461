"""Opens and clicks are counted where a creditor agreed and the law lets it, and nowhere else."""

import re
from datetime import date
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from services.communication.tests.api import Api
from services.communication.tests.factories import CREDITOR_ID, a_charge, a_debtor
from services.communication.tests.rows import change, know, messages, tell

from communication.channels.email import EmailChannel
from communication.couriers import send_mails
from communication.settings import Settings
from communication.vault.store import Vault
from runtime.database import Database

AGREED = f"""
    INSERT INTO agreement (creditor_id, agreement_version, deducts_vat, track_mail) VALUES ('{CREDITOR_ID}', 1, true, true)
"""
WORDS = "Please pay at https://pay.example/case?id=1."


@pytest.fixture
def tracked(settings: Settings) -> Settings:
    return settings.model_copy(update={"public_address": "https://fordring.example"})


async def sent_mail(
    database: Database, settings: Settings, vault: Vault, mails: Any, api: Api, *, agreed: bool, kind: str = "BUSINESS"
) -> Any:
    """A free mail as it left."""
    await know(database, 100001)
    await tell(database, a_debtor(kind=kind))
    if agreed:
        await change(database, AGREED)
    assert (await api.send(body=WORDS)).status_code == 201
    channel = EmailChannel(settings, vault.provider)
    await send_mails(database, vault, channel, settings)
    await channel.close()
    [mail] = [message_from_bytes(source, policy=policy.default) for source in mails.received]
    return mail


def plain(mail: Any) -> str:
    return mail.get_body(("plain",)).get_content()


async def test_opens_and_clicks_stand_in_the_delivery_report_and_the_link_leads_only_where_it_was_signed_for(
    database: Database, tracked: Settings, vault: Vault, mails: Any, api: Api
) -> None:
    api.state.settings = tracked
    mail = await sent_mail(database, tracked, vault, mails, api, agreed=True)
    picture = re.search(r'img src="https://fordring.example/t/o/([^"]+)"', mail.get_body(("html",)).get_content())
    link = urlsplit(re.search(r"https://fordring.example/t/c/\S+", plain(mail))[0].rstrip("."))  # type: ignore[index]
    [target] = parse_qs(link.query)["u"]
    token = link.path.rpartition("/")[2]
    assert picture is not None
    assert target == "https://pay.example/case?id=1"

    opened = await api.call("POST", "/tracking/opens", None, json={"token": picture[1]})
    clicked = await api.call("POST", "/tracking/clicks", None, json={"token": token, "target": target})
    forged = await api.call("POST", "/tracking/clicks", None, json={"token": token, "target": "https://evil.example/"})
    swapped = await api.call("POST", "/tracking/opens", None, json={"token": token})

    assert (opened.status_code, clicked.status_code, forged.status_code, swapped.status_code) == (200, 200, 404, 404)
    [row] = await messages(database)
    report = (await api.call("GET", f"/messages/{row.message_id}/delivery-report")).json()
    assert [event["kind"] for event in report["events"]] == ["QUEUED", "SENT", "OPENED", "CLICKED"]
    assert report["status"] == "clicked"
    [listed] = (await api.call("GET", "/cases/100001/messages", params={"type": "email"})).json()["messages"]
    assert listed["body"] == WORDS, "what is kept are the author's words"


async def test_a_picture_that_is_fetched_for_ever_does_not_fill_the_record_and_a_link_ends(
    database: Database, tracked: Settings, vault: Vault, mails: Any, api: Api
) -> None:
    api.state.settings = tracked
    mail = await sent_mail(database, tracked, vault, mails, api, agreed=True)
    body = mail.get_body(("html",)).get_content()
    token = re.search(r"/t/o/([\w-]+)", body)[1]  # type: ignore[index]
    for _ in range(25):
        assert (await api.call("POST", "/tracking/opens", None, json={"token": token})).status_code == 200
    [row] = await messages(database)
    report = (await api.call("GET", f"/messages/{row.message_id}/delivery-report")).json()
    assert [event["kind"] for event in report["events"]].count("OPENED") == 20
    await change(database, f"UPDATE clock SET business_date = '{date(2027, 1, 1)}'")
    assert (await api.call("POST", "/tracking/opens", None, json={"token": token})).status_code == 410


@pytest.mark.parametrize(
    ("agreed", "kind", "public_address"),
    [
        (False, "BUSINESS", "https://fordring.example"),
        (True, "CONSUMER", "https://fordring.example"),
        (True, "BUSINESS", ""),
    ],
    ids=["not agreed", "a consumer", "no address to lead to"],
)
async def test_without_agreement_law_and_address_a_mail_is_as_it_was_written(
    database: Database,
    settings: Settings,
    vault: Vault,
    mails: Any,
    api: Api,
    agreed: bool,
    kind: str,
    public_address: str,
) -> None:
    plainly = settings.model_copy(update={"public_address": public_address})
    mail = await sent_mail(database, plainly, vault, mails, api, agreed=agreed, kind=kind)
    assert plain(mail).strip() == WORDS
    assert mail.get_body(("html",)) is None


async def test_a_reminder_has_a_picture_only_where_it_may(
    database: Database, tracked: Settings, vault: Vault, mails: Any
) -> None:
    await know(database, 100001, 100002)
    await tell(database, a_debtor(100001, kind="BUSINESS"), a_charge(100001), a_charge(100002))
    await change(database, AGREED)
    channel = EmailChannel(tracked, vault.provider)
    await send_mails(database, vault, channel, tracked)
    await channel.close()
    bodies = {
        str(mail["To"]): mail.get_body(("html",)).get_content()  # type: ignore[union-attr]
        for mail in (message_from_bytes(source, policy=policy.default) for source in mails.received)
    }
    assert "/t/o/" in bodies["kari100001@debtor.example"]
    assert "/t/o/" not in bodies["kari100002@debtor.example"]
