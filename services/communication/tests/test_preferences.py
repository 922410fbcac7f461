"""What a debtor wishes holds for free messages and for dunning alike; the law's notices find another way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from services.communication.tests.api import Api
from services.communication.tests.factories import a_charge, a_creditor, a_debtor, an_invoice
from services.communication.tests.rows import fetch, know, messages, tell

from communication.channels.email import EmailChannel
from communication.channels.print_folder import PrintChannel
from communication.couriers import print_letters, send_mails
from communication.settings import Settings
from communication.vault.store import Vault
from runtime.database import Database


def shut_now() -> dict[str, Any]:
    """Contact hours that begin in two hours, wherever on earth that is between noon and ten."""
    now = datetime.now(UTC)
    offset = 12 - now.hour  # it is noon there
    zone = f"Etc/GMT{-offset:+d}" if offset else "Etc/GMT"
    return {"hours_start": "14:00", "hours_end": "18:00", "hours_timezone": zone}


async def test_everything_that_was_set_is_given_back_and_kept_in_the_history(database: Database, api: Api) -> None:
    await know(database, 100001)
    assert (await api.call("GET", "/cases/100001/communication-preferences")).json() is None
    wishes: dict[str, Any] = {
        "preferred_channel": "email",
        "email_address": "new@debtor.example",
        "phone_number": "+47 912 34 567",
        "allow_sms": False,
        "preferred_language": "da",
        "hours_start": "09:00",
        "hours_end": "17:00",
        "hours_timezone": "Europe/Copenhagen",
    }
    kept = await api.wish(**wishes)
    assert kept.status_code == 200, kept.text
    assert kept.json()["phone_number"] == "+4791234567"
    await api.wish(do_not_contact=True, reason="asked by phone", exceptions=["legal_notices"])

    now = (await api.call("GET", "/cases/100001/communication-preferences")).json()
    history = (await api.call("GET", "/cases/100001/communication-preferences/history")).json()

    assert (now["do_not_contact"], now["allow_sms"], now["email_address"]) == (True, True, None)
    assert [row["preferred_language"] for row in history] == ["da", None]


@pytest.mark.parametrize(
    ("field", "wishes"),
    [
        ("emailAddress", {"email_address": "nobody"}),
        ("phoneNumber", {"phone_number": "12"}),
        ("contactHours.timezone", {"hours_start": "09:00", "hours_end": "17:00", "hours_timezone": "Mars/Base"}),
        ("contactHours.end", {"hours_start": "17:00", "hours_end": "09:00", "hours_timezone": "Europe/Oslo"}),
    ],
)
async def test_wishes_that_make_no_sense_are_refused_by_field(
    database: Database, api: Api, field: str, wishes: dict[str, Any]
) -> None:
    await know(database, 100001)
    refusal = await api.wish(**wishes)
    assert (refusal.status_code, refusal.json()["errors"][0]["field"]) == (422, field)
    assert await fetch(database, "SELECT 1 FROM preference_history") == []


@pytest.mark.parametrize(
    ("wishes", "rule"),
    [
        ({"do_not_contact": True}, "DO_NOT_CONTACT"),
        ({"do_not_contact": True, "effective_date": "2026-02-02"}, "DO_NOT_CONTACT"),
        ({"do_not_contact": True, "exceptions": ["legal_notices"]}, "DO_NOT_CONTACT"),
        ({"allow_email": False}, "EMAIL_NOT_ALLOWED"),
    ],
)
async def test_a_forbidden_message_is_refused_with_its_rule_and_not_stored(
    database: Database, api: Api, wishes: dict[str, Any], rule: str
) -> None:
    await know(database, 100001)
    await api.wish(**wishes)
    refusal = await api.send()
    assert (refusal.status_code, refusal.json()["rule"]) == (422, rule)
    assert await messages(database) == []


async def test_an_opt_out_has_its_day_and_its_exceptions(database: Database, api: Api) -> None:
    await know(database, 100001)
    await api.wish(do_not_contact=True, effective_date="2026-02-03")
    assert (await api.send()).status_code == 201, "it begins tomorrow"
    await api.wish(do_not_contact=True, exceptions=["legal_notices", "payment_confirmations"])
    assert (await api.send(category="legal_notice")).status_code == 201
    assert (await api.send(category="payment_confirmation")).status_code == 201
    assert (await api.send(category="reminder")).status_code == 422


async def test_outside_the_debtors_hours_a_message_waits_and_says_until_when(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, mails: Any, api: Api
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    await api.wish(**shut_now())

    queued = (await api.send()).json()
    await send_mails(database, vault, email_channel, settings)

    assert (queued["status"], queued["rule"]) == ("queued", "CONTACT_HOURS")
    assert timedelta(0) < datetime.fromisoformat(queued["release_at"]) - datetime.now(UTC) <= timedelta(hours=2)
    assert mails.received == []
    waiting = await messages(database)
    assert {row.status for row in waiting} == {"QUEUED"}
    assert len({row.next_try_at for row in waiting}) == 1, "the reminder waits for the same hour"
    report = (await api.call("GET", f"/messages/{queued['message_id']}/delivery-report")).json()
    assert report["release_at"] == queued["release_at"]


async def test_a_reminder_is_not_sent_against_a_wish_but_a_notice_is_by_letter(
    database: Database,
    settings: Settings,
    vault: Vault,
    email_channel: EmailChannel,
    print_channel: PrintChannel,
    mails: Any,
    api: Api,
) -> None:
    await know(database, 100001, 100002)
    await tell(database, a_charge(100001), a_charge(100002, stage="COLLECTION", template="no_betalingsoppfordring"))
    await api.wish(100001, do_not_contact=True)
    await api.wish(100002, do_not_contact=True, allow_email=False)

    await send_mails(database, vault, email_channel, settings)
    await print_letters(database, vault, print_channel, settings)

    assert mails.received == []
    rows = [(row.case_id, row.channel, row.status, row.reason) for row in await messages(database)]
    assert rows == [
        (100001, "EMAIL", "RECALLED", "the debtor asked not to be contacted"),
        (100002, "LETTER", "SENT", "the debtor does not allow e-mail"),
    ]


async def test_a_new_address_and_language_are_used_at_once(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, mails: Any, api: Api
) -> None:
    await tell(database, a_creditor(), a_debtor(), an_invoice())
    await api.wish(email_address="new@debtor.example", preferred_language="en")
    await send_mails(database, vault, email_channel, settings)
    assert mails.recipients == ["new@debtor.example"]
    assert mails.received[0].startswith(b"Subject: Invoice 2026-100001 from")


async def test_the_weekly_cap_refuses_free_messages_and_puts_reminders_off(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, mails: Any, api: Api
) -> None:
    api.state.settings = capped = settings.model_copy(update={"contact_cap_per_week": 1})
    await know(database, 100001)
    await api.send()
    await send_mails(database, vault, email_channel, capped)
    await tell(database, a_charge())
    await send_mails(database, vault, email_channel, capped)
    assert len(mails.received) == 1
    refusal = await api.send()
    assert (refusal.status_code, refusal.json()["rule"]) == (422, "FREQUENCY_CAP")
    [reminder] = [row for row in await messages(database) if row.step_key]
    assert reminder.status == "QUEUED"
    assert reminder.next_try_at > datetime.now(UTC)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param({}, {}, id="what is still queued counts"),
        pytest.param({"cc": ["boss@firm.example"]}, {}, id="a copy counts"),
        pytest.param(None, {"cc": ["boss@firm.example", "aunt@debtor.example"]}, id="copies of the same message count"),
    ],
)
async def test_the_cap_counts_everybody_a_message_reaches_and_will_reach(
    database: Database, settings: Settings, api: Api, first: dict[str, Any] | None, second: dict[str, Any]
) -> None:
    cap = 2 if (first or second).get("cc") else 1
    api.state.settings = settings.model_copy(update={"contact_cap_per_week": cap})
    await know(database, 100001)
    if first is not None:
        assert (await api.send(**first)).status_code == 201
    refusal = await api.send(**second)
    assert (refusal.status_code, refusal.json().get("rule")) == (422, "FREQUENCY_CAP")
    creditor = await api.send(to="faktura@strom.example")
    assert creditor.status_code == 201, "the creditor is no debtor"
    sneaky = await api.send(to="faktura@strom.example", cc=["kari100001@debtor.example"] * (cap + 1))
    assert sneaky.status_code == 422


async def test_a_batch_does_not_outrun_the_cap(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, mails: Any
) -> None:
    capped = settings.model_copy(update={"contact_cap_per_week": 1})
    await know(database, 100001)
    await tell(database, a_charge(), a_charge(level=2, claim_version=3))
    await send_mails(database, vault, email_channel, capped)
    assert len(mails.received) == 1
    assert sorted(row.status for row in await messages(database)) == ["QUEUED", "SENT"]


async def test_the_law_holds_mails_in_production_only_unless_the_setting_says_so(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, mails: Any
) -> None:
    from communication.use_cases.wishes import law_holds

    assert not law_holds(settings)
    assert law_holds(settings.model_copy(update={"environment": "production"}))
    assert not law_holds(settings.model_copy(update={"environment": "production", "statutory_contact_hours": False}))
    await know(database, 100001)
    await tell(database, a_charge())
    await send_mails(database, vault, email_channel, settings)
    assert len(mails.received) == 1, "whatever the hour on the wall"
