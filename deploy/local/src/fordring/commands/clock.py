"""`fordring clock`: the test clock of the stack that runs."""

import asyncio
from datetime import datetime
from typing import Annotated
from uuid import uuid4

import typer
from rich.console import Console

from fordring.demo.house import House
from fordring.stack.children import StackProblem
from fordring.stack.embedded import default_home
from fordring.stack.state import StackState, find_state, is_alive

app = typer.Typer(help="The test clock.", no_args_is_help=True)
console = Console(highlight=False)
_TOLD_SECONDS = 0.5


@app.command("show")
def show() -> None:
    """Say which day it is."""
    asyncio.run(_show())


@app.command("advance")
def advance(to: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The day to go to.")]) -> None:
    """Take the whole house to a later day; returns when every service has done every day up to it."""
    asyncio.run(_advance(to))


def running_stack() -> StackState:
    """The stack that runs here; tells how to start one when there is none."""
    state = find_state(default_home() / "state.json")
    if state is None or not is_alive(state.supervisor):
        raise StackProblem("Nothing runs here. Start the stack with `fordring up` or `fordring demo`.")
    return state


async def _show() -> None:
    async with House(running_stack().settings) as house:
        day, state = await house.read_clock()
    console.print(f"{day} {state}")


async def _advance(to: datetime) -> None:
    async with House(running_stack().settings) as house:
        await house.start_advance(to.date(), f"clock-{uuid4()}")
        with console.status("") as status:
            while True:
                day, state = await house.read_clock(wait_seconds=_TOLD_SECONDS)
                if state == "ready" and day >= to.date():
                    break
                status.update(f"{day} {state}")
    console.print(f"{day} ready")
