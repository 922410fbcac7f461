"""`up`, `down`, `status`: the embedded stack as a user sees it."""

import signal
import threading
from collections.abc import Sequence
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from fordring.stack.children import StackProblem, answers_http, answers_tcp
from fordring.stack.embedded import EmbeddedStack, default_home, remove_data
from fordring.stack.state import ProcessRecord, find_state, is_alive, stop_recorded
from fordring.stack.supervisor import ChildStatus, Stage
from fordring.stack.topology import Topology

console = Console(highlight=False)
COLOURS = {Stage.READY: "green", Stage.STARTING: "yellow", Stage.WAITING: "dim", Stage.STOPPED: "red"}


def up(
    fresh: Annotated[bool, typer.Option("--fresh", help="Forget all stored rows, mails and files first.")] = False,
    trace_sample_ratio: Annotated[float, typer.Option(min=0, max=1, help="Share of requests to trace.")] = 1.0,
) -> None:
    """Start everything and keep it running; Ctrl-C stops it."""
    home = default_home()
    if fresh:
        remove_data(home)
    stack = EmbeddedStack(home=home, trace_sample_ratio=trace_sample_ratio)
    stack.prepare()
    wish = _StopWish()
    starter = _Starter(stack)
    starter.start()
    try:
        _show(stack, starter, wish)
    finally:
        console.print("Stopping …", style="dim")
        stack.down()
        starter.join()
    if starter.problem is not None and not wish.is_set():
        raise starter.problem


def down() -> None:
    """Stop the stack, also one whose terminal is gone or that crashed."""
    stopped = stop_recorded(default_home() / "state.json")
    console.print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing runs.")


def status() -> None:
    """Show what runs, and whether it answers."""
    state = find_state(default_home() / "state.json")
    if state is None:
        console.print("Nothing runs. Start it with: fordring up")
        raise typer.Exit(1)
    table = _table()
    for child in state.children:
        answer, colour = _health(child)
        restarts = str(child.restarts or "")
        table.add_row(child.name, Text(answer, colour), str(child.pid), child.address, restarts)
    console.print(table)
    if not is_alive(state.supervisor):
        console.print("The stack's supervisor is gone. Clear the rest with: fordring down", style="red")
        raise typer.Exit(1)


class _StopWish(threading.Event):
    """Set by Ctrl-C and SIGTERM."""

    def __init__(self) -> None:
        super().__init__()
        signal.signal(signal.SIGINT, self._hear)
        signal.signal(signal.SIGTERM, self._hear)

    def _hear(self, number: int, frame: FrameType | None) -> None:
        self.set()


class _Starter(threading.Thread):
    """Starts the stack while the table is drawn."""

    def __init__(self, stack: EmbeddedStack) -> None:
        super().__init__(name="starter", daemon=True)
        self._stack = stack
        self.problem: StackProblem | None = None
        self.done = threading.Event()

    def run(self) -> None:
        try:
            self._stack.supervisor.start()
        except StackProblem as problem:
            self.problem = problem
        self.done.set()


def _show(stack: EmbeddedStack, starter: _Starter, wish: _StopWish) -> None:
    supervisor, topology = stack.supervisor, stack.topology
    if not console.is_terminal:
        _show_lines(stack, starter, wish)
        return
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        while not wish.is_set() and starter.problem is None:
            table = _status_table(supervisor.statuses())
            live.update(Group(table, _addresses(topology)) if starter.done.is_set() else table)
            wish.wait(0.25)


def _show_lines(stack: EmbeddedStack, starter: _Starter, wish: _StopWish) -> None:
    told: dict[str, Stage] = {}
    said_addresses = False
    while not wish.is_set() and starter.problem is None:
        for child in stack.supervisor.statuses():
            if told.get(child.name) is not child.stage:
                told[child.name] = child.stage
                console.print(f"{child.name}: {child.stage} {child.address}")
        if starter.done.is_set() and starter.problem is None and not said_addresses:
            said_addresses = True
            console.print(_addresses(stack.topology))
        wish.wait(0.25)


def _table() -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("process", "state", "pid", "address", "restarts"):
        table.add_column(heading)
    return table


def _status_table(children: Sequence[ChildStatus]) -> Table:
    table = _table()
    for child in children:
        state = Text(str(child.stage), COLOURS[child.stage])
        table.add_row(child.name, state, str(child.pid or ""), child.address, str(child.restarts or ""))
    return table


def _addresses(topology: Topology) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("")
    table.add_row("API", f"{topology.url('gateway')}/docs")
    table.add_row("Mail", topology.url("mailbox"))
    table.add_row("Traces", topology.url("traces"))
    table.add_row("Bank", topology.bank.url)
    table.add_row("Provisioning token", topology.secrets.provisioning_token)
    table.add_row("Office token", topology.secrets.office_token)
    table.add_row("Logs", str(topology.home / "logs"))
    table.add_row("", Text("Ctrl-C stops everything.", "dim"))
    return table


def _health(child: ProcessRecord) -> tuple[str, str]:
    if not is_alive(child):
        return "gone", "red"
    answers = answers_http(child.ready_url) if child.ready_url else child.port is None or answers_tcp(child.port)
    return ("ready", "green") if answers else ("not ready", "yellow")
