"""The migration, the tables and the database's own guard over the books."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from accounting_factories import CREDITOR_ID, DAY, a_creditor
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, IntegrityError

import accounting
from accounting.domain.chart import CHARTS, account
from accounting.tables import Table
from accounting.use_cases.post_vouchers import open_charts
from runtime.database import Database, Session

MIGRATIONS = Path(accounting.__file__).parent / "migrations"
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


async def test_books_of_before_keep_their_vouchers_and_learn_what_moved(database: Database) -> None:
    """The second migration on a database that the first one has filled."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    def start_over(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")

    def go_on(connection: Connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

    sale, waiver = uuid4(), uuid4()
    async with database.engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
        await connection.run_sync(start_over)
        ids = {"sale": sale, "waiver": waiver, "creditor": CREDITOR_ID, "day": DAY}
        for statement in (
            "INSERT INTO clock VALUES (1, :day, :day)",
            "INSERT INTO chart_account (book, creditor_id, code, name, kind) VALUES ('CREDITOR', :creditor, '1500', 'R', 'ASSET')",
            "INSERT INTO invoice VALUES (1, :creditor, '1', 'NOK', 100, 0), (2, :creditor, '2', 'NOK', 100, 0)",
            "INSERT INTO voucher (voucher_id, book, creditor_id, fact, fact_id, currency, voucher_date, text, total_minor)"
            " VALUES (:sale, 'CREDITOR', :creditor, 'invoice.created', :sale, 'NOK', CAST(:day AS date) - 9, 'Invoice 1', 100),"
            " (:waiver, 'CREDITOR', :creditor, 'claim.changed', :waiver, 'NOK', :day, 'Small balance', 5)",
            "INSERT INTO voucher_line (voucher_id, line_no, account_code, amount_minor, case_id, text)"
            " VALUES (:sale, 1, '1500', 100, 1, ''), (:sale, 2, '3000', -100, 1, ''),"
            " (:waiver, 1, '8050', 5, 1, ''), (:waiver, 2, '1510', -5, 1, '')",
        ):
            used = {name: value for name, value in ids.items() if f":{name}" in statement}
            await connection.execute(text(statement), used)
        await connection.run_sync(go_on)
    async with database.transaction() as session:
        moved = (await session.execute(text("SELECT movement FROM voucher ORDER BY voucher_number"))).scalars().all()
        due = (await session.execute(text("SELECT due_date FROM invoice ORDER BY case_id"))).scalars().all()
        codes = (await session.execute(text("SELECT code FROM chart_account WHERE creditor_id IS NOT NULL"))).scalars()
        assert (moved, due, set(codes)) == (["SALE", "SMALL_BALANCE"], [DAY - timedelta(days=9), DAY], {"1500", "7790"})
    with pytest.raises(DBAPIError, match="never changed or deleted"):
        async with database.transaction() as session:
            await session.execute(text("UPDATE voucher SET movement = NULL"))
