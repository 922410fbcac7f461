"""The whole conversation with a real bank simulator: orders out, answers in, failures and a crash in between."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from delivery.progress import read_progress
from runtime.database import Database
from settlement.channels import FolderChannel
from settlement.couriers import PickupFolder, backlog, deliver_orders
from settlement.folders import put_file
from settlement.settings import Settings

WEDNESDAY, THURSDAY, NEXT_WEDNESDAY = date(2025, 9, 3), date(2025, 9, 4), date(2025, 9, 10)
STATUSES = "SELECT kind, status, reason, booking_date, attempt FROM payout ORDER BY attempt, kind"


@pytest.fixture
def pickup(settings: Settings) -> PickupFolder:
    return PickupFolder(settings.bank_pickup_folder)


@pytest.fixture
async def ordered(office: Any, facts: Any, bank: Any) -> None:
    """A settlement of 1 000.00 and 100.00 in fees, in a payment order for the bank, whose clock shows the same day."""
    await office.hear(facts.onboarded(), facts.activated(), facts.allocated(1, PRINCIPAL=100_000, REMINDER_FEE=10_000))
    await office.run(WEDNESDAY)
    await office.set_date(WEDNESDAY)
    bank.call("POST", f"/_mock/advance?to={WEDNESDAY}")


async def send(database: Database, settings: Settings, bank: Any) -> None:
    await deliver_orders(database, FolderChannel(settings.bank_drop_folder))
    bank.read_folder()


async def count_backlog(database: Database, pickup: PickupFolder) -> int:
    async with database.reading() as session:
        return (await read_progress(session, "settlement", set(), backlog(pickup))).backlog


async def take_all(database: Database, pickup: PickupFolder) -> None:
    while await pickup.take(database):
        pass


async def test_a_payout_is_sent_accepted_and_confirmed(
    office: Any, database: Database, settings: Settings, bank: Any, pickup: PickupFolder, ordered: None
) -> None:
    assert await count_backlog(database, pickup) >= 1
    assert await deliver_orders(database, FolderChannel(settings.bank_drop_folder)) == 1
    assert {row.status for row in await office.rows(STATUSES)} == {"SENT"}
    bank.read_folder()
    await take_all(database, pickup)

    assert await office.rows(STATUSES) == [
        ("CREDITOR", "CONFIRMED", None, WEDNESDAY, 1),
        ("OWN", "CONFIRMED", None, WEDNESDAY, 1),
    ]
    told = await office.told("payout.confirmed")
    assert sorted((event["kind"], event["amount_minor"], event["booking_date"]) for event in told) == [
        ("CREDITOR", 103_750, "2025-09-03"),
        ("OWN", 6_250, "2025-09-03"),
    ]
    assert bank.call("GET", "/_mock/accounts/CLIENT-NOK")["balance"] == 10_000_000 - 110_000
    assert await count_backlog(database, pickup) == 0


async def test_the_statement_of_the_day_changes_nothing_any_more(
    office: Any, database: Database, settings: Settings, bank: Any, pickup: PickupFolder, ordered: None
) -> None:
    await send(database, settings, bank)
    await take_all(database, pickup)
    bank.call("POST", f"/_mock/advance?to={THURSDAY}")
    await take_all(database, pickup)
    assert len(await office.told("payout.confirmed")) == 2
    kinds = {row.message_kind for row in await office.rows("SELECT message_kind FROM bank_message")}
    assert kinds == {"pain.002", "camt.054", "camt.053"}


async def test_a_payout_to_a_closed_account_is_tried_again_on_the_next_run_day(
    office: Any, facts: Any, database: Database, settings: Settings, bank: Any, pickup: PickupFolder, ordered: None
) -> None:
    bank.open_account("CREDITOR", "NO8615030002313", closed=True)
    await send(database, settings, bank)
    await take_all(database, pickup)
    assert await office.rows(STATUSES) == [
        ("CREDITOR", "FAILED", "AC04", None, 1),
        ("OWN", "CONFIRMED", None, WEDNESDAY, 1),
    ]
    [failed] = await office.told("payout.failed")
    assert (failed["reason_code"], failed["returned"], failed["as_of"]) == ("AC04", False, "2025-09-03")
    assert await office.run(WEDNESDAY) == [0, 0, 0]
    assert await office.run(THURSDAY) == [0, 0, 0]

    await office.hear(facts.activated(version=2, payout_account={"name": "Fjellheim", "iban": "NO6415030002321"}))
    assert await office.run(NEXT_WEDNESDAY) == [0, 1, 1]
    bank.call("POST", f"/_mock/advance?to={NEXT_WEDNESDAY}")
    await send(database, settings, bank)
    await take_all(database, pickup)
    assert (await office.rows(STATUSES))[-1] == ("CREDITOR", "CONFIRMED", None, NEXT_WEDNESDAY, 2)
    assert await office.run(date(2025, 9, 17)) == [0, 0, 0]
    balance = bank.call("GET", "/_mock/accounts/CLIENT-NOK")["balance"]
    assert balance == 10_000_000 - 110_000


async def test_a_returned_payout_is_told_once_and_is_due_again(
    office: Any, database: Database, settings: Settings, bank: Any, pickup: PickupFolder, ordered: None
) -> None:
    behaviour = {"days": 2, "reason": "AC04", "end_to_end_id": "202509030001-C1"}
    bank.call("PATCH", "/_mock/accounts/CLIENT-NOK", {"behaviour": "return-later", "parameters": behaviour})
    await send(database, settings, bank)
    bank.call("POST", "/_mock/advance?to=2025-09-08")
    await office.set_date(date(2025, 9, 8))
    await take_all(database, pickup)
    assert (await office.rows(STATUSES))[0] == ("CREDITOR", "RETURNED", "AC04", WEDNESDAY, 1)
    [failed] = await office.told("payout.failed")
    assert (failed["returned"], failed["as_of"]) == (True, "2025-09-08")
    assert await office.run(NEXT_WEDNESDAY) == [0, 1, 1]


async def test_a_courier_interrupted_before_it_noted_the_delivery_pays_nothing_twice(
    office: Any, database: Database, settings: Settings, bank: Any, pickup: PickupFolder, ordered: None
) -> None:
    order = await office.one("SELECT * FROM payment_order")
    put_file(settings.bank_drop_folder / f"{order.message_id}.xml", order.content)
    bank.read_folder()
    assert await deliver_orders(database, FolderChannel(settings.bank_drop_folder)) == 1
    written_again = settings.bank_drop_folder / f"{order.message_id}.xml"
    assert written_again.read_bytes() == order.content
    bank.read_folder()

    await take_all(database, pickup)
    assert [row.status for row in await office.rows(STATUSES)] == ["CONFIRMED", "CONFIRMED"]
    assert await office.told("payout.failed") == []
    assert bank.call("GET", "/_mock/accounts/CLIENT-NOK")["balance"] == 10_000_000 - 110_000


async def test_a_whole_order_the_bank_rejects_fails_all_its_payouts(
    office: Any, database: Database, settings: Settings, bank: Any, pickup: PickupFolder, ordered: None
) -> None:
    bank.call("PATCH", "/_mock/accounts/CLIENT-NOK", {"behaviour": "reject-file"})
    await send(database, settings, bank)
    await take_all(database, pickup)
    assert [(row.status, row.reason) for row in await office.rows(STATUSES)] == [("FAILED", "FF01")] * 2
    assert len(await office.told("payout.failed")) == 2


async def test_each_file_is_taken_in_once_also_by_a_process_that_started_anew(
    office: Any, database: Database, settings: Settings, bank: Any, pickup: PickupFolder, ordered: None
) -> None:
    await send(database, settings, bank)
    await take_all(database, pickup)
    await take_all(database, PickupFolder(settings.bank_pickup_folder))
    assert len(await office.told("payout.confirmed")) == 2
    files = [path.name for path in settings.bank_pickup_folder.glob("*.xml")]
    assert sorted(files) == sorted(row.name for row in await office.rows("SELECT name FROM bank_message"))


async def test_what_cannot_be_read_is_noted_and_its_neighbours_are_taken_in(
    office: Any, database: Database, settings: Settings, bank: Any, pickup: PickupFolder, ordered: None
) -> None:
    settings.bank_pickup_folder.joinpath("pain.002-broken-1.xml").write_text(
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt/></Document>'
    )
    await send(database, settings, bank)
    await take_all(database, pickup)
    assert "OrgnlGrpInfAndSts" in (await office.one("SELECT refused FROM bank_message WHERE refused <> ''")).refused
    assert {row.status for row in await office.rows(STATUSES)} == {"CONFIRMED"}


def test_files_are_read_in_the_order_the_bank_wrote_them(tmp_path: Path) -> None:
    names = ["camt.054.001.08-A-10.xml", "pain.002.001.10-A-9.xml", "camt.054.001.08-A-9.xml.tmp", "camt.053-A-101.xml"]
    for name in names:
        tmp_path.joinpath(name).touch()
    assert [name for name, _, _ in PickupFolder(tmp_path).list_new()] == [names[1], names[0], names[3]]
    assert PickupFolder(tmp_path / "not there yet").list_new() == []
