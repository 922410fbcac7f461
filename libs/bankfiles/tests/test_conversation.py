"""The whole conversation with a bank: payouts out, answers, notifications, statements and returns back."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Protocol

import pytest

from bankfiles import (
    BankFileRefused,
    Party,
    StatusReport,
    Transfer,
    read,
    read_returns,
    read_status_report,
    write_pain001,
)

NO_ACCOUNT = "NO9386011117947"
NO_CREDITOR = "NO8615030002313"
NO_CLOSED = "NO6415030002321"
SE_ACCOUNT = "SE4250000000000000058390"
FI_ACCOUNT = "FI2112345600000785"


class Bank(Protocol):
    drop: Path

    def call(self, method: str, path: str, body: object = None) -> tuple[int, str]: ...
    def open_account(self, account_id: str, iban: str, currency: str, *, closed: bool = False) -> None: ...
    def files(self, kind: str, account_id: str) -> list[bytes]: ...


def payouts(account: str, *transfers: Transfer, message_id: str = "MSG-1") -> bytes:
    created_at = datetime(2025, 9, 1, 4, 0, tzinfo=UTC)
    return write_pain001(message_id, created_at, Party("Fordring AS"), account, date(2025, 9, 1), transfers)


def a_payout(end_to_end_id: str = "P1", iban: str = NO_CREDITOR, currency: str = "NOK") -> Transfer:
    return Transfer(end_to_end_id, 10050, currency, "Sønn & Far AS", iban, remittance_text="Oppgjør")


@pytest.mark.parametrize(("account", "currency"), [(NO_ACCOUNT, "NOK"), (SE_ACCOUNT, "SEK"), (FI_ACCOUNT, "EUR")])
def test_the_bank_finds_nothing_wrong_with_our_file(bank: Bank, account: str, currency: str) -> None:
    with_bic = Transfer("P2", 1, currency, "B", FI_ACCOUNT, creditor_bic="NDEAFIHH", reference="RF332348236")
    status, answer = bank.call("POST", "/_mock/validate", payouts(account, a_payout(currency=currency), with_bic))
    assert (status, answer.strip()) == (200, "pain.001.001.09 MSG-1: 1 batch, 2 payments, 0 findings")


def test_a_payout_is_answered_notified_stated_and_rejected_if_the_account_is_closed(bank: Bank) -> None:
    bank.open_account("CLIENT", NO_ACCOUNT, "NOK")
    bank.open_account("CLOSED", NO_CLOSED, "NOK", closed=True)
    content = payouts(NO_ACCOUNT, a_payout("P1"), a_payout("P2", NO_CLOSED))
    assert bank.call("POST", "/payments", content)[0] == 202

    [answer] = map(read_status_report, bank.files("pain.002", "CLIENT"))
    assert (answer.original_message_id, answer.group_status) == ("MSG-1", "PART")
    assert [(t.end_to_end_id, t.is_rejected, t.reason_code) for t in answer.transfers] == [
        ("P1", False, ""),
        ("P2", True, "AC04"),
    ]
    [debit] = read(bank.files("camt.054", "CLIENT")[0]).transactions
    assert (debit.end_to_end_id, debit.signed_minor, debit.payer_name) == ("P1", -10050, "Sønn & Far AS")

    bank.call("POST", "/_mock/advance?to=2025-09-02")
    [statement] = read(bank.files("camt.053", "CLIENT")[0]).statements
    assert statement.unexplained_minor() == 0
    assert [t.fingerprint for t in statement.transactions] == [debit.fingerprint]


def test_a_payout_file_in_the_drop_folder_is_answered_when_the_bank_has_looked(bank: Bank) -> None:
    bank.open_account("CLIENT", NO_ACCOUNT, "NOK")
    unfinished = bank.drop / "payouts.xml.tmp"
    unfinished.write_bytes(payouts(NO_ACCOUNT, a_payout()))
    assert json.loads(bank.call("POST", "/_mock/drop/scan")[1])["scanned"] == 0
    unfinished.rename(bank.drop / "payouts.xml")
    assert json.loads(bank.call("POST", "/_mock/drop/scan")[1])["scanned"] == 1
    [answer] = map(read_status_report, bank.files("pain.002", "CLIENT"))
    assert (answer.original_message_id, answer.group_status) == ("MSG-1", "ACCP")


def test_a_file_sent_twice_is_answered_as_a_duplicate_not_as_a_rejection(bank: Bank) -> None:
    bank.open_account("CLIENT", NO_ACCOUNT, "NOK")
    content = payouts(NO_ACCOUNT, a_payout())
    bank.call("POST", "/payments", content)
    assert bank.call("POST", "/payments", content)[0] == 422
    first, second = map(read_status_report, bank.files("pain.002", "CLIENT"))
    assert (first.is_duplicate, first.is_rejected) == (False, False)
    assert (second.is_duplicate, second.is_rejected, second.transfers) == (True, False, ())


def test_money_that_arrives_is_read_once_from_notification_and_statement(bank: Bank) -> None:
    bank.open_account("CLIENT", NO_ACCOUNT, "NOK")
    debtor = {"name": "Kari Nordmann", "iban": NO_CREDITOR}
    credit = {"account": "CLIENT", "amount": 125000, "reference": "0000531", "debtor": debtor}
    for body in (credit, credit, {"account": "CLIENT", "amount": 9900, "note": ["Faktura 1001", "takk"]}):
        assert bank.call("POST", "/_mock/credits", body)[0] == 201
    notified = [t for content in bank.files("camt.054", "CLIENT") for t in read(content).transactions]
    assert [(t.amount_minor, t.reference, t.text, t.payer_account) for t in notified] == [
        (125000, "0000531", "", NO_CREDITOR),
        (125000, "0000531", "", NO_CREDITOR),
        (9900, "", "Faktura 1001\ntakk", ""),
    ]
    assert len({t.fingerprint for t in notified}) == 3

    bank.call("POST", "/_mock/advance?to=2025-09-02")
    stated = read(bank.files("camt.053", "CLIENT")[0]).transactions
    assert {t.fingerprint for t in stated} == {t.fingerprint for t in notified}


def test_a_payout_that_comes_back_is_a_return_with_our_id_and_a_reason(bank: Bank) -> None:
    bank.open_account("CLIENT", NO_ACCOUNT, "NOK")
    behaviour = {"behaviour": "return-later", "parameters": {"days": 2, "reason": "AC04"}}
    assert bank.call("PATCH", "/_mock/accounts/CLIENT", behaviour)[0] == 200
    bank.call("POST", "/payments", payouts(NO_ACCOUNT, a_payout()))
    bank.call("POST", "/_mock/advance?to=2025-09-04")

    [[returned]] = map(read_returns, bank.files("pacs.004", "CLIENT"))
    assert (returned.end_to_end_id, returned.original_message_id) == ("P1", "MSG-1")
    assert (returned.amount_minor, returned.currency, returned.reason_code) == (10050, "NOK", "AC04")
    assert returned.settlement_date == date(2025, 9, 3)
    credit = read(bank.files("camt.054", "CLIENT")[-1]).transactions[0]
    assert (credit.signed_minor, credit.end_to_end_id, credit.return_reason) == (10050, "P1", "AC04")


def test_a_file_the_bank_refuses_names_no_message(bank: Bank) -> None:
    status, answer = bank.call("POST", "/payments", b"<nothing/>")
    assert (status, json.loads(answer)["status"]) == (422, "RJCT")
    report = read_status_report(bank.files("pain.002", "bank")[0])
    assert (report.original_message_id, report.is_rejected, report.reason_code) == ("", True, "FF01")


def a_report(group: str, batch: str = "") -> bytes:
    return (
        "<Document><CstmrPmtStsRpt><GrpHdr><MsgId>R1</MsgId></GrpHdr>"
        f"<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId>{group}</OrgnlGrpInfAndSts>{batch}</CstmrPmtStsRpt></Document>"
    ).encode()


def test_a_later_report_on_single_transfers_has_no_group_status() -> None:
    batch = (
        "<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId><TxInfAndSts><OrgnlEndToEndId>P1</OrgnlEndToEndId>"
        "<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></StsRsnInf></TxInfAndSts>"
        "</OrgnlPmtInfAndSts>"
    )
    report: StatusReport = read_status_report(a_report("", batch))
    assert (report.group_status, report.is_rejected) == ("", False)
    [transfer] = report.transfers
    assert (transfer.batch_id, transfer.reason_code, transfer.reason_text) == ("B1", "AC04", "closed")


@pytest.mark.parametrize(
    "content",
    [
        b"<Document><CstmrPmtStsRpt/></Document>",
        b"<Document><BkToCstmrStmt/></Document>",
        a_report("", "<OrgnlPmtInfAndSts><TxInfAndSts><TxSts>RJCT</TxSts></TxInfAndSts></OrgnlPmtInfAndSts>"),
        b"<!DOCTYPE Document>" + a_report(""),
    ],
)
def test_a_status_report_that_answers_nothing_is_refused(content: bytes) -> None:
    with pytest.raises(BankFileRefused):
        read_status_report(content)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<GrpHdr><NbOfTxs>2</NbOfTxs></GrpHdr>",
        "<GrpHdr><NbOfTxs>1</NbOfTxs></GrpHdr><TxInf><OrgnlEndToEndId>P1</OrgnlEndToEndId></TxInf>",
    ],
)
def test_a_return_file_that_does_not_add_up_is_refused(body: str) -> None:
    with pytest.raises(BankFileRefused):
        read_returns(f"<Document><PmtRtr>{body}</PmtRtr></Document>".encode())


def test_reports_and_returns_are_no_account_movements() -> None:
    with pytest.raises(BankFileRefused, match="read it with read_status_report"):
        read(a_report(""))
    with pytest.raises(BankFileRefused, match="read it with read_returns"):
        read(b"<Document><PmtRtr/></Document>")
