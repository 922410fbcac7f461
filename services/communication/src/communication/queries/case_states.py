"""What stops letters on a case, and the fees charged so far."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from communication.queries.record import Record
from runtime.database import Session, columns

_SAVE_CLAIMS = text(
    """
    INSERT INTO case_state AS s (case_id, claim_version, settled, charges)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:claim_version AS bigint[]), CAST(:settled AS boolean[]),
        CAST(:charges AS jsonb[])) AS new (id) ORDER BY id
    ON CONFLICT (case_id) DO UPDATE SET
        settled = CASE WHEN excluded.claim_version > s.claim_version THEN excluded.settled
            WHEN excluded.claim_version = s.claim_version THEN s.settled OR excluded.settled ELSE s.settled END,
        claim_version = greatest(s.claim_version, excluded.claim_version),
        charges = s.charges || excluded.charges
    RETURNING case_id, charges
    """
)
_SAVE_HOLDS = text(
    """
    INSERT INTO case_state AS s (case_id, hold_version, held, hold_reason)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:hold_version AS bigint[]), CAST(:held AS boolean[]),
        CAST(:hold_reason AS text[]))
        AS new (id) ORDER BY id
    ON CONFLICT (case_id) DO UPDATE SET hold_version = excluded.hold_version, held = excluded.held,
        hold_reason = excluded.hold_reason
    WHERE s.hold_version < excluded.hold_version
    """
)
_SAVE_CLOSINGS = text(
    """
    INSERT INTO case_state AS s (case_id, closing_version, closed)
    SELECT * FROM unnest(CAST(:case_id AS bigint[]), CAST(:closing_version AS bigint[]), CAST(:closed AS boolean[]))
        AS new (id) ORDER BY id
    ON CONFLICT (case_id) DO UPDATE SET closing_version = excluded.closing_version, closed = excluded.closed
    WHERE s.closing_version < excluded.closing_version
    """
)


async def save_claims(session: Session, rows: Sequence[Record]) -> dict[int, dict[str, Any]]:
    """Keep each claim's newest state and add its charges; all charges of each case, by step key."""
    charges = [json.dumps(row["charges"]) for row in rows]
    saved = await session.execute(
        _SAVE_CLAIMS, columns(rows, "case_id", "claim_version", "settled") | {"charges": charges}
    )
    return {row.case_id: row.charges for row in saved}


async def save_holds(session: Session, rows: Sequence[Record]) -> None:
    await session.execute(_SAVE_HOLDS, columns(rows, "case_id", "hold_version", "held", "hold_reason"))


async def save_closings(session: Session, rows: Sequence[Record]) -> None:
    await session.execute(_SAVE_CLOSINGS, columns(rows, "case_id", "closing_version", "closed"))
