"""Facts in, rows out: twice, late, in another order, and many at once."""

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from services.communication.tests.factories import (
    NOON,
    a_change,
    a_charge,
    a_closing,
    a_creditor,
    a_debtor,
    a_fee,
    a_hold,
    a_resumption,
    a_settlement_of_claim,
    an_invoice,
)
from services.communication.tests.rows import change, fetch, know, messages, outbox, tell
from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from communication.handlers import consumer
from communication.tables import Table
from contracts import Event, consumed_by
from runtime.database import Database

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


def test_communication_listens_to_what_the_contracts_promise() -> None:
    assert consumer.topics == consumed_by("communication")


async def test_the_tables_agree_with_the_migration(database: Database) -> None:
    def differences(connection: Connection) -> Any:
        own = set(Table.metadata.tables)
        context = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or name in own, "compare_server_default": True},
        )
        return compare_metadata(context, Table.metadata)

    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_an_invoice_told_twice_is_queued_once(database: Database) -> None:
    invoice = an_invoice()

    await tell(database, a_creditor(), a_debtor(), invoice, traceparent=TRACEPARENT)
    await tell(database, invoice)
    await tell(database, an_invoice())

    [message] = await messages(database)
    assert (message.category, message.channel, message.status) == ("invoice", "EMAIL", "QUEUED")
    assert message.traceparent == TRACEPARENT
    [noted] = await fetch(database, "SELECT kind FROM delivery_event")
    assert noted.kind == "QUEUED"


async def test_facts_that_come_before_their_causes_wait_for_them(database: Database) -> None:
    await tell(database, a_charge())
    await tell(database, an_invoice())
    assert await messages(database) == []

    await tell(database, a_debtor())
    assert await messages(database) == []

    await tell(database, a_creditor())
    assert [row.category for row in await messages(database)] == ["invoice", "reminder"]
    assert await fetch(database, "SELECT * FROM waiting") == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"distribution_channel": None}, id="the creditor distributes it"),
        pytest.param({"invoice_type": "COLLECTION"}, id="the original was sent before the case came to us"),
    ],
)
async def test_nothing_is_sent_for_an_invoice_that_others_distribute(
    database: Database, changes: dict[str, Any]
) -> None:
    await tell(database, a_creditor(), a_debtor(), an_invoice(**changes))

    assert await messages(database) == []
    assert len(await fetch(database, "SELECT * FROM invoice")) == 1


@pytest.mark.parametrize(
    ("email", "wanted", "reason"),
    [
        pytest.param(None, "EMAIL", "the debtor has no e-mail address", id="no e-mail address"),
        pytest.param(
            None, "SMS", "the debtor has no number for SMS; the debtor has no e-mail address", id="no number either"
        ),
        pytest.param("kari@debtor.example", "LETTER", "", id="a letter was wanted"),
    ],
)
async def test_an_invoice_goes_by_letter_and_says_why(
    database: Database, email: str | None, wanted: str, reason: str
) -> None:
    await tell(database, a_creditor(), a_debtor(email=email), an_invoice(distribution_channel=wanted))

    [message] = await messages(database)
    assert (message.channel, message.reason) == ("LETTER", reason)


async def test_contact_details_recorded_earlier_do_not_replace_newer_ones(database: Database) -> None:
    await tell(database, a_debtor(name="New Name"))
    await tell(database, a_debtor(name="Old Name", occurred_at=NOON.replace(hour=11)))

    [debtor] = await fetch(database, "SELECT name FROM debtor")
    assert debtor.name == "New Name"


async def test_a_step_letter_keeps_its_balance_and_lists_the_fees_of_earlier_steps(database: Database) -> None:
    await know(database, 100001)

    await tell(database, a_charge())
    await tell(database, a_charge(level=2, claim_version=3, charges=(a_fee("inkassovarsel", 3800),), stage="NOTICE"))

    first, second = await messages(database)
    assert [fee["code"] for fee in first.content["fees"]] == ["purring"]
    assert [fee["code"] for fee in second.content["fees"]] == ["purring", "inkassovarsel"]
    assert first.content["balance"] == {"principal_minor": 131310, "interest_minor": 605, "fees_minor": 3800}
    assert first.content["interest_rate"] == "12.00"
    assert first.content["interest_from_date"] == "2026-01-20"


@pytest.mark.parametrize(
    ("seat", "reason"),
    [
        ("Musterweg 1, 10115 Berlin", ""),
        ("", "the creditor's address is not on file, which RDG § 13a wants in this letter"),
    ],
)
async def test_a_german_letter_without_the_creditors_address_is_marked(
    database: Database, seat: str, reason: str
) -> None:
    await know(database, 100001)
    await tell(database, a_creditor(seat=seat))

    await tell(database, a_charge(template="de_inkasso_erstschreiben", stage="COLLECTION"))

    [message] = await messages(database)
    assert message.reason == reason


STOPS = [
    pytest.param(a_settlement_of_claim(), "the claim is settled", id="the claim was settled"),
    pytest.param(a_hold(), "the case is on hold", id="the case was put on hold"),
    pytest.param(a_closing(), "the case is closed", id="the case was withdrawn"),
]


@pytest.mark.parametrize(("stop", "reason"), STOPS)
@pytest.mark.parametrize("stop_first", [False, True], ids=["after the letter was queued", "before it was queued"])
async def test_a_letter_is_recalled_when(database: Database, stop: Event, reason: str, stop_first: bool) -> None:
    await know(database, 100001, 100002)
    letters = [a_charge(), a_charge(100002)]

    for batch in ([stop], letters) if stop_first else (letters, [stop]):
        await tell(database, *batch)

    recalled, other = await messages(database)
    assert (recalled.status, recalled.reason) == ("RECALLED", reason)
    assert other.status == "QUEUED"
    kinds = await fetch(database, "SELECT kind FROM delivery_event WHERE message_id = :id", id=recalled.message_id)
    assert [row.kind for row in kinds] == ["QUEUED", "RECALLED"]


NO_STOPS = [
    pytest.param([a_settlement_of_claim(claim_version=1)], id="an older settlement comes late"),
    pytest.param(
        [a_change(claim_version=1, balance={"principal_minor": 1, "interest_minor": 0, "fees_minor": 0})],
        id="an older change comes late",
    ),
    pytest.param([a_resumption(), a_hold()], id="a hold that ended comes late"),
    pytest.param([a_closing(close_code="PAID")], id="a closing because of payment leaves it to the claim's version"),
]


@pytest.mark.parametrize("facts", NO_STOPS)
async def test_a_letter_stays_queued_when(database: Database, facts: list[Event]) -> None:
    await know(database, 100001)
    await tell(database, a_charge())

    for fact in facts:
        await tell(database, fact)

    [message] = await messages(database)
    assert message.status == "QUEUED"


async def test_a_reversed_payment_lets_the_next_letter_out(database: Database) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    await tell(database, a_settlement_of_claim())
    await tell(database, a_change())

    await tell(database, a_charge(level=2, claim_version=5))
    await tell(database, a_settlement_of_claim())

    assert [row.status for row in await messages(database)] == ["RECALLED", "QUEUED"]


async def test_a_settled_claim_recalls_its_invoice_and_tells_the_creditor_so(database: Database) -> None:
    await know(database, 100001, distribution_channel="EMAIL")
    await tell(database, a_hold())
    assert [row.status for row in await messages(database)] == ["QUEUED"]

    await tell(database, a_settlement_of_claim())

    assert [row.status for row in await messages(database)] == ["RECALLED"]
    [told] = await outbox(database)
    assert (told["topic"], told["successful"]) == ("invoice.distributed", False)
    assert told["reason"] == "recalled: the claim is settled"


async def test_what_happened_to_a_message_is_never_rewritten(database: Database) -> None:
    await know(database, 100001, distribution_channel="EMAIL")

    with pytest.raises(DBAPIError, match="only ever added"):
        await change(database, "UPDATE delivery_event SET kind = 'SENT'")


async def test_500_reminders_take_as_many_statements_as_one(database: Database) -> None:
    few, many = range(100001, 100002), range(200001, 200501)
    await know(database, *few, *many)

    with counted_statements(database) as one:
        await tell(database, *(a_charge(case_id) for case_id in few))
    with counted_statements(database) as five_hundred:
        await tell(database, *(a_charge(case_id) for case_id in many))

    assert len(one) == len(five_hundred) < 10
    assert len(await messages(database)) == 501


@contextmanager
def counted_statements(database: Database) -> Generator[list[str]]:
    statements: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)
