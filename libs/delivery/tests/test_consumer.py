"""What a consumer promises, on a real broker and a real database. `witness.py` says what its handlers do."""

from collections.abc import Sequence
from typing import Any

from aiokafka import ConsumerRecord

from contracts import CaseOpened, CaseResumed, Event
from delivery import Consumer, publish
from delivery.replay import replay
from runtime.database import Database, Session
from testkit import eventually


async def test_the_same_event_sent_three_times_takes_effect_once(witness: Any, facts: Any, look: Any) -> None:
    event = facts.opened(1)
    await facts.send(event, event, facts.opened(2), event)

    await witness()

    await eventually(lambda: look.count("effect"), timeout_seconds=30)
    await eventually(lambda: _committed_all(look, 2), timeout_seconds=30)
    assert sorted(row.case_id for row in await look.effects()) == [1, 2]


async def test_a_message_before_its_cause_waits_and_is_taken_up_with_it(witness: Any, facts: Any, look: Any) -> None:
    await facts.send(facts.resumed(7, number=1), facts.resumed(7, number=2))
    await witness()
    await eventually(lambda: _has(look, "waiting", 2), timeout_seconds=30)
    assert await look.count("effect") == 0

    await facts.send(facts.opened(7))

    await eventually(lambda: _has(look, "effect", 3), timeout_seconds=30)
    assert [row.number for row in await look.effects()] == [0, 1, 2]
    assert await look.count("waiting") == 0


async def test_cause_and_effect_in_one_batch_are_handled_in_the_order_of_registration(
    witness: Any, facts: Any, look: Any
) -> None:
    for case_id in range(1, 21):
        await facts.send(facts.resumed(case_id), facts.opened(case_id))

    await witness()

    await eventually(lambda: _has(look, "effect", 40), timeout_seconds=30)
    assert await look.count("waiting") == 0


async def test_poison_in_the_middle_of_a_batch_is_parked_alone_with_its_reason(
    witness: Any, facts: Any, look: Any
) -> None:
    await facts.send(*[facts.opened(case_id) for case_id in (1, 2, 3)])
    await facts.send(facts.opened(666))
    await facts.send_raw("case.opened", "4", b'{"case_id": "not a number"}')
    await facts.send_raw("case.opened", "4", b"\xff\xfe not even text")
    await facts.send(*[facts.opened(case_id) for case_id in (5, 6)])

    await witness()

    await eventually(lambda: _has(look, "effect", 5), timeout_seconds=30)
    await eventually(lambda: _has(look, "outbox", 3), timeout_seconds=30)
    parked = await look.rows("SELECT aggregatetype, extra, payload FROM outbox ORDER BY position")
    assert {row.aggregatetype for row in parked} == {"case.opened.dead"}
    reasons = " | ".join(row.extra["reason"] for row in parked)
    assert "Poisonous: this case can never be handled" in reasons
    assert "creditor_id: Field required" in reasons
    assert b"\xff\xfe not even text" in {row.payload for row in parked}


async def test_a_message_without_an_id_is_parked_because_repeats_could_not_be_told(
    witness: Any, facts: Any, look: Any
) -> None:
    event = facts.opened(1)
    await facts.send_raw(event.topic, event.key, event.model_dump_json(exclude={"event_id"}).encode())

    await witness()

    await eventually(lambda: _has(look, "outbox", 1), timeout_seconds=30)
    assert await look.count("effect") == 0


async def test_every_handled_event_is_counted_once_whatever_was_repeated(witness: Any, facts: Any, look: Any) -> None:
    event = facts.opened(1)
    await facts.send(event, facts.opened(2), event)
    await facts.send_raw("case.opened", "9", b"poison")

    await witness()

    await eventually(lambda: _committed_all(look, 3), timeout_seconds=30)
    assert await look.count("outbox") == 1


async def test_nothing_leaves_when_the_transaction_is_rolled_back(database: Database, facts: Any, look: Any) -> None:
    class ChangedMind(Exception):
        pass

    try:
        async with database.transaction() as session:
            await publish(session, [facts.resumed(1)])
            raise ChangedMind
    except ChangedMind:
        pass

    assert await look.count("outbox") == 0


async def test_the_outbox_is_shaped_as_debeziums_router_reads_it(database: Database, look: Any, facts: Any) -> None:
    event: CaseResumed = facts.resumed(5)
    async with database.transaction() as session:
        await publish(session, [event])

    [row] = await look.rows("SELECT id, aggregatetype, aggregateid, type, payload FROM outbox")
    assert (row.id, row.aggregatetype, row.aggregateid) == (event.event_id, "case.resumed", "5")
    assert row.type == "fordring.case.resumed"
    assert CaseResumed.model_validate_json(row.payload) == event


async def test_a_parked_message_sent_again_has_the_effect_of_first_time_success(
    witness: Any, facts: Any, look: Any, workers: Any, running: Any
) -> None:
    await facts.send(facts.opened(666), facts.opened(1))
    await witness()
    workers.start("relay")
    [parked] = await look.records("case.opened.dead", at_least=1)
    assert dict(parked.headers)["fordring-reason"] == b"Poisonous: this case can never be handled"
    await look.rows("CREATE TABLE cured ()", returns=False)

    assert await replay(running.bootstrap, "case.opened") == 1

    await eventually(lambda: _has(look, "effect", 2), timeout_seconds=30)
    assert await replay(running.bootstrap, "case.opened") == 0
    assert (await look.rows("SELECT sum(count) FROM handled_count"))[0][0] == 2


async def test_a_lost_database_connection_is_waited_out_and_nothing_is_parked(
    witness: Any, facts: Any, look: Any
) -> None:
    await facts.send(facts.opened(1))
    await witness()
    await eventually(lambda: _has(look, "effect", 1), timeout_seconds=30)
    cut = await look.rows(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name <> 'look'"
    )
    assert cut

    await facts.send(facts.opened(2))

    await eventually(lambda: _has(look, "effect", 2), timeout_seconds=30)
    assert await look.count("outbox") == 0


async def _has(look: Any, table: str, rows: int) -> bool:
    count = await look.count(table)
    assert count <= rows, f"{table} has {count} rows"
    return count == rows


async def _committed_all(look: Any, count: int) -> bool:
    return (await look.rows("SELECT coalesce(sum(count), 0) FROM handled_count"))[0][0] == count


async def test_a_handler_of_several_classes_gets_a_batch_at_once_and_in_its_order(
    facts: Any, database: Database
) -> None:
    consumer, calls = Consumer("teller"), list[list[str]]()

    async def tell(_: Session, events: Sequence[Event]) -> None:
        calls.append([event.topic for event in events])

    consumer.on(CaseOpened)(tell)
    consumer.on(CaseResumed)(tell)
    batch = [facts.resumed(1), facts.opened(1), facts.resumed(2)]

    await consumer.handle(database, [_record(event) for event in batch])

    assert calls == [["case.resumed", "case.opened", "case.resumed"]]


def _record(event: Event) -> ConsumerRecord[bytes, bytes]:
    value = event.model_dump_json().encode()
    return ConsumerRecord(event.topic, 0, 0, 0, 0, event.key.encode(), value, None, len(event.key), len(value), ())
