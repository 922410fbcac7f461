"""SQL of amounts that collectors reported."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from runtime.database import Session, columns

_TYPES = {
    "report_id": "uuid",
    "claim_id": "uuid",
    "case_id": "bigint",
    "collector": "text",
    "external_id": "text",
    "amount_minor": "bigint",
    "currency": "text",
    "collected_on": "date",
    "stage": "text",
    "principal_minor": "bigint",
    "interest_minor": "bigint",
    "reminder_fee_minor": "bigint",
    "collection_fee_minor": "bigint",
    "compensation_minor": "bigint",
    "surplus_minor": "bigint",
    "status": "text",
}
_SAVE = text(
    f"""
    INSERT INTO collected_amount ({", ".join(_TYPES)})
    SELECT * FROM unnest({", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in _TYPES.items())})
    """
)
_KNOWN = text("SELECT report_id FROM collected_amount WHERE report_id = ANY(CAST(:ids AS uuid[]))")
_LOCK = text(
    """
    SELECT * FROM collected_amount WHERE collector = :collector AND external_id = ANY(CAST(:external_ids AS text[]))
    ORDER BY case_id, report_id FOR UPDATE
    """
)
_CLEAR = text(
    "UPDATE collected_amount SET status = 'CLEARED', payment_id = :payment_id WHERE report_id = ANY(CAST(:ids AS uuid[]))"
)
_LIST = text(
    """
    SELECT * FROM collected_amount
    WHERE collector = coalesce(CAST(:collector AS text), collector) AND status = coalesce(CAST(:status AS text), status)
    ORDER BY collected_on DESC, report_id LIMIT 500
    """
)


async def list_known(session: Session, report_ids: Collection[UUID]) -> set[UUID]:
    """Which of these were booked before."""
    return set((await session.execute(_KNOWN, {"ids": list(report_ids)})).scalars())


async def save_amounts(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(_SAVE, columns(rows, *_TYPES))


async def lock_amounts(session: Session, collector: str, external_ids: Collection[str]) -> Sequence[Any]:
    """Of one collector, by its own ids, held until the transaction ends."""
    return (await session.execute(_LOCK, {"collector": collector, "external_ids": list(external_ids)})).all()


async def clear_amounts(session: Session, report_ids: Collection[UUID], payment_id: UUID) -> None:
    """The collector passed them on with this payment."""
    await session.execute(_CLEAR, {"ids": list(report_ids), "payment_id": payment_id})


async def list_amounts(session: Session, collector: str | None, status: str | None) -> Sequence[Any]:
    """The newest 500, of one collector and status or all."""
    return (await session.execute(_LIST, {"collector": collector, "status": status})).all()
