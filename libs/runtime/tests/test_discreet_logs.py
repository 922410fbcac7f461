"""An error of the database that is logged says what failed, and nothing of the row that it failed on."""

import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from runtime.database import Database
from runtime.telemetry import DiscreetFormatter

PERSON = {"name": "Kari\n\nEksempel", "street": "Storgata"}


@pytest.mark.parametrize("whole", [True, False], ids=["with traceback", "in one line"])
async def test_a_failed_row_does_not_stand_in_the_log(database_url: str, whole: bool) -> None:
    database = Database(database_url)
    with pytest.raises(IntegrityError) as raised:
        await insert_half_a_person(database)
    await database.close()
    error = raised.value
    about = (type(error), error, error.__traceback__) if whole else None
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it failed: %r", (error,), about)

    written = DiscreetFormatter("%(message)s").format(record)

    assert "null value in column" in written
    assert ("INSERT INTO person" in written) == whole
    for word in ("Kari", "Eksempel", "Storgata"):
        assert word not in written


async def insert_half_a_person(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("CREATE TABLE person (name text, street text, city text NOT NULL)"))
        await session.execute(text("INSERT INTO person (name, street) VALUES (:name, :street)"), PERSON)
