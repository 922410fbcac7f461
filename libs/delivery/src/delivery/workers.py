"""Loops beside the HTTP server: relay, timers, couriers to the outside world."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field

from runtime.database import Session, after_commit

log = logging.getLogger(__name__)


class Pulse:
    """Beats when there may be news, as when the last part at work has done: who waits need not ask the database."""

    def __init__(self) -> None:
        self._next = asyncio.Event()
        self._at_work = 0

    @contextmanager
    def working(self) -> Generator[None]:
        """What is done inside may change the state; several parts of a process may be at it at once."""
        self._at_work += 1
        try:
            yield
        finally:
            self._at_work -= 1
            if not self._at_work:
                self.beat()

    async def rest(self) -> None:
        """Return when nothing is `working`; at once if nothing is."""
        while self._at_work:
            await self._next.wait()

    def beat(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """Set by the next beat. Take it before you look, so that no beat falls between the look and the wait."""
        return self._next


@dataclass(slots=True, eq=False)
class Worker:
    """Runs `step` for ever: at once again while there may be more work, else after `idle_seconds` or a `wake`.

    A step that raises is logged and tried again with growing pauses, up to 5 seconds.
    """

    name: str
    step: Callable[[], Awaitable[int]]
    idle_seconds: float = 1.0
    full: int = 1
    """What a step at most takes at once; one that took less has left nothing behind."""
    can_be_woken: bool = True
    """False for what needs no hurry, whatever happens."""
    working: Callable[[], AbstractContextManager[None]] = nullcontext
    """Held while a step runs."""
    _awake: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        if self.can_be_woken:
            self._awake.set()

    async def run(self) -> None:
        failures = 0
        while True:
            self._awake.clear()
            try:
                with self.working():
                    handled = await self.step()
                failures = 0
            except Exception:
                failures += 1
                log.exception("worker %s failed (%d in a row)", self.name, failures)
                await asyncio.sleep(min(5.0, 0.1 * 2**failures))
                continue
            if handled < self.full:
                await self._pause()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self.idle_seconds):
                await self._awake.wait()
        except TimeoutError:
            pass


_couriers: list[Worker] = []


def couriers_are(workers: Sequence[Worker]) -> None:
    """Have these be the couriers of this process, whom `wake` and `wake_couriers` mean."""
    _couriers[:] = workers


def wake(session: Session, *names: str) -> None:
    """Have the couriers of these names look once the transaction is committed: it leaves work for them.

    Couriers of other processes find it when they look by themselves.
    """
    for courier in _couriers:
        if courier.name in names:
            after_commit(session, courier.wake)


def wake_couriers() -> None:
    """Have all couriers of this process look at once."""
    for courier in _couriers:
        courier.wake()
