"""SQL of what creditors and the house are shown."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from runtime.database import Session
from settlement.domain.payouts import MOST_ATTEMPTS

_SHOWN = """
    settlement.*, paid.end_to_end_id, paid.name AS beneficiary_name, paid.iban, paid.bic, paid.status AS payout_status,
    coalesce(creditor.name, paid.name) AS creditor_name, coalesce(creditor.language_code, 'en') AS language_code
    FROM settlement
    JOIN LATERAL (
        SELECT * FROM (
            SELECT DISTINCT ON (part) * FROM payout
            WHERE payout.settlement_id = settlement.settlement_id AND payout.kind = 'CREDITOR'
            ORDER BY part, attempt DESC
        ) AS latest
        ORDER BY array_position(ARRAY['FAILED', 'RETURNED', 'INITIATED', 'SENT', 'ACCEPTED', 'CONFIRMED'], status), part
        LIMIT 1
    ) AS paid ON true
    LEFT JOIN creditor ON creditor.creditor_id = settlement.creditor_id
"""
_SETTLEMENTS = text(
    f"""
    SELECT {_SHOWN}
    WHERE settlement.creditor_id = :creditor_id AND settlement.settlement_date BETWEEN :from_date AND :to_date
        AND (NOT :unfetched_only OR settlement.api_fetched_date IS NULL)
        AND (NOT :exclude_closed OR settlement.bookkept_date IS NULL)
    ORDER BY settlement.settlement_number FOR UPDATE OF settlement
    """
)
_SETTLEMENT = text(
    f"SELECT {_SHOWN} WHERE settlement.creditor_id = :creditor_id AND settlement.settlement_number = :number"
)
_LINES = text(
    """
    SELECT * FROM accrual_line WHERE settlement_id = ANY(CAST(:ids AS uuid[])) AND kind <> 'DEFERRAL'
    ORDER BY settlement_id, as_of, case_id, kind, line_id
    """
)
_FETCHED = text("UPDATE settlement SET api_fetched_date = :day WHERE settlement_id = ANY(CAST(:ids AS uuid[]))")
_BOOKKEPT = text(
    """
    UPDATE settlement SET bookkept_date = coalesce(bookkept_date, :day),
        internal_accounting_id = coalesce(internal_accounting_id, CAST(:internal_accounting_id AS text))
    WHERE creditor_id = :creditor_id AND settlement_number = :number
    RETURNING bookkept_date, internal_accounting_id
    """
)
_PAYOUT_LINES = text(
    """
    SELECT *, coalesce(payout_part, 0) AS part FROM accrual_line WHERE settlement_id = :settlement_id
    ORDER BY as_of, case_id, kind, line_id
    """
)
_ATTEMPTS = text(
    "SELECT * FROM payout WHERE settlement_id = :settlement_id AND kind = 'CREDITOR' ORDER BY part, attempt"
)
_COUNTS = text(
    """
    SELECT currency, sum(accrued)::bigint AS accrued_minor, sum(settled)::bigint AS settled_minor, sum(net)::bigint AS net_minor,
        sum(own)::bigint AS own_share_minor, sum(deferred)::bigint AS deferred_own_share_minor
    FROM (
        SELECT currency, allocated_minor AS accrued, 0 AS settled, 0 AS net, 0 AS own,
            coalesce(fee_share_minor + commission_minor + vat_minor, 0) AS deferred
        FROM accrual_line WHERE settlement_id IS NULL AND (allocated_minor <> 0 OR kind = 'DEFERRAL')
        UNION ALL
        SELECT currency, 0, allocated_minor, net_minor, own_share_minor, 0 FROM settlement
    ) AS amounts GROUP BY currency ORDER BY currency
    """
)
_PAYOUTS = text(
    f"""
    SELECT currency, kind, status, sum(amount_minor)::bigint AS amount_minor,
        count(*) FILTER (WHERE failed_date IS NOT NULL AND attempt >= {MOST_ATTEMPTS}) AS given_up
    FROM (
        SELECT DISTINCT ON (coalesce(settlement_id, payout_id), kind, part) * FROM payout
        ORDER BY coalesce(settlement_id, payout_id), kind, part, attempt DESC) AS latest
    GROUP BY currency, kind, status ORDER BY currency, kind, status
    """
)


async def lock_settlements(
    session: Session, creditor_id: UUID, from_date: date, to_date: date, *, unfetched_only: bool, exclude_closed: bool
) -> Sequence[Row[Any]]:
    rows = await session.execute(
        _SETTLEMENTS,
        {
            "creditor_id": creditor_id,
            "from_date": from_date,
            "to_date": to_date,
            "unfetched_only": unfetched_only,
            "exclude_closed": exclude_closed,
        },
    )
    return rows.all()


async def find_settlement(session: Session, creditor_id: UUID, number: int) -> Row[Any] | None:
    return (await session.execute(_SETTLEMENT, {"creditor_id": creditor_id, "number": number})).one_or_none()


async def list_lines(session: Session, settlement_ids: Collection[UUID]) -> dict[UUID, list[Row[Any]]]:
    """Allocations and reversals by settlement, oldest first."""
    found: dict[UUID, list[Row[Any]]] = {settlement_id: [] for settlement_id in settlement_ids}
    for row in await session.execute(_LINES, {"ids": list(settlement_ids)}):
        found[row.settlement_id].append(row)
    return found


async def mark_fetched(session: Session, settlement_ids: Collection[UUID], day: date) -> None:
    if settlement_ids:
        await session.execute(_FETCHED, {"ids": list(settlement_ids), "day": day})


async def mark_bookkept(
    session: Session, creditor_id: UUID, number: int, internal_accounting_id: str | None, day: date
) -> Row[Any] | None:
    """The day and the id it was first marked with, or None when the creditor has no such settlement."""
    values = {"creditor_id": creditor_id, "number": number, "internal_accounting_id": internal_accounting_id}
    return (await session.execute(_BOOKKEPT, {**values, "day": day})).one_or_none()


async def list_payout_lines(session: Session, settlement_id: UUID) -> Sequence[Row[Any]]:
    """Every line of a settlement, deferrals too, with the `part` that pays it."""
    return (await session.execute(_PAYOUT_LINES, {"settlement_id": settlement_id})).all()


async def list_attempts(session: Session, settlement_id: UUID) -> Sequence[Row[Any]]:
    """Every transfer to the creditor that was tried, by part and attempt."""
    return (await session.execute(_ATTEMPTS, {"settlement_id": settlement_id})).all()


async def count_amounts(session: Session) -> Sequence[Row[Any]]:
    return (await session.execute(_COUNTS)).all()


async def count_payouts(session: Session) -> Sequence[Row[Any]]:
    return (await session.execute(_PAYOUTS)).all()


async def count_settlements(session: Session) -> int:
    return (await session.execute(text("SELECT count(*) FROM settlement"))).scalar_one()
