"""`fordring demo`: a portfolio that lives through months, on a fresh stack."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer
from rich.console import Console

from fordring.commands.invariants import invariants_table
from fordring.demo.explained import read_matching, read_payouts
from fordring.demo.figures import read_figures
from fordring.demo.house import House
from fordring.demo.play import Play
from fordring.demo.portfolio import make_portfolio
from fordring.demo.screen import Screen, addresses, payout_table, summary
from fordring.demo.script import Portfolio
from fordring.demo.watch import Watch
from fordring.invariants import check_invariants
from fordring.stack.children import StackProblem
from fordring.stack.embedded import EmbeddedStack, default_home, remove_data
from fordring.stack.state import find_state, is_alive
from fordring.stack.topology import CLOCK_START

console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)


def demo(
    once: Annotated[bool, typer.Option("--once", help="Stop at the end; exit 0 only if all invariants hold.")] = False,
    seed: Annotated[int, typer.Option(help="The same seed gives the same money.")] = 1,
    invoices: Annotated[int, typer.Option(min=20, help="How many sound invoices.")] = 1_040,
    days: Annotated[int, typer.Option(min=30, max=300, help="How many days the creditors are at work.")] = 140,
    trace_sample_ratio: Annotated[float, typer.Option(min=0, max=1, help="Share of requests to trace.")] = 0.1,
) -> None:
    """Start a stack, play a portfolio through it, sum up, and stay up until Ctrl-C."""
    begun = time.monotonic()
    signal.signal(signal.SIGTERM, _end_in_order)
    try:
        with _stack(trace_sample_ratio) as (settings, pid, start):
            portfolio = make_portfolio(seed, invoices=invoices, start=start, days=days)
            good = asyncio.run(_play(settings, pid, portfolio, begun))
            console.print(addresses(settings))
            if not once:
                console.print("\nCtrl-C stops everything.", style="dim")
                signal.pause()
    except KeyboardInterrupt:
        raise typer.Exit(130 if once else 0) from None
    raise typer.Exit(0 if good else 1)


def _end_in_order(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def _stack(trace_sample_ratio: float) -> Generator[tuple[Mapping[str, str], int, date]]:
    """The settings, the supervisor's pid and the first day: of the stack that runs, else of a new one of our own."""
    running = find_state(default_home() / "state.json")
    if running is not None and is_alive(running.supervisor):
        console.print("Playing on the stack that runs.", style="dim")
        yield running.settings, running.supervisor.pid, asyncio.run(_today(running.settings))
        return
    home = default_home() / "demo"
    remove_data(home)
    stack = EmbeddedStack(home=home, fast=True, trace_sample_ratio=trace_sample_ratio)
    begun = time.monotonic()
    with console.status("Starting PostgreSQL, the broker, the bank and seven services …"):
        stack.up()
    console.print(f"Everything runs after {time.monotonic() - begun:.0f} s.", style="dim")
    try:
        with _shown_as_the_stack(home / "state.json"):
            yield stack.topology.settings(), os.getpid(), CLOCK_START
    finally:
        with console.status("Stopping …"):
            stack.down()


@contextmanager
def _shown_as_the_stack(state: Path) -> Generator[None]:
    """While the demo runs, `status`, `clock`, `invariants` and `down` find it where they look for a stack."""
    link = default_home() / "state.json"
    link.unlink(missing_ok=True)
    link.symlink_to(state)
    try:
        yield
    finally:
        if link.is_symlink():
            link.unlink()


async def _today(settings: Mapping[str, str]) -> date:
    async with House(settings) as house:
        day, state = await house.read_clock()
    if state != "ready":
        raise StackProblem(f"The test clock of the stack that runs is on its way, now at {day}. Wait for it.")
    return day


async def _play(settings: Mapping[str, str], pid: int, portfolio: Portfolio, begun: float) -> bool:
    """Play, sum up, prove; True if everything came out as it must."""
    with Watch(settings, pid) as watch:
        async with House(settings) as house:
            with Screen(console, portfolio, watch) as screen:
                play = Play(house, portfolio, screen.show)
                await play.run()
            figures = await read_figures(house, play)
            matching, explained = await read_matching(house, play), await read_payouts(house, play)
        taken = time.monotonic() - begun
        peak_bytes = watch.peak_bytes
    results = await check_invariants(settings)
    console.print()
    story = summary(figures, matching, explained, play.tally, wall_seconds=taken, peak_bytes=peak_bytes)
    for table in (story, payout_table(explained.example)):
        console.print(table)
        console.print()
    console.print(invariants_table(results))
    explains = matching.wrong == 0 and explained.difference_minor == 0
    return all(result.holds for result in results) and explains and not play.tally.surprises
