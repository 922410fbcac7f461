"""Unmatched, doubled, broken and taken back: each unit ends in exactly one place."""

from typing import Any

from bankfiles import OcrPayment


async def _queue(house: Any) -> dict[str, int]:
    rows = await house.rows(
        "payment_control", "SELECT reason, count(*) AS n FROM payment WHERE status = 'UNMATCHED' GROUP BY 1"
    )
    return {row["reason"]: row["n"] for row in rows}


async def test_money_without_a_claim_waits_with_its_reason(creditor: Any, bank: Any, house: Any) -> None:
    claim = creditor.hands_in("500.00")
    before = await _queue(house)
    wrong = claim.payment_reference[:-1] + str((int(claim.payment_reference[-1]) + 1) % 10)

    bank.receives(claim, "500.00", reference=wrong)
    bank.receives(claim, "500.00", reference="1234567897")
    bank.receives(claim, "500.00", note="thanks for everything")
    bank.receives(claim, "500.00")
    bank.receives(claim, "500.00")

    after = await _queue(house)
    new = {reason: count - before.get(reason, 0) for reason, count in after.items() if count != before.get(reason, 0)}
    assert new == {"WRONG_CHECK_DIGIT": 1, "UNKNOWN_REFERENCE": 1, "NO_REFERENCE": 1, "DOUBLE_PAYMENT": 1}
    assert claim.case["summary"]["closeCode"] == "PAID"


async def test_an_ocr_payment_taken_back_reopens_the_case(onboard: Any, bank: Any, house: Any) -> None:
    creditor = onboard(incomingPayments="NETS_OCR")
    claim = creditor.hands_in("700.00")
    other = creditor.hands_in("900.00")
    today = house.today

    paid = bank.sends_ocr_file(OcrPayment(claim.payment_reference, 70_000, today))
    assert paid.status_code == 202, paid.text
    assert claim.case["summary"]["closeCode"] == "PAID"
    bank.sends_ocr_file(
        OcrPayment(other.payment_reference, 90_000, today),
        OcrPayment(claim.payment_reference, 70_000, today, transaction_type=18),
    )

    assert claim.owed == 700
    assert claim.case["summary"]["status"] == "ACTIVE"
    assert other.owed == 0


async def test_the_same_file_twice_registers_nothing_twice(onboard: Any, bank: Any, house: Any) -> None:
    creditor = onboard(incomingPayments="NETS_OCR")
    claim = creditor.hands_in("300.00")
    first = bank.sends_ocr_file(OcrPayment(claim.payment_reference, 10_000, house.today))
    assert first.status_code == 202
    content = await house.rows(
        "payment_control", "SELECT raw FROM bank_file WHERE format LIKE '%ocr%' ORDER BY received_at DESC LIMIT 1"
    )

    again = bank.upload("another-name.txt", bytes(content[0]["raw"]))

    assert again.is_success
    assert claim.owed == 200


async def test_a_broken_file_is_refused_with_the_place_and_kept(bank: Any, house: Any) -> None:
    answer = bank.upload(
        "broken.txt", b"NY000010000080800000001000101200000000000000000000000000000000000000000000000000\nxx"
    )

    assert answer.status_code == 422
    assert "line" in answer.text
    kept = await house.rows("payment_control", "SELECT status FROM bank_file WHERE name = 'broken.txt'")
    assert [row["status"] for row in kept] == ["REFUSED"]
