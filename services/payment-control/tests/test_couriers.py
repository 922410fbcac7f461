"""The bank's folder: every file once, nothing moved, nothing that is not ours."""

from pathlib import Path
from typing import Any

import pytest

from payment_control.couriers import PickupFolder
from runtime.database import Database


@pytest.fixture
def pickup(tmp_path: Path, office: Any) -> PickupFolder:
    return PickupFolder(tmp_path, office.accounts)


async def waiting(pickup: PickupFolder, database: Database) -> int:
    async with database.transaction() as session:
        return await pickup.count_unseen(session)


async def test_files_are_imported_once_and_stay_where_they_are(
    pickup: PickupFolder, tmp_path: Path, database: Database, office: Any
) -> None:
    await office.has_claims(office.invoice())
    (tmp_path / "camt.054-NOK-1.txt").write_bytes(office.ocr(office.giro(office.kid(1), 100_000)))
    (tmp_path / "half.xml.tmp").write_bytes(b"half a file")
    (tmp_path / "pain.002.001.10-NOK-2.xml").write_bytes(b"<Document/>")
    assert await waiting(pickup, database) == 1

    assert await pickup.import_new(database) == 1
    assert await pickup.import_new(database) == 0

    assert await waiting(pickup, database) == 0
    assert (await office.claim()).status == "SETTLED"
    assert len(list(tmp_path.iterdir())) == 3
    assert await PickupFolder(tmp_path, office.accounts).import_new(database) == 0


async def test_the_same_bytes_under_another_name_post_nothing(
    pickup: PickupFolder, tmp_path: Path, database: Database, office: Any
) -> None:
    await office.has_claims(office.invoice())
    content = office.ocr(office.giro(office.kid(1), 40_000))
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_bytes(content)

    assert await pickup.import_new(database) == 2

    assert len(await office.rows("SELECT 1 FROM payment")) == 1
    assert len(await office.rows("SELECT 1 FROM picked_file")) == 2


async def test_an_answer_to_a_payout_under_any_name_is_looked_at_and_left(
    pickup: PickupFolder, tmp_path: Path, database: Database, office: Any
) -> None:
    report = b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt/></Document>'
    (tmp_path / "answer.xml").write_bytes(report)

    assert await pickup.import_new(database) == 1

    assert await office.rows("SELECT 1 FROM bank_file") == []
    assert await waiting(pickup, database) == 0


async def test_an_unreadable_file_is_kept_and_does_not_stop_the_next(
    pickup: PickupFolder, tmp_path: Path, database: Database, office: Any
) -> None:
    await office.has_claims(office.invoice())
    (tmp_path / "a.xml").write_bytes(b"<broken")
    (tmp_path / "b.txt").write_bytes(office.ocr(office.giro(office.kid(1), 100_000)))

    assert await pickup.import_new(database) == 2

    assert (await office.claim()).status == "SETTLED"
    assert [row.status for row in await office.rows("SELECT status FROM bank_file ORDER BY name")] == [
        "REFUSED",
        "IMPORTED",
    ]


async def test_without_a_folder_there_is_nothing_to_do(database: Database) -> None:
    pickup = PickupFolder(None, ())
    assert await waiting(pickup, database) == 0
    assert pickup.workers(database) == []
