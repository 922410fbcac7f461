"""Forget what was remarked about debtors that were erased."""

from collections.abc import Sequence

from contracts import DebtorErased
from lifecycle import queries
from runtime.database import Session


async def forget_debtors(session: Session, events: Sequence[DebtorErased]) -> None:
    """Blank people's own words on the debtors' cases; what happened, when, and every figure stay."""
    await queries.forget_words(session, {event.debtor_id for event in events})
