"""An invoice by SMS: a signed link that opens this one document until its day, and nothing else."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.communication.tests.api import Api
from services.communication.tests.conftest import SECRET
from services.communication.tests.factories import a_creditor, a_debtor, an_invoice
from services.communication.tests.rows import change, messages, outbox, tell

from communication.channels.sms import NoSmsProvider, SmsAnswer, SmsChannel
from communication.couriers import send_sms
from communication.domain.links import LinkInvalid, make_link, read_link
from communication.settings import Settings
from communication.vault.store import Vault
from runtime.database import Database

DAY = date(2026, 4, 3)
MESSAGE_ID = UUID("0f6f1a0e-7a0e-5b53-9a0e-6c1c6a0b7d11")


class Provider:
    """Keeps what it was given to send."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    async def send(self, reference: str, to: str, text: str) -> SmsAnswer:
        self.sent.append((reference, to, text))
        return "SENT", ""

    async def close(self) -> None: ...


def test_a_link_says_which_message_and_until_when() -> None:
    link = make_link(SECRET, MESSAGE_ID, DAY)

    assert len(link) == 46
    assert read_link(SECRET, link) == (MESSAGE_ID, DAY)


@given(st.integers(0, 45), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
def test_a_link_that_differs_in_any_sign_is_none(place: int, sign: str) -> None:
    link = make_link(SECRET, MESSAGE_ID, DAY)
    other = link[:place] + sign + link[place + 1 :]

    if other == link:
        assert read_link(SECRET, other) == (MESSAGE_ID, DAY)
    else:
        with pytest.raises(LinkInvalid):
            read_link(SECRET, other)


@pytest.mark.parametrize("link", ["", "x", "ø" * 46, "=" * 46, "A" * 46, "A" * 45, "A" * 500, "../../etc/passwd"])
def test_what_is_no_link_is_refused(link: str) -> None:
    with pytest.raises(LinkInvalid):
        read_link(SECRET, link)


def test_another_secret_signs_another_link() -> None:
    with pytest.raises(LinkInvalid):
        read_link(SECRET + "!", make_link(SECRET, MESSAGE_ID, DAY))


@pytest.fixture
def linking(settings: Settings) -> Settings:
    return settings.model_copy(update={"public_address": "https://pay.example/"})


async def send_one(
    database: Database, settings: Settings, vault: Vault, **debtor: Any
) -> Sequence[tuple[str, str, str]]:
    """What the provider got of one invoice that was to go by SMS."""
    reached: dict[str, Any] = {"phone": "90 00 00 00"} | debtor
    await tell(database, a_creditor(), a_debtor(**reached), an_invoice(distribution_channel="SMS"))
    provider = Provider()
    await send_sms(database, vault, SmsChannel(provider, vault.provider, settings), settings)
    return provider.sent


async def test_an_invoice_by_sms_opens_as_pdf_for_whoever_has_the_link(
    database: Database, linking: Settings, vault: Vault, api: Api
) -> None:
    [(reference, number, words)] = await send_one(database, linking, vault)

    [message] = await messages(database)
    assert (reference, number, message.status) == (str(message.message_id), "+4790000000", "SENT")
    before, _, link = words.partition("https://pay.example/i/")
    assert before == (
        "Faktura 2026-100001 fra Eksempel Strøm AS: 1\u00a0313,10\u00a0NOK, forfall 19. januar 2026. Se den her: "
    )
    for creditor_id in (None, uuid4()):  # the link alone says whose
        answer = await api.call("GET", f"/links/{link}", creditor_id)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")
    assert [fact["topic"] for fact in await outbox(database)] == ["message.sent", "invoice.distributed"]


async def test_a_link_ends_after_its_last_day(database: Database, linking: Settings, vault: Vault, api: Api) -> None:
    [(_, _, words)] = await send_one(database, linking, vault)
    path = "/links/" + words.rpartition("/")[2]
    last = an_invoice().accepted_date + timedelta(days=linking.link_days)

    await change(database, f"UPDATE clock SET business_date = '{last}'")
    assert (await api.call("GET", path, None)).status_code == 200
    await change(database, f"UPDATE clock SET business_date = '{last + timedelta(days=1)}'")
    assert (await api.call("GET", path, None)).status_code == 410


async def test_a_link_opens_nothing_of_an_erased_debtor(
    database: Database, linking: Settings, vault: Vault, api: Api
) -> None:
    [(_, _, words)] = await send_one(database, linking, vault)
    await change(database, "UPDATE debtor SET erased_at = now()")

    assert (await api.call("GET", "/links/" + words.rpartition("/")[2], None)).status_code == 404


async def test_a_link_is_made_for_an_invoice_only(database: Database, settings: Settings, api: Api) -> None:
    refused = await api.call("GET", f"/links/{make_link(SECRET, uuid4(), date(2026, 12, 31))}", None)
    forged = await api.call("GET", f"/links/{make_link('another secret', uuid4(), date(2026, 12, 31))}", None)

    assert refused.status_code == forged.status_code == 404
    assert refused.json()["detail"] == forged.json()["detail"]


@pytest.mark.parametrize(
    ("public_address", "has_provider", "why"),
    [
        ("", True, "links are not offered here: PUBLIC_ADDRESS is not set"),
        ("https://pay.example", False, "SMS is not offered here: SMS_URL is not set"),
    ],
)
async def test_a_house_without_sms_or_links_sends_the_invoice_by_its_next_channel(
    database: Database, settings: Settings, vault: Vault, public_address: str, has_provider: bool, why: str
) -> None:
    offered = settings.model_copy(update={"public_address": public_address})
    await tell(database, a_creditor(), a_debtor(phone="+4790000000"), an_invoice(distribution_channel="SMS"))
    provider = Provider() if has_provider else NoSmsProvider()

    await send_sms(database, vault, SmsChannel(provider, vault.provider, offered), offered)

    refused, mail = await messages(database)
    assert (refused.channel, refused.status, refused.reason) == ("SMS", "FAILED", why)
    assert (mail.channel, mail.reason) == ("EMAIL", f"SMS failed: {why}")


async def test_distribution_tells_every_try_and_why_it_fell(
    database: Database, settings: Settings, vault: Vault, api: Api
) -> None:
    await tell(database, a_creditor(), a_debtor(phone="+4790000000"), an_invoice(distribution_channel="SMS"))
    await send_sms(database, vault, SmsChannel(NoSmsProvider(), vault.provider, settings), settings)

    [record] = (await api.call("GET", "/distribution")).json()

    assert (record["channel"], record["status"], record["payment_control"]) == ("EMAIL", "PENDING", True)
    assert [(one["channel"], one["status"]) for one in record["attempts"]] == [("SMS", "FAILED"), ("EMAIL", "PENDING")]
    assert record["attempts"][1]["reason"] == "SMS failed: links are not offered here: PUBLIC_ADDRESS is not set"
    assert (await api.call("GET", "/distribution", uuid4())).json() == []


async def test_what_came_back_counts_as_failed(database: Database, api: Api) -> None:
    await tell(database, a_creditor(), a_debtor(), an_invoice())
    await change(database, "UPDATE message SET status = 'SENT', progress = 'BOUNCED'")

    [record] = (await api.call("GET", "/distribution")).json()
    assert record["status"] == "FAILED"
