"""Open claims are looked for apart from the others: the two must never tell different things."""

from typing import Any


async def kept_open(office: Any) -> set[int]:
    assert await office.unexplained_claims() == []
    rows = await office.rows("SELECT case_id - 100000 AS number FROM open_claim JOIN claim USING (claim_id)")
    return {row.number for row in rows}


async def test_a_claim_is_kept_among_the_open_ones_from_its_invoice_until_nothing_is_owed(office: Any) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2), office.invoice(3))
    assert await kept_open(office) == {1, 2, 3}

    await office.imports(office.ocr(office.giro(office.kid(1), 100_000), office.giro(office.kid(2), 40_000)))

    assert await kept_open(office) == {2, 3}


async def test_a_claim_whose_payment_is_taken_back_is_among_the_open_ones_again(office: Any) -> None:
    await office.has_claims(office.invoice())
    await office.imports(office.ocr(office.giro(office.kid(1), 100_000)))
    assert await kept_open(office) == set()

    await office.imports(office.ocr(office.giro(office.kid(1), 100_000, transaction_type=18)))

    assert await kept_open(office) == {1}


async def test_closed_and_credited_claims_leave_the_open_ones_and_charged_ones_stay(office: Any) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2), office.invoice(3))

    await office.handle(office.closed("WITHDRAWN", 1))
    await office.handle(office.action("CREDITNOTE", 100_000, 2))
    await office.handle(office.step(3), office.invoice(3))

    assert [(await office.claim(number)).status for number in (1, 2, 3)] == ["CLOSED", "SETTLED", "OPEN"]
    assert await kept_open(office) == {3}
