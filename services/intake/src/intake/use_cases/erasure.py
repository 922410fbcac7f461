"""Forget debtors that were erased."""

from collections.abc import Sequence
from uuid import UUID, uuid5

from contracts import DebtorErased
from intake import queries
from runtime.database import Session


async def forget_debtors(session: Session, events: Sequence[DebtorErased]) -> None:
    """Blank contact details and remarks; invoices stay, under an id that names nobody."""
    await queries.erase_debtors(session, {event.debtor_id: successor_of(event.debtor_id) for event in events})


def successor_of(debtor_id: UUID) -> UUID:
    """The id of an erased debtor that is handed in again: somebody new, whom nothing links to what was erased."""
    return uuid5(debtor_id, "successor")
