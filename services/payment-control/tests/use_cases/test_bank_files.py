"""Money that arrives: registered once, matched, allocated, taken back; never lost."""

import asyncio
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from bankfiles import read
from payment_control.domain.accounts import ClientAccount
from statutes.references import generate


async def test_a_payment_in_full_settles_the_claim_and_is_announced_in_order(office: Any) -> None:
    await office.has_claims(office.invoice())

    result = await office.imports(office.ocr(office.giro(office.kid(1), 100_000)))

    assert (result.status, result.registered, result.duplicates) == ("IMPORTED", 1, 0)
    claim = await office.claim()
    assert (claim.principal_minor, claim.status, claim.claim_version) == (0, "SETTLED", 2)
    events = await office.announced()
    assert [event.topic for event in events] == [
        "payment.registered",
        "payment.allocated",
        "claim.changed",
        "claim.settled",
    ]
    assert events[0].case_id == 100_001
    assert [(part.component, part.amount_minor) for part in events[1].parts] == [("PRINCIPAL", 100_000)]
    assert events[1].stage == "INVOICED"
    assert events[2].balance.total_minor == 0
    assert events[3].cause == "PAID"


async def test_the_same_file_twice_posts_nothing_and_says_so(office: Any) -> None:
    await office.has_claims(office.invoice())
    content = office.ocr(office.giro(office.kid(1), 40_000))
    first = await office.imports(content)

    again = await office.imports(content, name="another name")

    assert (again.file_id, again.registered, again.duplicates) == (first.file_id, 0, 1)
    assert (await office.claim()).principal_minor == 60_000
    assert len(await office.announced("payment.registered")) == 1


async def test_files_imported_at_the_same_time_post_their_common_payments_once(office: Any) -> None:
    await office.has_claims(*(office.invoice(number) for number in range(1, 9)))
    lines = [office.giro(office.kid(number), 10_000) for number in range(1, 9)]
    files = [office.ocr(*lines), office.ocr(*reversed(lines)), office.ocr(*lines[:4]), office.ocr(*lines[4:])]

    results = await asyncio.gather(*(office.imports(file) for file in files))

    assert sum(result.registered for result in results) == 8
    assert {row.principal_minor for row in await office.rows("SELECT principal_minor FROM claim")} == {90_000}


async def test_a_reordered_copy_of_a_file_posts_nothing(office: Any) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2))
    lines = [office.giro(office.kid(1), 10_000), office.giro(office.kid(2), 20_000)]
    await office.imports(office.ocr(*lines))

    copy = await office.imports(office.ocr(*reversed(lines)))

    assert (copy.registered, copy.duplicates) == (0, 2)
    assert len(await office.rows("SELECT 1 FROM payment")) == 2


async def test_a_payment_that_was_stored_under_an_id_of_another_kind_is_known_by_its_fingerprint(office: Any) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2))
    known, new = office.giro(office.kid(1), 10_000), office.giro(office.kid(2), 20_000)
    [line, _] = read(office.ocr(known, new)).transactions
    await office.imports(office.ocr(new))
    await office.rows(
        """
        INSERT INTO payment SELECT (jsonb_populate_record(payment, jsonb_build_object('payment_id', gen_random_uuid(),
            'fingerprint', CAST(:fingerprint AS text), 'reference', '1'))).* FROM payment RETURNING 1
        """,
        fingerprint=line.fingerprint,
    )

    again = await office.imports(office.ocr(known, new))

    assert (again.registered, again.duplicates) == (0, 2)
    assert (await office.claim(1)).principal_minor == 100_000


async def test_a_payment_that_two_files_tell_is_posted_once_and_its_neighbour_too(office: Any) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2))
    told_twice = office.giro(office.kid(1), 10_000)
    await office.imports(office.ocr(told_twice))

    second = await office.imports(office.ocr(told_twice, office.giro(office.kid(2), 100_000)))

    assert (second.registered, second.duplicates) == (1, 1)
    assert (await office.claim(1)).principal_minor == 90_000
    assert (await office.claim(2)).status == "SETTLED"


async def test_two_payments_for_one_claim_in_one_file_are_decided_on_the_reduced_claim(office: Any) -> None:
    await office.has_claims(office.invoice())

    await office.imports(
        office.ocr(
            office.giro(office.kid(1), 60_000, archive_number="1"),
            office.giro(office.kid(1), 60_000, archive_number="2"),
            office.giro(office.kid(1), 500, archive_number="3"),
        )
    )

    payments = await office.rows("SELECT * FROM payment ORDER BY allocated_minor DESC")
    assert [(row.allocated_minor, row.surplus_minor, row.reason) for row in payments] == [
        (60_000, 0, None),
        (40_000, 20_000, None),
        (0, 0, "ALREADY_PAID"),
    ]
    assert [event.claim_version for event in await office.announced("claim.changed")] == [2, 3]


async def test_every_line_that_cannot_be_matched_is_queued_with_its_reason(office: Any) -> None:
    await office.has_claims(
        office.invoice(1),
        office.invoice(2),
        office.invoice(3),
        office.invoice(4),
        office.invoice(5),
        office.invoice(6, currency="SEK"),
        account="NOK-CAMT",
        incoming_account_by_currency={"NOK": "NOK-CAMT", "SEK": "NOK-CAMT"},
    )
    await office.imports(office.camt(office.entry("1000.00", reference=office.kid(1))))
    await office.handle(office.closed("WITHDRAWN", 2))
    wrong = office.kid(3)[:-1] + str((int(office.kid(3)[-1]) + 1) % 10)

    result = await office.imports(
        office.camt(
            office.entry("1.00", reference=wrong),
            office.entry("2.00", reference=generate("NO_KID_MOD10", "99999999")),
            office.entry("3.00", note="Takk for sist 17"),
            office.entry("4.00", reference=office.kid(1)),
            office.entry("5.00", note=f"{office.kid(3)} og {office.kid(4)}"),
            office.entry("6.00", reference=office.kid(6)),
            office.entry("7.00", reference=office.kid(2)),
            office.entry("8.00", note=f"Faktura, KID {office.kid(5)[:6]}\n{office.kid(5)[6:]}."),
            "<Ntry><Amt Ccy='NOK'>x</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts></Ntry>",
        )
    )

    assert result.registered == 8
    assert len(result.rejected) == 1
    rows = await office.rows("SELECT amount_minor, reason FROM payment WHERE amount_minor < 10000 ORDER BY 1")
    assert [(row.amount_minor, row.reason) for row in rows] == [
        (100, "WRONG_CHECK_DIGIT"),
        (200, "UNKNOWN_REFERENCE"),
        (300, "NO_REFERENCE"),
        (400, "ALREADY_PAID"),
        (500, "SEVERAL_CANDIDATES"),
        (600, "CURRENCY_MISMATCH"),
        (700, "CLOSED_CASE"),
        (800, None),
    ]
    assert {event.reason for event in await office.announced("payment.unmatched")} == {
        row.reason for row in rows if row.reason
    }
    assert len(await office.announced("payment.registered")) == 9


async def test_payouts_returned_payouts_lump_sums_and_statements_are_not_posted(office: Any) -> None:
    await office.has_claims(office.invoice(), account="NOK-CAMT")
    returned = "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>"

    result = await office.imports(
        office.camt(office.entry("10.00", sign="DBIT"), office.entry("11.00", reference=office.kid(1), inside=returned))
    )
    lump = await office.imports(office.camt(office.entry("10.00", reference=office.kid(1)), account="NO9386011117947"))
    balance = (
        "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy='NOK'>{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
        "<Dt><Dt>2025-09-15</Dt></Dt></Bal>"
    )
    statement = await office.imports(
        office.camt(
            balance.format("OPBD", "0.00"),
            balance.format("CLBD", "10.00"),
            office.entry("10.00", reference=office.kid(1)),
            kind="camt.053",
        )
    )

    assert [(file.registered, file.skipped) for file in (result, lump, statement)] == [(0, 2), (0, 1), (0, 1)]
    assert await office.rows("SELECT 1 FROM payment") == []
    [stated] = await office.rows("SELECT * FROM bank_statement")
    assert (stated.account_id, stated.closing_minor, stated.unexplained_minor) == ("NOK-CAMT", 1_000, 0)


async def test_files_that_wait_together_are_posted_as_if_one_after_the_other(office: Any) -> None:
    await office.has_claims(office.invoice())
    paid = office.ocr(office.giro(office.kid(1), 100_000))
    back = office.ocr(office.giro(office.kid(1), 100_000, date(2025, 9, 18), transaction_type=18))
    again = office.ocr(office.giro(office.kid(1), 100_000, date(2025, 9, 20)))

    results = await office.imports_together(paid, back, paid, b"<broken", again)

    assert [result.status for result in results] == ["IMPORTED"] * 3 + ["REFUSED", "IMPORTED"]
    assert [result.registered for result in results] == [1, 1, 0, 0, 1]
    assert (await office.claim()).status == "SETTLED"
    rows = await office.rows("SELECT status FROM payment ORDER BY booking_date")
    assert [row.status for row in rows] == ["REVERSED", "ALLOCATED"]
    assert await office.unexplained_claims() == []


async def test_twenty_files_together_cost_what_one_costs(office: Any) -> None:
    await office.has_claims(*(office.invoice(number) for number in range(1, 21)))
    files = [office.ocr(office.giro(office.kid(number), 100_000)) for number in range(1, 21)]
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = office.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await office.imports_together(*files)
    event.remove(engine, "before_cursor_execute", note)

    assert len(statements) == 15
    assert len(await office.rows("SELECT 1 FROM claim WHERE status = 'SETTLED'")) == 20


async def test_a_broken_file_is_kept_whole_and_posts_nothing(office: Any) -> None:
    await office.has_claims(office.invoice())
    broken = office.ocr(office.giro(office.kid(1), 100_000)).rsplit(b"\n", 2)[0]

    result = await office.imports(broken)

    assert result.status == "REFUSED"
    assert result.error
    [row] = await office.rows("SELECT * FROM bank_file")
    assert (row.raw, row.status, row.error) == (broken, "REFUSED", result.error)
    assert await office.announced() == []


async def test_an_intraday_report_is_kept_and_posts_nothing_so_that_the_statement_posts_once(office: Any) -> None:
    await office.has_claims(office.invoice(), account="NOK-CAMT")
    entry = office.entry("1000.00", reference=office.kid(1))
    notification = office.camt(entry)
    intraday = notification.replace(b"camt.054", b"camt.052").replace(b"Ntfctn", b"Rpt")
    intraday = intraday.replace(b"BkToCstmrDbtCdtRpt", b"BkToCstmrAcctRpt")

    early = await office.imports(intraday)
    result = await office.imports(notification)

    assert (early.status, early.registered) == ("REFUSED", 0)
    assert "wait for the statement of the day" in early.error
    assert (result.registered, len(await office.announced("payment.allocated"))) == (1, 1)


async def test_a_finnish_list_of_reference_payments_is_posted(office: Any) -> None:
    reference = generate("FI_VIITE_731", "10010")
    account = ClientAccount(
        account_id="EUR-FI", iban="FI2112345600000785", currency="EUR", kind="CLIENT_FUNDS", source="KTL"
    )
    office.accounts = (account,)
    await office.has_claims(
        office.invoice(currency="EUR", payment_reference=reference, gross_minor=10_250),
        incoming_account_by_currency={"EUR": "EUR-FI"},
        reference_scheme="FI_VIITE_731",
        jurisdiction="FI",
    )
    payment = f"312345600000785251103251101ARCHIVE-00000001{reference:0>20}VIRTANEN MAT1J{10_250:010}0A0"
    content = f"02511030815501234567891\n{payment}\n9{1:06}{10_250:011}{0:06}{0:011}\n".encode()

    result = await office.imports(content)

    assert (result.format, result.registered) == ("ktl", 1)
    assert (await office.claim()).status == "SETTLED"
    [registered] = await office.announced("payment.registered")
    assert registered.source == "CAMT"


async def test_a_line_dated_far_ahead_is_parked_and_the_rest_is_posted(office: Any) -> None:
    await office.has_claims(office.invoice(1), office.invoice(2), account="NOK-CAMT")

    result = await office.imports(
        office.camt(
            office.entry("1000.00", reference=office.kid(1), booked="2205-09-15"),
            office.entry("1000.00", reference=office.kid(2)),
        )
    )

    assert (result.registered, len(result.rejected)) == (1, 1)
    assert "more than a year ahead" in result.rejected[0]["reason"]
    assert [(await office.claim(number)).status for number in (1, 2)] == ["OPEN", "SETTLED"]


async def test_a_reversal_makes_what_was_paid_owed_again_and_opens_the_claim(office: Any) -> None:
    await office.has_claims(office.invoice())
    await office.imports(office.ocr(office.giro(office.kid(1), 100_000)))

    await office.imports(office.ocr(office.giro(office.kid(1), 100_000, date(2025, 9, 18), transaction_type=18)))

    claim = await office.claim()
    assert (claim.principal_minor, claim.status, claim.claim_version) == (100_000, "OPEN", 3)
    [reversed_payment] = await office.announced("payment.reversed")
    assert (reversed_payment.case_id, reversed_payment.parts[0].amount_minor) == (100_001, 100_000)
    assert (await office.announced("claim.changed"))[-1].cause == "PAYMENT_REVERSED"
    [payment] = await office.rows("SELECT p.status, a.reversed FROM payment p JOIN allocation a USING (payment_id)")
    assert (payment.status, payment.reversed) == ("REVERSED", True)
    assert await office.unexplained_claims() == []


async def test_money_that_comes_before_its_invoice_is_placed_when_the_invoice_comes(office: Any) -> None:
    await office.handle(office.agreement())
    await office.imports(office.ocr(office.giro(office.kid(1), 40_000), office.giro(office.kid(2), 10_000)))

    await office.handle(office.invoice())

    assert (await office.claim()).principal_minor == 60_000
    topics = [event.topic for event in await office.announced()]
    assert topics == [*["payment.registered", "payment.unmatched"] * 2, "payment.allocated", "claim.changed"]
    rows = await office.rows("SELECT status, reason FROM payment ORDER BY amount_minor")
    assert [tuple(row) for row in rows] == [("UNMATCHED", "UNKNOWN_REFERENCE"), ("ALLOCATED", None)]
    assert await office.unexplained_claims() == []


async def test_two_reversals_take_back_two_payments_and_a_third_waits_for_a_person(office: Any) -> None:
    await office.has_claims(office.invoice())
    await office.imports(office.ocr(*(office.giro(office.kid(1), 30_000, archive_number=str(n)) for n in range(2))))
    back = [
        office.giro(office.kid(1), 30_000, date(2025, 9, 18), transaction_type=18, archive_number=str(n))
        for n in range(3)
    ]

    result = await office.imports(office.ocr(*back))

    assert result.registered == 3
    assert (await office.claim()).principal_minor == 100_000
    rows = await office.rows("SELECT reason FROM reversal ORDER BY reason")
    assert [row.reason for row in rows] == ["APPLIED", "APPLIED", "NO_ORIGINAL"]


async def test_a_camt_reversal_of_unmatched_money_belongs_to_no_case(office: Any) -> None:
    await office.has_claims(office.invoice(), account="NOK-CAMT")
    unknown = generate("NO_KID_MOD10", "99999999")
    await office.imports(office.camt(office.entry("9.00", reference=unknown)))

    await office.imports(office.camt(office.entry("9.00", reference=unknown, sign="DBIT", reversal=True)))

    [event] = await office.announced("payment.reversed")
    assert (event.case_id, event.allocation_id, event.unmatched_minor) == (None, None, 900)


async def test_a_small_residual_of_interest_is_let_go_and_comes_back_with_a_reversal(office: Any) -> None:
    await office.has_claims(office.invoice(), small_balance_minor=5_000)
    await office.handle(office.step())
    charged = (await office.announced("claim.charged"))[0]

    await office.imports(office.ocr(office.giro(office.kid(1), charged.balance.total_minor, date(2025, 10, 10))))

    assert (await office.claim()).status == "SETTLED"
    causes = [event.cause for event in await office.announced("claim.changed")]
    assert causes == ["INTEREST_ACCRUED", "SMALL_BALANCE", "PAYMENT_ALLOCATED"]

    back = office.giro(office.kid(1), charged.balance.total_minor, date(2025, 10, 12), transaction_type=18)
    await office.imports(office.ocr(back))

    changes = await office.announced("claim.changed")
    assert [event.cause for event in changes[3:]] == ["PAYMENT_REVERSED", "CORRECTED"]
    assert changes[-1].balance == changes[0].balance
    assert (await office.claim()).status == "OPEN"
    assert await office.unexplained_claims() == []


@pytest.mark.parametrize("count", [pytest.param(1, id="one payment"), pytest.param(500, id="five hundred payments")])
async def test_a_file_costs_the_same_number_of_statements_whatever_its_size(office: Any, count: int) -> None:
    await office.has_claims(*(office.invoice(number) for number in range(1, count + 1)))
    content = office.ocr(
        *(office.giro(office.kid(number), 100_000) for number in range(1, count + 1)),
        *(office.giro(generate("NO_KID_MOD10", f"77{number:07}"), 100) for number in range(count)),
    )
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = office.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await office.imports(content)
    event.remove(engine, "before_cursor_execute", note)

    assert len(statements) == 15
    assert len(await office.rows("SELECT 1 FROM claim WHERE status = 'SETTLED'")) == count
