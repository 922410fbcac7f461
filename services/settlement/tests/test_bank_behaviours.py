"""Every way in which a bank may answer or fail to: in the end each creditor has its money once, and we know it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from runtime.database import Database
from settlement.channels import FolderChannel
from settlement.couriers import PickupFolder, deliver_orders
from settlement.settings import Settings

WEDNESDAY, THURSDAY, NEXT_WEDNESDAY, THIRD_WEDNESDAY = (date(2025, 9, day) for day in (3, 4, 10, 17))
CREDITOR = "NO8615030002313"
NET, OWN = 103_750, 6_250
STATUSES = "SELECT kind, attempt, status, reason FROM payout ORDER BY kind, attempt"

Day = Callable[[date], Any]


@pytest.fixture
def day(office: Any, database: Database, settings: Settings, bank: Any) -> Day:
    """A whole day: our timers, orders to the bank, the bank's own day, its answers back to us."""
    pickup, channel = PickupFolder(settings.bank_pickup_folder), FolderChannel(settings.bank_drop_folder)

    async def pass_day(today: date) -> None:
        bank.call("POST", f"/_mock/advance?to={today}")
        await office.set_date(today)
        await office.run(today)
        await deliver_orders(database, channel)
        bank.read_folder()
        while await pickup.take(database):
            pass

    return pass_day


@pytest.fixture
async def collected(office: Any, facts: Any) -> None:
    await office.hear(facts.onboarded(), facts.activated(), facts.allocated(1, PRINCIPAL=100_000, REMINDER_FEE=10_000))


def paid_out(bank: Any) -> int:
    return 10_000_000 - bank.call("GET", "/_mock/accounts/CLIENT-NOK")["balance"]


@pytest.mark.parametrize(("behaviour", "code"), [("closed-account", "AC04"), ("bad-bank-id", "RC01")])
async def test_a_transfer_to_an_account_that_takes_none_is_paid_once_when_it_does(
    office: Any, bank: Any, day: Day, collected: None, behaviour: str, code: str
) -> None:
    bank.open_account("CREDITOR", CREDITOR, behaviour=behaviour)
    await day(WEDNESDAY)
    assert ("CREDITOR", 1, "FAILED", code) in await office.rows(STATUSES)
    assert paid_out(bank) == OWN
    bank.call("PATCH", "/_mock/accounts/CREDITOR", {"behaviour": "accept"})
    await day(NEXT_WEDNESDAY)
    await day(THIRD_WEDNESDAY)
    assert ("CREDITOR", 2, "CONFIRMED", None) in await office.rows(STATUSES)
    assert (paid_out(bank), len(await office.rows(STATUSES))) == (NET + OWN, 3)


@pytest.mark.parametrize(
    ("behaviour", "told", "code"), [("closed-account", "refund.failed", "AC04"), ("accept", "refund.paid", "")]
)
async def test_a_refund_reaches_an_account_that_takes_it_once_and_fails_once_where_none_does(
    office: Any, facts: Any, bank: Any, day: Day, behaviour: str, told: str, code: str
) -> None:
    bank.open_account("PAYER", "NO9386011117947", behaviour=behaviour)
    await office.hear(facts.activated(), facts.refund())
    await day(WEDNESDAY)
    await day(NEXT_WEDNESDAY)
    [fact] = await office.told(told)
    assert (fact["amount_minor"], fact.get("reason_code", "")) == (20_000, code)
    assert len(await office.told("refund.paid")) + len(await office.told("refund.failed")) == 1
    assert paid_out(bank) == (0 if code else 20_000)


async def test_what_the_client_account_did_not_cover_is_paid_once_when_it_does(
    office: Any, facts: Any, bank: Any, day: Day
) -> None:
    await office.hear(facts.activated(), facts.allocated(1, PRINCIPAL=12_000_000))
    bank.call("PATCH", "/_mock/accounts/CLIENT-NOK", {"behaviour": "insufficient-funds"})
    await day(WEDNESDAY)
    assert await office.rows(STATUSES) == [("CREDITOR", 1, "FAILED", "AM04")]
    assert paid_out(bank) == 0
    bank.call("PATCH", "/_mock/accounts/CLIENT-NOK", {"behaviour": "accept"})
    await day(NEXT_WEDNESDAY)
    assert await office.rows(STATUSES) == [("CREDITOR", 1, "FAILED", "AM04"), ("CREDITOR", 2, "CONFIRMED", None)]
    assert paid_out(bank) == 12_000_000


async def test_a_file_sent_twice_is_answered_as_a_duplicate_and_nothing_fails_or_is_paid_again(
    office: Any, database: Database, settings: Settings, bank: Any, day: Day, collected: None
) -> None:
    bank.call("PATCH", "/_mock/accounts/CLIENT-NOK", {"behaviour": "duplicate-file"})
    await day(WEDNESDAY)
    await office.rows("UPDATE payment_order SET status = 'WRITTEN' RETURNING message_id")
    await day(THURSDAY)
    refused = [path for path in settings.bank_pickup_folder.glob("pain.002*") if b"DUPL" in path.read_bytes()]
    assert len(refused) == 1, "the bank saw the file twice"
    assert await office.rows(STATUSES) == [("CREDITOR", 1, "CONFIRMED", None), ("OWN", 1, "CONFIRMED", None)]
    assert (paid_out(bank), await office.told("payout.failed")) == (NET + OWN, [])


async def test_a_transfer_that_comes_back_later_is_paid_again_once(
    office: Any, bank: Any, day: Day, collected: None
) -> None:
    behaviour = {"days": 2, "reason": "AC04", "end_to_end_id": "202509030001-C1"}
    bank.call("PATCH", "/_mock/accounts/CLIENT-NOK", {"behaviour": "return-later", "parameters": behaviour})
    await day(WEDNESDAY)
    assert paid_out(bank) == NET + OWN
    bank.call("PATCH", "/_mock/accounts/CLIENT-NOK", {"behaviour": "accept"})
    await day(date(2025, 9, 8))
    assert ("CREDITOR", 1, "RETURNED", "AC04") in await office.rows(STATUSES)
    assert paid_out(bank) == OWN
    await day(NEXT_WEDNESDAY)
    await day(THIRD_WEDNESDAY)
    assert ("CREDITOR", 2, "CONFIRMED", None) in await office.rows(STATUSES)
    assert paid_out(bank) == NET + OWN


@pytest.mark.parametrize(("behaviour", "missing"), [("silent", "pain.002"), ("statement-gap", "nothing")])
async def test_a_bank_that_tells_only_half_is_understood_by_the_other_half(
    office: Any, bank: Any, day: Day, collected: None, behaviour: str, missing: str
) -> None:
    bank.call("PATCH", "/_mock/accounts/CLIENT-NOK", {"behaviour": behaviour})
    await day(WEDNESDAY)
    await day(THURSDAY)
    assert await office.rows(STATUSES) == [("CREDITOR", 1, "CONFIRMED", None), ("OWN", 1, "CONFIRMED", None)]
    kinds = {row.message_kind for row in await office.rows("SELECT message_kind FROM bank_message")}
    assert missing not in kinds
    assert len(await office.told("payout.confirmed")) == 2
    await day(NEXT_WEDNESDAY)
    assert paid_out(bank) == NET + OWN
