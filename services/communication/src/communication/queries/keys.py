"""Wrapped data keys, one per debtor."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.engine import Row

from communication.queries.record import Record
from runtime.database import Session, columns

_FIND_KEYS = text("SELECT debtor_id, key_id, wrapped FROM data_key WHERE debtor_id = ANY(CAST(:debtor_ids AS uuid[]))")
_ADD_KEYS = text(
    """
    INSERT INTO data_key (debtor_id, key_id, wrapped)
    SELECT * FROM unnest(CAST(:debtor_id AS uuid[]), CAST(:key_id AS text[]), CAST(:wrapped AS bytea[])) AS new (id)
    ORDER BY id
    ON CONFLICT (debtor_id) DO UPDATE SET key_id = data_key.key_id
    RETURNING debtor_id, key_id, wrapped
    """
)


async def find_keys(session: Session, debtor_ids: Collection[UUID]) -> Sequence[Row[Any]]:
    return (await session.execute(_FIND_KEYS, {"debtor_ids": list(debtor_ids)})).all()


async def add_keys(session: Session, rows: Sequence[Record]) -> Sequence[Row[Any]]:
    """Keep new keys; where another process was first, its key is returned."""
    return (await session.execute(_ADD_KEYS, columns(rows, "debtor_id", "key_id", "wrapped"))).all()
