"""payment-control as the gateway meets it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from payment_control.settings import Settings
from payment_control.tables import Table
from runtime.clock import advance_to
from runtime.database import Database
from runtime.tokens import sign


def signed(settings: Settings, creditor_id: UUID | None = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {sign(settings, 'gateway', creditor_id)}"}


async def test_a_creditor_sees_its_claim_with_history_and_no_one_elses(
    client: httpx.AsyncClient, settings: Settings, office: Any
) -> None:
    await office.has_claims(office.invoice())
    await office.handle(office.step())

    mine = await client.get("/internal/claims/100001", headers=signed(settings, office.creditor_id))
    theirs = await client.get("/internal/claims/100001", headers=signed(settings, uuid4()))
    missing = await client.get("/internal/claims/100002", headers=signed(settings, office.creditor_id))

    assert mine.status_code == 200
    assert mine.json()["total_minor"] == 100_000 + 503 + 3_500
    assert [entry["kind"] for entry in mine.json()["entries"]] == ["OPENED", "INTEREST_ACCRUED", "FEE_CHARGED"]
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert theirs.json()["detail"].replace("100001", "100002") == missing.json()["detail"]


async def test_the_balance_of_a_past_day_is_what_the_books_said_that_evening(
    client: httpx.AsyncClient, settings: Settings, office: Any
) -> None:
    await office.has_claims(office.invoice())
    async with office.database.transaction() as session:
        await advance_to(session, date(2025, 11, 10))
    await office.imports(office.ocr(office.giro(office.kid(1), 40_000)))
    headers = signed(settings, office.creditor_id)

    before = (await client.get("/internal/claims/100001?as_of=2025-11-09", headers=headers)).json()
    after = (await client.get("/internal/claims/100001?as_of=2025-11-10", headers=headers)).json()
    earlier = (await client.get("/internal/claims/100001?as_of=2025-11-02", headers=headers)).json()

    assert (before["total_minor"], after["total_minor"], earlier["total_minor"]) == (100_000, 60_000, 0)
    assert [entry["kind"] for entry in before["entries"]] == ["OPENED"]
    assert after["entries"][-1]["statute_row"] == "NO-ALLOC-ONE-CLAIM-2020-10-01"


async def test_entries_are_only_ever_added(office: Any) -> None:
    await office.has_claims(office.invoice())

    with pytest.raises(DBAPIError, match="never changed or removed"):
        await office.rows("UPDATE claim_entry SET amount_minor = 1 RETURNING 1")


async def test_an_uploaded_file_is_answered_with_counts_and_its_payments_are_listed(
    client: httpx.AsyncClient, settings: Settings, office: Any
) -> None:
    await office.has_claims(office.invoice(), account="NOK-CAMT")
    content = office.camt(
        office.entry("10.00", reference=office.kid(1)), office.entry("2.00", note="hei", bank_reference="A2")
    )

    answer = await client.post("/internal/bank-files?name=x.xml", content=content, headers=signed(settings))
    again = await client.post("/internal/bank-files?name=y.xml", content=content, headers=signed(settings))

    assert answer.status_code == again.status_code == 202
    assert (answer.json()["registered"], answer.json()["duplicates"]) == (2, 0)
    assert (again.json()["registered"], again.json()["duplicates"]) == (0, 2)
    listed = await client.get(
        "/internal/payments?from_date=2025-09-15&to_date=2025-09-15", headers=signed(settings, office.creditor_id)
    )
    [payment] = listed.json()
    assert (payment["case_id"], payment["payer_name"], payment["amount_minor"]) == (100_001, "Kari Nordmann", 1_000)
    assert payment["original_payment_reference"] == payment["invoice_payment_reference"] == office.kid(1)
    later = await client.get("/internal/payments?from_date=2025-09-16", headers=signed(settings, office.creditor_id))
    assert later.json() == []
    queue = await client.get("/internal/unmatched", headers=signed(settings))
    assert [(line["reason"], line["amount_minor"]) for line in queue.json()] == [("NO_REFERENCE", 200)]


async def test_a_refused_file_is_answered_422_and_kept(
    client: httpx.AsyncClient, settings: Settings, office: Any
) -> None:
    answer = await client.post("/internal/bank-files?name=x.xml", content=b"<Document", headers=signed(settings))

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["refused"]
    [kept] = await office.rows("SELECT file_id, raw FROM bank_file WHERE status = 'REFUSED'")
    assert (str(kept.file_id), kept.raw) == (answer.json()["file_id"], b"<Document")


async def test_files_queue_and_sums_are_the_offices_alone(
    client: httpx.AsyncClient, settings: Settings, office: Any
) -> None:
    headers = signed(settings, office.creditor_id)
    answers = [
        await client.post("/internal/bank-files?name=x", content=b"x", headers=headers),
        await client.get("/internal/unmatched", headers=headers),
        await client.get("/internal/payment-counts", headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]


async def test_the_sums_account_for_all_money_received(
    client: httpx.AsyncClient, settings: Settings, office: Any
) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2))
    await office.imports(
        office.ocr(
            office.giro(office.kid(1), 120_000),
            office.giro(office.kid(2), 30_000),
            office.giro(office.kid(9), 500),
            office.giro(office.kid(2), 30_000, transaction_type=18),
        )
    )

    answer = (await client.get("/internal/payment-counts", headers=signed(settings))).json()

    [sums] = answer["sums"]
    assert sums == {
        "currency": "NOK",
        "payments": 3,
        "received_minor": 150_500,
        "allocated_minor": 100_000,
        "surplus_minor": 20_000,
        "refunded_minor": 0,
        "unmatched_minor": 500,
        "not_ours_minor": 0,
        "reversed_minor": 30_000,
    }
    assert answer["unmatched_by_reason"] == {"UNKNOWN_REFERENCE": 1}
    assert answer["by_status"] == {"ALLOCATED": 1, "REVERSED": 1, "UNMATCHED": 1}


async def test_the_tables_are_what_the_migration_makes(database: Database) -> None:
    def differences(connection: Connection) -> list[Any]:
        options = {"include_name": own_tables, "compare_type": compare_type}
        return compare_metadata(MigrationContext.configure(connection, opts=options), Table.metadata)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


def own_tables(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in Table.metadata.tables


def compare_type(_context: object, _stored: object, _declared: object, stored_type: Any, wanted: Any) -> Any:
    """SQLModel declares text as VARCHAR without a length, which is PostgreSQL's text."""
    return False if str(stored_type) == "TEXT" and str(wanted) == "VARCHAR" else None
