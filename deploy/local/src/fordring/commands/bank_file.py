"""`fordring bank-file inspect`: what a bank file says, before anything is posted."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bankfiles import BankFile, BankFileRefused, BankTransaction, read
from money import Money

app = typer.Typer(help="Bank files.", no_args_is_help=True)


@app.callback()
def bank_file() -> None:
    """Look into a bank file; nothing is posted."""


@app.command("inspect")
def inspect(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="Any bank file.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show every transaction of a bank file and the lines that cannot be read; exit 1 when the file is refused."""
    try:
        found = read(file.read_bytes())
    except BankFileRefused as refused:
        Console(stderr=True, highlight=False).print(f"{file}: {refused}", style="red", markup=False, soft_wrap=True)
        raise typer.Exit(1) from refused
    if as_json:
        typer.echo(json.dumps(as_document(found), ensure_ascii=False, indent=2))
    else:
        _show(file, found)


def as_document(file: BankFile) -> dict[str, Any]:
    """The file as JSON: one line per transaction, amounts positive and in minor units."""
    return {
        "format": file.format,
        "lines": [_line(transaction) for transaction in file.transactions],
        "rejected": [{"position": line.position, "reason": line.reason} for line in file.rejected],
    }


def _line(transaction: BankTransaction) -> dict[str, Any]:
    return {
        "account": transaction.account,
        "bookingDate": transaction.booking_date.isoformat(),
        "amountMinor": transaction.amount_minor,
        "currency": transaction.currency,
        "direction": transaction.direction,
        "reference": _reference(transaction),
        "payer": transaction.payer_name or transaction.payer_account,
        "text": transaction.text,
        "fingerprint": transaction.fingerprint,
    }


def _reference(transaction: BankTransaction) -> str:
    return transaction.reference or " ".join(transaction.references)


def _show(file: Path, found: BankFile) -> None:
    console = Console(highlight=False)
    table = Table(title=f"{file.name}: {found.format}", title_justify="left", show_edge=False)
    table.add_column("account")
    table.add_column("booked", no_wrap=True)
    table.add_column("amount", justify="right", no_wrap=True)
    for name in ("reference", "payer", "text"):
        table.add_column(name, overflow="fold")
    for line in found.transactions:
        amount = Money(line.signed_minor, line.currency)
        cells = (line.account, line.booking_date.isoformat(), str(amount), _reference(line))
        table.add_row(*cells, line.payer_name or line.payer_account, " ".join(line.text.split()))
    console.print(table)
    for line in found.rejected:
        console.print(f"{line.position}: {line.reason}", style="yellow", markup=False, soft_wrap=True)
