"""The migration, the tables and the database's own guard over the books."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from accounting_factories import CREDITOR_ID, DAY, a_creditor
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from accounting.domain.chart import CHARTS, account
from accounting.tables import Table
from accounting.use_cases.post_vouchers import open_charts
from runtime.database import Database, Session

LINES = "INSERT INTO voucher_line (voucher_id, line_no, account_code, amount_minor, text) VALUES "


async def insert_voucher(session: Session, total_minor: int = 100) -> UUID:
    voucher_id = uuid4()
    await session.execute(
        text(
            "INSERT INTO voucher (voucher_id, book, fact, fact_id, currency, voucher_date, text, total_minor)"
            " VALUES (:id, 'OWN', 'payout.confirmed', :id, 'NOK', :day, '', :total)"
        ),
        {"id": voucher_id, "day": DAY, "total": total_minor},
    )
    return voucher_id


async def test_the_tables_are_what_the_migration_made(database: Database) -> None:
    def difference(connection: Connection) -> list[Any]:
        own = set(Table.metadata.tables)

        def is_own(name: str | None, kind: str, parents: object) -> bool:
            return kind != "table" or name in own

        return compare_metadata(MigrationContext.configure(connection, opts={"include_name": is_own}), Table.metadata)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(difference) == []


async def test_a_voucher_that_does_not_balance_is_refused_by_the_database(database: Database) -> None:
    async def post_both() -> None:
        async with database.transaction() as session:
            ids = {"good": await insert_voucher(session), "bad": await insert_voucher(session)}
            good = "(:good, 1, '1510', 100, ''), (:good, 2, '3100', -100, ''), "
            bad = "(:bad, 1, '1510', 100, ''), (:bad, 2, '3100', -99, '')"
            await session.execute(text(LINES + good + bad), ids)

    with pytest.raises(IntegrityError, match="does not balance: debit less credit is 1"):
        await post_both()
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM voucher"))).scalar_one() == 0


async def test_lines_that_come_later_are_refused_even_when_they_balance(database: Database) -> None:
    async with database.transaction() as session:
        voucher_id = await insert_voucher(session)
        await session.execute(text(LINES + "(:v, 1, '1510', 100, ''), (:v, 2, '3100', -100, '')"), {"v": voucher_id})
    with pytest.raises(IntegrityError, match="is incomplete: 2 lines numbered 3 to 4"):
        async with database.transaction() as session:
            await session.execute(
                text(LINES + "(:v, 3, '1510', 100, ''), (:v, 4, '3100', -100, '')"), {"v": voucher_id}
            )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE voucher SET total_minor = 1",
        "UPDATE voucher_line SET amount_minor = -amount_minor",
        "DELETE FROM voucher_line",
        "TRUNCATE voucher, voucher_line",
    ],
)
async def test_a_posted_voucher_is_never_changed(database: Database, change: str) -> None:
    with pytest.raises(DBAPIError, match="never changed or deleted"):
        async with database.transaction() as session:
            await session.execute(text(change))


async def test_a_creditors_book_without_creditor_is_refused(database: Database) -> None:
    with pytest.raises(IntegrityError, match="voucher_owner"):
        async with database.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO voucher (voucher_id, book, fact, fact_id, currency, voucher_date, text, total_minor)"
                    " VALUES (:id, 'CREDITOR', 'invoice.created', :id, 'NOK', :day, '', 1)"
                ),
                {"id": uuid4(), "day": DAY},
            )


async def test_a_new_creditor_has_a_whole_chart_and_the_office_has_its_own(database: Database) -> None:
    async with database.transaction() as session:
        await open_charts(session, [a_creditor()])
        await open_charts(session, [a_creditor(), a_creditor(creditor_id=uuid4())])
    async with database.transaction() as session:
        rows = (await session.execute(text("SELECT book, creditor_id, code, name, kind FROM chart_account"))).all()
    assert len(rows) == len(set(rows)) == 8 + 2 * (len(CHARTS["CREDITOR"]) + 1)
    for row in rows:
        known = account(row.book, row.creditor_id, row.code)
        assert (row.name, row.kind) == (known.name, known.kind)
    assert {row.code for row in rows if row.creditor_id == CREDITOR_ID} == set(CHARTS["CREDITOR"])
