"""Money that belongs to whoever paid it goes back: through the bank, once, and to the queue again when the bank refuses."""

from datetime import timedelta
from typing import Any

from statutes import is_banking_day


def _ask(house: Any, payment_id: str, **order: Any) -> dict[str, Any]:
    answer = house.call(
        "POST",
        f"/office/payments/{payment_id}/refund",
        house.settings["office_token"],
        json={"reason": "paid twice"} | order,
        headers={"Idempotency-Key": f"refund-{payment_id}-{len(order)}", "X-User": "anne"},
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def _refunds(house: Any, payment_id: str) -> dict[float, dict[str, Any]]:
    """By amount: each refund of the situation has its own."""
    answer = house.call("GET", "/office/refunds", house.settings["office_token"])
    return {row["amount"]: row for row in answer.json() if row["paymentId"] == payment_id}


def _let_the_bank_work(house: Any) -> None:
    """The order leaves on the next banking day, and the bank's word comes that day."""
    day = house.today + timedelta(days=1)
    while not is_banking_day("NO", day):
        day += timedelta(days=1)
    house.wait((day - house.today).days + 1)


async def test_what_was_paid_twice_goes_back_to_the_payer_and_what_the_bank_refuses_waits_again(
    creditor: Any, bank: Any, house: Any
) -> None:
    claim = creditor.hands_in("640.00")
    bank.receives(claim, "640.00")
    bank.receives(claim, "640.00")
    [row] = await house.rows(
        "payment_control",
        "SELECT payment_id FROM payment WHERE reason = 'DOUBLE_PAYMENT' AND unmatched_minor = 64000",
    )
    payment_id = str(row["payment_id"])
    nowhere = "NO0615039999991"
    bank._post(
        "/_mock/accounts", json={"id": "GONE", "iban": nowhere, "currency": "NOK", "name": "Gone", "closed": True}
    )
    before = bank.account("CLIENT-NOK")["balance"]

    _ask(house, payment_id, currency="NOK", amount=40.0, payee={"name": "Moved Away", "account": nowhere})
    _ask(house, payment_id)
    _let_the_bank_work(house)

    refunds = _refunds(house, payment_id)
    assert (refunds[600.0]["status"], refunds[600.0]["payeeIban"]) == ("PAID", claim.payer_iban)
    assert (refunds[40.0]["status"], refunds[40.0]["reasonCode"]) == ("FAILED", "AC04")
    [lies] = await house.rows("payment_control", f"SELECT * FROM payment WHERE payment_id = '{payment_id}'")
    assert (lies["status"], lies["reason"]) == ("UNMATCHED", "REFUND_FAILED")
    assert (lies["refunded_minor"], lies["unmatched_minor"]) == (60_000, 4_000)

    house.wait(7)

    assert len(_refunds(house, payment_id)) == 2, "nothing is tried again by itself"
    paid = await house.rows(
        "accounting",
        "SELECT sum(l.amount_minor) AS minor FROM voucher v JOIN voucher_line l USING (voucher_id)"
        " WHERE v.fact = 'refund.paid' AND l.account_code = '2410'",
    )
    assert paid[0]["minor"] == 60_000
    assert bank.account("CLIENT-NOK")["balance"] <= before - 60_000
