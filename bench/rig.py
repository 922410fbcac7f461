"""What every benchmark stands on: a durable PostgreSQL and a broker of its own, thrown away at the end."""

import gc
import os
import secrets
import shutil
import statistics
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from measuring import Meter

from fordring.stack.broker import Broker, running_broker
from fordring.stack.embedded import throw_away_home
from fordring.stack.ports import free_port
from fordring.stack.postgres import PostgresServer, plain_url, running_postgres
from testkit import Databases

PROGRAMS = ("Python", "PostgreSQL", "broker", "load")
"""Whose CPU is told apart; `load` is what only drives the measured program."""


SHARED_BUFFERS = "4GB"
"""What PostgreSQL keeps of the tables itself: a quarter of a server of 16 GB, as its manual recommends."""


@dataclass(frozen=True)
class RoomyServer(PostgresServer):
    """A server with the memory that one in service has; the embedded stack's makes do with 64 MB."""

    @property
    def argv(self) -> list[str]:
        return [*super().argv, "-c", f"shared_buffers={SHARED_BUFFERS}"]


def cpu_of_backends(postmaster: psutil.Process) -> float:
    """CPU seconds of PostgreSQL's processes, where Linux tells them to the nanosecond; else as of any program."""
    if not Path("/proc/self/schedstat").exists():
        return cpu_of_tree(postmaster)
    nanoseconds = 0
    for process in (postmaster, *postmaster.children(recursive=True)):
        try:
            nanoseconds += int(Path(f"/proc/{process.pid}/schedstat").read_text().split()[0])
        except (FileNotFoundError, ProcessLookupError):
            continue  # its seconds are in the postmaster's from now on
    ended = postmaster.cpu_times()
    return nanoseconds / 1e9 + ended.children_user + ended.children_system


def cpu_of_tree(process: psutil.Process) -> float:
    """CPU seconds of a process and its children, also of those that have ended."""
    own = process.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in process.children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.NoSuchProcess:
            continue  # its seconds are in the parent's from now on
        total += times.user + times.system
    return total


@dataclass(frozen=True, slots=True)
class Rig:
    """Server, broker, and the sizes of this run."""

    folder: Path
    server: PostgresServer
    broker: Broker
    databases: Databases
    postgres: psutil.Process
    tansu: psutil.Process
    quick: bool

    def size(self, full: int, quick: int) -> int:
        """How much work a sample is."""
        return quick if self.quick else full

    def meter(self) -> Meter:
        """A meter for work that this process does itself."""
        return Meter({"Python": time.process_time, **self.server_probes()})

    def server_probes(self) -> dict[str, Any]:
        return {"PostgreSQL": lambda: cpu_of_backends(self.postgres), "broker": lambda: cpu_of_tree(self.tansu)}

    async def settle(self) -> None:
        """Clear away what earlier samples left behind, so that every sample pays for its own pages and objects."""
        gc.collect()
        gc.freeze()
        await self.fetch(self.server.url("postgres"), "CHECKPOINT")

    async def fetch(self, url: str, statement: str) -> Any:
        """The first value of a statement's answer."""
        connection = await asyncpg.connect(plain_url(url))
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()


@contextmanager
def running_rig(quick: bool) -> Generator[Rig]:
    """Start both servers; at the end they are stopped and their folder is removed."""
    folder = throw_away_home()
    server = RoomyServer(folder / "postgres", free_port(), secrets.token_hex(16), fast=False)
    broker = Broker(free_port())
    try:
        with ExitStack() as stack:
            stack.enter_context(running_postgres(server, folder / "postgres.log"))
            stack.enter_context(running_broker(broker, folder / "broker.log"))
            yield Rig(folder, server, broker, Databases(server), _child("postgres"), _child("tansu"), quick)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _child(name: str) -> psutil.Process:
    return next(child for child in psutil.Process().children() if child.name() == name)


def describe_machine(rig: Rig) -> str:
    """Cores, memory and the price of a durable write: what absolute figures hang on."""
    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB memory, fdatasync {_fdatasync_micros(rig.folder):.0f} us,"
        f" load average {load:.1f} at the start; PostgreSQL with fsync and synchronous_commit on and"
        f" {SHARED_BUFFERS} of shared_buffers"
    )


def _fdatasync_micros(folder: Path) -> float:
    times: list[float] = []
    with (folder / "fdatasync").open("wb", buffering=0) as file:
        for _ in range(100):
            started = time.perf_counter()
            file.write(bytes(8192))
            os.fdatasync(file.fileno())
            times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6
