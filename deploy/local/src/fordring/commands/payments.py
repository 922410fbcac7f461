"""`fordring payments`: bank files by hand."""

import asyncio
import hashlib
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from fordring.commands.clock import running_stack
from fordring.demo.house import House, reason

app = typer.Typer(help="Payments.", no_args_is_help=True)
console = Console(highlight=False)


@app.callback()
def payments() -> None:
    """Bank files by hand."""


@app.command("import")
def import_file(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Nets OCR giro or camt.054.")
    ],
) -> None:
    """Hand a bank file to the house; exit 1 when it is refused. The same file again registers nothing twice."""
    answer = asyncio.run(_import(file.name, file.read_bytes()))
    if not answer.is_success:
        console.print(f"{file}: {reason(answer)}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1)
    _show(file, answer.json())


async def _import(name: str, content: bytes) -> httpx.Response:
    key = f"import-{hashlib.sha256(name.encode() + content).hexdigest()}"
    async with House(running_stack().settings) as house:
        return await house.import_file(key, name, content)


def _show(file: Path, read: dict[str, Any]) -> None:
    console.print(
        f"{file.name}: {read['format']}, {read['transactions']} transactions: {read['registered']} registered,"
        f" {read['duplicates']} known already, {read['skipped']} of no concern, {len(read['rejected'])} unreadable.",
        soft_wrap=True,
    )
    for line in read["rejected"]:
        console.print(f"  {line['position']}: {line['reason']}", style="yellow", markup=False, soft_wrap=True)
