"""The test clock: who may turn it, and the driver that takes the whole house along."""

import asyncio
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from services.gateway.tests.door import OFFICE, Door, faulty, settings
from services.gateway.tests.house import Call, House
from sqlalchemy import text

from gateway.settings import SERVICES
from gateway.use_cases.clock import ClockDriver
from runtime.database import Database

START = date(2026, 2, 2)
FILE_READERS = {"payment-control", "settlement"}


@dataclass(slots=True)
class Days:
    """Six services that do each announced day when told to, and a bank that follows."""

    house: House
    database: Database
    done_through: date = START
    handled: int = 0
    bank_days: list[str] = field(default_factory=list[str])

    def __post_init__(self) -> None:
        for service in SERVICES:
            self.house.on(service, "GET", "/internal/progress", self._progress)
        self.house.on("bank", "POST", "/advance", self._advance_bank)

    def _progress(self, call: Call) -> httpx.Response:
        day = self.done_through.isoformat()
        return httpx.Response(
            200,
            json={
                "service": call.service,
                "business_date": day,
                "done_through": day,
                "outbox": 0,
                "waiting": 0,
                "backlog": 0,
                "listens_to": ["clock.advanced"],
                "published": {},
                "handled": {"clock.advanced": self.handled},
                "looks_outside": call.service in FILE_READERS,
            },
        )

    def _advance_bank(self, call: Call) -> httpx.Response:
        self.bank_days.append(call.params["to"])
        return httpx.Response(200, json={})

    async def relay(self) -> list[str]:
        """Do what the gateway's relay and timers do in a running process: send the outbox, close the day."""
        async with self.database.transaction() as session:
            rows = (
                await session.execute(text("DELETE FROM outbox RETURNING convert_from(payload, 'UTF8')::jsonb"))
            ).scalars()
            days = [row["business_date"] for row in rows]
            await session.execute(
                text(
                    "INSERT INTO published_count VALUES ('clock.advanced', :count)"
                    " ON CONFLICT (topic) DO UPDATE SET count = published_count.count + excluded.count"
                ),
                {"count": len(days)},
            )
            await session.execute(text("UPDATE clock SET done_through = business_date"))
        return days

    def do_the_day(self, day: date) -> None:
        self.done_through = day
        self.handled += 1


def _driver(door: Door) -> ClockDriver:
    with_bank = door.settings.model_copy(update={"clock_followers": f"{door.house.url}/bank/advance?to={{date}}"})
    return ClockDriver(with_bank, door.gate.downstream)


async def _steps(driver: ClockDriver, database: Database, count: int = 5) -> None:
    for _ in range(count):
        await driver.step(database)


async def _clock(door: Door) -> dict[str, Any]:
    return (await door.get("/sandbox/clock", {"X-Api-Key": OFFICE})).json()


async def test_the_clock_stands_at_the_business_date_until_it_is_advanced(door: Door, database: Database) -> None:
    creditor = await door.admit()
    response = await door.get("/sandbox/clock", creditor.headers)
    assert response.json() == {"date": "2026-02-02", "target": "2026-02-02", "state": "ready"}
    assert await _driver(door).step(database) == 0


async def test_the_house_goes_day_by_day_and_is_ready_only_when_all_have_done_the_last(
    door: Door, house: House, database: Database
) -> None:
    creditor = await door.admit()
    days, driver = Days(house, database), _driver(door)
    advanced = await door.post("/sandbox/clock/advance", {"to": "2026-02-04"}, creditor.headers)
    assert advanced.status_code == 202
    assert advanced.json() == {"date": "2026-02-02", "target": "2026-02-04", "state": "advancing"}

    for day in (START + timedelta(days=1), START + timedelta(days=2)):
        await _steps(driver, database)
        assert days.bank_days[-1] == day.isoformat()
        assert (await _clock(door))["date"] == day.isoformat()
        assert await days.relay() == [day.isoformat()]
        await _steps(driver, database)
        assert (await _clock(door))["state"] == "advancing"
        assert await days.relay() == []
        days.do_the_day(day)

    await _steps(driver, database)
    assert await _clock(door) == {"date": "2026-02-04", "target": "2026-02-04", "state": "ready"}
    assert days.bank_days == ["2026-02-03", "2026-02-04"]


async def test_who_waits_for_the_clock_is_answered_once_it_is_ready(
    door: Door, house: House, database: Database
) -> None:
    creditor = await door.admit()
    days, driver = Days(house, database), door.gate.driver
    await door.post("/sandbox/clock/advance", {"to": "2026-02-03"}, creditor.headers)
    asked = asyncio.create_task(door.get("/sandbox/clock", creditor.headers, waitSeconds=30))
    await _steps(driver, database)
    await days.relay()
    assert not asked.done()
    days.do_the_day(date(2026, 2, 3))
    await _steps(driver, database)
    assert (await asked).json() == {"date": "2026-02-03", "target": "2026-02-03", "state": "ready"}


async def test_who_waits_for_a_clock_that_does_not_get_ready_is_told_where_it_is(door: Door) -> None:
    creditor = await door.admit()
    await door.post("/sandbox/clock/advance", {"to": "2026-02-03"}, creditor.headers)
    response = await door.get("/sandbox/clock", creditor.headers, waitSeconds=0.3)
    assert response.json()["state"] == "advancing"
    assert faulty(await door.get("/sandbox/clock", creditor.headers, waitSeconds=31)) == {"query.waitSeconds"}


async def test_the_bank_moves_when_the_house_is_quiet_and_the_day_begins_when_it_is_quiet_again(
    door: Door, house: House, database: Database
) -> None:
    days = Days(house, database)
    await door.post("/sandbox/clock/advance", {"to": "2026-02-03"}, {"X-Api-Key": OFFICE})
    driver = _driver(door)
    days.handled = -1  # a message is still on its way to every service
    await driver.step(database)
    assert days.bank_days == []
    days.handled = 0
    await driver.step(database)
    assert days.bank_days == ["2026-02-03"]
    days.handled = -1
    await driver.step(database)
    assert (await _clock(door))["date"] == "2026-02-02"
    days.handled = 0
    await driver.step(database)
    assert (await _clock(door))["date"] == "2026-02-03"


async def test_once_the_bank_has_moved_only_who_reads_its_files_is_looked_at_anew(
    door: Door, house: House, database: Database
) -> None:
    days = Days(house, database)
    await door.post("/sandbox/clock/advance", {"to": "2026-02-03"}, {"X-Api-Key": OFFICE})
    driver = _driver(door)
    await driver.step(database)
    assert days.bank_days == ["2026-02-03"]
    before = len(house.calls)

    await driver.step(database)

    assert {call.service for call in house.calls[before:]} == FILE_READERS
    assert (await _clock(door))["date"] == "2026-02-03"


async def test_a_killed_driver_goes_on_where_it_was_and_announces_no_day_twice(
    door: Door, house: House, database: Database
) -> None:
    days = Days(house, database)
    await door.post("/sandbox/clock/advance", {"to": "2026-02-03"}, {"X-Api-Key": OFFICE})
    await _steps(_driver(door), database)
    await _steps(_driver(door), database)
    assert await days.relay() == ["2026-02-03"]
    days.do_the_day(date(2026, 2, 3))
    await _steps(_driver(door), database)
    assert (await _clock(door))["state"] == "ready"
    assert await days.relay() == []


async def test_killed_between_the_bank_and_the_announcement_the_bank_is_told_again(
    door: Door, house: House, database: Database
) -> None:
    days = Days(house, database)
    await door.post("/sandbox/clock/advance", {"to": "2026-02-03"}, {"X-Api-Key": OFFICE})
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE outbox ADD CONSTRAINT refused CHECK (false) NOT VALID"))
    driver = _driver(door)
    await _steps(driver, database, 1)
    with pytest.raises(Exception, match="refused"):
        await driver.step(database)
    assert (await _clock(door))["date"] == "2026-02-02"
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE outbox DROP CONSTRAINT refused"))
    await _steps(_driver(door), database)
    assert (await _clock(door))["date"] == "2026-02-03"
    assert days.bank_days == ["2026-02-03", "2026-02-03"]


@pytest.mark.parametrize("absent", ["accounting", "bank"])
async def test_whoever_is_down_only_delays_the_clock(door: Door, house: House, database: Database, absent: str) -> None:
    Days(house, database)
    house.down.add(absent)
    await door.post("/sandbox/clock/advance", {"to": "2026-02-03"}, {"X-Api-Key": OFFICE})
    driver = _driver(door)
    await _steps(driver, database)
    assert (await _clock(door))["date"] == "2026-02-02"
    house.down.clear()
    await _steps(driver, database)
    assert (await _clock(door))["date"] == "2026-02-03"


async def test_an_advance_while_advancing_extends_the_target_and_never_shortens_it(door: Door) -> None:
    creditor = await door.admit()
    await door.post("/sandbox/clock/advance", {"to": "2026-02-10"}, creditor.headers)
    further = await door.post("/sandbox/clock/advance", {"to": "2026-03-01"}, creditor.headers)
    assert further.json()["target"] == "2026-03-01"
    shorter = await door.post("/sandbox/clock/advance", {"to": "2026-02-20"}, creditor.headers)
    assert (shorter.status_code, shorter.json()["target"]) == (202, "2026-03-01")


@pytest.mark.parametrize("to", ["2026-02-01", "2046-02-01", "tomorrow"], ids=["back", "too far", "no date"])
async def test_a_faulty_target_is_named(door: Door, to: str) -> None:
    creditor = await door.admit()
    response = await door.post("/sandbox/clock/advance", {"to": to}, creditor.headers)
    assert (response.status_code, faulty(response)) == (422, {"to"})
    assert (await _clock(door))["state"] == "ready"


async def test_a_production_token_may_not_turn_the_clock(door: Door) -> None:
    creditor = await door.admit(environment="production")
    assert (await door.get("/sandbox/clock", creditor.headers)).status_code == 403
    response = await door.post("/sandbox/clock/advance", {"to": "2026-02-03"}, creditor.headers)
    assert response.status_code == 403


async def test_in_production_there_is_no_clock(database_url: str, house: House) -> None:
    async with Door(settings(database_url, environment="production"), house) as door:
        for headers in ({}, {"X-Api-Key": OFFICE}):
            assert (await door.get("/sandbox/clock", headers)).status_code == 404
