"""Every door that takes money refuses what cannot be meant: the field is named, and nobody behind it is asked."""

from dataclasses import dataclass
from typing import Any

import pytest
from services.gateway.tests.door import OFFICE, PROVISIONING, Door, faulty
from services.gateway.tests.factories import a_client, an_action, an_invoice, changed
from services.gateway.tests.house import House
from services.gateway.tests.test_accounting_documents import PAYMENT
from services.gateway.tests.test_decisions import MATCH, a_match

WAIVER = {"currency": "NOK", "reason": "goodwill", "parts": [{"component": "INTEREST", "amount": 12.5}]}


@dataclass(frozen=True)
class MoneyDoor:
    """A route with a sound body, and where in it an amount and a currency stand ("" for none)."""

    path: str
    body: dict[str, Any]
    amount: str
    currency: str = ""
    key: str = ""
    may_be_negative: bool = False


DOORS = {
    "invoice": MoneyDoor(
        "/partner/invoice", an_invoice(), "invoice__amounts__grossAmount", "invoice__header__currencyCode"
    ),
    "direct payment": MoneyDoor(
        "/partner/invoice/action",
        an_action("DIRECTPAYMENT", amount=100, currency="NOK", paymentDate="2025-09-01"),
        "actions__0__data__amount",
        "actions__0__data__currency",
    ),
    "credit note": MoneyDoor(
        "/partner/invoice/action",
        an_action("CREDITNOTE", amount=100, currency="NOK", creditNoteNumber="K1", date="2025-09-01"),
        "actions__0__data__amount",
        "actions__0__data__currency",
    ),
    "payment for accounting": MoneyDoor(
        "/partner/accounting/payment",
        {"payments": [PAYMENT]},
        "payments__0__amount",
        "payments__0__currency",
        may_be_negative=True,  # money that went back, in the creditor's own accounting
    ),
    "minimum payout": MoneyDoor(
        "/partner/client",
        changed(a_client(), agreement__minimumPayout=100),
        "agreement__minimumPayout",
        key=PROVISIONING,
    ),
    "match by hand": MoneyDoor(MATCH, a_match(), "shares__0__amount", "currency", key=OFFICE),
    "waiver": MoneyDoor("/office/claims/100001/waive", WAIVER, "parts__0__amount", "currency", key=OFFICE),
}
FAULTS = {
    "more decimals than the currency has": ("amount", 100.001),
    "a fraction of a thousandth": ("amount", 1e-9),
    "more than any account holds": ("amount", 1e15),
    "negative": ("amount", -100),
    "no number": ("amount", "a hundred"),
    "not a number": ("amount", "NaN"),
    "a currency nobody issues": ("currency", "XXQ"),
    "a currency in words": ("currency", "kroner"),
}
CASES = [
    pytest.param(door, where, value, id=f"{name}: {fault}")
    for name, door in DOORS.items()
    for fault, (where, value) in FAULTS.items()
    if (where == "amount" or door.currency) and not (fault == "negative" and door.may_be_negative)
]


@pytest.mark.parametrize(("money_door", "where", "value"), CASES)
async def test_money_that_cannot_be_meant_is_refused_and_reaches_nobody(
    door: Door, house: House, money_door: MoneyDoor, where: str, value: Any
) -> None:
    place = money_door.amount if where == "amount" else money_door.currency
    creditor = await door.admit()
    headers = {"X-Api-Key": money_door.key, "X-User": "anne"} if money_door.key else creditor.headers

    answer = await door.post(money_door.path, changed(money_door.body, **{place: value}), headers)

    assert answer.status_code == 422, answer.text
    assert place.replace("__", ".") in faulty(answer)
    assert house.calls == []
