"""OCR giro: real files, structure, control sums, and the writer against the reader."""

from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bankfiles import BankFileRefused, OcrAssignment, OcrPayment, read, write_ocr

DAY = date(2025, 9, 1)


def an_ocr_file(*payments: OcrPayment) -> bytes:
    return write_ocr("12345678", "1", "8080", [OcrAssignment("99991042764", "1008566", "2", payments)])


def changed(content: bytes, line: int, column: int, text: str) -> bytes:
    rows = content.decode("latin-1").split("\n")
    row = rows[line - 1]
    rows[line - 1] = row[: column - 1] + text + row[column - 1 + len(text) :]
    return "\n".join(rows).encode("latin-1")


TWO_PAYMENTS = an_ocr_file(OcrPayment("0000531", 102000, DAY), OcrPayment("0036633", 98000, DAY))


@pytest.mark.parametrize(
    ("name", "count", "sum_minor"),
    [("netsgiro-otovo/ocr_giro_transactions.txt", 20, 5144900), ("netsgiro-ondkloss/ocr1.txt", 23, 1563000)],
)
def test_a_real_file_is_read_whole_and_agrees_with_another_reader(
    samples: Path, name: str, count: int, sum_minor: int
) -> None:
    content = (samples / name).read_bytes()
    file = read(content)
    assert file.rejected == ()
    assert len(file.transactions) == count
    assert sum(transaction.signed_minor for transaction in file.transactions) == sum_minor

    other = pytest.importorskip("netsgiro").parse(content.decode("latin-1"))
    expected = [
        (t.kid, int(t.amount * 100), t.date, t.debit_account, t.text or "")
        for assignment in other.assignments
        for t in assignment.transactions
    ]
    found = [(t.reference, t.amount_minor, t.booking_date, t.payer_account, t.text) for t in file.transactions]
    assert found == expected


def test_the_real_file_has_its_minus_signs_read_as_reversals(samples: Path) -> None:
    reversals = [t for t in read((samples / "netsgiro-ondkloss/ocr1.txt").read_bytes()).transactions if t.is_reversal]
    assert [t.signed_minor for t in reversals] == [-25000, -40000, -150000]


@pytest.mark.parametrize(
    ("name", "what", "last"),
    [
        ("avtalegiro_agreements.txt", "AvtaleGiro agreements", 19),
        ("avtalegiro_payment_request.txt", "AvtaleGiro payment requests", 21),
    ],
)
def test_a_file_of_another_service_holds_no_payments_and_says_so(
    samples: Path, name: str, what: str, last: int
) -> None:
    file = read((samples / "netsgiro-otovo" / name).read_bytes())
    assert file.transactions == ()
    assert [(part.position, part.reason) for part in file.rejected] == [
        ("line 2", f"{what} (service 21), lines 2 to {last}: no payments to read")
    ]


def test_payments_are_read_beside_agreements_and_counted_together(samples: Path) -> None:
    agreements = (samples / "netsgiro-otovo/avtalegiro_agreements.txt").read_text("latin-1").splitlines()[1:-1]
    start, *payments, _ = TWO_PAYMENTS.decode("latin-1").splitlines()
    end = f"NY000089{2 + 16:08}{2 + len(payments) + len(agreements):08}{200_000:017}".ljust(80, "0")
    file = read("\n".join([start, *agreements, *payments, end]).encode("latin-1"))
    assert [t.reference for t in file.transactions] == [t.reference for t in read(TWO_PAYMENTS).transactions]
    assert len(file.rejected) == 1


def test_several_transmissions_in_one_file_are_read_each_with_its_sums() -> None:
    other = TWO_PAYMENTS.replace(b"NY000010000080800000001", b"NY000010000080800000002")
    file = read(TWO_PAYMENTS + other.replace(b"0000531", b"0000549"))
    assert [t.reference for t in file.transactions] == ["0000531", "0036633", "0000549", "0036633"]
    assert len({t.fingerprint for t in file.transactions}) == 4
    with pytest.raises(BankFileRefused, match="line 16: announces the sum"):
        read(TWO_PAYMENTS + changed(other, 8, 40, "9"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_letters_beyond_ascii_do_not_move_the_columns(encoding: str) -> None:
    content = an_ocr_file(OcrPayment("0000531", 500, DAY, transaction_type=21, text="Blåbærsyltetøy"))
    [transaction] = read(content.decode("latin-1").encode(encoding)).transactions
    assert (transaction.text, transaction.amount_minor) == ("Blåbærsyltetøy", 500)


def test_a_zero_byte_refuses_the_file_with_its_line() -> None:
    with pytest.raises(BankFileRefused, match="line 3: holds a zero byte"):
        read(changed(TWO_PAYMENTS, 3, 10, "\0"))


def test_our_file_is_read_by_another_reader() -> None:
    other = pytest.importorskip("netsgiro").parse(TWO_PAYMENTS.decode("latin-1"))
    [assignment] = other.assignments
    assert [(t.kid, int(t.amount * 100)) for t in assignment.transactions] == [("0000531", 102000), ("0036633", 98000)]


kids = st.from_regex(r"[0-9]{2,25}", fullmatch=True) | st.from_regex(r"[0-9]{1,24}-", fullmatch=True) | st.just("")
texts = st.text("ABCæøåÆØÅ 0123", max_size=40).map(str.strip)
days = st.dates(date(2000, 1, 1), date(2068, 12, 31))
plain_payments = st.builds(
    OcrPayment,
    kid=kids,
    amount_minor=st.integers(1, 10**12),
    settlement_date=days,
    payer_account=st.from_regex(r"[1-9][0-9]{10}", fullmatch=True) | st.just(""),
    transaction_type=st.sampled_from([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]),
)
text_payments = st.builds(
    OcrPayment,
    kid=kids,
    amount_minor=st.integers(1, 10**12),
    settlement_date=days,
    transaction_type=st.sampled_from([20, 21]),
    text=texts,
)


@given(st.lists(st.lists(plain_payments | text_payments, max_size=6), max_size=3))
def test_what_is_written_is_what_is_read(lists: list[list[OcrPayment]]) -> None:
    assignments = [OcrAssignment("99991042764", "1", str(n), payments) for n, payments in enumerate(lists)]
    file = read(write_ocr("1", "7", "2", assignments))
    assert file.rejected == ()
    assert len(file.statements) == len(lists)
    for statement, payments in zip(file.statements, lists, strict=True):
        assert [
            (t.reference, t.amount_minor, t.is_reversal, t.booking_date, t.payer_account, t.text)
            for t in statement.transactions
        ] == [
            (p.kid, p.amount_minor, p.transaction_type in (18, 20), p.settlement_date, p.payer_account, p.text)
            for p in payments
        ]


@given(st.lists(plain_payments, min_size=1, max_size=8), st.randoms())
def test_a_reordered_copy_gives_the_same_fingerprints(payments: list[OcrPayment], random: Random) -> None:
    shuffled = random.sample(payments, len(payments))
    original = [t.fingerprint for t in read(an_ocr_file(*payments)).transactions]
    copy = [t.fingerprint for t in read(an_ocr_file(*shuffled)).transactions]
    assert len(set(original)) == len(payments)
    assert sorted(copy) == sorted(original)


def test_a_reversal_is_a_debit_and_is_subtracted_from_the_sum() -> None:
    content = an_ocr_file(OcrPayment("1", 500, DAY), OcrPayment("1", 200, DAY, transaction_type=18))
    assert content.splitlines()[-1][24:41] == b"00000000000000300"
    credit, reversal = read(content).transactions
    assert (credit.direction, credit.is_reversal) == ("CREDIT", False)
    assert (reversal.direction, reversal.is_reversal, reversal.amount_minor) == ("DEBIT", True, 200)


@pytest.mark.parametrize(
    ("line", "column", "text", "reason"),
    [
        (1, 7, "20", "expected the start record of a transmission"),
        (2, 3, "21", "line 3: service 09 inside an assignment of service 21"),
        (3, 1, "XY", "line 3: starts with 'XY'"),
        (3, 33, "0000000000010200A", "line 3: columns 33-49 should be digits"),
        (3, 33, "00000000000102001", "line 7: announces the sum 200000 but the payments sum to 200001"),
        (4, 7, "32", "line 4: record 32 must follow record 31"),
        (4, 9, "0000009", "line 4: record 31 must follow record 30 of the same payment"),
        (4, 5, "11", "line 4: transaction type 11 differs"),
        (5, 7, "70", "line 5: record type 70 does not belong"),
        (7, 9, "00000003", "line 7: announces 3 payments but there are 2"),
        (7, 17, "00000009", "line 7: announces 9 records but there are 6"),
        (8, 9, "00000003", "line 8: announces 3 payments but there are 2"),
        (8, 17, "00000009", "line 8: announces 9 records but there are 8"),
        (8, 40, "9", "line 8: announces the sum"),
        (8, 7, "88", "line 8: expected the end record of a transmission"),
    ],
)
def test_a_wrong_structure_or_control_sum_refuses_the_whole_file(
    line: int, column: int, text: str, reason: str
) -> None:
    with pytest.raises(BankFileRefused, match=reason):
        read(changed(TWO_PAYMENTS, line, column, text))


@pytest.mark.parametrize("kept", range(1, 8))
def test_a_file_that_is_cut_off_is_refused(kept: int) -> None:
    with pytest.raises(BankFileRefused):
        read(b"\n".join(TWO_PAYMENTS.splitlines()[:kept]))


def test_a_short_line_is_refused_with_its_number() -> None:
    with pytest.raises(BankFileRefused, match="line 3: 79 characters long"):
        read(TWO_PAYMENTS.replace(b"0000531000000", b"000053100000"))


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [(16, "310225", "is not a date"), (68, "0A00531", "cannot be a KID"), (68, "0 00531", "cannot be a KID")],
)
def test_a_payment_that_cannot_be_read_is_rejected_and_the_rest_is_read(column: int, text: str, reason: str) -> None:
    file = read(changed(TWO_PAYMENTS, 3, column, text))
    assert [t.reference for t in file.transactions] == ["0036633"]
    [rejected] = file.rejected
    assert rejected.position == "line 3"
    assert reason in rejected.reason


def test_line_ends_of_another_system_are_read() -> None:
    assert read(TWO_PAYMENTS.replace(b"\n", b"\r\n")) == read(TWO_PAYMENTS)
    assert read(TWO_PAYMENTS.rstrip(b"\n")) == read(TWO_PAYMENTS)


@pytest.mark.parametrize(
    "payment",
    [
        OcrPayment("12A", 1, DAY),
        OcrPayment("1" * 26, 1, DAY),
        OcrPayment("1", 0, DAY),
        OcrPayment("1", 1, DAY, transaction_type=9),
        OcrPayment("1", 1, DAY, text="only types 20 and 21 carry one"),
        OcrPayment("1", 1, DAY, transaction_type=21, text="x" * 41),
        OcrPayment("1", 1, DAY, payer_account="12 34"),
    ],
)
def test_the_writer_refuses_what_no_record_can_hold(payment: OcrPayment) -> None:
    with pytest.raises(ValueError, match=r"payment 1|should be at most"):
        an_ocr_file(payment)
