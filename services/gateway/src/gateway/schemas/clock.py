"""Bodies of the sandbox clock."""

from typing import Literal

from gateway.schemas.wire import Day, Wire


class ClockRead(Wire):
    """`ready` once every service has done every day up to `target`."""

    date: Day
    target: Day
    state: Literal["advancing", "ready"]


class ClockAdvance(Wire):
    to: Day
