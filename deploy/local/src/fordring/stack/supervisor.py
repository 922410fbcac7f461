"""Keeps a set of child processes running: starts them in order, restarts what died, leaves nothing behind."""

import atexit
import os
import subprocess
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from signal import SIGCONT, SIGSTOP, Signals

from fordring.stack.children import Child, StackProblem, ask_to_stop, finish, launch, send_signal
from fordring.stack.state import ProcessRecord, StackState, record, stop_recorded, write_state

FIRST_BACK_OFF_SECONDS = 0.25
LONGEST_BACK_OFF_SECONDS = 10.0
STEADY_SECONDS = 30.0
GIVE_UP_AFTER_DEATHS = 3
READY_SECONDS = 90.0


class ChildFailed(StackProblem):
    """A child did not become ready; the end of its log is in the message."""


class Stage(StrEnum):
    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ChildStatus:
    """What the table shows of one child."""

    name: str
    stage: Stage
    pid: int | None
    port: int | None
    address: str
    restarts: int


@dataclass(slots=True)
class Slot:
    """One child and what we know of its present process."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    identity: ProcessRecord | None = None
    stage: Stage = Stage.WAITING
    stage_since: float = 0.0
    try_at: float = 0.0
    deaths_in_a_row: int = 0
    restarts: int = 0
    was_ready: bool = False
    problem: str = ""

    def enter(self, stage: Stage) -> None:
        self.stage, self.stage_since = stage, time.monotonic()


@dataclass(slots=True)
class Supervisor:
    """`start()` returns when all children are ready; `stop()` ends them in reverse order. One thread does all the work.

    The thread lives as long as the children, because on Linux a child dies with the thread that started it: that is
    what clears the table when this process is killed.
    """

    children: Sequence[Child]
    home: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    _slots: dict[str, Slot] = field(init=False)
    _lock: threading.RLock = field(init=False, default_factory=threading.RLock)
    _stopping: threading.Event = field(init=False, default_factory=threading.Event)
    _all_ready: threading.Event = field(init=False, default_factory=threading.Event)
    _failure: StackProblem | None = field(init=False, default=None)
    _thread: threading.Thread | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._slots = {child.name: Slot(child) for child in self.children}
        for child in self.children:
            if unknown := set(child.depends_on) - self._slots.keys():
                raise ValueError(f"{child.name} depends on {sorted(unknown)}, which this stack does not have.")

    @property
    def state_path(self) -> Path:
        return self.home / "state.json"

    def log_path(self, name: str) -> Path:
        return self.home / "logs" / f"{name}.log"

    def start(self, timeout_seconds: float = 180) -> None:
        """Start everything, wait until all are ready; on failure stop all and raise ChildFailed."""
        (self.home / "logs").mkdir(parents=True, exist_ok=True)
        stop_recorded(self.state_path)
        for name in [*self._slots, "supervisor"]:
            self.log_path(name).write_bytes(b"")
        atexit.register(self.stop)
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)
        self._thread.start()
        self._all_ready.wait(timeout_seconds)
        late = [slot.child.name for slot in self._slots.values() if slot.stage is not Stage.READY]
        if self._failure is not None or late:
            self.stop()
            raise self._failure or ChildFailed(f"Not ready after {timeout_seconds:.0f} s: {', '.join(late)}.")

    def stop(self) -> None:
        """Stop all children, those first on whom nobody depends; a second call does nothing."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
            atexit.unregister(self.stop)

    def statuses(self) -> list[ChildStatus]:
        with self._lock:
            return [_status(slot) for slot in self._slots.values()]

    def pid(self, name: str) -> int:
        """The process id of a running child."""
        process = self._slots[name].process
        if process is None or process.poll() is not None:
            raise ChildFailed(f"{name} does not run at the moment.")
        return process.pid

    def kill(self, name: str, number: Signals) -> None:
        """Send a signal to a child and its group: SIGKILL plays a crash."""
        self.pid(name)
        process = self._slots[name].process
        assert process is not None
        send_signal(process, number)

    def pause(self, name: str) -> None:
        """Freeze a child: its connections stay open and nobody answers."""
        self.kill(name, SIGSTOP)

    def resume(self, name: str) -> None:
        self.kill(name, SIGCONT)

    # the rest runs in the supervisor's thread

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                with self._lock:
                    self._look_at_all()
                    settled = all(slot.stage is Stage.READY for slot in self._slots.values())
                if settled:
                    self._all_ready.set()
                self._stopping.wait(0.2 if settled else 0.04)
        except StackProblem as failure:
            self._failure = failure
            self._note(f"gave up: {failure}")
        finally:
            self._stop_children(self._slots.keys())
            self.state_path.unlink(missing_ok=True)
            self._all_ready.set()

    def _look_at_all(self) -> None:
        for slot in self._slots.values():
            match slot.stage:
                case Stage.WAITING if self._may_start(slot):
                    self._start_child(slot)
                case Stage.STARTING:
                    self._look_at_starting(slot)
                case Stage.READY if slot.process is not None and slot.process.poll() is not None:
                    self._on_death(slot)
                case _:
                    pass

    def _may_start(self, slot: Slot) -> bool:
        needed = (self._slots[name].stage for name in slot.child.depends_on)
        return time.monotonic() >= slot.try_at and all(stage is Stage.READY for stage in needed)

    def _start_child(self, slot: Slot) -> None:
        child = slot.child
        if child.before_start is not None:
            child.before_start()
        command = child.command()
        slot.process = launch(
            command, log=self.log_path(child.name), env=child.env, user=child.user, death_signal=child.death_signal
        )
        slot.enter(Stage.STARTING)
        slot.identity = replace(
            record(child.name, slot.process.pid, command[0]),
            stop_signal=int(child.stop_signal),
            port=child.port,
            address=child.address,
            ready_url=child.ready_url,
            restarts=slot.restarts,
        )
        self._write_state()
        self._note(f"{child.name} started, pid {slot.process.pid}")

    def _look_at_starting(self, slot: Slot) -> None:
        assert slot.process is not None
        if slot.process.poll() is not None:
            self._on_death(slot)
        elif slot.child.is_ready():
            self._on_ready(slot)
        elif time.monotonic() - slot.stage_since > READY_SECONDS:
            self._note(f"{slot.child.name} was not ready within {READY_SECONDS:.0f} s: killed")
            finish(slot.process, 0)

    def _on_ready(self, slot: Slot) -> None:
        assert slot.process is not None
        try:
            if slot.child.after_ready is not None:
                slot.child.after_ready()
        except (StackProblem, OSError) as problem:
            self._note(f"{slot.child.name} is up but could not be set up, so it is killed: {problem}")
            slot.problem = str(problem)
            finish(slot.process, 0)  # the next look counts it as a death
            return
        slot.was_ready = True
        slot.enter(Stage.READY)
        self._note(f"{slot.child.name} is ready")

    def _on_death(self, slot: Slot) -> None:
        assert slot.process is not None
        child, code = slot.child, slot.process.returncode
        steady = slot.stage is Stage.READY and time.monotonic() - slot.stage_since > STEADY_SECONDS
        slot.deaths_in_a_row = 1 if steady else slot.deaths_in_a_row + 1
        self._note(f"{child.name} ended with {code} (death {slot.deaths_in_a_row} in a row)")
        if not slot.was_ready and slot.deaths_in_a_row >= GIVE_UP_AFTER_DEATHS:
            raise ChildFailed(
                f"{child.name} ended {slot.deaths_in_a_row} times at its start. {slot.problem}\n{self._end_of_log(child)}"
            )
        send_signal(slot.process, Signals.SIGKILL)  # workers it may have left
        slot.restarts += 1
        wait = min(FIRST_BACK_OFF_SECONDS * 2 ** (slot.deaths_in_a_row - 1), LONGEST_BACK_OFF_SECONDS)
        slot.try_at = time.monotonic() + wait
        slot.enter(Stage.WAITING)
        if child.takes_dependents:
            self._restart_dependents(child.name)

    def _restart_dependents(self, name: str) -> None:
        """A broker that lost its records has new offsets: consumers must begin anew or they skip silently."""
        dependents = [slot for slot in self._slots.values() if name in slot.child.depends_on]
        self._stop_children([slot.child.name for slot in dependents])
        for slot in dependents:
            slot.restarts += 1
            slot.enter(Stage.WAITING)

    def _stop_children(self, names: Collection[str]) -> None:
        left = {name for name in names if self._slots[name].process is not None}
        while left:
            needed = {dependency for name in left for dependency in self._slots[name].child.depends_on}
            leaves = [self._slots[name] for name in left if name not in needed]
            assert leaves, "children depend on each other in a circle"
            self._stop_together(leaves)
            left -= {slot.child.name for slot in leaves}

    def _stop_together(self, slots: Sequence[Slot]) -> None:
        for slot in slots:
            if slot.process is not None:
                ask_to_stop(slot.process, slot.child.stop_signal)
        asked_at = time.monotonic()
        for slot in slots:
            if slot.process is not None:
                finish(slot.process, asked_at + slot.child.stop_seconds - time.monotonic())
                self._note(f"{slot.child.name} stopped with {slot.process.returncode}")
            slot.process = None
            slot.enter(Stage.STOPPED)

    def _write_state(self) -> None:
        running = [slot.identity for slot in self._slots.values() if slot.process is not None and slot.identity]
        own = record("supervisor", os.getpid(), "python")
        write_state(self.state_path, StackState(supervisor=own, children=tuple(running), settings=dict(self.settings)))

    def _end_of_log(self, child: Child) -> str:
        path = self.log_path(child.name)
        lines = path.read_text(errors="replace").splitlines()[-15:]
        return "\n".join([f"The end of {path}:", *lines])

    def _note(self, line: str) -> None:
        with self.log_path("supervisor").open("a") as log:
            log.write(f"{time.strftime('%H:%M:%S')} {line}\n")


def _status(slot: Slot) -> ChildStatus:
    running = slot.process is not None and slot.process.poll() is None
    pid = slot.process.pid if running and slot.process is not None else None
    return ChildStatus(slot.child.name, slot.stage, pid, slot.child.port, slot.child.address, slot.restarts)
