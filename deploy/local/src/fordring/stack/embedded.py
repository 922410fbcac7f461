"""The embedded stack as an object: for the command line, the demo and the end-to-end tests."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Self

from fordring.stack.children import StackProblem
from fordring.stack.ports import choose_ports
from fordring.stack.postgres import data_dir_for
from fordring.stack.state import find_state, is_alive, stop_recorded
from fordring.stack.supervisor import Supervisor
from fordring.stack.topology import CLOCK_START, PORT_NAMES, SERVICES, Topology, keep_secrets


class StackRunning(StackProblem):
    """A stack already runs in this folder."""


def default_home() -> Path:
    """FORDRING_HOME, else `.local` in the checkout, else `.local` here."""
    if home := os.environ.get("FORDRING_HOME"):
        return Path(home).resolve()
    checkout = Path(__file__).resolve().parents[5]
    return (checkout if (checkout / "services").is_dir() else Path.cwd()) / ".local"


def throw_away_home() -> Path:
    """A new folder that the database's user may enter."""
    home = Path(tempfile.mkdtemp(prefix="fordring-"))
    home.chmod(0o711)
    return home


@dataclass(slots=True)
class EmbeddedStack:
    """`with EmbeddedStack() as stack:` or `async with`; leaving the block stops everything.

    Without `home` the stack lives in a temporary folder that is removed at the end; `fast` gives up durability.
    """

    home: Path | None = None
    fast: bool = False
    port_base: int | None = None
    clock_start: date = CLOCK_START
    trace_sample_ratio: float = 1.0
    services: Sequence[str] = SERVICES
    _topology: Topology | None = field(init=False, default=None)
    _supervisor: Supervisor | None = field(init=False, default=None)
    _throw_away: Path | None = field(init=False, default=None)

    @classmethod
    def for_tests(cls, *, trace_sample_ratio: float = 1.0, services: Sequence[str] = SERVICES) -> Self:
        """Throw-away folder, scattered ports, a database without durability."""
        return cls(fast=True, trace_sample_ratio=trace_sample_ratio, services=services)

    @property
    def topology(self) -> Topology:
        """Addresses, folders, secrets: `topology.url("gateway")`, `topology.database_url("intake")` and so on."""
        assert self._topology is not None, "the stack is not prepared yet"
        return self._topology

    @property
    def supervisor(self) -> Supervisor:
        """The processes: `statuses()`, `kill(name, signal)`, `pause(name)`, `resume(name)`."""
        assert self._supervisor is not None, "the stack is not prepared yet"
        return self._supervisor

    def prepare(self) -> None:
        """Choose ports, read or make secrets and folders; starts nothing. Refuses when a stack runs here already."""
        if self.home is None:
            self._throw_away = throw_away_home()
        home = self.home or self._throw_away
        assert home is not None
        home.mkdir(parents=True, exist_ok=True)
        state = find_state(home / "state.json")
        if state is not None and is_alive(state.supervisor):
            raise StackRunning(f"A stack runs in {home} (pid {state.supervisor.pid}). Stop it with: fordring down")
        stop_recorded(home / "state.json")
        self._topology = Topology(
            home=home,
            ports=choose_ports(PORT_NAMES, base=self.port_base, scattered=self.home is None),
            secrets=keep_secrets(home / "secrets.json"),
            fast=self.fast,
            clock_start=self.clock_start,
            trace_sample_ratio=self.trace_sample_ratio,
            services=self.services,
        )
        self._topology.make_folders()
        self._supervisor = Supervisor(self._topology.children(), home, self._topology.settings())

    def up(self, timeout_seconds: float = 180) -> None:
        """Return when every process is ready, or raise and leave nothing running."""
        if self._supervisor is None:
            self.prepare()
        try:
            self.supervisor.start(timeout_seconds)
        except StackProblem:
            self.down()
            raise

    def down(self) -> None:
        """Stop everything; remove the folder of a throw-away stack."""
        if self._supervisor is not None:
            self._supervisor.stop()
            self._supervisor = None
        if self._throw_away is not None:
            remove_data(self._throw_away)
            self._throw_away = None

    def __enter__(self) -> Self:
        self.up()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.down()

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self.up)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.to_thread(self.down)


def remove_data(home: Path) -> None:
    """Forget everything a stack has stored; refuses while it runs."""
    state = find_state(home / "state.json")
    if state is not None and is_alive(state.supervisor):
        raise StackRunning(f"A stack runs in {home} (pid {state.supervisor.pid}). Stop it with: fordring down")
    stop_recorded(home / "state.json")
    for folder in (data_dir_for(home), *(home / name for name in ("bank", "print", "documents", "logs"))):
        shutil.rmtree(folder, ignore_errors=True)
    (home / "secrets.json").unlink(missing_ok=True)
    with suppress(OSError):  # somebody keeps something else there
        home.rmdir()
