"""Payout files: valid against the published schema, and refused before they are wrong."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from bankfiles import Party, Transfer, TransferRefused, write_pain001

NOK = "NO9386011117947"
CREDITOR = "NO8615030002313"


def a_transfer(**changes: Any) -> Transfer:
    transfer = Transfer("PAYOUT-1", 125050, "NOK", "Fjord & Sønn AS", CREDITOR, remittance_text="Oppgjør 2025-09")
    return replace(transfer, **changes)


def a_payout_file(*transfers: Transfer, **changes: Any) -> bytes:
    arguments: dict[str, Any] = {
        "message_id": "FORDRING-20250901-1",
        "created_at": datetime(2025, 9, 1, 4, 0, tzinfo=UTC),
        "debtor": Party("Fordring AS", "923609016"),
        "debtor_account": NOK,
        "requested_date": date(2025, 9, 1),
        "transfers": transfers or (a_transfer(),),
    }
    return write_pain001(**arguments | changes)


@pytest.mark.parametrize("currency", ["NOK", "SEK", "EUR"])
@pytest.mark.parametrize(
    "remittance",
    [{}, {"remittance_text": None}, {"remittance_text": None, "reference": "RF332348236"}],
    ids=["text", "nothing", "reference"],
)
@pytest.mark.parametrize("bic", [None, "DNBANOKKXXX"])
def test_a_file_is_valid_against_the_schema(
    samples: Path, currency: str, remittance: dict[str, Any], bic: str | None
) -> None:
    schema = etree.XMLSchema(etree.parse(samples / "pain001" / "pain.001.001.09.xsd"))
    transfers = [a_transfer(currency=currency, creditor_bic=bic, end_to_end_id=f"P{n}", **remittance) for n in range(3)]
    schema.assertValid(etree.fromstring(a_payout_file(*transfers, debtor_bic=bic)))


def test_counts_and_control_sums_stand_in_header_and_batch() -> None:
    root = etree.fromstring(a_payout_file(a_transfer(), a_transfer(end_to_end_id="PAYOUT-2", amount_minor=50)))
    assert [element.text for element in root.iterfind(".//{*}NbOfTxs")] == ["2", "2"]
    assert [element.text for element in root.iterfind(".//{*}CtrlSum")] == ["1251.00", "1251.00"]
    amounts = [Decimal(element.text or "0") for element in root.iterfind(".//{*}InstdAmt")]
    assert amounts == [Decimal("1250.50"), Decimal("0.50")]


def test_the_same_input_gives_the_same_bytes() -> None:
    oslo = datetime(2025, 9, 1, 6, 0, tzinfo=timezone(timedelta(hours=2)))
    assert a_payout_file() == a_payout_file() == a_payout_file(created_at=oslo)


def test_euros_go_by_sepa_and_kroner_by_domestic_transfer() -> None:
    assert b"<Cd>SEPA</Cd>" in a_payout_file(a_transfer(currency="EUR"))
    assert b"<Cd>NURG</Cd>" in a_payout_file(a_transfer(currency="NOK"))


def test_a_long_name_is_cut_to_what_banks_forward() -> None:
    root = etree.fromstring(a_payout_file(a_transfer(creditor_name="Å" * 80)))
    assert root.findtext(".//{*}Cdtr/{*}Nm") == "Å" * 70


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"creditor_iban": "NO9386011117948"}, r"transfer 1 \(PAYOUT-1\): 'NO9386011117948' is not an IBAN"),
        ({"creditor_iban": "12345678903"}, "is not an IBAN"),
        ({"creditor_iban": ""}, "is not an IBAN"),
        ({"creditor_bic": "NOPE"}, "is not a BIC"),
        ({"amount_minor": 0}, "the amount must be positive"),
        ({"amount_minor": -5}, "the amount must be positive"),
        ({"currency": "USD"}, "USD is not paid out"),
        ({"currency": "EUR", "amount_minor": 10**11}, "the largest SEPA transfer"),
        ({"end_to_end_id": ""}, "is not an identifier"),
        ({"end_to_end_id": "x" * 36}, "is not an identifier"),
        ({"end_to_end_id": "/x"}, "is not an identifier"),
        ({"creditor_name": "  "}, "the name is empty"),
        ({"creditor_name": "a\x00b"}, "printable"),
        ({"remittance_text": "x" * 141}, "1 to 140 printable"),
        ({"reference": "RF332348236"}, "not both"),
    ],
)
def test_a_transfer_no_bank_would_take_is_refused_by_name(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(TransferRefused, match=reason):
        a_payout_file(a_transfer(**changes))


def test_mixed_currencies_repeated_ids_and_empty_files_are_refused() -> None:
    with pytest.raises(TransferRefused, match="write one per currency"):
        a_payout_file(a_transfer(), a_transfer(end_to_end_id="P2", currency="SEK"))
    with pytest.raises(TransferRefused, match="used twice"):
        a_payout_file(a_transfer(), a_transfer())
    with pytest.raises(TransferRefused, match="nothing to pay"):
        a_payout_file(transfers=())


def test_a_wrong_own_account_or_a_naive_time_is_refused() -> None:
    with pytest.raises(TransferRefused, match="debtor account: 'NO1' is not an IBAN"):
        a_payout_file(debtor_account="NO1")
    with pytest.raises(TransferRefused, match="no time zone"):
        a_payout_file(created_at=datetime(2025, 9, 1))  # noqa: DTZ001 - the naive one is the point
