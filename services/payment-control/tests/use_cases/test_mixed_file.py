"""One bank file with every kind of line there is: a bad line parks itself, the rest posts, and each ends in one place."""

from datetime import date
from typing import Any

from statutes.references import generate

PENDING = "<Ntry><Amt Ccy='NOK'>77.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>"
UNREADABLE = "<Ntry><Amt Ccy='NOK'>x</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts></Ntry>"
OTHER_CURRENCY = (
    "<Ntry><Amt Ccy='EUR'>7.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>"
    "<BookgDt><Dt>2025-09-15</Dt></BookgDt></Ntry>"
)
RETURNED = "<Refs><EndToEndId>7-C1</EndToEndId></Refs><RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"
PAYOUT = "<Refs><EndToEndId>8-C1</EndToEndId></Refs>"


async def claims_with_a_past(office: Any) -> str:
    """Claims in every state, and the line of the file before that will come again."""
    accounts = {"NOK": "NOK-CAMT", "SEK": "NOK-CAMT"}
    await office.handle(
        office.agreement(account="NOK-CAMT", incoming_account_by_currency=accounts),
        *(office.invoice(number, invoice_number=f"2025000{number}") for number in (1, 2, 3, 4, 5, 7, 8, 9)),
        office.invoice(6, currency="SEK"),
    )
    told_before = office.entry("1000.00", reference=office.kid(1), bank_reference="B1")
    await office.imports(office.camt(told_before, office.entry("310.00", reference=office.kid(9), bank_reference="B9")))
    await office.handle(office.closed("WITHDRAWN", 2), office.action("CREDITNOTE", 100_000, 4))
    return told_before


async def test_every_kind_of_line_in_one_file_ends_in_exactly_one_place(office: Any) -> None:
    told_before = await claims_with_a_past(office)
    wrong = office.kid(3)[:-1] + str((int(office.kid(3)[-1]) + 1) % 10)
    unknown = generate("NO_KID_MOD10", "99999999")
    credits = {
        "1.00": {"reference": wrong},
        "2.00": {"reference": unknown},
        "3.00": {"note": "Takk for sist 17"},
        "4.00": {"reference": office.kid(1)},
        "5.00": {"note": f"{office.kid(3)} og {office.kid(5)}"},
        "6.00": {"reference": office.kid(6)},
        "7.00": {"reference": office.kid(2)},
        "8.00": {"reference": office.kid(4)},
        "9.00": {"note": "Faktura 20250007"},
        "10.00": {"reference": office.kid(5), "reversal": True},
        "400.00": {"reference": office.kid(3)},
        "1000.00": {"reference": office.kid(1), "booked": "2025-09-16"},
        "1200.00": {"reference": office.kid(5)},
        "5000.00": {"note": "Faktura 20250008"},
    }
    entries = [
        office.entry(amount, bank_reference=f"C{place}", **line) for place, (amount, line) in enumerate(credits.items())
    ]

    result = await office.imports(
        office.camt(
            *entries[:7],
            UNREADABLE,
            PENDING,
            told_before,
            office.entry("310.00", reference=office.kid(9), sign="DBIT", reversal=True, bank_reference="D1"),
            office.entry("55.00", reference=office.kid(9), sign="DBIT", reversal=True, bank_reference="D2"),
            office.entry("66.00", sign="DBIT", inside=PAYOUT, bank_reference="D3"),
            office.entry("67.00", inside=RETURNED, bank_reference="D4"),
            OTHER_CURRENCY,
            *entries[7:],
        )
    )

    assert result.status == "IMPORTED"
    # a line of the file is new, known, of no concern here, or left out with its reason; a pending one is no line yet
    assert (result.registered, result.duplicates, result.skipped, len(result.rejected)) == (16, 1, 2, 2)
    assert result.transactions == result.registered + result.duplicates + result.skipped
    rows = await office.rows(
        "SELECT amount_minor, booking_date, reason FROM payment ORDER BY amount_minor, booking_date"
    )
    assert [(row.amount_minor, row.reason) for row in rows] == [
        (100, "WRONG_CHECK_DIGIT"),
        (200, "UNKNOWN_REFERENCE"),
        (300, "NO_REFERENCE"),
        (400, "ALREADY_PAID"),
        (500, "SEVERAL_CANDIDATES"),
        (600, "CURRENCY_MISMATCH"),
        (700, "CLOSED_CASE"),
        (800, "CREDITED"),
        (900, "UNDERPAID"),
        (1_000, "REVERSAL"),
        (31_000, None),
        (40_000, None),
        (100_000, None),
        (100_000, "DOUBLE_PAYMENT"),
        (120_000, None),
        (500_000, "OVERPAID"),
    ]
    reversals = await office.rows("SELECT amount_minor, reason FROM reversal ORDER BY amount_minor")
    assert [(row.amount_minor, row.reason) for row in reversals] == [(5_500, "NO_ORIGINAL"), (31_000, "APPLIED")]


async def test_what_posts_of_a_mixed_file_lowers_the_claims_and_each_unit_is_in_one_place(office: Any) -> None:
    told_before = await claims_with_a_past(office)
    await office.imports(
        office.camt(
            UNREADABLE,
            told_before,
            office.entry("400.00", reference=office.kid(3), bank_reference="C1"),
            office.entry("1200.00", reference=office.kid(5), bank_reference="C2"),
            office.entry("2.00", reference=generate("NO_KID_MOD10", "99999999"), bank_reference="C3"),
        )
    )

    assert [(await office.claim(number)).principal_minor for number in (1, 3, 5, 9)] == [0, 60_000, 0, 69_000]
    assert (await office.claim(5)).status == "SETTLED"
    [sums] = await office.rows(
        """
        SELECT sum(amount_minor) AS arrived, sum(allocated_minor) AS allocated, sum(surplus_minor) AS surplus,
            sum(unmatched_minor) AS unmatched, count(*) FILTER (WHERE (allocated_minor > 0)::int
                + (unmatched_minor > 0)::int + (not_ours_minor > 0)::int <> 1) AS in_two_places
        FROM payment
        """
    )
    assert (sums.arrived, sums.in_two_places) == (100_000 + 31_000 + 40_000 + 120_000 + 200, 0)
    assert (sums.allocated, sums.surplus, sums.unmatched) == (271_000, 20_000, 200)
    assert await office.unexplained_claims() == []
    registered = await office.announced("payment.registered")
    assert sum(event.amount_minor for event in registered) == sums.arrived
    assert {event.booking_date for event in registered} == {date(2025, 9, 15)}
