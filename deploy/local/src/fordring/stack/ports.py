"""Which TCP ports the stack listens on, all on 127.0.0.1."""

import os
import random
import socket
from collections.abc import Sequence

import psutil

from fordring.stack.children import StackProblem

FIRST_BLOCK = 21800
LAST_BLOCK = 29800
BLOCK_STEP = 20


class PortTaken(StackProblem):
    """A port that was asked for is held by another process."""


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def holder(port: int) -> str:
    """Who listens on `port`, as `name (pid 12)`; 'another process' when the system does not tell us."""
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        return "another process"
    for connection in connections:
        listens_here = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr[1] == port
        if listens_here and connection.pid:
            try:
                return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
            except psutil.NoSuchProcess:
                break
    return "another process"


def fixed_block(names: Sequence[str], base: int) -> dict[str, int]:
    """Ports `base`, `base + 1`, ... for `names`; refuses with the holder's name when one is taken."""
    ports = {name: base + index for index, name in enumerate(names)}
    for name, port in ports.items():
        if not is_free(port):
            raise PortTaken(
                f"Port {port} (for {name}) is held by {holder(port)}. "
                f"Stop it, or set FORDRING_PORT_BASE to the first of {len(names)} free ports."
            )
    return ports


def free_block(names: Sequence[str], *, scattered: bool = False) -> dict[str, int]:
    """The first free block of ports; `scattered` starts anywhere, so that stacks started at once do not meet."""
    bases = list(range(FIRST_BLOCK, LAST_BLOCK, BLOCK_STEP))
    if scattered:
        start = random.randrange(len(bases))
        bases = bases[start:] + bases[:start]
    for base in bases:
        if all(is_free(base + index) for index in range(len(names))):
            return {name: base + index for index, name in enumerate(names)}
    raise PortTaken(f"No {len(names)} free ports in a row between {FIRST_BLOCK} and {LAST_BLOCK}.")


def choose_ports(names: Sequence[str], *, base: int | None = None, scattered: bool = False) -> dict[str, int]:
    """`base`, else FORDRING_PORT_BASE, else the first free block."""
    if base is None and (text := os.environ.get("FORDRING_PORT_BASE", "")):
        if not text.isdecimal() or not 1024 <= int(text) <= 65535 - len(names):
            raise PortTaken(f"FORDRING_PORT_BASE is {text!r}; it must be a port number between 1024 and 65500.")
        base = int(text)
    return free_block(names, scattered=scattered) if base is None else fixed_block(names, base)
