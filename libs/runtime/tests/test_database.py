"""Transactions: what they leave behind, and whom they wake."""

from collections.abc import AsyncGenerator, Callable
from typing import Any

import pytest
from sqlalchemy import text

from runtime.database import Database, after_commit


async def create_note(url: str) -> None:
    database = Database(url)
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE note (words text)"))
    await database.close()


@pytest.fixture(scope="session")
def migrate() -> Callable[[str], Any]:
    return create_note


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[Database]:
    """One connection, so that every transaction gets the one that the last had."""
    database = Database(database_url, pool_size=1)
    yield database
    await database.close()


async def _write(database: Database, words: str, callback: Callable[[], None], *, fails: bool = False) -> None:
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO note VALUES (:words)"), {"words": words})
        after_commit(session, callback)
        if fails:
            raise ZeroDivisionError


async def _notes(database: Database) -> list[str]:
    async with database.reading() as session:
        return list((await session.execute(text("SELECT words FROM note ORDER BY words"))).scalars())


async def test_who_waits_for_a_commit_is_woken_once_after_it(database: Database) -> None:
    woken: list[str] = []

    async with database.transaction() as session:
        await session.execute(text("INSERT INTO note VALUES ('a')"))
        after_commit(session, callback := lambda: woken.append("a"))
        after_commit(session, callback)
        assert woken == []

    assert (woken, await _notes(database)) == (["a"], ["a"])


async def test_a_rolled_back_transaction_leaves_nothing_and_wakes_nobody_even_later(database: Database) -> None:
    woken: list[str] = []

    with pytest.raises(ZeroDivisionError):
        await _write(database, "lost", lambda: woken.append("lost"), fails=True)
    await _write(database, "kept", lambda: woken.append("kept"))

    assert (woken, await _notes(database)) == (["kept"], ["kept"])
