"""Whatever is uploaded: it is read, or it is refused with a reason; nothing else ever comes out of the reader."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bankfiles import BankFileRefused, OcrAssignment, OcrPayment, detect, read, write_ocr

DAY = date(2025, 9, 1)
OCR = write_ocr(
    "00008080",
    "1",
    "00010200",
    [
        OcrAssignment(
            "86011117947",
            "1",
            "1",
            [OcrPayment("0000531", 500, DAY), OcrPayment("0036633", 700, DAY, transaction_type=21, text="Blåbær")],
        )
    ],
)
BGMAX = "\r\n".join(
    [
        "01BGMAX               0120250901173035010331P",
        "050009912346          SEK",
        f"200003783511{'665760':>25}{50_000:018}2120000000001 0",
        f"220003783511{'665869':>25}{20_000:018}2120000000001 0",
        "25Faktura 665869",
        "26Kalles Plåt AB",
        f"210003783511{'665661':>25}{10_000:018}2120000000002 0",
        f"15{'0' * 19}584100000100982320250901{'00056':5}{40_000:018}SEK{2:08}",
        f"70{1:08}{1:08}{1:08}{1:08}",
    ]
).encode("latin-1")
KTL = "\n".join(
    [
        "02511030815501234567891",
        f"312345600000785251103251101ARCHIVE-00000001{'1232':>020}VIRTANEN MAT1J{10_250:010}0A0",
        f"9{1:06}{10_250:011}{0:06}{0:011}",
    ]
).encode()
MT940 = (
    b"{1:F01X}{4:\n:20:X\n:25:NL81ASNB9999999999\n:28C:1/1\n:60F:C200101EUR10,00\n"
    b":61:2001010101C5,00NTRFNONREF//B1\n:86:/NAME/Kari/REMI/Faktura 17\n"
    b":61:2001020102RD2,50NTRFX\n:86:166?00GUT?20SVWZ+Rechnung 5?31DE1?32Otto\n:62F:C200101EUR15,00\n-}"
)
CAMT = (
    '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
    "<BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S</Id><Acct><Id><IBAN>NO9386011117947</IBAN></Id>"
    "<Ccy>NOK</Ccy></Acct><Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy='NOK'>100.00</Amt>"
    "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2025-09-01</Dt></Dt></Bal><TxsSummry><TtlNtries><NbOfNtries>1</NbOfNtries>"
    "<Sum>100.00</Sum></TtlNtries></TxsSummry><Ntry><Amt Ccy='NOK'>100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
    "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2025-09-01</Dt></BookgDt><NtryDtls><TxDtls><Amt Ccy='NOK'>60.00</Amt>"
    "<RmtInf><Strd><CdtrRefInf><Ref>0000531</Ref></CdtrRefInf></Strd></RmtInf></TxDtls><TxDtls><Amt Ccy='NOK'>40.00"
    "</Amt><RmtInf><Ustrd>Blåbær</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>"
).encode()
FILES = {"ocr-giro": OCR, "bgmax": BGMAX, "ktl": KTL, "mt940": MT940, "camt.053": CAMT}


def read_or_refused(content: bytes) -> None:
    detect(content)
    try:
        file = read(content)
    except BankFileRefused:
        return
    assert all(line.reason for line in file.rejected)
    fingerprints = [transaction.fingerprint for transaction in file.transactions]
    assert len(set(fingerprints)) == len(fingerprints)
    for transaction in file.transactions:
        assert 0 < transaction.amount_minor < 10**18
        assert transaction.account
        assert len(transaction.currency) == 3
        assert "\0" not in "".join((transaction.text, transaction.payer_name, transaction.reference))


@pytest.mark.parametrize("kind", FILES)
def test_the_files_that_are_spoiled_here_are_good_ones(kind: str) -> None:
    file = read(FILES[kind])
    assert (file.format, detect(FILES[kind]), file.rejected) == (kind, kind, ())
    assert file.transactions


@given(st.binary(max_size=400))
@settings(max_examples=150)
def test_bytes_of_any_kind_are_refused_and_nothing_worse(content: bytes) -> None:
    read_or_refused(content)


@given(
    st.sampled_from(["NY000010", "01BGMAX ", "0251103081550", ":20:X\n", "<?xml", "<Document>"]), st.text(max_size=300)
)
@settings(max_examples=150)
def test_texts_that_start_like_a_bank_file_are_too(start: str, rest: str) -> None:
    for encoding in ("utf-8", "utf-16"):
        read_or_refused((start + rest).encode(encoding, errors="replace"))


@pytest.mark.parametrize("kind", FILES)
@given(data=st.data())
@settings(max_examples=150)
def test_a_good_file_with_some_bytes_changed_is_read_or_refused(kind: str, data: st.DataObject) -> None:
    content = bytearray(FILES[kind])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        taken = data.draw(st.integers(0, 3))
        content[place : place + taken] = data.draw(
            st.binary(max_size=3) | st.sampled_from([b"9", b"-", b"<", b"\n", b","])
        )
    read_or_refused(bytes(content))


@pytest.mark.parametrize("kind", FILES)
def test_a_file_cut_off_anywhere_is_refused_or_has_lost_no_payment(kind: str) -> None:
    whole = FILES[kind]
    told = read(whole).transactions
    for length in range(len(whole)):
        try:
            found = read(whole[:length])
        except BankFileRefused:
            continue
        assert [t.amount_minor for t in found.transactions] == [t.amount_minor for t in told]


def test_amounts_dates_and_signs_of_every_format_are_what_the_file_says() -> None:
    told = {
        kind: [(t.signed_minor, t.currency, t.reference) for t in read(content).transactions]
        for kind, content in FILES.items()
    }
    assert told == {
        "ocr-giro": [(500, "NOK", "0000531"), (700, "NOK", "0036633")],
        "bgmax": [(50_000, "SEK", ""), (-10_000, "SEK", "665661")],
        "ktl": [(10_250, "EUR", "1232")],
        "mt940": [(500, "EUR", ""), (250, "EUR", "")],
        "camt.053": [(6_000, "NOK", "0000531"), (4_000, "NOK", "")],
    }
