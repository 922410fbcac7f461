"""Which trace each message belongs to while a batch is handled, so that one claim stays one trace."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from runtime.telemetry import current_traceparent

_TRACES: ContextVar[Mapping[str, str]] = ContextVar("traces_by_key", default={})  # noqa: B039 - never mutated


@contextmanager
def traced(traceparents: Mapping[str, str | None]) -> Generator[None]:
    """Within the block, events with these keys continue these traces (a sweep hands in what its rows stored)."""
    known = {key: value for key, value in traceparents.items() if value}
    token = _TRACES.set({**_TRACES.get(), **known})
    try:
        yield
    finally:
        _TRACES.reset(token)


def trace_of(key: str | int) -> str | None:
    """The traceparent of the message being handled under `key`, else of the current span; rows may store it."""
    return _TRACES.get().get(str(key)) or current_traceparent()
