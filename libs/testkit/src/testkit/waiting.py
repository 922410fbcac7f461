"""Waiting for something to become true, with a deadline."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar, cast

T = TypeVar("T")
FIRST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.1


class NotInTime(AssertionError):
    """The condition did not hold before the deadline; the last answer or error is in the message."""


def _pauses(timeout_seconds: float) -> Iterator[float]:
    """Growing pauses until the time is up; always one look at the end."""
    deadline, pause = time.monotonic() + timeout_seconds, FIRST_PAUSE_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        yield min(pause, left)
        pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)


async def eventually(condition: Callable[[], T | Awaitable[T]], timeout_seconds: float = 10) -> T:
    """Call `condition` until it returns something true and return that; a failed assertion inside is "not yet"."""
    answer: object = None
    for pause in _pauses(timeout_seconds):
        try:
            result = condition()
            answer = await result if inspect.isawaitable(result) else result
            if answer:
                return cast("T", answer)
        except AssertionError as not_yet:
            answer = not_yet
        await asyncio.sleep(pause)
    raise NotInTime(_message(timeout_seconds, answer))


def eventually_sync(condition: Callable[[], T], timeout_seconds: float = 10) -> T:
    """`eventually` for tests without a loop."""
    answer: object = None
    for pause in _pauses(timeout_seconds):
        try:
            if result := condition():
                return result
            answer = result
        except AssertionError as not_yet:
            answer = not_yet
        time.sleep(pause)
    raise NotInTime(_message(timeout_seconds, answer))


def _message(timeout_seconds: float, answer: object) -> str:
    return f"Not true within {timeout_seconds:g} s; the last answer was: {answer!r}"
