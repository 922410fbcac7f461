"""Creditor reports; the first tests are the worked example of docs/reports.md."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from accounting_factories import (
    CREDITOR_ID,
    a_claim_changed,
    a_claim_charged,
    a_creditor,
    a_reversal,
    an_allocation,
    an_invoice,
    parts,
    records,
)
from httpx import AsyncClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, text

from accounting.domain.figures import Receivables, figures
from accounting.handlers import consumer
from contracts import Balance, Event
from runtime.database import Database

Client = Callable[[UUID | None], AsyncClient]
FIRST, SECOND, THIRD, FOURTH = 1, 2, 3, 4


def sold(case_id: int, gross_minor: int, on: date, due: date) -> Event:
    number = f"2025-{case_id}"
    return an_invoice(
        case_id=case_id,
        invoice_number=number,
        gross_minor=gross_minor,
        vat_minor=gross_minor // 5,
        invoice_date=on,
        due_date=due,
        accepted_date=on,
    )


def the_example() -> list[Event]:
    """docs/reports.md: four invoices of 1,000.00, 2,000.00, 4,000.00 and 500.00."""
    return [
        a_creditor(),
        sold(FIRST, 100_000, date(2025, 9, 1), date(2025, 9, 15)),
        sold(SECOND, 200_000, date(2025, 9, 10), date(2025, 10, 10)),
        sold(THIRD, 400_000, date(2025, 10, 5), date(2025, 11, 4)),
        sold(FOURTH, 50_000, date(2025, 10, 8), date(2025, 10, 31)),
        an_allocation(parts(PRINCIPAL=100_000), case_id=FIRST, as_of=date(2025, 9, 20)),
        a_claim_charged(case_id=SECOND, interest_minor=1_000, as_of=date(2025, 10, 25)),
        an_allocation(parts(INTEREST=1_000, PRINCIPAL=50_000), case_id=SECOND, as_of=date(2025, 10, 28)),
        a_claim_changed(
            case_id=FOURTH,
            cause="CREDITED",
            parts=parts(PRINCIPAL=-10_000),
            as_of=date(2025, 10, 20),
            balance=Balance(principal_minor=40_000, interest_minor=0, fees_minor=0),
        ),
        a_claim_changed(
            case_id=THIRD, cause="DIRECT_PAYMENT", parts=parts(PRINCIPAL=-100_000), as_of=date(2025, 10, 30)
        ),
    ]


@pytest.fixture(autouse=True)
async def booked(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO clock VALUES (1, '2025-10-31', '2025-10-31')"))
    await consumer.handle(database, records(the_example()))


async def ask(client: Client, report: str, creditor_id: UUID = CREDITOR_ID, **params: Any) -> Any:
    answer = await client(creditor_id).get(f"/internal/reports/{report}", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_receivables_are_aged_by_due_date(client: Client) -> None:
    report = await ask(client, "aged-receivables", as_of="2025-10-31")
    [nok] = report["currencies"]
    assert (nok["currency"], nok["total_minor"]) == ("NOK", 493_500)
    assert [(bucket["bucket"], bucket["invoices"], bucket["open_minor"]) for bucket in nok["buckets"]] == [
        ("CURRENT", 2, 340_000),
        ("1-30", 1, 153_500),
        ("31-60", 0, 0),
        ("61-90", 0, 0),
        ("90+", 0, 0),
    ]
    second = report["invoices"][0]
    assert second == {
        "case_id": SECOND,
        "invoice_number": "2025-2",
        "invoice_date": "2025-09-10",
        "due_date": "2025-10-10",
        "days_overdue": 21,
        "bucket": "1-30",
        "currency": "NOK",
        "principal_minor": 150_000,
        "interest_minor": 0,
        "fees_minor": 3_500,
        "open_minor": 153_500,
    }


async def test_an_earlier_day_knows_nothing_of_what_came_later(client: Client) -> None:
    report = await ask(client, "aged-receivables", as_of="2025-09-15")
    assert [(invoice["case_id"], invoice["open_minor"]) for invoice in report["invoices"]] == [
        (FIRST, 100_000),
        (SECOND, 200_000),
    ]
    assert {invoice["bucket"] for invoice in report["invoices"]} == {"CURRENT"}  # due today is not overdue


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (0, "CURRENT"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
    ],
)
async def test_each_bucket_begins_and_ends_on_its_day(client: Client, days: int, bucket: str) -> None:
    as_of = date(2025, 11, 4) + timedelta(days=days)
    report = await ask(client, "aged-receivables", as_of=as_of.isoformat())
    assert {invoice["case_id"]: invoice["bucket"] for invoice in report["invoices"]}[THIRD] == bucket


async def test_open_invoices_come_page_by_page(client: Client) -> None:
    first = await ask(client, "aged-receivables", as_of="2025-10-31", limit=2)
    rest = await ask(client, "aged-receivables", as_of="2025-10-31", limit=2, after=first["next_after"])
    cases = [invoice["case_id"] for page in (first, rest) for invoice in page["invoices"]]
    assert (cases, rest["next_after"]) == ([SECOND, THIRD, FOURTH], None)
    assert first["currencies"] == rest["currencies"]


async def test_recovery_is_told_per_month_of_placement(client: Client) -> None:
    september, october = (await ask(client, "recovery", as_of="2025-10-31"))["cohorts"]
    assert (september["month"], september["invoices"], september["placed_minor"]) == ("2025-09-01", 2, 300_000)
    assert (september["collected_minor"], september["collected_principal_minor"]) == (151_000, 150_000)
    assert (september["recovery_rate"], september["principal_recovery_rate"]) == (5_033, 5_000)
    within_30, within_90, *_ = september["ages"]
    assert (within_30["collected_minor"], within_30["recovery_rate"]) == (100_000, 3_333)
    assert (within_90["collected_minor"], within_90["recovery_rate"]) == (151_000, None)  # not yet 90 days old
    assert (october["placed_minor"], october["collected_minor"], october["recovery_rate"]) == (450_000, 100_000, 2_222)


async def test_days_outstanding_and_collection_effectiveness_of_october(client: Client) -> None:
    report = await ask(client, "key-figures", from_date="2025-10-01", to_date="2025-10-31")
    assert (report["days"], report["currencies"]) == (
        31,
        [
            {
                "currency": "NOK",
                "opening_minor": 200_000,
                "sales_minor": 440_000,
                "closing_minor": 490_000,
                "current_minor": 340_000,
                "dso": 3_452,
                "best_possible_dso": 2_395,
                "average_days_delinquent": 1_057,
                "cei": 5_000,
            }
        ],
    )


async def test_a_statement_leads_from_opening_to_closing(client: Client) -> None:
    report = await ask(client, "account-statement", from_date="2025-10-01", to_date="2025-10-31")
    [nok] = report["currencies"]
    assert (nok["opening_minor"], nok["closing_minor"]) == (100_000, 151_000)
    [line] = nok["lines"]
    assert (line["invoice_number"], line["debit_minor"], line["credit_minor"], line["balance_minor"]) == (
        "2025-1",
        51_000,
        0,
        151_000,
    )


async def test_a_reversed_payment_is_no_longer_collected(client: Client, database: Database) -> None:
    back = a_reversal(parts(PRINCIPAL=100_000), case_id=FIRST, as_of=date(2025, 10, 30))
    await consumer.handle(database, records([back]))
    september = (await ask(client, "recovery", as_of="2025-10-31"))["cohorts"][0]
    assert september["collected_principal_minor"] == 50_000
    assert september["ages"][0]["collected_minor"] == 100_000  # on its thirtieth day it was there
    report = await ask(client, "aged-receivables", as_of="2025-10-31")
    assert report["invoices"][0]["case_id"] == FIRST


async def test_currencies_are_never_added_up(client: Client, database: Database) -> None:
    foreign = an_invoice(case_id=9, currency="EUR", gross_minor=7, vat_minor=0, accepted_date=date(2025, 10, 1))
    await consumer.handle(database, records([foreign]))
    report = await ask(client, "aged-receivables", as_of="2025-11-05")
    assert [(one["currency"], one["total_minor"]) for one in report["currencies"]] == [("EUR", 7), ("NOK", 493_500)]
    assert {cohort["currency"] for cohort in (await ask(client, "recovery"))["cohorts"]} == {"EUR", "NOK"}


async def test_invoices_that_the_office_only_distributes_are_left_out_because_nobody_tells_when_they_are_paid(
    client: Client, database: Database
) -> None:
    async def both() -> list[Any]:
        figures = await ask(client, "key-figures", from_date="2025-10-01", to_date="2025-10-31")
        return [await ask(client, "aged-receivables"), figures]

    before = await both()
    invoice = sold(5, 900, date(2025, 10, 1), date(2025, 10, 2)).model_copy(update={"payment_control": False})
    await consumer.handle(database, records([invoice]))
    assert await both() == before


@pytest.mark.parametrize("report", ["aged-receivables", "recovery", "key-figures", "account-statement"])
async def test_another_creditor_sees_nothing(client: Client, report: str) -> None:
    answer = await ask(client, report, uuid4())
    assert not [value for value in answer.values() if isinstance(value, list) and value]


@pytest.mark.parametrize(
    "params",
    [
        pytest.param({"from_date": "2025-11-02", "to_date": "2025-11-01"}, id="ends before it begins"),
        pytest.param({"from_date": "2023-11-02", "to_date": "2025-11-01"}, id="too long"),
    ],
)
async def test_a_faulty_period_is_refused(client: Client, params: dict[str, str]) -> None:
    for report in ("key-figures", "account-statement"):
        answer = await client(CREDITOR_ID).get(f"/internal/reports/{report}", params=params)
        assert (answer.status_code, answer.json()["detail"].startswith("from_date: ")) == (422, True)


async def test_a_report_takes_as_many_statements_for_a_thousand_invoices_as_for_one(
    client: Client, database: Database
) -> None:
    async def count() -> list[int]:
        counts: list[int] = []
        for report in ("aged-receivables", "recovery", "key-figures", "account-statement"):
            statements: list[str] = []

            def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
                statements.append(statement)  # noqa: B023 - called before the next round

            event.listen(database.engine.sync_engine, "before_cursor_execute", note)
            await ask(client, report)
            event.remove(database.engine.sync_engine, "before_cursor_execute", note)
            counts.append(len(statements))
        return counts

    few = await count()
    many = [sold(case, 100, date(2025, 10, 1), date(2025, 10, 15)) for case in range(1_000, 2_000)]
    await consumer.handle(database, records(many))
    assert await count() == few
    assert max(few) <= 3


@given(
    opening=st.integers(0, 10**9),
    sales=st.integers(0, 10**9),
    current=st.integers(0, 10**9),
    overdue=st.integers(0, 10**9),
    days=st.integers(1, 366),
)
def test_effectiveness_is_whole_when_nothing_overdue_is_left_and_delinquency_is_never_negative(
    opening: int, sales: int, current: int, overdue: int, days: int
) -> None:
    found = figures(Receivables(opening, sales, current + overdue, current, days))
    assert (found.dso is None) == (sales == 0)
    if found.average_days_delinquent is not None:
        assert found.average_days_delinquent >= 0
    if found.cei is not None:
        assert (found.cei == 10_000) or overdue
        assert found.cei <= 10_000
