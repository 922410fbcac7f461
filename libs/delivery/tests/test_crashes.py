"""What happens when a process dies where it hurts most. Processes are real and killed with SIGKILL."""

import asyncio
from collections import Counter, defaultdict
from typing import Any

from sqlalchemy import text

from runtime.database import Database
from testkit import eventually

_HOLD = """
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
'BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NULL; END'
"""
_WAITERS = "FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711 AND NOT granted"


async def test_a_consumer_killed_in_the_middle_of_its_transaction_loses_and_repeats_nothing(
    workers: Any, facts: Any, look: Any, database: Database
) -> None:
    await facts.send(*[facts.opened(case_id) for case_id in range(1, 101)])
    await _hold_before_commit(database, "handled_count")
    async with database.engine.connect() as holder:
        await holder.execute(text("SELECT pg_advisory_lock(4711)"))
        victim = workers.start("consumer")
        await eventually(lambda: _somebody_waits(look), timeout_seconds=30)
        victim.kill()
        victim.wait()
        await look.rows(f"SELECT pg_terminate_backend(pid) {_WAITERS}")  # it was asked to commit, and never did
        await holder.execute(text("SELECT pg_advisory_unlock(4711)"))
        await holder.rollback()

    successor = workers.start("consumer")

    await eventually(lambda: _effects(look, 100), timeout_seconds=40)
    rows = await look.effects()
    assert {row.pid for row in rows} == {successor.pid}
    assert max(Counter(row.event_id for row in rows).values()) == 1


async def test_a_relay_killed_between_sending_and_deleting_sends_again_and_the_consumer_sees_it_once(
    workers: Any, facts: Any, look: Any, database: Database, witness: Any
) -> None:
    from delivery import publish

    events = [facts.opened(case_id) for case_id in range(1, 51)]
    async with database.transaction() as session:
        await publish(session, events)
    await _hold_before_commit(database, "published_count")
    async with database.engine.connect() as holder:
        await holder.execute(text("SELECT pg_advisory_lock(4711)"))
        victim = workers.start("relay")
        await eventually(lambda: _somebody_waits(look), timeout_seconds=30)
        victim.kill()
        victim.wait()
        await look.rows(f"SELECT pg_terminate_backend(pid) {_WAITERS}")  # it was asked to commit, and never did
        await holder.execute(text("SELECT pg_advisory_unlock(4711)"))
        await holder.rollback()
    assert await look.count("outbox") == 50

    workers.start("relay")

    await eventually(lambda: _empty(look, "outbox"), timeout_seconds=30)
    assert len(await look.records("case.opened", at_least=100)) == 100
    await witness()
    await eventually(lambda: _effects(look, 50), timeout_seconds=20)
    assert (await look.rows("SELECT sum(count) FROM published_count"))[0][0] == 50
    assert (await look.rows("SELECT sum(count) FROM handled_count"))[0][0] == 50


async def test_members_that_come_and_go_leave_each_effect_once_and_each_key_in_order(
    workers: Any, facts: Any, look: Any
) -> None:
    cases = range(1, 41)
    await facts.send(*[facts.opened(case_id) for case_id in cases])
    first = workers.start("consumer")
    await eventually(lambda: _effects(look, 40), timeout_seconds=30)

    second = workers.start("consumer")
    for number in range(1, 11):
        await facts.send(*[facts.resumed(case_id, number) for case_id in cases])
        if number == 4:
            await eventually(lambda: _took_part(look, first.pid), timeout_seconds=30)
        if number == 7:
            first.terminate()
            await asyncio.to_thread(first.wait)

    await eventually(lambda: _effects(look, 440), timeout_seconds=60)
    rows = await look.effects()
    assert max(Counter(row.event_id for row in rows).values()) == 1
    numbers: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        numbers[row.case_id].append(row.number)
    assert all(seen == list(range(11)) for seen in numbers.values())
    assert second.poll() is None


async def test_two_relays_keep_the_order_of_each_key(workers: Any, facts: Any, look: Any, database: Database) -> None:
    from delivery import publish

    workers.start("relay")
    workers.start("relay")
    for number in range(1, 31):
        async with database.transaction() as session:
            await publish(session, [facts.resumed(case_id, number) for case_id in range(1, 11)])

    records = await look.records("case.resumed", at_least=300)

    import json

    numbers: dict[bytes, list[int]] = defaultdict(list)
    for record in records:
        numbers[record.key].append(json.loads(record.value)["hold_version"])
    assert all(seen == list(range(1, 31)) for seen in numbers.values())


async def _hold_before_commit(database: Database, table: str) -> None:
    """Whoever has written `table` stops at the commit while the test holds lock 4711."""
    async with database.engine.begin() as connection:
        await connection.execute(text(_HOLD))
        await connection.execute(
            text(
                f"CREATE CONSTRAINT TRIGGER hold AFTER INSERT OR UPDATE ON {table}"
                " INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold()"
            )
        )


async def _somebody_waits(look: Any) -> bool:
    return (await look.rows(f"SELECT count(*) {_WAITERS}"))[0][0] > 0


async def _effects(look: Any, count: int) -> bool:
    return await look.count("effect") == count


async def _empty(look: Any, table: str) -> bool:
    return await look.count(table) == 0


async def _took_part(look: Any, pid: int) -> bool:
    return bool(await look.rows(f"SELECT 1 FROM effect WHERE pid = {pid} AND number > 0 LIMIT 1"))
