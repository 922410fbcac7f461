"""`fordring bank-file inspect`: what a bank file says, before anything is posted."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from bankfiles import AccountStatement, BankFile, BankFileRefused, BankTransaction, read
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
    console.print(f"[bold]{file.name}[/]: {found.format}, {_count(len(found.statements), 'statement')}")
    if found.format == "camt.052":
        console.print("An intraday report: shown here, never posted; the statement of the day is.", style="yellow")
    for statement in found.statements:
        if statement.transactions:
            console.print()
            console.print(_heading(statement), soft_wrap=True)
            console.print(_table(statement.transactions))
    console.print()
    console.print(f"{_count(len(found.transactions), 'line')}{_sums(found.transactions)}")
    if pending := sum(statement.not_booked for statement in found.statements):
        console.print(f"{_count(pending, 'entry', 'entries')} not booked, left out")
    for line in found.rejected:
        console.print(f"{line.position}: {line.reason}", style="yellow", markup=False, soft_wrap=True)


def _heading(statement: AccountStatement) -> Text:
    parts = [Text(statement.account, style="bold")]
    if statement.statement_id:
        parts.append(Text(f"statement {statement.statement_id}"))
    opening, closing = statement.find_balance("OPBD", "PRCD"), statement.find_balance("CLBD")
    if opening and closing:
        before, after = (Money(balance.amount_minor, balance.currency) for balance in (opening, closing))
        parts.append(Text(f"{before} to {after}"))
    if unexplained := statement.unexplained_minor():
        parts.append(Text(f"{Money(unexplained, statement.currency)} not explained by its lines", style="yellow"))
    return Text(", ").join(parts)


def _table(transactions: Sequence[BankTransaction]) -> Table:
    table = Table(show_edge=False, pad_edge=False, expand=False)
    table.add_column("booked", no_wrap=True)
    table.add_column("amount", justify="right", no_wrap=True)
    for name in ("reference", "payer", "text"):
        table.add_column(name, overflow="fold")
    for line in transactions:
        amount = Money(line.signed_minor, line.currency)
        shown = _reference(line) + (" (reversal)" if line.is_reversal else "")
        cells = (line.booking_date.isoformat(), str(amount), shown, line.payer_name or line.payer_account)
        table.add_row(*(Text(cell) for cell in (*cells, " ".join(line.text.split()))))
    return table


def _sums(transactions: Sequence[BankTransaction]) -> str:
    """What came in and went out, by currency."""
    told = ""
    for currency in sorted({line.currency for line in transactions}):
        of_currency = [line.signed_minor for line in transactions if line.currency == currency]
        came = Money(sum(minor for minor in of_currency if minor > 0), currency)
        went = Money(-sum(minor for minor in of_currency if minor < 0), currency)
        told += f"; {came} in, {went} out"
    return told


def _count(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
