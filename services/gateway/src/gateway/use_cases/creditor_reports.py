"""Creditor reports in the partner API's words, as bodies and as CSV."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic.alias_generators import to_camel

from gateway.downstream import Downstream
from gateway.schemas.creditor_reports import AccountStatement, AgedReceivables, KeyFigures, Recovery
from gateway.schemas.wire import major
from runtime.problems import Problem

_PAGE = 5_000
_WORDS = {"principal_minor": "capital_amount", "collected_principal_minor": "collected_capital_amount"}
_HUNDREDTHS = {
    "recovery_rate": "recovery_rate",
    "principal_recovery_rate": "capital_recovery_rate",
    "dso": "dso",
    "best_possible_dso": "best_possible_dso",
    "average_days_delinquent": "average_days_delinquent",
    "cei": "cei",
}


async def read_aged(
    downstream: Downstream, creditor_id: UUID, as_of: date | None, cursor: int, limit: int
) -> AgedReceivables:
    """Buckets of everything, and a page of open invoices."""
    answer = await _ask(downstream, creditor_id, "aged-receivables", {"as_of": as_of, "after": cursor, "limit": limit})
    return AgedReceivables(**worded(answer) | {"next_cursor": answer["next_after"]})


async def write_aged(downstream: Downstream, creditor_id: UUID, as_of: date | None) -> str:
    """All open invoices, page by page, dated by the first page."""
    page = await read_aged(downstream, creditor_id, as_of, 0, _PAGE)
    invoices = [*page.invoices]
    while page.next_cursor is not None:
        page = await read_aged(downstream, creditor_id, page.as_of, page.next_cursor, _PAGE)
        invoices += page.invoices
    rows = [{"as_of": page.as_of} | invoice.model_dump() for invoice in invoices]
    names = ("as_of", "case_id", "invoice_number", "invoice_date", "due_date", "days_overdue", "bucket", "currency")
    return to_csv((*names, "capital_amount", "interest_amount", "fees_amount", "open_amount"), rows)


async def read_recovery(downstream: Downstream, creditor_id: UUID, as_of: date | None) -> Recovery:
    """What came in of the claims of each month."""
    return Recovery(**worded(await _ask(downstream, creditor_id, "recovery", {"as_of": as_of})))


async def write_recovery(downstream: Downstream, creditor_id: UUID, as_of: date | None) -> str:
    report = await read_recovery(downstream, creditor_id, as_of)
    rows: list[dict[str, Any]] = []
    ages: list[str] = []
    for cohort in report.cohorts:
        aged = {f"recovery_rate_{age.days}": age.recovery_rate for age in cohort.ages}
        ages = list(aged)
        rows.append({"as_of": report.as_of} | cohort.model_dump(exclude={"ages"}) | aged)
    names = ("as_of", "month", "currency", "invoices", "placed_amount", "collected_amount")
    return to_csv((*names, "collected_capital_amount", "recovery_rate", "capital_recovery_rate", *ages), rows)


async def read_key_figures(
    downstream: Downstream, creditor_id: UUID, from_date: date | None, to_date: date | None
) -> KeyFigures:
    """DSO, best possible DSO, ADD and CEI per currency."""
    answer = await _ask(downstream, creditor_id, "key-figures", {"from_date": from_date, "to_date": to_date})
    return KeyFigures(**worded(answer))


async def write_key_figures(
    downstream: Downstream, creditor_id: UUID, from_date: date | None, to_date: date | None
) -> str:
    report = await read_key_figures(downstream, creditor_id, from_date, to_date)
    period = report.model_dump(include={"from_date", "to_date", "days"})
    rows = [period | one.model_dump() for one in report.currencies]
    names = ("from_date", "to_date", "days", "currency", "opening_amount", "sales_amount", "closing_amount")
    return to_csv((*names, "current_amount", "dso", "best_possible_dso", "average_days_delinquent", "cei"), rows)


async def read_statement(
    downstream: Downstream, creditor_id: UUID, code: str | None, from_date: date | None, to_date: date | None
) -> AccountStatement:
    """One account of the creditor's book, line by line."""
    answer = await _ask(
        downstream,
        creditor_id,
        "account-statement",
        {"account_code": code, "from_date": from_date, "to_date": to_date},
    )
    return AccountStatement(**worded(answer) | {"code": answer["account_code"]})


async def write_statement(
    downstream: Downstream, creditor_id: UUID, code: str | None, from_date: date | None, to_date: date | None
) -> str:
    report = await read_statement(downstream, creditor_id, code, from_date, to_date)
    rows = [
        {"code": report.code, "currency": one.currency} | line.model_dump()
        for one in report.currencies
        for line in one.lines
    ]
    names = ("code", "currency", "voucher_date", "voucher_number", "text", "case_id", "invoice_number")
    return to_csv((*names, "debit_amount", "credit_amount", "balance_amount"), rows)


async def _ask(downstream: Downstream, creditor_id: UUID, report: str, params: Mapping[str, object]) -> dict[str, Any]:
    try:
        return await downstream.get("accounting", f"/internal/reports/{report}", creditor_id, params)
    except Problem as problem:
        name, _, reason = problem.detail.partition(": ")
        if problem.status == 422 and name in params and reason:
            field = "code" if name == "account_code" else to_camel(name)
            problem.errors = [{"field": f"query.{field}", "message": reason}]
        raise


def worded(value: Any, currency: str = "") -> Any:
    """`<what>_minor` in the nearest currency becomes `<what>_amount`; hundredths become decimals."""
    if isinstance(value, list):
        return [worded(item, currency) for item in value]
    if not isinstance(value, dict):
        return value
    currency = value.get("currency", currency)
    said: dict[str, Any] = {}
    for name, part in value.items():
        if name.endswith("_minor"):
            said[_WORDS.get(name) or name.removesuffix("_minor") + "_amount"] = major(part, currency)
        elif name in _HUNDREDTHS:
            said[_HUNDREDTHS[name]] = None if part is None else Decimal(part).scaleb(-2)
        else:
            said[name] = worded(part, currency)
    return said


def to_csv(names: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Comma-separated with a header in camelCase. A text that a spreadsheet would run as a formula gets a quote."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(to_camel(name) for name in names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value
