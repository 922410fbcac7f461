"""SQL of settlement runs: which places are due, and the settlements that are made of them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import text

from runtime.database import Session, columns
from settlement.domain.payouts import settlement_number_of
from settlement.queries.agreements import IN_FORCE, list_run_days
from settlement.queries.holds import ON_HOLD
from settlement.queries.lines import Place

_CLAIM_RUNS = text(
    f"""
    WITH due AS (
        SELECT agreement.* FROM ({IN_FORCE}) AS agreement
        JOIN unnest(CAST(:jurisdictions AS text[]), CAST(:schedules AS text[])) AS run (jurisdiction, schedule)
            USING (jurisdiction, schedule)
        WHERE agreement.creditor_id NOT IN ({ON_HOLD})
    ), place AS (
        SELECT DISTINCT line.creditor_id, line.currency, line.account_id
        FROM accrual_line AS line JOIN due USING (creditor_id)
        WHERE line.settlement_id IS NULL AND (line.allocated_minor <> 0 OR line.kind = 'DEFERRAL')
            AND line.as_of <= :day AND line.account_id = ANY(CAST(:accounts AS text[]))
            AND NOT EXISTS (
                SELECT FROM settlement_run AS run
                WHERE (run.creditor_id, run.currency, run.account_id, run.run_date)
                    = (line.creditor_id, line.currency, line.account_id, :day))
        ORDER BY 1, 2, 3 LIMIT :limit
    ), claimed AS (
        INSERT INTO settlement_run (creditor_id, currency, account_id, run_date)
        SELECT creditor_id, currency, account_id, :day FROM place
        ON CONFLICT DO NOTHING RETURNING creditor_id, currency, account_id
    )
    SELECT claimed.*, due.agreement_version FROM claimed JOIN due USING (creditor_id) ORDER BY 1, 2, 3
    """
)
_COUNT_UP = text(
    """
    INSERT INTO settlement_counter (counter_date, last) VALUES (:day, :count)
    ON CONFLICT (counter_date) DO UPDATE SET last = settlement_counter.last + excluded.last RETURNING last
    """
)
_SETTLEMENT_TYPES = {
    "settlement_id": "uuid",
    "settlement_number": "bigint",
    "creditor_id": "uuid",
    "currency": "text",
    "account_id": "text",
    "settlement_date": "date",
    "line_count": "integer",
    "allocated_minor": "bigint",
    "principal_minor": "bigint",
    "interest_minor": "bigint",
    "fees_minor": "bigint",
    "fee_share_minor": "bigint",
    "commission_minor": "bigint",
    "vat_minor": "bigint",
    "own_share_minor": "bigint",
    "net_minor": "bigint",
    "traceparent": "text",
}
_SAVE_SETTLEMENTS = text(
    f"""
    INSERT INTO settlement ({", ".join(_SETTLEMENT_TYPES)})
    SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _SETTLEMENT_TYPES.items())})
    """
)


async def claim_places(session: Session, day: date, account_ids: Collection[str], limit: int) -> list[Place]:
    """Up to `limit` places due on `day` that nobody looked at on that day; nobody else gets them afterwards."""
    due = await list_run_days(session, day)
    if not due["schedules"]:
        return []
    rows = await session.execute(_CLAIM_RUNS, {"day": day, "limit": limit, "accounts": list(account_ids), **due})
    return [Place(*row) for row in rows]


async def next_settlement_numbers(session: Session, day: date, count: int) -> list[int]:
    last = (await session.execute(_COUNT_UP, {"day": day, "count": count})).scalar_one()
    return [settlement_number_of(day, counter) for counter in range(last - count + 1, last + 1)]


async def save_settlements(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    await session.execute(_SAVE_SETTLEMENTS, columns(rows, *_SETTLEMENT_TYPES))
