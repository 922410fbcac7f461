"""The law asked row by row: what stands in a table of questions, and the answer that is written beside each."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final, TextIO

from money import Money
from statutes import Accrual, Charged, FeeResult, accrue_interest, fee, statute_book
from statutes.references import canonical, check

CURRENCIES: Final = {"NO": "NOK", "SE": "SEK", "DK": "DKK", "CH": "CHF"}
"""The currency of a country's law; euro elsewhere."""

Row = Mapping[str, str]


class RowUnreadable(ValueError):
    """A line of the table cannot be answered; says line and column."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")


@dataclass(frozen=True, slots=True)
class Answer:
    """What stands in the column `computed`, the columns that explain it, and whether all is well."""

    computed: str
    because: Mapping[str, str]
    good: bool


def currency_of(country: str, currency: str | None = None) -> str:
    return currency or CURRENCIES.get(country, "EUR")


def check_reference(scheme: str, text: str) -> bool:
    """Whether the number is valid in its scheme; spaces, padding zeros and small letters are what people type."""
    return check(scheme, canonical(scheme, text))


def ask_fee(
    country: str,
    code: str,
    debtor_kind: str,
    claim: Money,
    on_date: date,
    *,
    deducts_vat: bool = True,
    charged: Mapping[str, Decimal] | None = None,
    agreed: Decimal | None = None,
    accept_low_confidence: bool = False,
    free_letter_expired: bool = False,
) -> FeeResult:
    """What the law lets a step charge; `charged` and `agreed` in major units of the claim's currency."""
    earlier = [Charged(one, Money.parse(amount, claim.currency).minor) for one, amount in (charged or {}).items()]
    return fee(
        country,
        code,
        debtor_kind,
        claim.minor,
        claim.currency,
        on_date,
        deducts_vat,
        already_charged=earlier,
        agreed_up_front=agreed is not None,
        agreed_minor=None if agreed is None else Money.parse(agreed, claim.currency).minor,
        accept_low_confidence=accept_low_confidence,
        free_letter_expired=free_letter_expired,
    )


def answer_reference(row: Row) -> Answer:
    """Columns scheme and reference; where the table says `valid`, an answer that differs is not well."""
    valid = "true" if check_reference(row["scheme"], row["reference"]) else "false"
    return Answer(valid, {}, valid == row.get("valid", "true"))


def answer_fee(row: Row) -> Answer:
    """Columns country, code, debtor_kind, amount, date, and where needed currency, agreed, free_letter_expired."""
    country = row["country"].upper()
    found = ask_fee(
        country,
        row["code"],
        row["debtor_kind"],
        _money(row["amount"], currency_of(country, row.get("currency"))),
        date.fromisoformat(row["date"]),
        agreed=Decimal(row["agreed"]) if row.get("agreed") else None,
        free_letter_expired=row.get("free_letter_expired", "").lower() == "true",
    )
    amount = Money(found.amount_minor, found.currency).to_decimal()
    return Answer(f"{amount}", {"statute_row": found.row_id or "", "reason": found.reason}, found.row_id is not None)


def answer_interest(row: Row) -> Answer:
    """Columns country, debtor_kind, principal, from_date, to_date, and where needed currency; no rate is carried on."""
    country = row["country"].upper()
    principal = _money(row["principal"], currency_of(country, row.get("currency")))
    first, last = date.fromisoformat(row["from_date"]), date.fromisoformat(row["to_date"])
    found: Accrual = accrue_interest(country, row["debtor_kind"], principal.minor, first, last)
    amount = Money(found.amount_minor, principal.currency).to_decimal()
    return Answer(f"{amount}", {"statute_rows": " ".join(found.row_ids)}, True)


def answer_table(
    file: Path, columns: Sequence[str], answer: Callable[[Row], Answer]
) -> tuple[list[str], list[tuple[Row, Answer]]]:
    """Every row of a CSV file with its answer; RowUnreadable names the first line that cannot be answered."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.DictReader(opened)
        header = list(reader.fieldnames or [])
        missing = [column for column in columns if column not in header]
        if missing:
            raise RowUnreadable(1, f"the columns {', '.join(missing)} are missing; needed are {', '.join(columns)}")
        return header, list(_answers(reader, answer))


def _answers(reader: "csv.DictReader[str]", answer: Callable[[Row], Answer]) -> Iterator[tuple[Row, Answer]]:
    for row in reader:
        try:
            yield row, answer(row)
        except (ArithmeticError, ValueError) as problem:
            raise RowUnreadable(reader.line_num, str(problem)) from problem


def write_table(out: TextIO, header: Sequence[str], answered: Iterable[tuple[Row, Answer]]) -> None:
    """The table as it came, with `computed` and what explains it at the end of each line."""
    rows = list(answered)
    extra = [name for name in dict.fromkeys(name for _, one in rows for name in one.because) if name not in header]
    writer = csv.DictWriter(out, [*header, "computed", *extra], lineterminator="\n")
    writer.writeheader()
    for row, one in rows:
        writer.writerow({**{name: row.get(name, "") for name in header}, "computed": one.computed, **one.because})


def source_of(row_id: str) -> tuple[str, str]:
    """Where a row of the law comes from, and how sure it is."""
    facts = statute_book().get_facts(row_id)
    return facts.source, facts.confidence


def _money(amount: str, currency: str) -> Money:
    return Money.parse(Decimal(amount), currency)
