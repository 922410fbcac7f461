"""The data keys of debtors: made when first needed, opened for those who read."""

from collections.abc import Collection
from uuid import UUID

from communication import queries
from communication.vault.keys import DataKey, KeyProvider, new_key
from runtime.database import Session
from runtime.problems import Problem


async def keys_for_writing(
    session: Session, provider: KeyProvider, debtor_ids: Collection[UUID]
) -> dict[UUID, DataKey]:
    """A key for each debtor, new ones where there were none; erased debtors have none and are left out."""
    wanted = set(debtor_ids)
    rows = list(await queries.find_keys(session, wanted))
    missing = wanted - {row.debtor_id for row in rows}
    if missing:
        fresh = [
            {"debtor_id": debtor_id, "key_id": provider.key_id, "wrapped": provider.wrap(new_key(), debtor_id)}
            for debtor_id in missing
        ]
        rows += await queries.add_keys(session, fresh)
    return {row.debtor_id: DataKey(provider.unwrap(row.wrapped, row.debtor_id)) for row in rows if row.wrapped}


async def key_for_writing(session: Session, provider: KeyProvider, debtor_id: UUID) -> DataKey:
    """Problem 409 for an erased debtor."""
    keys = await keys_for_writing(session, provider, [debtor_id])
    if debtor_id not in keys:
        raise Problem(409, "The debtor was erased; nothing more can be kept about the person.")
    return keys[debtor_id]


async def key_for_reading(session: Session, provider: KeyProvider, debtor_id: UUID) -> DataKey | None:
    """None when nothing was ever sealed, or when the debtor was erased: the content is gone, the facts stay."""
    rows = await queries.find_keys(session, [debtor_id])
    return next((DataKey(provider.unwrap(row.wrapped, debtor_id)) for row in rows if row.wrapped), None)
