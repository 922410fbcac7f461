"""Bodies that are valid by default; a test changes what it is about."""

import copy
from typing import Any

from gateway.schemas import actions, invoices

CLIENT: dict[str, Any] = {
    "service": {"type": "LIFECYCLE", "partnerCode": "QUICK3"},
    "client": {
        "name": "Fjord Strøm AS",
        "businessCode": "923609016",
        "countryCode": "NO",
        "email": "post@fjordstrom.example",
        "languageCode": "NO",
        "bankAccount": {"iban": "NO93 8601 1117 947"},
    },
    "contacts": [{"type": "TECHNICAL", "name": "Kari Vik", "email": "kari@fjordstrom.example"}],
    "agreement": {
        "settlementWeekday": 3,
        "incomingPayments": "NETS_OCR",
        "commissionPercent": 7.5,
        "reminderFeeSharePercent": 50,
    },
}


def changed(body: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A copy with `invoice__header__number=…` set; numbers in the path are places in lists."""
    whole = copy.deepcopy(body)
    for path, value in fields.items():
        *parents, last = path.split("__")
        part: Any = whole
        for name in parents:
            part = part[int(name)] if name.isdigit() else part[name]
        if isinstance(part, list):
            part[int(last)] = value
        else:
            part[last] = value
    return whole


def a_client(**fields: Any) -> dict[str, Any]:
    return changed(CLIENT, **fields)


def an_invoice(**fields: Any) -> dict[str, Any]:
    return changed(invoices.EXAMPLE, **fields)


def an_action(code: str, **about: Any) -> dict[str, Any]:
    """One action on case 100001, without a comment."""
    return {"actions": [{"code": code, "comment": "", "data": {"caseId": 100001} | about}]}


DIRECT_PAYMENT = actions.EXAMPLE
