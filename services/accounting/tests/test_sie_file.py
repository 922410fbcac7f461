"""SIE files read again by a reader of our own that knows only the published rules: labels, quotes, braces, code page 437."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounting.domain import chart
from accounting.systems.sie_file import Company, write_sie

WRITTEN = date(2026, 2, 3)
NUMBERS = {
    chart.DUE_FROM_OFFICE: "1580",
    chart.RECEIVABLE: "1510",
    chart.INTEREST_INCOME: "8310",
    chart.FEE_INCOME: "3590",
    chart.SALES: "3001",
    chart.OUTPUT_VAT: "2611",
}
HEAD = ["#FLAGGA", "#PROGRAM", "#FORMAT", "#GEN", "#SIETYP", "#ORGNR", "#FNAMN", "#VALUTA"]
FIELD = re.compile(r'"((?:[^"\\]|\\.)*)"|\{([^}]*)\}|(\S+)')


@dataclass
class Sie:
    """What a file says: its head, the accounts it names, and the lines of its vouchers."""

    head: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    accounts: set[str] = field(default_factory=set[str])
    vouchers: list[list[str]] = field(default_factory=list[list[str]])
    lines: list[tuple[str, Decimal, str, str]] = field(default_factory=list[tuple[str, Decimal, str, str]])


def fields(line: str) -> Iterator[str]:
    """A label and its values; a quoted value has its quotes escaped by a backslash."""
    place = 0
    while place < len(line):
        found = FIELD.match(line, place)
        assert found, f"no field at {place} of {line!r}"
        quoted, listed, bare = found.groups()
        yield re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else bare if bare is not None else listed
        place = found.end()
        assert place == len(line) or line[place] == " ", f"fields are not parted by a blank: {line!r}"
        place += 1


def read_sie(content: bytes) -> Sie:
    text = content.decode("cp437")
    assert text.endswith("\r\n")
    sie, inside, seen = Sie(), False, list[str]()
    for line in text[:-2].split("\r\n"):
        assert not re.search(r"[\x00-\x1f\x7f]", line), f"a control character in {line!r}"
        if line in "{}":
            assert inside == (line == "}")
            inside = line == "{"
            continue
        label, *values = fields(line)
        assert (label == "#TRANS") == inside, "lines of a voucher stand in its braces, all else outside"
        if label == "#TRANS":
            account, objects, amount, day, text_of_line = values
            assert objects == ""
            assert re.fullmatch(r"-?\d+\.\d\d", amount)
            assert account in sie.accounts, "an account is named before it is used"
            sie.lines.append((account, Decimal(amount), day, text_of_line))
        elif label == "#VER":
            sie.vouchers.append(values)
        elif label == "#KONTO":
            assert not sie.vouchers
            sie.accounts.add(values[0])
        else:
            assert not sie.accounts
            seen.append(label)
            sie.head[label] = values
    assert not inside
    assert seen == [label for label in HEAD if label in sie.head], "the head stands in the published order"
    return sie


def a_payment(**changes: Any) -> dict[str, Any]:
    breakdown = [{"type": "CAPITAL", "amount": "1000.00"}, {"type": "FEES", "amount": "35.00"}]
    content = {"invoiceNumber": "2026-1", "paymentDate": "2026-02-02", "amount": "1035.00", "breakdown": breakdown}
    return content | {"currency": "SEK"} | changes


TEXT = st.text(st.characters(codec="cp437", exclude_characters="\x7f"), max_size=40)
MINOR = st.integers(1, 10**10)


def decimal(minor: int) -> str:
    return str(Decimal(minor).scaleb(-2))


@given(
    name=TEXT, number=TEXT.filter(str.strip), capital=MINOR, interest=MINOR, currency=st.sampled_from(["SEK", "NOK"])
)
def test_a_payment_is_read_back_as_it_was_and_sums_to_zero(
    name: str, number: str, capital: int, interest: int, currency: str
) -> None:
    breakdown = [{"type": "CAPITAL", "amount": decimal(capital)}, {"type": "INTEREST", "amount": decimal(interest)}]
    content = a_payment(
        invoiceNumber=number, amount=decimal(capital + interest), breakdown=breakdown, currency=currency
    )
    sie = read_sie(write_sie("PAYMENT", content, Company(name, "5567355671"), NUMBERS, WRITTEN))

    assert sum(amount for _, amount, _, _ in sie.lines) == 0
    assert [(account, amount) for account, amount, _, _ in sie.lines] == [
        ("1580", Decimal(decimal(capital + interest))),
        ("1510", -Decimal(decimal(capital))),
        ("8310", -Decimal(decimal(interest))),
    ]
    assert {day for _, _, day, _ in sie.lines} == {"20260202"}
    printable = re.sub(r"[\x00-\x1f\x7f]", " ", name)
    assert (sie.head["#FNAMN"], sie.head["#ORGNR"]) == ([printable], ["556735-5671"])
    assert sie.head.get("#VALUTA", ["SEK"]) == [currency]
    assert (sie.head["#FORMAT"], sie.head["#SIETYP"], sie.head["#GEN"]) == (["PC8"], ["4"], ["20260203"])
    [[series, voucher_number, day, _]] = sie.vouchers
    assert (series, voucher_number, day) == ("", "", "20260202"), "the receiving system numbers the voucher"


def test_swedish_letters_are_the_bytes_of_code_page_437() -> None:
    content = write_sie("PAYMENT", a_payment(), Company("Södermalm Åkeri Äng", "5567355671"), NUMBERS, WRITTEN)
    assert b"S\x94dermalm \x8fkeri \x8eng" in content


@pytest.mark.parametrize(("net", "vat", "gross"), [("1000.00", "250.00", "1250.00"), ("99.99", "0.00", "99.99")])
def test_an_invoice_sums_to_zero_and_has_no_empty_line(net: str, vat: str, gross: str) -> None:
    content = {"invoiceNumber": "7", "invoiceDate": "2026-01-31", "currency": "SEK"}
    content |= {"netAmount": net, "vatAmount": vat, "grossAmount": gross}
    sie = read_sie(write_sie("INVOICE", content, Company("Nord Bygg AB", "5567355671"), NUMBERS, WRITTEN))
    assert sum(amount for _, amount, _, _ in sie.lines) == 0
    assert all(amount for _, amount, _, _ in sie.lines)
