"""`fordring invariants`: prove that the money adds up."""

import asyncio
from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table

from fordring.invariants import InvariantResult, check_invariants
from fordring.stack.children import StackProblem
from fordring.stack.embedded import default_home
from fordring.stack.state import find_state


def invariants() -> None:
    """Check every invariant over all databases; exit 1 when one does not hold."""
    state = find_state(default_home() / "state.json")
    if state is None:
        raise StackProblem("Nothing runs here. Start the stack with `fordring up` or `fordring demo`.")
    results = asyncio.run(check_invariants(state.settings))
    Console().print(invariants_table(results))
    if not all(result.holds for result in results):
        raise typer.Exit(1)


def invariants_table(results: Sequence[InvariantResult]) -> Table:
    table = Table(title="Invariants", title_justify="left", show_edge=False)
    table.add_column("holds", justify="center")
    table.add_column("invariant")
    table.add_column("figures, minor units")
    for result in results:
        table.add_row("[green]yes[/]" if result.holds else "[red]NO[/]", result.name, result.figures)
    return table
