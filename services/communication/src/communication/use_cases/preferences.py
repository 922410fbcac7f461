"""Keep what a debtor wishes, and give it back with its history."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from communication import queries
from communication.domain.addresses import AddressRefused, email_address, phone_number
from communication.use_cases.cases import get_case, refused
from runtime.database import Session
from runtime.problems import Problem


async def set_preferences(
    session: Session, creditor_id: UUID, case_id: int, wishes: Mapping[str, Any], changed_by: str
) -> Any:
    """Put all wishes of the case's debtor in force at once; what is left out goes back to its default."""
    case = await get_case(session, creditor_id, case_id)
    if case.erased_at is not None:
        raise Problem(409, "The debtor was erased; nothing more can be kept about the person.")
    checked = dict(wishes)
    try:
        if checked["email_address"] is not None:
            checked["email_address"] = email_address("emailAddress", checked["email_address"])
        if checked["phone_number"] is not None:
            checked["phone_number"] = phone_number("phoneNumber", checked["phone_number"])
    except AddressRefused as error:
        raise refused(error.field, str(error)) from error
    _check_hours(checked)
    ids = {"debtor_id": case.debtor_id, "creditor_id": creditor_id, "changed_by": changed_by}
    await queries.save_preferences(session, checked | ids)
    return await queries.find_preferences(session, case.debtor_id)


async def get_preferences(session: Session, creditor_id: UUID, case_id: int) -> Any | None:
    """What is in force; None for a debtor who said nothing."""
    case = await get_case(session, creditor_id, case_id)
    return await queries.find_preferences(session, case.debtor_id)


async def list_history(session: Session, creditor_id: UUID, case_id: int) -> Sequence[Any]:
    """Everything that was ever in force, oldest first."""
    case = await get_case(session, creditor_id, case_id)
    return await queries.list_preference_history(session, case.debtor_id)


def _check_hours(wishes: Mapping[str, Any]) -> None:
    if wishes["hours_start"] is None:
        return
    if wishes["hours_start"] >= wishes["hours_end"]:
        raise refused("contactHours.end", "must be later than the start")
    try:
        ZoneInfo(wishes["hours_timezone"])
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise refused("contactHours.timezone", "is no time zone such as Europe/Copenhagen") from error
