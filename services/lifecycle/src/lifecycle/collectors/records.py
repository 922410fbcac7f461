"""How a collector reads what it is told: JSON with decimals, the same in a file and over HTTP."""

from collections.abc import Mapping
from typing import Any

from lifecycle.collector_message_queries import Leased
from money import Money

_AMOUNTS = {
    "principal_minor": "principalAmount",
    "interest_minor": "interestAmount",
    "fees_minor": "feesAmount",
    "owed_minor": "owedAmount",
}
_NAMES = {
    "claim_id": "claimId",
    "invoice_number": "invoiceNumber",
    "debtor_id": "debtorId",
    "debtor_kind": "debtorKind",
    "debtor_country": "debtorCountry",
    "due_date": "dueDate",
    "limitation_date": "limitationDate",
    "remits_to": "remitsTo",
    "until_date": "untilDate",
}


def record_of(message: Leased, debtor: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A message on the wire; amounts are decimal text in the currency beside them. `messageId` tells a repeat.

    `debtor` are the contact details of a case that is handed over: they are sent and kept nowhere.
    """
    content, currency = message.content, message.content.get("currency", "")
    told: dict[str, Any] = {
        "messageId": str(message.message_id),
        "type": message.kind,
        "handoverId": str(message.handover_id),
        "caseId": message.case_id,
        "asOf": message.as_of.isoformat(),
    }
    if message.collector_reference:
        told["collectorReference"] = message.collector_reference
    for name, value in content.items():
        if name in _AMOUNTS:
            told[_AMOUNTS[name]] = str(Money(value, currency).to_decimal())
        elif value is not None:
            told[_NAMES.get(name, name)] = value
    if debtor is not None:
        told["debtor"] = dict(debtor)
    return told
