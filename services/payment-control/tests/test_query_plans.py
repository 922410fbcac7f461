"""Finding claims is a look-up in an index however many there are; a search through a table would pass every other test."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import event, text

from payment_control.queries import bank_files
from payment_control.queries.suggestions import list_suggestions
from runtime.database import Database
from statutes.references import check

MANY = 15_000
BIG = {"claim", "open_claim", "claim_token", "claim_entry", "payment", "allocation"}
FILLED = f"""
SET session_replication_role = replica;
INSERT INTO account_scheme VALUES ('NOK-CAMT', 'NO_KID_MOD10');
INSERT INTO bank_file (file_id, name, sha256, format, source, status, transactions, registered, duplicates, skipped,
        rejected, raw)
    VALUES (md5('file')::uuid, 'file', 'sha', 'camt.054', 'UPLOAD', 'IMPORTED', 0, 0, 0, 0, '[]', '');
INSERT INTO claim (claim_id, case_id, creditor_id, debtor_id, invoice_number, payment_reference, reference_scheme,
        account_id, currency, jurisdiction, debtor_kind, due_date, original_minor, principal_minor, interest_minor,
        reminder_fee_minor, collection_fee_minor, compensation_minor, claim_version, stage, status, interest_enabled,
        interest_runs, interest_through, small_balance_minor, closing_version)
    SELECT md5(n::text)::uuid, n, md5('creditor')::uuid, md5('debtor' || n / 2)::uuid, 'F-' || n, n::text || '0',
        'NO_KID_MOD10', 'NOK-CAMT', 'NOK', 'NO', 'CONSUMER', '2025-09-15', n, CASE n % 3 WHEN 0 THEN 0 ELSE n END, 0, 0, 0, 0,
        1, 'INVOICED', CASE n % 3 WHEN 0 THEN 'SETTLED' ELSE 'OPEN' END, true, false, '2025-09-15', 0, 0
    FROM generate_series(1, {MANY}) AS n;
INSERT INTO open_claim SELECT debtor_id, due_date, claim_id, account_id, original_minor FROM claim WHERE status = 'OPEN';
INSERT INTO claim_token SELECT 'NOK-CAMT', 'F' || n, md5(n::text)::uuid, 'INVOICE_NUMBER' FROM generate_series(1, {MANY}) AS n;
INSERT INTO claim_entry (claim_id, kind, component, amount_minor, currency, as_of, statute_row, cause_id, booked_date)
    SELECT md5(n::text)::uuid, 'OPENED', 'PRINCIPAL', n, 'NOK', '2025-09-01', '', md5(n::text)::uuid, '2025-09-01'
    FROM generate_series(1, {MANY}) AS n;
INSERT INTO payment (payment_id, fingerprint, file_id, account_id, source, amount_minor, currency, booking_date,
        value_date, reference, remittance_text, payer_name, payer_account, reversal_key, status, allocated_minor,
        surplus_minor, refunded_minor, unmatched_minor)
    SELECT md5('paid' || n)::uuid, n::text, md5('file')::uuid, 'NOK-CAMT', 'CAMT', n, 'NOK', '2025-09-15', '2025-09-15',
        n::text, '', 'Kari', 'NO' || n, n::text, CASE n % 3 WHEN 0 THEN 'ALLOCATED' ELSE 'UNMATCHED' END,
        CASE n % 3 WHEN 0 THEN n ELSE 0 END, 0, 0, CASE n % 3 WHEN 0 THEN 0 ELSE n END
    FROM generate_series(1, {MANY}) AS n;
INSERT INTO allocation (allocation_id, payment_id, claim_id, principal_minor, interest_minor, reminder_fee_minor,
        collection_fee_minor, compensation_minor, stage, reversed)
    SELECT md5('paid' || n)::uuid, md5('paid' || n)::uuid, md5(n::text)::uuid, n, 0, 0, 0, 0, 'INVOICED', false
    FROM generate_series(3, {MANY}, 3) AS n
"""

Plan = tuple[str, Any]


@pytest.fixture
async def filled(office: Any) -> Any:
    async with office.database.engine.connect() as connection:
        outside = await connection.execution_options(isolation_level="AUTOCOMMIT")
        for statement in [*FILLED.split(";\n"), "VACUUM (ANALYZE)"]:
            await outside.execute(text(statement))
    return office


async def plans_of(database: Database, work: Callable[[], Awaitable[Any]]) -> list[Plan]:
    """Every statement that is sent to the tables, with the plan PostgreSQL makes for it."""
    sent: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        sent.append((statement, parameters))

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await work()
    event.remove(engine, "before_cursor_execute", note)
    plans: list[Plan] = []
    async with database.transaction() as session:
        for statement, parameters in sent:
            plan = await session.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", parameters)
            plans.append((" ".join(statement.split()), plan.scalar()))
    return plans


def searched_tables(plan: Any) -> set[str]:
    """The big tables that a plan reads from end to end."""
    nodes = [plan[0]["Plan"]]
    found: set[str] = set()
    for node in nodes:
        nodes += node.get("Plans", [])
        if node["Node Type"] == "Seq Scan":
            found.add(node["Relation Name"])
    return found & BIG


async def test_neither_an_import_nor_looking_for_suggestions_searches_through_a_table(filled: Any) -> None:
    def pays(number: int, **fields: Any) -> str:
        return filled.entry(f"{number / 100:.2f}", bank_reference=str(number), **fields)

    kid = next(number for number in range(5_000, MANY) if number % 3 and check("NO_KID_MOD10", f"{number}0"))
    file = filled.camt(
        pays(kid, reference=f"{kid}0"),
        pays(5_012, note="faktura F-5012"),
        pays(5_011, note="Hei", payer="NO9000"),
        pays(5_013, reference="9000", sign="DBIT", reversal=True),
    )
    [queued] = await filled.rows("SELECT payment_id FROM payment WHERE amount_minor = 5010")

    async def look() -> None:
        await filled.imports(file)
        async with filled.database.transaction() as session:
            assert await list_suggestions(session, [queued.payment_id])
            await bank_files.lock_strays(session, {("NOK-CAMT", "5010")})

    plans = await plans_of(filled.database, look)

    assert len(plans) > 20
    assert {sent: found for sent, plan in plans if (found := searched_tables(plan))} == {}
    assert (await filled.rows("SELECT status FROM claim WHERE case_id = :kid", kid=kid)) == [("SETTLED",)]
