"""camt.053 and camt.054: what is read, what is rejected, what is refused."""

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

import bankfiles
from bankfiles import BankFileRefused, BankTransaction, read

READABLE = [
    ("camt-genkgo/camt053.v2.minimal.xml", 1),
    ("camt-genkgo/camt053.v2.with-party-ids.xml", 1),
    ("camt-genkgo/camt053.v2.all-balance-types.xml", 1),
    ("camt-genkgo/camt053.v4.xml", 1),
    ("camt-genkgo/camt054.v4.xml", 1),
    ("camt-genkgo/camt054.v8.xml", 1),
    ("camt-oca/test-camt053", 4),
    ("camt-oca/test-camt054", 1),
    ("camt-danskebank-dk/camt053_dk_example.xml", 7),
]


def an_entry(
    amount: str = "1250.00",
    *,
    currency: str = "NOK",
    sign: str = "CRDT",
    status: str = "<Cd>BOOK</Cd>",
    head: str = "",
    details: str = "",
    booked: str = "2025-09-01",
) -> str:
    return (
        f'<Ntry><NtryRef>1</NtryRef><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd>{head}'
        f"<Sts>{status}</Sts><BookgDt><Dt>{booked}</Dt></BookgDt><ValDt><Dt>2025-09-02</Dt></ValDt>"
        f"<NtryDtls>{details}</NtryDtls></Ntry>"
    )


def a_detail(amount: str = "", reference: str = "", kind: str = "<Cd>SCOR</Cd>", extra: str = "") -> str:
    money = f'<Amt Ccy="NOK">{amount}</Amt>' if amount else ""
    tp = f"<Tp><CdOrPrtry>{kind}</CdOrPrtry></Tp>" if kind else ""
    remittance = (
        f"<RmtInf><Strd><CdtrRefInf>{tp}<Ref>{reference}</Ref></CdtrRefInf></Strd></RmtInf>" if reference else ""
    )
    return f"<TxDtls>{money}{extra}{remittance}</TxDtls>"


def a_file(*entries: str, version: int = 8, extra: str = "", message_id: str = "M1") -> bytes:
    return (
        f'<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version:02}">'
        f"<BkToCstmrStmt><GrpHdr><MsgId>{message_id}</MsgId></GrpHdr><Stmt><Id>S1</Id>"
        f"<Acct><Id><IBAN>NO9386011117947</IBAN></Id><Ccy>NOK</Ccy></Acct>{extra}{''.join(entries)}"
        "</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def the_transaction(content: bytes) -> BankTransaction:
    file = read(content)
    assert file.rejected == ()
    [transaction] = file.transactions
    return transaction


@pytest.mark.parametrize(("name", "count"), READABLE)
def test_a_sample_of_another_bank_is_read_without_rejections(samples: Path, name: str, count: int) -> None:
    file = read((samples / name).read_bytes())
    assert len(file.transactions) == count
    assert file.rejected == ()
    assert all(transaction.amount_minor > 0 for transaction in file.transactions)


def test_the_swiss_sample_keeps_its_reference_and_its_payer(samples: Path) -> None:
    transaction = the_transaction((samples / "camt-oca/test-camt054").read_bytes())
    assert transaction.reference == "000000000000000000000000003"
    assert (transaction.amount_minor, transaction.currency, transaction.direction) == (500, "EUR", "CREDIT")
    assert (transaction.payer_name, transaction.payer_account) == ("Test Customer", "NL46ABNA0499998748")


def test_the_danish_batch_is_divided_into_its_payments(samples: Path) -> None:
    file = read((samples / "camt-danskebank-dk/camt053_dk_example.xml").read_bytes())
    assert [t.amount_minor for t in file.transactions if t.reference.startswith("71/")] == [52894, 57294]


def test_a_sample_without_a_statement_is_refused(samples: Path) -> None:
    with pytest.raises(BankFileRefused, match="no Stmt in the file"):
        read((samples / "camt-genkgo/camt053.v2.wrong.xml").read_bytes())


def test_an_intraday_report_is_read_as_what_it_is(samples: Path) -> None:
    file = read((samples / "camt-genkgo/camt052.v8.xml").read_bytes())
    assert (file.format, len(file.transactions), file.rejected) == ("camt.052", 1, ())


@pytest.mark.parametrize("version", range(2, 14))
@pytest.mark.parametrize("status", ["BOOK", "<Cd>BOOK</Cd>"])
def test_versions_2_to_13_are_read_alike(version: int, status: str) -> None:
    content = a_file(an_entry(status=status, details=a_detail(reference="0000531")), version=version)
    assert the_transaction(content).reference == "0000531"


@pytest.mark.parametrize("version", range(2, 14))
@pytest.mark.parametrize(("kind", "message", "report"), [("054", "DbtCdtNtfctn", "Ntfctn"), ("052", "AcctRpt", "Rpt")])
def test_notifications_and_intraday_reports_are_read_like_statements(
    kind: str, message: str, report: str, version: int
) -> None:
    statement = a_file(an_entry(details=a_detail(reference="0000531")), version=version).decode()
    other = statement.replace("camt.053", f"camt.{kind}").replace("BkToCstmrStmt", f"BkToCstmr{message}")
    file = read(other.replace("<Stmt>", f"<{report}>").replace("</Stmt>", f"</{report}>").encode())
    assert file.format == f"camt.{kind}"
    assert file.transactions == read(statement.encode()).transactions


@pytest.mark.parametrize("version", [1, 14])
def test_an_unknown_version_is_refused(version: int) -> None:
    with pytest.raises(BankFileRefused, match="is unknown; 02 to 13 are read"):
        read(a_file(an_entry(), version=version))


@pytest.mark.parametrize("kind", ["<Cd>SCOR</Cd>", "<Prtry>QRR</Prtry>", ""])
def test_a_structured_reference_is_read_whatever_its_kind_is_called(kind: str) -> None:
    details = a_detail(reference="RF33 2348 236", kind=kind)
    assert the_transaction(a_file(an_entry(details=details))).reference == "RF332348236"


def test_a_purchase_order_number_is_no_creditor_reference() -> None:
    details = a_detail(reference="4500012", kind="<Cd>PUOR</Cd>")
    assert the_transaction(a_file(an_entry(details=details))).reference == ""


def test_several_different_references_leave_none_chosen() -> None:
    strd = "".join(f"<Strd><CdtrRefInf><Ref>{kid}</Ref></CdtrRefInf></Strd>" for kid in ("0000531", "0036633"))
    transaction = the_transaction(a_file(an_entry(details=f"<TxDtls><RmtInf>{strd}</RmtInf></TxDtls>")))
    assert transaction.reference == ""
    assert transaction.references == ("0000531", "0036633")


def test_dates_text_payer_and_identifiers_are_read() -> None:
    parties = (
        "<Refs><AcctSvcrRef>B-77</AcctSvcrRef><EndToEndId>E2E</EndToEndId></Refs>"
        "<RltdPties><Dbtr><Pty><Nm>Kari Nordmann</Nm></Pty></Dbtr>"
        "<DbtrAcct><Id><IBAN>NO8615030002313</IBAN></Id></DbtrAcct></RltdPties>"
        "<RmtInf><Ustrd>Faktura 10</Ustrd><Ustrd>01</Ustrd></RmtInf>"
    )
    transaction = the_transaction(a_file(an_entry(details=a_detail(extra=parties))))
    assert (transaction.booking_date, transaction.value_date) == (date(2025, 9, 1), date(2025, 9, 2))
    assert (transaction.payer_name, transaction.payer_account) == ("Kari Nordmann", "NO8615030002313")
    assert (transaction.end_to_end_id, transaction.servicer_reference) == ("E2E", "B-77")
    assert transaction.text == "Faktura 10\n01"


def test_an_end_to_end_id_that_was_not_provided_is_empty() -> None:
    details = a_detail(extra="<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>")
    assert the_transaction(a_file(an_entry(details=details))).end_to_end_id == ""


def test_a_batch_is_divided_when_its_parts_sum_to_what_was_booked() -> None:
    details = a_detail("1000.00", "0000531") + a_detail("250.00", "0036633")
    file = read(a_file(an_entry(details=details)))
    assert [(t.amount_minor, t.reference) for t in file.transactions] == [(100000, "0000531"), (25000, "0036633")]


def test_a_batch_that_does_not_sum_is_rejected_and_the_rest_is_read() -> None:
    details = a_detail("1000.00", "0000531") + a_detail("200.00", "0036633")
    file = read(a_file(an_entry(details=details), an_entry("10.00")))
    assert [t.amount_minor for t in file.transactions] == [1000]
    [rejected] = file.rejected
    assert rejected.position.endswith("Ntry 1")
    assert "sum to 120000 but 125000 was booked" in rejected.reason


def test_a_batch_without_single_amounts_is_one_lump_with_no_reference_chosen() -> None:
    details = a_detail(reference="0000531") + a_detail(reference="0036633")
    transaction = the_transaction(a_file(an_entry(details=details)))
    assert (transaction.amount_minor, transaction.reference) == (125000, "")
    assert transaction.references == ("0000531", "0036633")


def test_a_single_detail_in_another_currency_counts_as_what_was_booked() -> None:
    details = '<TxDtls><AmtDtls><InstdAmt><Amt Ccy="EUR">110.00</Amt></InstdAmt></AmtDtls></TxDtls>'
    assert the_transaction(a_file(an_entry(details=details))).amount_minor == 125000


@pytest.mark.parametrize("status", ["PDNG", "<Cd>PDNG</Cd>", "<Cd>INFO</Cd>"])
def test_an_entry_that_is_not_booked_is_counted_and_left_out(status: str) -> None:
    file = read(a_file(an_entry(status=status), an_entry("1.00")))
    assert [t.amount_minor for t in file.transactions] == [100]
    assert file.statements[0].not_booked == 1
    assert file.rejected == ()


def test_a_reversed_credit_is_a_debit_that_still_names_its_payer() -> None:
    parties = "<RltdPties><Dbtr><Nm>Kari</Nm></Dbtr><Cdtr><Nm>Us</Nm></Cdtr></RltdPties>"
    entry = an_entry(sign="DBIT", head="<RvslInd>true</RvslInd>", details=a_detail(extra=parties))
    transaction = the_transaction(a_file(entry))
    assert (transaction.direction, transaction.is_reversal, transaction.payer_name) == ("DEBIT", True, "Kari")
    assert transaction.signed_minor == -125000


def test_a_return_carries_its_reason() -> None:
    details = a_detail(extra="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")
    assert the_transaction(a_file(an_entry(details=details))).return_reason == "AC04"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (an_entry("10.005"), "more decimals than NOK allows"),
        (an_entry("-10.00"), "is negative"),
        (an_entry("0.00"), "the amount is zero"),
        (an_entry("ti"), "is not an amount"),
        (an_entry("1e9"), "is not an amount"),
        (an_entry(currency="XXQ"), "is not an ISO 4217 currency"),
        (an_entry(currency="SEK"), "booked in SEK on an account held in NOK"),
        (an_entry(sign="PLUS"), "neither CRDT nor DBIT"),
        (an_entry(booked="2025-02-30"), "is not a date"),
        ("<Ntry><Sts>BOOK</Sts></Ntry>", "Ntry/Amt is missing"),
    ],
)
def test_an_unreadable_entry_is_rejected_with_its_place_and_the_rest_is_read(entry: str, reason: str) -> None:
    file = read(a_file(an_entry("1.00"), entry, an_entry("2.00")))
    assert [t.amount_minor for t in file.transactions] == [100, 200]
    [rejected] = file.rejected
    assert rejected.position.endswith("Ntry 2")
    assert reason in rejected.reason


def test_decimals_beyond_the_currency_are_accepted_when_they_are_zero() -> None:
    assert the_transaction(a_file(an_entry("885.00000"))).amount_minor == 88500


def test_balances_show_what_the_entries_do_not_explain() -> None:
    balances = "".join(
        f'<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy="NOK">{amount}</Amt>'
        f"<CdtDbtInd>{sign}</CdtDbtInd><Dt><Dt>2025-09-01</Dt></Dt></Bal>"
        for kind, amount, sign in (("OPBD", "50.00", "DBIT"), ("CLBD", "70.00", "CRDT"))
    )
    whole = read(a_file(an_entry("120.00"), extra=balances)).statements[0]
    gap = read(a_file(an_entry("100.00"), extra=balances)).statements[0]
    assert whole.unexplained_minor() == 0
    assert gap.unexplained_minor() == 2000


def test_a_file_with_fewer_entries_than_announced_is_refused() -> None:
    summary = "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>"
    with pytest.raises(BankFileRefused, match="2 entries are announced but 1 are present"):
        read(a_file(an_entry(), extra=summary))


def test_a_reordered_copy_under_a_new_message_id_gives_the_same_fingerprints() -> None:
    entries = [an_entry(f"{n}.00", details=a_detail(reference=str(n % 3))) for n in (1, 2, 2, 2, 3, 4)]
    shuffled = random.Random(7).sample(entries, len(entries))
    original, copy = read(a_file(*entries)), read(a_file(*shuffled, message_id="M2"))
    fingerprints = {t.fingerprint for t in original.transactions}
    assert len(fingerprints) == 6
    assert {t.fingerprint for t in copy.transactions} == fingerprints


def test_a_reordered_copy_of_a_real_file_gives_the_same_fingerprints(samples: Path) -> None:
    content = (samples / "camt-danskebank-dk/camt053_dk_example.xml").read_bytes()
    root = etree.fromstring(content)
    [statement] = root.iterfind("{*}BkToCstmrStmt/{*}Stmt")
    for entry in reversed(statement.findall("{*}Ntry")):
        statement.append(entry)
    copy = read(etree.tostring(root))
    original = read(content)
    assert [t.fingerprint for t in copy.transactions] != [t.fingerprint for t in original.transactions]
    assert {t.fingerprint for t in copy.transactions} == {t.fingerprint for t in original.transactions}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("001.08", "001.02"),
        ("<BookgDt><Dt>2025-09-01</Dt>", "<BookgDt><DtTm>2025-09-01T23:30:00+02:00</DtTm>"),
        ("1250.00", "1250"),
        ("<NtryRef>1</NtryRef>", "<NtryRef>77</NtryRef>"),
        ("<Id>S1</Id>", "<Id>S9</Id><CpyDplctInd>DUPL</CpyDplctInd>"),
        ("NO9386011117947", "NO93 8601 1117 947"),
        ("Faktura  10", "Faktura 10"),
        ("<Dbtr><Pty><Nm>Kari</Nm></Pty></Dbtr>", "<Dbtr><Nm>Kari</Nm></Dbtr>"),
    ],
    ids=["version", "time of day", "decimals", "number of the entry", "copy", "spaces", "blanks", "parties"],
)
def test_the_same_payment_exported_otherwise_has_the_same_fingerprint(old: str, new: str) -> None:
    details = "<RltdPties><Dbtr><Pty><Nm>Kari</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>Faktura  10</Ustrd></RmtInf>"
    first = a_file(an_entry(details=f"<TxDtls>{details}</TxDtls>")).decode()
    again = first.replace(old, new)
    assert again != first
    assert the_transaction(again.encode()).fingerprint == the_transaction(first.encode()).fingerprint


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1250.00", "1250.01"),
        ("2025-09-01", "2025-09-02"),
        (">CRDT<", ">DBIT<"),
        ("NO9386011117947", "NO8330001234567"),
        ("0000531", "0036633"),
    ],
)
def test_another_payment_has_another_fingerprint(old: str, new: str) -> None:
    first = a_file(an_entry(details=a_detail(reference="0000531"))).decode()
    assert the_transaction(first.replace(old, new).encode()).fingerprint != the_transaction(first.encode()).fingerprint


def test_equal_payments_of_one_day_in_two_files_differ_by_the_banks_reference() -> None:
    first = the_transaction(a_file(an_entry(head="<AcctSvcrRef>A</AcctSvcrRef>")))
    second = the_transaction(a_file(an_entry(head="<AcctSvcrRef>B</AcctSvcrRef>")))
    assert first.fingerprint != second.fingerprint


def an_amount(amount: str, currency: str = "NOK") -> str:
    return f'<Amt Ccy="{currency}">{amount}</Amt>'


def charged(amount: str, sign: str = "DBIT") -> str:
    return f"<Chrgs><Rcrd>{an_amount(amount)}<CdtDbtInd>{sign}</CdtDbtInd></Rcrd></Chrgs>"


@pytest.mark.parametrize(
    "entry",
    [
        an_entry("98.50", head=charged("1.50"), details=a_detail("60.00", "531") + a_detail("40.00", "366")),
        an_entry("98.50", details=a_detail("60.00", "531", extra=charged("1.50")) + a_detail("40.00", "366")),
        an_entry("98.50", head=f"<Chrgs>{an_amount('1.50')}</Chrgs>", details=a_detail("100.00", "531")),
    ],
    ids=["of the entry", "of a detail", "of an entry with one detail"],
)
def test_charges_the_bank_kept_back_are_a_line_of_their_own_and_the_payers_paid_the_whole(entry: str) -> None:
    file = read(a_file(entry))
    assert sum(t.signed_minor for t in file.transactions) == 9850
    assert sum(t.amount_minor for t in file.transactions if t.direction == "CREDIT") == 10000
    assert [(t.amount_minor, t.text) for t in file.transactions if t.direction == "DEBIT"] == [(150, "Bank charges")]


def test_charges_that_do_not_explain_the_difference_explain_nothing() -> None:
    details = a_detail("60.00", "531") + a_detail("40.00", "366")
    [rejected] = read(a_file(an_entry("98.00", head=charged("1.50"), details=details))).rejected
    assert "sum to 10000 but 9800 was booked" in rejected.reason


def test_a_batch_from_abroad_is_divided_by_its_counter_values() -> None:
    details = "".join(
        f"<TxDtls><AmtDtls><InstdAmt>{an_amount(euro, 'EUR')}</InstdAmt><TxAmt>{an_amount(euro, 'EUR')}</TxAmt>"
        f"<CntrValAmt>{an_amount(crowns)}</CntrValAmt></AmtDtls></TxDtls>"
        for euro, crowns in (("10.00", "117.50"), ("20.00", "235.00"))
    )
    file = read(a_file(an_entry("352.50", details=details)))
    assert [(t.amount_minor, t.currency) for t in file.transactions] == [(11750, "NOK"), (23500, "NOK")]


def test_what_is_remitted_for_each_of_several_references_is_told_when_it_is_the_whole() -> None:
    def structured(reference: str, remitted: str, credit: str = "") -> str:
        less = f"<CdtNoteAmt Ccy='NOK'>{credit}</CdtNoteAmt>" if credit else ""
        amount = f"<RfrdDocAmt>{less}<RmtdAmt Ccy='NOK'>{remitted}</RmtdAmt></RfrdDocAmt>"
        return f"<Strd>{amount}<CdtrRefInf><Ref>{reference}</Ref></CdtrRefInf></Strd>"

    def paid(*parts: str) -> BankTransaction:
        return the_transaction(a_file(an_entry(details=f"<TxDtls><RmtInf>{''.join(parts)}</RmtInf></TxDtls>")))

    whole = paid(structured("531", "1000.00"), structured("366", "300.00", "50.00"))
    assert [(part.reference, part.amount_minor) for part in whole.parts] == [("531", 100000), ("366", 25000)]
    assert paid(structured("531", "1000.00"), structured("366", "300.00")).parts == ()
    assert paid(structured("531", "1250.00")).parts == ()


def test_a_batch_may_hold_credits_and_reversals() -> None:
    back = a_detail("250.00", "0036633", extra="<CdtDbtInd>DBIT</CdtDbtInd>")
    file = read(a_file(an_entry("1000.00", details=a_detail("1250.00", "0000531") + back)))
    assert [(t.signed_minor, t.reference) for t in file.transactions] == [(125000, "0000531"), (-25000, "0036633")]


def test_the_creditors_own_number_is_never_taken_for_the_payer() -> None:
    parties = "<RltdPties><CdtrAcct><Id><Othr><Id>87654321</Id></Othr></Id></CdtrAcct></RltdPties>"
    transaction = the_transaction(a_file(an_entry(details=a_detail(extra=parties))))
    assert (transaction.payer_name, transaction.payer_account) == ("", "")


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("1250", "JPY", 1250),
        ("1250.00", "JPY", 1250),
        ("1.250", "BHD", 1250),
        ("1.25", "BHD", 1250),
        ("12.5", "EUR", 1250),
    ],
)
def test_amounts_follow_the_decimals_of_their_currency(amount: str, currency: str, minor: int) -> None:
    content = a_file(an_entry(amount, currency=currency)).replace(b"<Ccy>NOK</Ccy>", b"")
    assert the_transaction(content).amount_minor == minor


@pytest.mark.parametrize(
    ("amount", "currency", "reason"),
    [
        ("1.5", "JPY", "more decimals than JPY allows"),
        ("1.2505", "BHD", "more decimals than BHD allows"),
        ("1" + "0" * 18, "NOK", "larger than any payment"),
        ("", "NOK", "is not an amount"),
    ],
)
def test_amounts_no_account_can_hold_are_rejected(amount: str, currency: str, reason: str) -> None:
    file = read(a_file(an_entry(amount, currency=currency)).replace(b"<Ccy>NOK</Ccy>", b""))
    assert [reason in rejected.reason for rejected in file.rejected] == [True]


SUMS = {
    "TtlNtries/NbOfNtries": ("2", "3", "3 entries are announced but 2 are present"),
    "TtlNtries/Sum": ("1500.00", "1500.01", "1500.01 is announced but the entries sum to 1500.00 NOK"),
    "TtlNtries/TtlNetNtryAmt": ("1000.00", "1500.00", "1500.00 is announced but the entries sum to 1000.00 NOK"),
    "TtlNtries/TtlNetNtry/Amt": ("1000.00", "999.00", "999.00 is announced but the entries sum to 1000.00 NOK"),
    "TtlCdtNtries/NbOfNtries": ("1", "2", "2 entries are announced but 1 are present"),
    "TtlCdtNtries/Sum": ("1250.00", "1250.10", "1250.10 is announced but the entries sum to 1250.00 NOK"),
    "TtlDbtNtries/Sum": ("250.00", "0", "0 is announced but the entries sum to 250.00 NOK"),
}


@pytest.mark.parametrize("path", SUMS)
def test_a_control_total_that_differs_refuses_the_file_with_both_figures(path: str) -> None:
    right, wrong, reason = SUMS[path]
    opening = "".join(f"<{name}>" for name in path.split("/"))
    closing = "".join(f"</{name}>" for name in reversed(path.split("/")))

    def summed(stated: str) -> bytes:
        summary = f"<TxsSummry>{opening}{stated}{closing}</TxsSummry>"
        return a_file(an_entry("1250.00"), an_entry("250.00", sign="DBIT"), extra=summary)

    with pytest.raises(BankFileRefused, match=reason) as refused:
        read(summed(wrong))
    assert path.split("/")[0] in refused.value.position
    assert len(read(summed(right)).transactions) == 2


def test_equal_payments_in_two_notifications_of_one_file_are_two_and_a_copy_of_a_notification_is_none() -> None:
    def notifications(*numbers: int) -> bytes:
        parts = "".join(
            f"<Stmt><Id>{number}</Id><Acct><Id><IBAN>NO9386011117947</IBAN></Id></Acct>{an_entry()}</Stmt>"
            for number in numbers
        )
        return a_file().replace(b"<Stmt>", b"<Gone>").replace(b"</Stmt>", b"</Gone>" + parts.encode())

    two, copied = read(notifications(1, 2)), read(notifications(1, 1))
    assert len({t.fingerprint for t in two.transactions}) == 2
    assert [t.fingerprint for t in copied.transactions] == [two.transactions[0].fingerprint]
    assert [rejected.position for rejected in copied.rejected] == ["statement 1"]


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda text: text.replace("Document xmlns", "d:Document xmlns:d").replace("<", "<d:").replace("<d:/", "</d:")
        .replace("<d:d:", "<d:").replace("</d:d:", "</d:").replace("<d:?", "<?"),
        lambda text: text.replace("<Document", "<Envelope><AppHdr><Fr/></AppHdr><Document") + "</Envelope>",
        lambda text: text.replace("urn:iso:std:iso:20022:tech:xsd:camt.053.001.08", ""),
        lambda text: text.replace("iso:std:iso:20022:tech:xsd:camt.053.001.08", "swift:xsd:$camt.053.001.02.ch.03"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace(">", ">\r\n"),
    ],
    ids=["prefixes", "an envelope", "no namespace", "another namespace", "a byte order mark", "CRLF"],
)  # fmt: skip
def test_a_message_is_read_however_a_bank_wraps_it(wrapped: Callable[[str], str]) -> None:
    plain = a_file(an_entry(details=a_detail(reference="0000531")))
    assert read(wrapped(plain.decode()).encode()).transactions == read(plain).transactions


def test_a_message_in_utf_16_is_read() -> None:
    text = a_file(an_entry(details=a_detail(reference="0000531"))).decode().replace('<?xml version="1.0"?>', "")
    assert [t.reference for t in read(text.encode("utf-16")).transactions] == ["0000531"]


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "document_type",
    [
        f'<!DOCTYPE Document [<!ENTITY e0 "lol">{BOMB}]>',
        '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/hostname">]>',
        '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE Document PUBLIC "-//x//y" "http://127.0.0.1:9/x.dtd">',
        "<!DOCTYPE Document>",
    ],
    ids=["an entity bomb", "an external entity", "an external subset", "a public subset", "an empty one"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_file_with_a_document_type_is_refused_unread(document_type: str, encoding: str) -> None:
    text = a_file(an_entry()).decode().replace('<?xml version="1.0"?>', "")
    text = text.replace("<MsgId>M1", "<MsgId>&e11;" if "e11" in document_type else "<MsgId>M1")
    with pytest.raises(BankFileRefused):
        read((document_type + text).encode(encoding))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"   \n", "the file is empty"),
        (b"<Document>", "not well-formed XML"),
        (b"\x00\x01\x02", "no bank file starts with"),
        (b"hello", "no bank file starts with 'hello'; OCR giro, BgMax"),
        (b"<html/>", "neither a camt.053"),
        (b"11000240761716022" + "2LEVERANTÖRSBETALNINGAR".encode("latin-1"), "tells of money paid out"),
        (b"<Document/>", "neither a camt.053"),
        (a_file().replace(b"NO9386011117947", b""), "no account number"),
    ],
)
def test_a_broken_file_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(BankFileRefused, match=reason):
        read(content)


def test_detect_names_the_kind_from_the_content() -> None:
    assert bankfiles.detect(a_file()) == "camt.053"
    assert bankfiles.detect(b"NY000010") == "ocr-giro"
    assert bankfiles.detect(b"<x") == "unknown"
