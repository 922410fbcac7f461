"""`fordring statutes`: ask the law on file, one question or a table of them."""

import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from fordring.law_rows import (
    Answer,
    Row,
    answer_fee,
    answer_interest,
    answer_reference,
    answer_table,
    ask_fee,
    check_reference,
    currency_of,
    source_of,
    write_table,
)
from fordring.stack.children import StackProblem
from money import Money
from statutes import Accrual, FeeResult, accrue_interest
from statutes.references import SCHEMES

app = typer.Typer(help="Ask the law on file; no stack needs to run.", no_args_is_help=True)
reference_app = typer.Typer(help="Payment references.", no_args_is_help=True)
app.add_typer(reference_app, name="reference")
console = Console(highlight=False)
_TIME_ZONE = "Europe/Oslo"  # only which day is today, where none is told

CsvFile = Annotated[Path | None, typer.Option("--csv", exists=True, dir_okay=False, help="A table of questions.")]
Output = Annotated[Path | None, typer.Option(help="Where the answered table goes; the terminal unless told.")]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day asked about; today unless told.")]
Country = Annotated[str | None, typer.Argument(help="NO, SE, FI, DK, DE, NL, CH or EU.")]
DebtorKind = Annotated[str | None, typer.Argument(help="consumer, business or public.")]
Amount = Annotated[str | None, typer.Argument(help="In major units, for example 1250.00.")]
Currency = Annotated[str | None, typer.Option(help="The country's own unless told.")]


@reference_app.command("check")
def reference_check(
    scheme: Annotated[str | None, typer.Argument(help="One of " + ", ".join(SCHEMES))] = None,
    number: Annotated[str | None, typer.Argument(help="The reference, spaces allowed.")] = None,
    csv: CsvFile = None,
    output: Output = None,
) -> None:
    """Whether a payment reference is valid; exit code 1 if not. A table has the columns scheme and reference."""
    if csv:
        _table(csv, output, ("scheme", "reference"), answer_reference)
    scheme, number = _both(scheme, number, "SCHEME NUMBER")
    with _words():
        valid = check_reference(scheme.upper(), number)
    console.print(
        f"[green]valid[/]    {scheme.upper()}  {number}" if valid else f"[red]invalid[/]  {scheme.upper()}  {number}"
    )
    raise typer.Exit(0 if valid else 1)


@app.command("fee")
def fee(
    country: Country = None,
    code: Annotated[str | None, typer.Argument(help="The fee's name in its own law, for example purring.")] = None,
    debtor_kind: DebtorKind = None,
    claim: Amount = None,
    on: Day = None,
    currency: Currency = None,
    charged: Annotated[
        list[str] | None, typer.Option(help="What the claim bears already: code=amount; repeat it.")
    ] = None,
    agreed: Annotated[str | None, typer.Option(help="The amount agreed up front.")] = None,
    vat: Annotated[bool, typer.Option("--vat", help="The creditor cannot deduct VAT.")] = False,
    accept_low: Annotated[bool, typer.Option("--accept-low", help="Let uncertain rows of the law charge.")] = False,
    free_letter_expired: Annotated[
        bool, typer.Option("--free-letter-expired", help="The free letter's deadline passed (NL).")
    ] = False,
    csv: CsvFile = None,
    output: Output = None,
) -> None:
    """What the law lets a step charge, by which row; exit code 1 if nothing.

    A table has the columns country, code, debtor_kind, amount and date, and may have currency, agreed,
    free_letter_expired.
    """
    if csv:
        _table(csv, output, ("country", "code", "debtor_kind", "amount", "date"), answer_fee)
    country, code = _both(country, code, "COUNTRY CODE DEBTOR_KIND CLAIM")
    debtor_kind, claim = _both(debtor_kind, claim, "COUNTRY CODE DEBTOR_KIND CLAIM")
    with _words():
        found = ask_fee(
            country.upper(),
            code,
            debtor_kind,
            Money.parse(Decimal(claim), currency_of(country.upper(), currency)),
            _day(on),
            deducts_vat=not vat,
            charged=dict(_pair(one) for one in charged or ()),
            agreed=Decimal(agreed) if agreed else None,
            accept_low_confidence=accept_low,
            free_letter_expired=free_letter_expired,
        )
    _show_fee(found)
    raise typer.Exit(0 if found.amount_minor else 1)


@app.command("interest")
def interest(
    country: Country = None,
    debtor_kind: DebtorKind = None,
    principal: Amount = None,
    first: Annotated[str | None, typer.Argument(metavar="FROM", help="The first day that bears interest.")] = None,
    last: Annotated[str | None, typer.Argument(metavar="TO", help="The last day, included.")] = None,
    currency: Currency = None,
    carry_on: Annotated[
        bool, typer.Option("--carry-on", help="Where a rate is missing go on with the last, and say so.")
    ] = False,
    csv: CsvFile = None,
    output: Output = None,
) -> None:
    """Late interest, rate by rate; exit code 1 where the law on file knows no rate.

    A table has the columns country, debtor_kind, principal, from_date and to_date, and may have currency.
    """
    if csv:
        _table(csv, output, ("country", "debtor_kind", "principal", "from_date", "to_date"), answer_interest)
    country, debtor_kind = _both(country, debtor_kind, "COUNTRY DEBTOR_KIND PRINCIPAL FROM TO")
    first, last = _both(first, last, "COUNTRY DEBTOR_KIND PRINCIPAL FROM TO")
    with _words():
        owed = Money.parse(Decimal(principal or ""), currency_of(country.upper(), currency))
        found = accrue_interest(
            country.upper(),
            debtor_kind,
            owed.minor,
            date.fromisoformat(first),
            date.fromisoformat(last),
            "warn" if carry_on else "raise",
        )
    _show_interest(found, owed.currency)


def _show_fee(found: FeeResult) -> None:
    total = Money(found.amount_minor + found.vat_minor, found.currency)
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row(
        "[bold]fee[/]",
        f"[bold]{total}[/]" + (f"  of which VAT {Money(found.vat_minor, found.currency)}" if found.vat_minor else ""),
    )
    if found.component:
        table.add_row("becomes", found.component)
    if found.reason:
        table.add_row("because", found.reason)
    for row_id in found.row_ids:
        source, confidence = source_of(row_id)
        table.add_row("row", f"{row_id}\n[dim]{confidence} confidence, {source}[/]")
    console.print(table)


def _show_interest(found: Accrual, currency: str) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("from", "to"):
        table.add_column(heading, no_wrap=True)
    for heading in ("days", "% a year", "interest"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("row", overflow="fold")
    for part in found.segments:
        amount = f"{Money(part.amount_minor, currency)}"
        table.add_row(
            f"{part.from_date}", f"{part.to_date}", f"{part.days}", f"{part.annual_rate}", amount, part.row_id
        )
    table.add_row(
        "", "", "", "[bold]in all[/]", f"[bold]{Money(found.amount_minor, currency)}[/]", found.day_count_row_id
    )
    console.print(table)
    for warning in found.warnings:
        console.print(f"[yellow]{warning}[/]")


def _table(file: Path, output: Path | None, columns: Sequence[str], answer: Callable[[Row], Answer]) -> None:
    """Answer every row and end the command: 1 where a row is not well."""
    with _words():
        header, answered = answer_table(file, columns, answer)
    if output:
        with output.open("w", encoding="utf-8", newline="") as out:
            write_table(out, header, answered)
    else:
        write_table(sys.stdout, header, answered)
    wrong = sum(not one.good for _, one in answered)
    Console(stderr=True, highlight=False).print(
        f"{len(answered)} rows, {wrong} of them not as they should be" if wrong else f"{len(answered)} rows, all well"
    )
    raise typer.Exit(1 if wrong else 0)


def _both(one: str | None, other: str | None, usage: str) -> tuple[str, str]:
    if one is None or other is None:
        raise typer.BadParameter(f"give {usage}, or a table with --csv")
    return one, other


def _pair(text: str) -> tuple[str, Decimal]:
    code, _, amount = text.partition("=")
    return code, Decimal(amount)


def _day(on: datetime | None) -> date:
    if on:
        return on.date()
    from runtime.clock import wall_date  # half a second of imports, which every other command would wait for

    return wall_date(_TIME_ZONE)


@contextmanager
def _words() -> Generator[None]:
    """What the law cannot answer, or nobody can read, is told in words."""
    try:
        yield
    except InvalidOperation as problem:
        raise StackProblem("An amount is a number in major units, for example 1250.00.") from problem
    except ValueError as problem:
        raise StackProblem(str(problem)) from problem
