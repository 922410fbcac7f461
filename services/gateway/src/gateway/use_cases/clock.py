"""The test clock: partners set its target, the driver takes the whole house there day by day."""

import asyncio
import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta
from uuid import NAMESPACE_URL, uuid5

from contracts import ClockAdvanced
from delivery import Progress, Worker, publish, to_look_at_again
from delivery.progress import read_progress, sum_published
from delivery.workers import Pulse
from gateway import queries
from gateway.downstream import Answer, Downstream, Unreachable
from gateway.queries import TestClock
from gateway.schemas.clock import ClockRead
from gateway.schemas.wire import refused
from gateway.settings import Settings
from runtime.clock import advance_to, today
from runtime.database import Database

log = logging.getLogger(__name__)

_PATIENCE_SECONDS = 0.5
_PAUSE_SECONDS = 0.01
_IDLE_SECONDS = 0.5
_ABSENT_SECONDS = 0.2
_LOOK_AGAIN_SECONDS = 0.25
_LONGEST_ADVANCE = timedelta(days=3_660)


async def read_clock(database: Database, ready: Pulse, wait_seconds: float = 0) -> ClockRead:
    """Where the clock is, or where it is once it is `ready` if that takes no longer than `wait_seconds`.

    One that was never advanced stands at the business date. The pulse beats when this process has made it ready; another
    process may have, so the row is looked at now and then.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait_seconds
    while True:
        next_beat = ready.next
        async with database.reading() as session:
            clock = await queries.find_clock(session)
            if clock is None:
                day = await today(session)
                clock = TestClock(day, day, "ready")
        left = deadline - loop.time()
        if clock.state == "ready" or left <= 0:
            return _read(clock)
        with suppress(TimeoutError):
            async with asyncio.timeout(min(left, _LOOK_AGAIN_SECONDS)):
                await next_beat.wait()


async def advance_clock(database: Database, target: date) -> ClockRead:
    """Set or extend the target; never back in time. Returns at once, the driver does the rest."""
    async with database.transaction() as session:
        clock = await queries.lock_clock(session, await today(session))
        if target < clock.reached_date:
            raise refused([{"field": "to", "message": f"the clock is at {clock.reached_date} and never goes back"}])
        if target - clock.reached_date > _LONGEST_ADVANCE:
            raise refused([{"field": "to", "message": f"at most {_LONGEST_ADVANCE.days} days in one advance"}])
        goal = max(target, clock.target_date)
        await queries.set_target(session, goal)
    return ClockRead(date=clock.reached_date, target=goal, state="advancing")


def _read(clock: TestClock) -> ClockRead:
    return ClockRead(date=clock.reached_date, target=clock.target_date, state=clock.state)


class ClockDriver:
    """Steps the test clock one day at a time, each only when all services are done with the day before.

    Where it stands is in the database: a driver that was killed goes on where it was.
    """

    def __init__(self, settings: Settings, downstream: Downstream) -> None:
        self._downstream = downstream
        self._urls = {name: f"{url.rstrip('/')}/internal/progress" for name, url in settings.urls().items()}
        self._followers = settings.clock_followers.split()
        self._followers_at: date | None = None
        self._absent: str | None = None
        self._looks: dict[str, Progress] = {}
        self._wake: Worker | None = None
        self.ready = Pulse()

    def worker(self, database: Database) -> Worker:
        self._wake = Worker("test clock", lambda: self.step(database), idle_seconds=_IDLE_SECONDS)
        return self._wake

    def wake(self) -> None:
        """Have the driver look at the target at once."""
        if self._wake:
            self._wake.wake()

    async def step(self, database: Database) -> int:
        """One look at the house; 0 when there is nowhere to go."""
        async with database.reading() as session:
            clock = await queries.find_clock(session)
            # what partners are told follows the clock and does not hold it
            own = await read_progress(session, "gateway", set())
        if clock is None or clock.state == "ready":
            return 0
        try:
            await self._go_on(database, clock, own)
        except Unreachable as error:
            await self._bear_absence(error)
        return 1

    async def _go_on(self, database: Database, clock: TestClock, own: Progress) -> None:
        if not await self._is_quiet(clock.reached_date, own):
            return
        if clock.reached_date < clock.target_date:
            day = clock.reached_date + timedelta(days=1)
            if self._followers and self._followers_at != day:
                await self._move_followers(day)
            else:
                await self._enter(database, clock.reached_date, day)
        else:
            self._looks = {}  # what partners do until the next advance is moved by no message
            async with database.transaction() as session:
                await queries.set_ready(session, clock.reached_date)
            self.ready.beat()

    async def _is_quiet(self, day: date, own: Progress) -> bool:
        """Whether the whole house is done with `day`.

        Asked are those whose last answer does not tell; each answers once it has done its part, or a little later.
        """
        self._looks["gateway"] = own
        asked = [name for name in self._urls if name not in self._looks]
        asked = asked or [name for name in self._urls if name in to_look_at_again(self._looks, day)]
        published = sum_published(self._looks.values())
        answers = await asyncio.gather(*(self._progress(self._urls[name], day, published) for name in asked))
        self._absent = None
        self._looks |= zip(asked, answers, strict=True)
        if not to_look_at_again(self._looks, day):
            return True
        await asyncio.sleep(_PAUSE_SECONDS)
        return False

    async def _progress(self, url: str, day: date, published: dict[str, int]) -> Progress:
        """Answers when the service has done its part of the day and of what others published, or after a moment."""
        known = {"as_of": str(day), "published": json.dumps(published), "patience_seconds": str(_PATIENCE_SECONDS)}
        return Progress.model_validate_json((await self._ask("GET", url, known)).content)

    async def _ask(self, method: str, url: str, params: Mapping[str, str] | None = None) -> Answer:
        answer = await self._downstream.send(method, url, params=params)
        if not answer.is_success:
            raise Unreachable(url, f"answered {answer.status}")
        return answer

    async def _move_followers(self, day: date) -> None:
        """Simulators go first, as banks book in the night; what they send is taken in before the day begins.

        Told again after a crash, they do nothing twice. Who finds their files is looked at anew: no message tells of them.
        """
        self._looks = {name: look for name, look in self._looks.items() if not look.looks_outside}
        for follower in self._followers:
            await self._ask("POST", follower.replace("{date}", day.isoformat()))
        self._followers_at = day

    async def _enter(self, database: Database, from_date: date, day: date) -> None:
        event = ClockAdvanced(event_id=uuid5(NAMESPACE_URL, f"fordring:clock.advanced:{day}"), business_date=day)
        async with database.transaction() as session:
            if await queries.move_clock(session, from_date, day):
                await publish(session, [event])
                await advance_to(session, day)

    async def _bear_absence(self, error: Unreachable) -> None:
        """A service or follower that is down delays the clock; said once, not at every look."""
        told = str(error)
        if told != self._absent:
            log.warning("the test clock waits for %s", told)
        self._absent = told
        await asyncio.sleep(_ABSENT_SECONDS)
