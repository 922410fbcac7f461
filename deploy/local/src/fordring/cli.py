"""The `fordring` program: every command and where it lives."""

import sys

import typer
from rich.console import Console

from fordring.commands import bank_file, cases, clock, demo, invariants, payments, stack, statutes
from fordring.stack.children import StackProblem

app = typer.Typer(help="Run Fordring and look after it.", no_args_is_help=True, add_completion=False)
app.command("up")(stack.up)
app.command("down")(stack.down)
app.command("status")(stack.status)
app.command("demo")(demo.demo)
app.command("invariants")(invariants.invariants)
app.add_typer(cases.app, name="case")
app.add_typer(bank_file.app, name="bank-file")
app.add_typer(clock.app, name="clock")
app.add_typer(payments.app, name="payments")
app.add_typer(statutes.app, name="statutes")


def main() -> None:
    """Run a command; what a user can put right is told in words, without a traceback."""
    try:
        app()
    except StackProblem as problem:
        Console(stderr=True, highlight=False).print(str(problem), style="red", markup=False)
        sys.exit(1)


if __name__ == "__main__":
    main()
