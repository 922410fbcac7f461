"""KTL: reference payments in batches, checked against their sums."""

from datetime import date

import pytest

from bankfiles import BankFileRefused, detect, read

HEAD = "0" + "2511030815" + "50" + "123456789" + "1"


def a_payment(
    reference: str = "1232",
    cents: int = 10_250,
    *,
    kind: str = "3",
    corrects: bool = False,
    account: str = "12345600000785",
    name: str = "VIRTANEN MAT",
    currency: str = "1",
    booked: str = "251103",
    result: str = "0",
) -> str:
    return (
        f"{kind}{account}{booked}251101ARCHIVE-00000001{reference:>020}{name:12}{currency}J{cents:010}"
        f"{int(corrects)}A{result}"
    )


def a_file(*payments: str, count: int | None = None, cents: int | None = None) -> bytes:
    paid = [row for row in payments if row[87:88] == "0" and row[89:90] == "0"]
    corrected = [row for row in payments if row[87:88] == "1"]

    def summed(rows: list[str]) -> int:
        return sum(int(row[77:87]) for row in rows)

    totals = (
        f"9{len(paid) if count is None else count:06}{summed(paid) if cents is None else cents:011}"
        f"{len(corrected):06}{summed(corrected):011}"
    )
    return "".join(f"{row:90}\r\n" for row in (HEAD, *payments, totals)).encode("latin-1")


def test_a_reference_payment_is_read_with_its_dates_and_its_reference_without_filling_zeros() -> None:
    content = a_file(a_payment(name="MÄKINEN ÅSA"))
    [paid] = read(content).transactions
    assert detect(content) == "ktl"
    assert (paid.account, paid.amount_minor, paid.currency, paid.direction) == (
        "12345600000785",
        10_250,
        "EUR",
        "CREDIT",
    )
    assert (paid.booking_date, paid.value_date) == (date(2025, 11, 3), date(2025, 11, 1))
    assert (paid.reference, paid.references, paid.payer_name) == ("1232", ("1232",), "MÄKINEN ÅSA")
    assert paid.servicer_reference == "ARCHIVE-00000001"


def test_a_correction_takes_a_payment_back_and_a_direct_debit_that_failed_is_no_money() -> None:
    file = read(a_file(a_payment(), a_payment(corrects=True), a_payment(kind="5", cents=777, result="2")))
    assert [(t.signed_minor, t.is_reversal) for t in file.transactions] == [(10_250, False), (-10_250, True)]
    assert file.statements[0].not_booked == 1


def test_batches_and_accounts_stand_side_by_side_and_equal_payments_stay_apart() -> None:
    one = a_file(a_payment(), a_payment(), a_payment(account="99999900000007"))
    file = read(one + one)
    assert [statement.account for statement in file.statements] == ["12345600000785", "99999900000007"]
    assert len({t.fingerprint for t in file.transactions}) == 3
    assert len(file.rejected) == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (a_file(a_payment(), count=2), "line 3: announces 2 payments but there are 1"),
        (a_file(a_payment(), cents=10_251), "line 3: announces the sum 10251 of payments but they sum to 10250 cents"),
        (a_file(a_payment(), "X"), "line 3: record type 'X' is unknown"),
        (b"\r\n".join(a_file(a_payment()).splitlines()[:2]), "line 2: the file does not end with the sums"),
        (a_file(a_payment()) + b"9", "line 4: record 9 stands before a batch record"),
        (a_file(a_payment() + "0"), "line 2: 91 characters long"),
        (a_file(a_payment()).replace(b"J0000010250", b"J00000102A0"), "line 2: columns 78-87 should be digits"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_with_the_line_and_both_figures(content: bytes, reason: str) -> None:
    with pytest.raises(BankFileRefused, match=reason):
        read(content)


@pytest.mark.parametrize(
    ("payment", "reason"),
    [
        (a_payment(currency="2"), "currency code '2' is not 1"),
        (a_payment(booked="251340"), "booking date '251340' is not a date"),
        (a_payment(cents=0), "the amount is zero"),
    ],
)
def test_a_payment_that_cannot_be_read_is_parked_and_the_rest_is_read(payment: str, reason: str) -> None:
    file = read(a_file(payment, a_payment("1245", 500)))
    assert [t.reference for t in file.transactions] == ["1245"]
    assert [(r.position, reason in r.reason) for r in file.rejected] == [("line 2", True)]
