"""Workers sleep until there is something to do."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from delivery import wake
from delivery.workers import Pulse, Worker, couriers_are
from runtime.database import Database

LONG_SECONDS = 3_600.0


@asynccontextmanager
async def running(worker: Worker) -> AsyncGenerator[None]:
    task = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


class Steps:
    """A queue of which each step takes a part, and a count of the looks at it."""

    def __init__(self, *takes: int) -> None:
        self.takes = list(takes)
        self.looks = 0
        self.looked = asyncio.Condition()

    async def __call__(self) -> int:
        async with self.looked:
            self.looks += 1
            self.looked.notify_all()
        return self.takes.pop(0) if self.takes else 0

    async def reach(self, looks: int) -> None:
        async with self.looked, asyncio.timeout(30):
            await self.looked.wait_for(lambda: self.looks >= looks)


async def let_others_run() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_a_worker_goes_on_while_its_steps_are_full_and_then_sleeps() -> None:
    steps = Steps(500, 500, 499, 500)
    async with running(Worker("relay", steps, LONG_SECONDS, full=500)):
        await steps.reach(3)
        await let_others_run()
        assert steps.looks == 3


async def test_a_worker_that_is_woken_during_a_step_looks_again() -> None:
    steps = Steps()
    worker = Worker("relay", steps, LONG_SECONDS)

    async def step() -> int:
        if steps.looks == 0:
            worker.wake()
        return await steps()

    worker.step = step
    async with running(worker):
        await steps.reach(2)
        await let_others_run()
        assert steps.looks == 2


async def test_couriers_are_woken_by_name_and_only_by_what_is_committed(database: Database) -> None:
    letters, mails = Steps(), Steps()
    couriers = [Worker("letter", letters, LONG_SECONDS), Worker("email", mails, LONG_SECONDS)]
    couriers_are(couriers)
    async with running(couriers[0]), running(couriers[1]):
        await letters.reach(1)
        await mails.reach(1)
        with suppress(ZeroDivisionError):
            async with database.transaction() as session:
                wake(session, "letter")
                raise ZeroDivisionError
        async with database.transaction() as session:
            wake(session, "email")
        await mails.reach(2)
        await let_others_run()
        assert (letters.looks, mails.looks) == (1, 2)
    couriers_are([])


async def test_a_process_rests_once_the_last_of_its_parts_has_done_its_work() -> None:
    pulse = Pulse()
    await pulse.rest()  # nobody is at work
    with pulse.working():
        resting = asyncio.create_task(pulse.rest())
        with pulse.working():
            await let_others_run()
        await let_others_run()
        assert not resting.done()
    async with asyncio.timeout(30):
        await resting


async def test_a_step_that_fails_is_no_longer_work() -> None:
    pulse = Pulse()

    async def step() -> int:
        raise ConnectionError("nobody there")

    async with running(Worker("mail", step, LONG_SECONDS, working=pulse.working)), asyncio.timeout(30):
        await pulse.next.wait()
        await pulse.rest()
