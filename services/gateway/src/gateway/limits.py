"""Limits at the door: how large a body, how many requests."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.problems import Problem, problem_response

_LARGE_PATHS = re.compile(r"/api/v1/office/bank-files|/api/v1/providers/inbound-mail|/api/cases/[0-9]+/documents")


class LimitBodies:
    """ASGI middleware: takes a body in whole, answers 413 as soon as it is too large."""

    def __init__(self, app: ASGIApp, limit_bytes: int, large_limit_bytes: int) -> None:
        self.app = app
        self.limit_bytes = limit_bytes
        self.large_limit_bytes = large_limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in {"GET", "HEAD", "OPTIONS"}:
            await self.app(scope, receive, send)
            return
        limit = self.large_limit_bytes if _LARGE_PATHS.fullmatch(scope["path"]) else self.limit_bytes
        body = await _read(scope, receive, limit)
        if body is None:
            problem = Problem(413, f"The body is larger than {limit} bytes; send it in smaller parts.")
            response = problem_response(problem, scope["path"])
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def replay() -> Message:
            return waiting.pop() if waiting else await receive()

        await self.app(scope, replay, send)


async def _read(scope: Scope, receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None if it is larger than `limit`."""
    declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if declared.isdigit() and int(declared) > limit:
        return None
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b"".join(parts)
        part: bytes = message.get("body", b"")
        size += len(part)
        if size > limit:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


@dataclass(slots=True)
class RateLimit:
    """A bucket per token that holds one second's worth of requests; in this process only. 0 lets all pass."""

    per_second: float
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[str, tuple[float, float]] = field(default_factory=dict[str, tuple[float, float]])

    def check(self, token: str) -> None:
        """429 with Retry-After when the token's bucket is empty."""
        if self.per_second <= 0:
            return
        now = self.clock()
        full = max(1.0, self.per_second)
        left, since = self._buckets.get(token, (full, now))
        left = min(full, left + (now - since) * self.per_second)
        if left < 1:
            wait_seconds = (1 - left) / self.per_second
            raise Problem(
                429,
                f"Too many requests: {self.per_second:g} per second are allowed; slow down.",
                headers={"Retry-After": str(max(1, round(wait_seconds)))},
            )
        self._buckets[token] = (left - 1, now)
