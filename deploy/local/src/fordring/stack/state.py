"""The state file of a running stack: who runs, where, and how to tell our processes from others with the same pid."""

import json
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGTERM

import psutil

START_TOLERANCE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessRecord:
    """One process; `started` is its start in seconds since 1970 as the system tells it."""

    name: str
    pid: int
    started: float
    program: str
    stop_signal: int = int(SIGTERM)
    port: int | None = None
    address: str = ""
    ready_url: str = ""
    restarts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StackState:
    """What `status` shows and `down` stops; `settings` are the addresses that other commands need."""

    supervisor: ProcessRecord
    children: tuple[ProcessRecord, ...] = ()
    settings: dict[str, str] = field(default_factory=dict[str, str])


def record(name: str, pid: int, program: str) -> ProcessRecord:
    """Describe a process that runs now."""
    return ProcessRecord(name=name, pid=pid, started=psutil.Process(pid).create_time(), program=program)


def is_alive(process: ProcessRecord) -> bool:
    """Whether this very process still runs, not another that got its pid."""
    try:
        found = psutil.Process(process.pid)
        if abs(found.create_time() - process.started) > START_TOLERANCE_SECONDS:
            return False
        return found.status() != psutil.STATUS_ZOMBIE and _runs(found, process.program)
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
        return True  # the start time agrees; its command line is hidden from us


def _runs(found: psutil.Process, program: str) -> bool:
    name, command = Path(program).name, found.cmdline()
    # empty for a moment while a process is being replaced by its program: then the start time alone tells
    return not command or any(name in part or "leash.py" in part for part in command)


def write_state(path: Path, state: StackState) -> None:
    """Replace the file whole; it names a token, so only the owner may read it."""
    draft = path.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(asdict(state), indent=2))
    draft.replace(path)


def find_state(path: Path) -> StackState | None:
    """The state at `path`, None when there is no stack."""
    try:
        content = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    return StackState(
        supervisor=ProcessRecord(**content["supervisor"]),
        children=tuple(ProcessRecord(**child) for child in content["children"]),
        settings=content["settings"],
    )


def stop_recorded(path: Path, *, seconds: float = 60) -> list[str]:
    """Stop the stack of a state file, first its supervisor, then what was left over; returns the names."""
    state = find_state(path)
    if state is None:
        return []
    stopped: list[str] = []
    if state.supervisor.pid != os.getpid() and is_alive(state.supervisor):
        os.kill(state.supervisor.pid, SIGTERM)
        _await_gone([state.supervisor], seconds)
        stopped.append(state.supervisor.name)
    leftovers = [child for child in reversed(state.children) if is_alive(child)]
    _stop(leftovers)
    path.unlink(missing_ok=True)
    return stopped + [child.name for child in leftovers]


def _stop(processes: Sequence[ProcessRecord]) -> None:
    for process in processes:
        _signal(process, process.stop_signal)
        _signal(process, SIGCONT)
    for process in _await_gone(processes, 10):
        _signal_group(process)
    _await_gone(processes, 5)


def _await_gone(processes: Iterable[ProcessRecord], seconds: float) -> list[ProcessRecord]:
    deadline = time.monotonic() + seconds
    left = [process for process in processes if is_alive(process)]
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [process for process in left if is_alive(process)]
    return left


def _signal(process: ProcessRecord, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process.pid, number)


def _signal_group(process: ProcessRecord) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, SIGKILL)
