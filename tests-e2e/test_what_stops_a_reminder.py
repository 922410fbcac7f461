"""Disputes, pauses, credit notes, direct payments, withdrawals: nobody is pressed without reason."""

from typing import Any


async def _letters(house: Any, claim: Any) -> list[str]:
    rows = await house.rows(
        "communication",
        f"SELECT category FROM message WHERE case_id = {claim.case_id} AND status = 'SENT' ORDER BY queued_at",
    )
    return [row["category"] for row in rows]


async def test_a_disputed_claim_is_not_reminded_until_the_dispute_ends(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("800.00")
    house.wait(2)
    assert claim.act("OBJECTION", "Never ordered").status_code == 202
    assert claim.case["summary"]["status"] == "DISPUTED"

    house.wait(20)
    assert claim.case["summary"]["stage"] == "OVERDUE"
    assert await _letters(house, claim) == ["invoice"]

    claim.act("RESUME", "It was ordered")
    house.wait(1)
    assert claim.case["summary"]["stage"] == "REMINDER"


async def test_a_pause_ends_by_itself_on_its_last_day(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("800.00")
    house.wait(14)
    until = house.today.fromordinal(house.today.toordinal() + 5)
    claim.act("PAUSE", "Holiday", untilDate=str(until))
    assert claim.case["summary"]["status"] == "PAUSED"

    house.wait(5)
    assert claim.case["summary"]["stage"] == "OVERDUE"

    house.wait(2)
    assert claim.case["summary"]["status"] == "ACTIVE"
    assert claim.case["summary"]["stage"] == "REMINDER"


async def test_a_credit_note_over_all_closes_the_case_and_waives_the_rest(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("600.00")
    house.wait(16)
    assert claim.owed > 600

    claim.act("CREDITNOTE", amount=600.0, currency="NOK", creditNoteNumber="K1", date=str(house.today))

    assert claim.owed == 0
    assert claim.case["summary"]["closeCode"] == "CREDITED"


async def test_a_direct_payment_covers_principal_alone(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("600.00")
    house.wait(16)
    fee = claim.case["balance"]["costsAmount"]
    assert fee > 0

    claim.act("DIRECTPAYMENT", amount=400.0, currency="NOK", paymentDate=str(house.today), reference="B1")

    balance = claim.case["balance"]
    assert balance["capitalAmount"] == 200.0
    assert balance["costsAmount"] == fee


async def test_a_withdrawn_case_is_left_alone_and_offers_no_more_actions(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("600.00")
    house.wait(2)
    claim.act("WITHDRAW", "We settle it ourselves")

    refused = claim.act("PAUSE", "too late")

    assert claim.case["summary"]["closeCode"] == "WITHDRAWN"
    assert refused.status_code == 409
    assert "availableActions" in refused.json()
    house.wait(15)
    assert await _letters(house, claim) == ["invoice"]
