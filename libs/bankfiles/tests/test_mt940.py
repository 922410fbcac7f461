"""MT940 of several banks: every entry once, sums that explain the balances, bad lines parked with their place."""

from pathlib import Path

import pytest

from bankfiles import BankFileRefused, detect, read

STATEMENT = b":20:X\n:25:NL81ASNB9999999999\n:28C:1/1\n:60F:C200101EUR10,00\n%s\n:62F:C200101EUR15,00\n-\n"
GOOD = b":61:2001010101C5,00NTRFNONREF//B1\n:86:/NAME/Kari/REMI/Faktura 17"


@pytest.mark.parametrize(
    ("name", "statements", "count", "net_minor"),
    [
        ("0708271685_09022020_164516.940.txt", 31, 8, 5_694),
        ("abnamro.sta", 2, 10, -34_593),
        ("mt940.sta", 1, 3, 3),
        ("rabobank-iban.sta", 2, 4, -7_000),
    ],
)
def test_the_files_of_several_banks_are_read_whole(
    samples: Path, name: str, statements: int, count: int, net_minor: int
) -> None:
    file = read((samples / "mt940-mixed-banks" / name).read_bytes())
    assert (file.format, len(file.statements), len(file.transactions)) == ("mt940", statements, count)
    assert sum(transaction.signed_minor for transaction in file.transactions) == net_minor
    assert file.rejected == ()


@pytest.mark.parametrize("name", ["0708271685_09022020_164516.940.txt", "mt940.sta", "rabobank-iban.sta"])
def test_the_entries_explain_the_balances(samples: Path, name: str) -> None:
    file = read((samples / "mt940-mixed-banks" / name).read_bytes())
    assert {statement.unexplained_minor() for statement in file.statements} == {0}


def test_a_line_is_read_with_payer_text_and_the_banks_reference() -> None:
    [line] = read(STATEMENT % GOOD).transactions
    assert (line.amount_minor, line.direction, line.payer_name) == (500, "CREDIT", "Kari")
    assert (line.servicer_reference, line.reference, line.end_to_end_id) == ("B1", "", "")


@pytest.mark.parametrize("bad", [b":61:nonsense", b":61:2013010101C5,00NTRFX", b":61:2001010101C5,001NTRFX"])
def test_a_bad_line_is_parked_with_its_place_and_the_rest_is_read(bad: bytes) -> None:
    file = read(STATEMENT % (bad + b"\n" + GOOD))
    assert [line.amount_minor for line in file.transactions] == [500]
    assert [line.position for line in file.rejected] == ["line 5"]


def test_a_reversed_credit_is_a_debit() -> None:
    [line] = read(STATEMENT % GOOD.replace(b"C5,00", b"RC5,00")).transactions
    assert (line.direction, line.is_reversal) == ("DEBIT", True)


@pytest.mark.parametrize(
    ("information", "told"),
    [
        (b"/EREF/E-7/NAME/Kari Nordmann/IBAN/NO9386011117947/REMI/USTD//Faktura 17/", ("Kari Nordmann", "NO9386011117947", "Faktura 17", "", "E-7")),
        (b"/CNTP/NL25INGB0000000001/INGBNL2A/Otto BV//REMI/STRD/CUR/0000531/", ("Otto BV", "NL25INGB0000000001", "", "0000531", "")),
        (b"166?00GUTSCHRIFT?109300?20EREF+E-8?21SVWZ+Rechnung 1?227 danke?30COBADEFF?31DE02120300000000202051?32Otto ?33Meier", ("Otto Meier", "DE02120300000000202051", "Rechnung 17 danke", "", "E-8")),
        (b"166?20Rechnung 17?21danke?31DE02120300000000202051?32Otto", ("Otto", "DE02120300000000202051", "Rechnung 17\ndanke", "", "")),
        (b"NL56ASNB9999999998 j paulissen\nfactuur 17", ("j paulissen", "NL56ASNB9999999998", "factuur 17", "", "")),
        (b"Faktura 17\nfra NO9386011117947", ("", "NO9386011117947", "Faktura 17\nfra NO9386011117947", "", "")),
    ],
    ids=["codes", "a counterparty in one code", "numbered, with tags", "numbered, plain", "account and name first", "plain"],
)  # fmt: skip
def test_what_banks_write_about_the_other_side_is_taken_apart(information: bytes, told: tuple[str, ...]) -> None:
    [line] = read(STATEMENT % (b":61:2001010101C5,00NTRFNONREF\n:86:" + information)).transactions
    assert (line.payer_name, line.payer_account, line.text, line.reference, line.end_to_end_id) == told


def test_what_is_said_of_the_whole_statement_is_not_said_of_its_last_line() -> None:
    content = (STATEMENT % GOOD).replace(b"\n-\n", b"\n:86:Rente fra 1. januar\n-\n")
    [line] = read(content).transactions
    assert line.text == "Faktura 17"


def test_a_statement_without_its_closing_balance_is_cut_off() -> None:
    with pytest.raises(BankFileRefused, match="closing balance"):
        read((STATEMENT % GOOD).partition(b":62F:")[0])


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16"])
def test_names_are_read_in_the_encoding_they_came_in(encoding: str) -> None:
    content = (STATEMENT % GOOD).decode().replace("Kari", "Åse Bø").encode(encoding)
    assert [line.payer_name for line in read(content).transactions] == ["Åse Bø"]


def test_a_statement_without_account_is_refused() -> None:
    with pytest.raises(BankFileRefused, match="no :25:"):
        read((STATEMENT % GOOD).replace(b":25:NL81ASNB9999999999\n", b""))


def test_the_content_tells_the_format() -> None:
    assert detect(STATEMENT % GOOD) == "mt940"
