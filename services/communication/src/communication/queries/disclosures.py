"""Contact details that leave the house, each put on record."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from runtime.database import Session

_DISCLOSE = text(
    """
    WITH wanted AS (
        SELECT i.case_id, d.debtor_id, d.kind, d.name, d.street, d.street2, d.postal_code, d.postal_district,
            d.country_code, d.language_code, d.email, d.phone
        FROM invoice i JOIN debtor d USING (debtor_id)
        WHERE i.creditor_id = :creditor_id AND i.case_id = ANY(CAST(:case_ids AS bigint[])) AND d.erased_at IS NULL
    ), noted AS (
        INSERT INTO debtor_event (debtor_id, kind, who, detail)
        SELECT debtor_id, 'DISCLOSED', :who, 'case ' || case_id FROM wanted ORDER BY case_id
    )
    SELECT * FROM wanted ORDER BY case_id
    """
)


async def disclose_debtors(
    session: Session, creditor_id: UUID, case_ids: Collection[int], who: str
) -> Sequence[Row[Any]]:
    """The debtors of the creditor's cases, put on record as told to `who`; unknown and erased ones are left out."""
    wanted = {"creditor_id": creditor_id, "case_ids": sorted(case_ids), "who": who}
    return (await session.execute(_DISCLOSE, wanted)).all()
