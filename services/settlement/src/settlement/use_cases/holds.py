"""Hold a creditor's settlements and payouts, and release them; the money accrues meanwhile."""

from datetime import date
from uuid import UUID

from runtime.database import Session
from settlement.queries import holds as queries
from settlement.schemas import HoldRead


class CreditorNotFound(Exception):
    """Nobody of that id was onboarded."""

    def __init__(self, creditor_id: UUID) -> None:
        super().__init__(f"There is no creditor {creditor_id}.")


class AlreadyHeld(Exception):
    """The creditor is held already; a second reason would hide the first."""

    def __init__(self, hold: HoldRead) -> None:
        super().__init__(f"The creditor is held since {hold.held_date}: {hold.reason}. Release it first.")


class NotHeld(Exception):
    """There is no hold to release."""

    def __init__(self, creditor_id: UUID) -> None:
        super().__init__(f"Creditor {creditor_id} is not held.")


async def hold_creditor(session: Session, creditor_id: UUID, hold_id: UUID, reason: str, day: date) -> HoldRead:
    """Stop the creditor's settlements and transfers from now on; the same hold id again answers the same.

    What is in a payment order already goes on its way: the bank has it, or will have it at any moment.
    """
    holds = await _locked(session, creditor_id)
    known = [hold for hold in holds if hold.hold_id == hold_id]
    if known:
        return known[0]
    in_force = [hold for hold in holds if hold.released_date is None]
    if in_force:
        raise AlreadyHeld(in_force[0])
    await queries.save_hold(session, hold_id, creditor_id, reason, day)
    return (await _locked(session, creditor_id))[0]


async def release_creditor(session: Session, creditor_id: UUID, release_id: UUID, reason: str, day: date) -> HoldRead:
    """Settle and pay the creditor again from its next run on; the same release id again answers the same."""
    holds = await _locked(session, creditor_id)
    known = [hold for hold in holds if hold.release_id == release_id]
    if known:
        return known[0]
    in_force = [hold for hold in holds if hold.released_date is None]
    if not in_force:
        raise NotHeld(creditor_id)
    await queries.save_release(session, release_id, creditor_id, reason, day)
    released = await _locked(session, creditor_id)
    return next(hold for hold in released if hold.hold_id == in_force[0].hold_id)


async def list_holds(session: Session) -> list[HoldRead]:
    """All that ever were, those in force first."""
    return [HoldRead.model_validate(row, from_attributes=True) for row in await queries.list_holds(session)]


async def _locked(session: Session, creditor_id: UUID) -> list[HoldRead]:
    if not await queries.lock_creditor(session, creditor_id):
        raise CreditorNotFound(creditor_id)
    rows = await queries.list_holds(session, creditor_id)
    return [HoldRead.model_validate(row, from_attributes=True) for row in rows]
