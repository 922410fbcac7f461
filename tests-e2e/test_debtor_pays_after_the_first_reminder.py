"""The main road: invoice, reminder, payment, settlement, payout, books."""

from decimal import Decimal
from typing import Any


async def test_debtor_pays_after_the_first_reminder(creditor: Any, bank: Any, house: Any) -> None:
    claim = creditor.hands_in("1000.00")
    house.wait(1)
    assert claim.case["summary"]["stage"] == "INVOICED"
    house.wait(1)
    assert claim.case["summary"]["stage"] == "OVERDUE"

    house.wait(13)

    case = claim.case
    assert case["summary"]["stage"] == "REMINDER"
    fee = {2025: 35.0, 2026: 38.0}[house.today.year]  # the situations before this one took the clock with them
    assert (case["balance"]["capitalAmount"], case["balance"]["costsAmount"]) == (1000.0, fee)
    assert case["balance"]["interestAmount"] > 0
    mails = house.http.get(
        f"{house.settings['mailbox_url']}/api/messages",
        params={"to": claim.body["invoice"]["parties"]["buyerParty"]["contact"]["email"]},
    ).json()
    assert mails["count"] == 2, "the invoice and the reminder"

    bank.receives(claim, claim.owed)

    closed = claim.case["summary"]
    assert (closed["status"], closed["closeCode"]) == ("CLOSED", "PAID")
    assert claim.owed == 0

    house.wait(9)

    answer = creditor.get("/partner/settlements").json()
    [settlement] = answer["settlements"]
    assert settlement["currency"] == "NOK"
    for allocation in settlement["allocations"]:
        parts = sum(Decimal(str(part["amount"])) for part in allocation["breakdown"])
        assert parts == Decimal(str(allocation["allocatedTotalAmount"]))
    payouts = await house.rows(
        "settlement",
        "SELECT kind, p.status FROM payout p JOIN settlement USING (settlement_id)"
        f" WHERE settlement_number = {settlement['settlementId']}",
    )
    assert {(payout["kind"], payout["status"]) for payout in payouts} == {
        ("CREDITOR", "CONFIRMED"),
        ("OWN", "CONFIRMED"),
    }
    report = creditor.get(f"/partner/settlements/{settlement['settlementId']}/report.pdf")
    assert report.content.startswith(b"%PDF")
    assert creditor.get("/partner/settlements", unfetchedOnly=True).json()["settlements"] == []


async def test_a_debtor_who_never_pays_ends_in_collection(creditor: Any, house: Any) -> None:
    claim = creditor.hands_in("3000.00", method="PRINT")

    house.wait(48)

    case = claim.case
    assert case["summary"]["stage"] == "COLLECTION"
    kinds = [event["type"] for event in case["events"]]
    steps = await house.rows(
        "lifecycle", f"SELECT level, step_code FROM case_step WHERE case_id = {claim.case_id} ORDER BY level"
    )
    assert [row["step_code"] for row in steps] == ["purring", "inkassovarsel", "betalingsoppfordring"]
    assert kinds
    letters = await house.rows("communication", f"SELECT channel, status FROM message WHERE case_id = {claim.case_id}")
    assert {row["status"] for row in letters} == {"SENT"}
    assert len(letters) == 4


async def test_a_swedish_business_owes_compensation_instead_of_fees(onboard: Any, house: Any) -> None:
    creditor = onboard("SE", "SEK")
    claim = creditor.hands_in("5000.00")

    house.wait(8)

    balance = claim.case["balance"]
    assert claim.case["summary"]["stage"] == "REMINDER"
    assert balance["costsAmount"] == 450.0
