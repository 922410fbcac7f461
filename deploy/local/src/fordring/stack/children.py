"""A child process: how it is described, started and stopped."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGTERM, Signals
from socket import create_connection

LEASH = Path(__file__).with_name("leash.py")
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class StackProblem(Exception):
    """Something around the services is missing, refuses or died; the message says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """One process of a stack. `argv` may be a function, which is asked at every start. It is ready when all of `ready_url`, `ready_tcp` and `ready_check` that are given say so.

    `before_start` and `after_ready` run at every start, so also after a crash. When a child with `takes_dependents`
    dies, those who depend on it are stopped and started again after it.
    """

    name: str
    argv: Sequence[str] | Callable[[], Sequence[str]]
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    address: str = ""
    port: int | None = None
    ready_url: str = ""
    ready_tcp: int | None = None
    ready_check: Callable[[], bool] | None = None
    depends_on: Sequence[str] = ()
    user: str | None = None
    stop_signal: Signals = SIGTERM
    stop_seconds: float = 10
    death_signal: Signals = SIGKILL
    takes_dependents: bool = False
    before_start: Callable[[], None] | None = None
    after_ready: Callable[[], None] | None = None

    def command(self) -> list[str]:
        return list(self.argv() if callable(self.argv) else self.argv)

    def is_ready(self) -> bool:
        """One look, at most about a second."""
        return (
            (self.ready_tcp is None or answers_tcp(self.ready_tcp))
            and (not self.ready_url or answers_http(self.ready_url))
            and (self.ready_check is None or self.ready_check())
        )


def answers_tcp(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def answers_http(url: str) -> bool:
    """Whether a GET answers 2xx within a second."""
    try:
        with NO_PROXY.open(url, timeout=1) as response:
            return 200 <= response.status < 300
    except (OSError, urllib.error.URLError, ValueError):
        return False


def launch(
    argv: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    user: str | None = None,
    death_signal: Signals = SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a command in its own session; the kernel sends it `death_signal` when this process is gone (Linux)."""
    leash = [sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), str(int(death_signal)), user or "-"]
    local_only = {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"}
    # seven services import the same libraries: without compiled files each start would compile them all again
    local_only["PYTHONDONTWRITEBYTECODE"] = ""
    with log.open("ab") as output:
        return subprocess.Popen(
            [*leash, *argv],
            env=os.environ | local_only | dict(env or {}),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def send_signal(process: subprocess.Popen[bytes], number: Signals) -> None:
    """Signal the whole group of a child that is still there."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)


def ask_to_stop(process: subprocess.Popen[bytes], stop_signal: Signals) -> None:
    """Ask once; a child that was paused is woken to hear it."""
    if process.poll() is None:
        process.send_signal(stop_signal)  # the leader only: it stops its own workers in order
        process.send_signal(SIGCONT)


def stop_process(process: subprocess.Popen[bytes], stop_signal: Signals = SIGTERM, seconds: float = 10) -> None:
    """Ask, wait, and kill what did not listen."""
    ask_to_stop(process, stop_signal)
    finish(process, seconds)


def finish(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait at most `seconds` for a child that was asked to stop, then kill its group."""
    try:
        process.wait(max(seconds, 0.01))
    except subprocess.TimeoutExpired:
        send_signal(process, signal.SIGKILL)
        process.wait(5)
