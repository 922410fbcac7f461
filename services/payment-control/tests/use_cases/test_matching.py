"""The ladder against the database: what is looked up, what is allocated, and what is kept to explain it."""

from typing import Any

import pytest

from payment_control.queries.suggestions import list_suggestions

PAYER = "NO8615030002313"


@pytest.fixture
async def debtor(office: Any) -> Any:
    """One debtor with three invoices, of which the first was paid with its reference."""
    debtor_id = office.invoice().debtor_id
    await office.has_claims(
        *(
            office.invoice(
                number, gross_minor=number * 10_000, debtor_id=debtor_id, invoice_number=f"F-2025/{number:04}"
            )
            for number in (1, 2, 3)
        ),
        account="NOK-CAMT",
    )
    await office.imports(office.camt(office.entry("100.00", reference=office.kid(1), payer=PAYER)))
    return office


async def explained(office: Any, amount_minor: int) -> tuple[str | None, str | None]:
    [row] = await office.rows(
        "SELECT m.rung, m.reason FROM payment_match m JOIN payment p USING (payment_id)"
        " WHERE p.amount_minor = :amount_minor",
        amount_minor=amount_minor,
    )
    return row.rung, row.reason


async def test_the_account_that_paid_before_is_known_again(debtor: Any) -> None:
    await debtor.imports(debtor.camt(debtor.entry("200.00", note="Betaling", payer=PAYER)))

    assert (await debtor.claim(2)).status == "SETTLED"
    assert await explained(debtor, 20_000) == ("PAYER", None)


async def test_an_invoice_number_in_the_text_is_found_in_whatever_form(debtor: Any) -> None:
    await debtor.imports(debtor.camt(debtor.entry("300.00", note="faktura f 2025 0003")))

    assert (await debtor.claim(3)).status == "SETTLED"
    assert await explained(debtor, 30_000) == ("TEXT", None)


async def test_one_payment_for_two_invoices_is_shared_told_claim_by_claim_and_taken_back_whole(debtor: Any) -> None:
    await debtor.imports(debtor.camt(debtor.entry("500.00", note="Betaling", payer=PAYER)))

    assert [(await debtor.claim(number)).status for number in (2, 3)] == ["SETTLED", "SETTLED"]
    allocated = (await debtor.announced("payment.allocated"))[1:]
    assert [(event.case_id, event.amount_minor) for event in allocated] == [(100_002, 20_000), (100_003, 30_000)]
    assert len({event.allocation_id for event in allocated}) == 2
    [payment] = await debtor.rows("SELECT * FROM payment WHERE amount_minor = 50000")
    assert (payment.status, payment.allocated_minor) == ("ALLOCATED", 50_000)

    await debtor.imports(
        debtor.camt(
            debtor.entry("500.00", note="Betaling", payer=PAYER, sign="DBIT", reversal=True, bank_reference="B")
        )
    )

    back = await debtor.announced("payment.reversed")
    assert [(event.case_id, event.amount_minor) for event in back] == [(100_002, 20_000), (100_003, 30_000)]
    assert len({event.reversal_id for event in back}) == 2
    assert {event.allocation_id for event in back} == {event.allocation_id for event in allocated}
    assert [(await debtor.claim(number)).status for number in (2, 3)] == ["OPEN", "OPEN"]
    assert await debtor.unexplained_claims() == []


async def test_what_fits_nothing_says_why_and_what_was_looked_at(debtor: Any) -> None:
    await debtor.imports(
        debtor.camt(
            debtor.entry("150.00", note="faktura F-2025/0002"),
            debtor.entry("999.00", note="Betaling", payer=PAYER),
            debtor.entry("100.00", reference=debtor.kid(1), payer=PAYER, bank_reference="2"),
            debtor.entry("77.00", sign="CRDT", reversal=True),
        )
    )

    assert await explained(debtor, 15_000) == (None, "UNDERPAID")
    assert await explained(debtor, 99_900) == (None, "SEVERAL_CANDIDATES")
    assert await explained(debtor, 7_700) == (None, "REVERSAL")
    reasons = {row.reason for row in await debtor.rows("SELECT reason FROM payment WHERE status = 'UNMATCHED'")}
    assert reasons == {"UNDERPAID", "SEVERAL_CANDIDATES", "DOUBLE_PAYMENT", "REVERSAL"}
    [looked_at] = await debtor.rows("SELECT cardinality(candidates) AS n FROM payment_match WHERE reason = 'UNDERPAID'")
    assert looked_at.n == 1


async def test_money_for_a_credited_claim_says_so(debtor: Any) -> None:
    await debtor.handle(debtor.action("CREDITNOTE", 20_000, 2))

    await debtor.imports(debtor.camt(debtor.entry("200.00", reference=debtor.kid(2))))

    assert await explained(debtor, 20_000) == (None, "CREDITED")


async def suggestions_for(office: Any, amount_minor: int) -> list[Any]:
    [row] = await office.rows(
        "SELECT payment_id FROM payment WHERE status = 'UNMATCHED' AND amount_minor = :amount_minor",
        amount_minor=amount_minor,
    )
    async with office.database.transaction() as session:
        return (await list_suggestions(session, [row.payment_id]))[row.payment_id]


async def test_a_mistyped_reference_is_suggested_with_what_speaks_for_it(debtor: Any) -> None:
    right = debtor.kid(2)
    wrong = right[:-3] + str((int(right[-3]) + 1) % 10) + right[-2:]
    await debtor.imports(debtor.camt(debtor.entry("200.00", reference=wrong, payer=PAYER)))

    best, *others = await suggestions_for(debtor, 20_000)

    assert best.case_id == 100_002
    assert best.signs == ("REFERENCE_NEARLY", "PAYER_ACCOUNT", "AMOUNT")
    assert all(other.score < best.score for other in others)


async def test_a_name_and_an_amount_are_suggested_and_never_booked(debtor: Any) -> None:
    await debtor.imports(debtor.camt(debtor.entry("300.00", note="Hei", name="NORDMANN, KARI")))

    [best] = await suggestions_for(debtor, 30_000)

    assert (best.case_id, best.signs) == (100_003, ("AMOUNT", "PAYER_NAME"))


async def test_money_about_which_nothing_is_known_has_no_suggestions(debtor: Any) -> None:
    await debtor.imports(debtor.camt(debtor.entry("1.23", note="Hei", name="Ola")))
    assert await suggestions_for(debtor, 123) == []
