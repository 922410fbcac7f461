"""Many mails: a batch costs the same statements whatever its size, few connections carry all, and a kill repeats nothing."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import uuid4, uuid5

from services.communication.tests.conftest import SECRET
from services.communication.tests.factories import CREDITOR_ID, DAY, SPACE, a_charge, debtor_id_of
from services.communication.tests.rows import change, fetch, know, messages, outbox, tell
from sqlalchemy import event

from communication import queries
from communication.channels.acknowledged import Acknowledgements
from communication.channels.email import EmailChannel
from communication.couriers import send_mails
from communication.settings import Settings
from communication.use_cases.correspondence import MESSAGE, thread_row
from communication.use_cases.dispatch import take_due
from communication.use_cases.keys import keys_for_writing
from communication.vault.store import Vault
from runtime.database import Database
from testkit import eventually

MANY = 600
PROCESS = Path(__file__).with_name("courier_process.py")


async def queue_reminders(database: Database, vault: Vault, count: int) -> None:
    """Reminders in words of their own, all on one case: no letter has to be set for them."""
    await know(database, 100001)
    async with database.transaction() as session:
        debtor_id = debtor_id_of(100001)
        key = (await keys_for_writing(session, vault.provider, [debtor_id]))[debtor_id]
        [case] = await queries.find_cases(session, CREDITOR_ID, [100001])
        thread = thread_row(case, key, "Reminder")
        await queries.save_threads(session, [thread])
        rows: list[dict[str, Any]] = []
        for number in range(count):
            fields = {"from": "post@fordring.example", "to": [f"kari+{number}@debtor.example"], "cc": []}
            fields |= {"subject": "Reminder", "body": f"Reminder number {number}"}
            row = dict.fromkeys(("classification", "smtp_message_id", "release_at", "sender_verified", "traceparent"))
            row |= {"message_id": uuid5(SPACE, f"reminder {number}"), "case_id": 100001, "creditor_id": CREDITOR_ID}
            row |= {"debtor_id": debtor_id, "category": "reminder", "channel": "EMAIL", "template": "free_text"}
            row |= {"as_of": DAY, "direction": "OUTBOUND", "status": "QUEUED", "thread_id": thread["thread_id"]}
            row |= {"priority": "normal", "sent_by": "", "has_attachments": False, "detail": "", "contacts": 1}
            rows.append(row | {"sealed": key.seal_fields(fields, MESSAGE)})
        await queries.save_correspondence(session, rows)


def written(settings: Settings) -> str:
    """The settings as another process reads them."""
    return json.dumps(settings.model_dump(mode="json", exclude_none=True) | {"service_secret": SECRET})


async def a_courier(settings: Settings) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(sys.executable, str(PROCESS), written(settings))


def message_ids(sources: Sequence[bytes]) -> Counter[str]:
    return Counter(str(message_from_bytes(source)["Message-ID"]) for source in sources)


async def test_a_courier_killed_in_the_middle_loses_nothing_and_repeats_nothing_that_was_acknowledged(
    database: Database, settings: Settings, vault: Vault, mails: Any
) -> None:
    await queue_reminders(database, vault, MANY)
    courier = await a_courier(settings)
    await eventually(lambda: len(mails.received) >= MANY // 3, 120)
    courier.kill()
    assert await courier.wait() < 0
    sent_before = len(mails.received)
    assert sent_before < MANY, "it was killed in the middle"

    await change(database, "UPDATE message SET leased_until = now() - interval '1 second' WHERE status = 'QUEUED'")
    assert await (await a_courier(settings)).wait() == 0

    received = message_ids(mails.received)
    rows = await messages(database)
    assert {row.status for row in rows} == {"SENT"}
    assert set(received) == {row.smtp_message_id for row in rows}
    assert len(received) == MANY
    # a server may have taken a mail whose answer the courier did not live to read: one per connection at most
    assert len(mails.received) - MANY <= settings.smtp_connections
    assert max(received.values()) <= 2
    told = Counter(fact["message_id"] for fact in await outbox(database) if fact["topic"] == "message.sent")
    assert set(told.values()) == {1}
    assert len(told) == MANY
    assert list((settings.document_folder / ".couriers").iterdir()) == []


async def test_a_batch_of_one_and_of_a_hundred_cost_the_same_statements_over_a_few_connections(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, mails: Any
) -> None:
    await queue_reminders(database, vault, 101)
    one = settings.model_copy(update={"courier_batch_size": 1})
    with counted(database) as first:
        assert await send_mails(database, vault, email_channel, one) == 1
    with counted(database) as rest:
        assert await send_mails(database, vault, email_channel, settings) == 100
    assert len(first) == len(rest) <= 8, [statement.split()[:4] for statement in rest]
    assert len(mails.received) == 101
    assert mails.connections <= settings.smtp_connections


async def test_reminders_of_the_policy_cost_the_same_statements_too(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel
) -> None:
    case_ids = range(100001, 100012)
    await know(database, *case_ids)
    await tell(database, *(a_charge(case_id) for case_id in case_ids))
    one = settings.model_copy(update={"courier_batch_size": 1})
    with counted(database) as first:
        assert await send_mails(database, vault, email_channel, one) == 1
    with counted(database) as rest:
        assert await send_mails(database, vault, email_channel, settings) == 10
    assert len(first) == len(rest)


async def test_what_a_killed_courier_had_sent_is_recorded_and_not_sent_again(
    database: Database, settings: Settings, vault: Vault, email_channel: EmailChannel, mails: Any
) -> None:
    await know(database, 100001)
    await tell(database, a_charge())
    killed = EmailChannel(settings, vault.provider)
    await killed.deliver((await take_due(database, settings, "EMAIL")).messages)
    await killed.close()  # as the kernel does: the lock is free, the note stays
    await change(database, "UPDATE message SET leased_until = NULL")

    await send_mails(database, vault, email_channel, settings)

    [row] = await messages(database)
    assert (row.status, len(mails.received), row.sealed is not None) == ("SENT", 1, True)
    events = await fetch(database, "SELECT kind, detail FROM delivery_event ORDER BY position")
    assert events[-1] == ("SENT", "a courier that was killed had sent it")


def test_a_living_couriers_notes_are_its_own_and_half_a_line_is_nothing(tmp_path: Path) -> None:
    living, other = Acknowledgements(tmp_path), Acknowledgements(tmp_path)
    living.note(uuid4())
    assert other.take_up() == set()
    living.close()
    [left] = [path for path in tmp_path.iterdir() if path.stat().st_size]
    whole = uuid4()
    left.write_bytes(f"{whole}\n{str(uuid4())[:20]}".encode())
    assert other.take_up() == {whole}
    other.cleared([uuid4()])
    assert other.take_up() == {whole}
    other.cleared([whole])
    assert other.take_up() == set()
    other.close()
    assert list(tmp_path.iterdir()) == []


@contextmanager
def counted(database: Database) -> Generator[list[str]]:
    """The statements that are sent to the database while the block runs."""
    statements: list[str] = []

    def note(*arguments: Any) -> None:
        statements.append(arguments[2])

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
