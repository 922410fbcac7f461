"""Loops beside the HTTP server: relay, timers, couriers to the outside world."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)


class Pulse:
    """Beats whenever the process did something: who waits for its state to change need not ask the database."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def beat(self) -> None:
        self._next.set()
        self._next = asyncio.Event()

    @property
    def next(self) -> asyncio.Event:
        """Set by the next beat. Take it before you look, so that no beat falls between the look and the wait."""
        return self._next


@dataclass(slots=True)
class Worker:
    """Runs `step` for ever: at once again while it finds work, else after `idle_seconds` or a `wake`.

    A step that raises is logged and tried again with growing pauses, up to 5 seconds.
    """

    name: str
    step: Callable[[], Awaitable[int]]
    idle_seconds: float = 0.25
    can_be_woken: bool = True
    """False for what needs no hurry, whatever happens."""
    worked: Callable[[], None] | None = None
    """Called after each step that found work."""
    _awake: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        if self.can_be_woken:
            self._awake.set()

    async def run(self) -> None:
        failures = 0
        while True:
            self._awake.clear()
            try:
                handled = await self.step()
                failures = 0
            except Exception:
                failures += 1
                log.exception("worker %s failed (%d in a row)", self.name, failures)
                await asyncio.sleep(min(5.0, 0.1 * 2**failures))
                continue
            if not handled:
                await self._pause()
            elif self.worked:
                self.worked()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(self.idle_seconds):
                await self._awake.wait()
        except TimeoutError:
            pass
