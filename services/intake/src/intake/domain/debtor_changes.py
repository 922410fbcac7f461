"""What a creditor corrects about a debtor: where letters go, and mail."""

from collections.abc import Mapping
from typing import Final

from contracts import DebtorRecorded

CHANGES: Final[Mapping[str, str]] = {
    "ADDRESS": "The creditor changed the debtor's address",
    "EMAIL": "The creditor changed the debtor's e-mail address",
}
"""The actions that change a debtor, and the words on the case: details of a person stay out of them."""


def with_new_contact(debtor: DebtorRecorded, changes: Mapping[str, str | None]) -> DebtorRecorded:
    """The debtor with other contact details; a fact of its own, told anew."""
    details = debtor.model_dump(exclude={"event_id", "occurred_at"})
    return DebtorRecorded.model_validate(details | dict(changes))
