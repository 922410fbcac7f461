"""A letter that a hold kept from leaving goes out when the case goes on, once, with time to pay."""

from datetime import timedelta
from typing import Any

import pytest
from services.communication.tests.factories import (
    DAY,
    a_charge,
    a_debtor,
    a_hold,
    a_resumption,
    a_settlement_of_claim,
)
from services.communication.tests.rows import change, fetch, know, messages, tell

from communication.channels.email import EmailChannel
from communication.couriers import send_mails
from communication.settings import Settings
from communication.use_cases.dispatch import record, take_due
from communication.vault.store import Vault
from contracts import Balance, CaseResumed
from runtime.database import Database

LATER = DAY + timedelta(days=20)
PAY_BY = LATER + timedelta(days=14)


def going_on(case_id: int = 100001, **changes: Any) -> CaseResumed:
    owed: dict[str, Any] = {"step_key": f"{case_id}:1:1", "deadline_date": PAY_BY, "claim_version": 3}
    owed["balance"] = Balance(principal_minor=31310, interest_minor=605, fees_minor=3800)
    return a_resumption(case_id, as_of=LATER, **owed | changes)


async def test_a_recalled_letter_goes_out_after_the_hold_with_the_new_deadline_and_balance(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge(), a_hold())
    await send_mails(database, vault, email_channel, settings)
    assert mails.received == []

    for _ in range(2):
        await tell(database, going_on())
        await send_mails(database, vault, email_channel, settings)

    [letter] = await messages(database)
    assert (letter.status, letter.as_of, letter.content["deadline_date"]) == ("SENT", LATER, PAY_BY.isoformat())
    assert letter.content["balance"]["principal_minor"] == 31310
    assert letter.content["interest_to_date"] == DAY.isoformat()
    assert len(mails.received) == 1
    events = await fetch(database, "SELECT kind FROM delivery_event ORDER BY position")
    assert [row.kind for row in events if row.kind != "DELIVERED"] == ["QUEUED", "RECALLED", "QUEUED", "SENT"]


async def test_a_letter_that_had_left_is_not_sent_again(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    taken = await take_due(database, settings, "EMAIL")
    await tell(database, a_hold())
    await record(database, vault.provider, await email_channel.deliver(taken.messages), taken.day)

    await tell(database, going_on())
    await send_mails(database, vault, email_channel, settings)

    assert len(mails.received) == 1


async def test_a_letter_that_a_courier_still_holds_is_not_taken_by_another(
    database: Database, settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    taken = await take_due(database, settings, "EMAIL")
    await tell(database, a_hold())
    await tell(database, going_on())

    await send_mails(database, vault, email_channel, settings)
    assert mails.received == []
    await record(database, vault.provider, await email_channel.deliver(taken.messages), taken.day)
    await send_mails(database, vault, email_channel, settings)
    assert len(mails.received) == 1


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param([going_on(), a_hold(hold_version=3)], id="held again"),
        pytest.param([a_hold(hold_version=3), going_on()], id="held again, told first"),
        pytest.param([a_settlement_of_claim(), going_on()], id="paid meanwhile"),
        pytest.param([a_resumption()], id="nothing is owed of it"),
    ],
)
async def test_a_letter_stays_recalled_where_the_case_is(
    database: Database, facts: list[Any], settings: Settings, email_channel: EmailChannel, mails: Any, vault: Vault
) -> None:
    await know(database, 100001)
    await tell(database, a_charge(), a_hold())
    await tell(database, *facts)
    await send_mails(database, vault, email_channel, settings)
    assert [row.status for row in await messages(database)] == ["RECALLED"]
    assert mails.received == []


async def test_a_letter_that_its_debtors_wishes_stopped_does_not_come_back(database: Database) -> None:
    await know(database, 100001)
    await tell(database, a_charge(), a_debtor())
    await change(database, "UPDATE message SET status = 'RECALLED', reason = 'the debtor asked not to be contacted'")
    await tell(database, a_hold())
    await tell(database, going_on())
    assert [row.status for row in await messages(database)] == ["RECALLED"]


async def test_an_older_balance_does_not_replace_a_newer_one(database: Database) -> None:
    await know(database, 100001)
    await tell(database, a_charge(), a_hold())
    await tell(database, going_on(claim_version=1))
    [letter] = await messages(database)
    assert (letter.status, letter.content["balance"]["principal_minor"]) == ("QUEUED", 131310)
