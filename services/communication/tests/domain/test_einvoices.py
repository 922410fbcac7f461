"""E-invoices add up whatever the rows are, and say no where EN 16931 has no words for an invoice."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communication.domain.einvoice_parties import (
    Identifier,
    Place,
    address_of_company,
    electronic_address,
    place_of,
    register_number,
    vat_identifier,
)
from communication.domain.einvoices import EInvoiceImpossible, figures_of, payment_means
from money import round_half_up, share

RATES = st.sampled_from([0, 600, 1200, 1500, 2500, 2550])


def a_row(quantity: str = "1", price_minor: int = 10_000, vat: int = 2500) -> dict[str, Any]:
    net = round_half_up(Decimal(quantity) * price_minor)
    return {"text": "Row", "quantity": quantity, "unit_price_minor": price_minor, "vat": vat, "net_minor": net}


ROWS = st.builds(
    a_row,
    quantity=st.decimals("-50", "500", places=3).map(str),
    price_minor=st.integers(-500_000, 5_000_000),
    vat=RATES,
)


@given(st.lists(ROWS, min_size=1, max_size=20), st.booleans())
def test_lines_and_vat_by_rate_add_up_to_the_totals(rows: list[dict[str, Any]], per_row: bool) -> None:
    net = sum(row["net_minor"] for row in rows)
    by_rate = {rate: sum(row["net_minor"] for row in rows if row["vat"] == rate) for rate in {r["vat"] for r in rows}}
    vat = (
        sum(share(row["net_minor"], row["vat"]) for row in rows)
        if per_row
        else sum(share(base, rate) for rate, base in by_rate.items())
    )

    found = figures_of(rows, net + vat, vat, "NOK", registered=True)

    assert sum(line.net_minor for line in found.lines) == sum(part.taxable_minor for part in found.vat) == net
    assert sum(part.vat_minor for part in found.vat) == vat
    assert found.gross_minor == net + vat
    assert {part.rate for part in found.vat} == by_rate.keys()
    for line in found.lines:
        assert line.price_minor >= 0
        assert abs(line.quantity * line.price_minor - line.net_minor) <= Decimal("0.5")
    for part in found.vat:
        assert abs(part.vat_minor - share(part.taxable_minor, part.rate)) <= 99


@pytest.mark.parametrize(
    ("rows", "gross", "vat", "currency", "registered", "why"),
    [
        pytest.param([], 100, 0, "NOK", True, "no rows", id="no rows"),
        pytest.param([a_row()], 12500, 2500, "KWD", True, "decimals", id="three decimals"),
        pytest.param([a_row()], 12500, 2500, "NOK", False, "no VAT number", id="VAT without a VAT number"),
        pytest.param([a_row()], 12700, 2700, "NOK", True, "VAT", id="VAT that is not the rows'"),
        pytest.param([a_row(vat=0)], 10010, 10, "NOK", True, "VAT", id="VAT and no taxed row"),
        pytest.param([a_row()], 12501, 2500, "NOK", True, "add up", id="a total that is not the rows'"),
    ],
)
def test_an_invoice_that_cannot_be_said_is_refused_with_the_reason(
    rows: list[dict[str, Any]], gross: int, vat: int, currency: str, registered: bool, why: str
) -> None:
    with pytest.raises(EInvoiceImpossible, match=why):
        figures_of(rows, gross, vat, currency, registered=registered)


def test_a_seller_who_is_not_registered_charges_nothing_that_is_subject_to_vat() -> None:
    found = figures_of([a_row(vat=0)], 10000, 0, "EUR", registered=False)

    assert {part.category for part in found.vat} == {"O"}
    assert figures_of([a_row(vat=0)], 10000, 0, "EUR", registered=True).vat[0].category == "Z"


@pytest.mark.parametrize(
    ("currency", "iban", "reference", "countries", "creditor_number", "wanted"),
    [
        ("NOK", "NO9386011117947", "900700000100012", "NO NO", "", ("30", "900700000100012", "NO9386011117947", None)),
        ("EUR", "FI2112345600000785", "1009017", "FI FI", "", ("58", "1009017", "FI2112345600000785", None)),
        ("DKK", "DK5000400440116243", "000001000000011", "DK DK", "", ("42", "000001000000011", "0440116243", "0040")),
        ("DKK", "DK5000400440116243", "000001000000011", "DK DK", "89996502", ("93", "71#000001000000011", "89996502", None)),
        ("DKK", "DK5000400440116243", "000001000000011", "DK SE", "89996502", ("30", "000001000000011", "DK5000400440116243", None)),
        ("CHF", "CH4431999123000889012", "210000000003139471430009017", "CH CH", "",
         ("30", "210000000003139471430009017", "CH4431999123000889012", None)),
    ],
)  # fmt: skip
def test_payment_means_follow_the_customs_of_both_countries(
    currency: str, iban: str, reference: str, countries: str, creditor_number: str, wanted: tuple[Any, ...]
) -> None:
    seller, buyer = countries.split()
    means = payment_means(
        reference, iban, currency, seller_country=seller, buyer_country=buyer, fik_creditor_number=creditor_number
    )

    assert (means.code, means.reference, means.account, means.branch) == wanted


@pytest.mark.parametrize(
    ("code", "country", "wanted"),
    [
        ("999 999 999", "NO", Identifier("999999999", "0192")),
        ("556000-0000", "SE", Identifier("5560000000", "0007")),
        ("1234567-1", "FI", Identifier("003712345671", "0216")),
        ("12345674", "DK", Identifier("DK12345674", "0184")),
        ("CHE-123.456.788", "CH", Identifier("CHE123456788", "0183")),
        ("HRB 12345", "DE", Identifier("HRB12345")),
        ("12", "NO", None),
    ],
)
def test_a_register_number_is_named_with_its_scheme(code: str, country: str, wanted: Identifier | None) -> None:
    assert register_number(code, country) == wanted


def test_a_german_company_is_reached_by_its_vat_number() -> None:
    assert address_of_company("HRB 1", "DE123456789", "DE") == Identifier("DE123456789", "9930")
    assert address_of_company("HRB 1", "", "DE") is None


@pytest.mark.parametrize(
    ("written", "country", "wanted"),
    [
        ("999 999 999 MVA", "NO", "NO999999999MVA"),
        ("NO999999999", "NO", "NO999999999MVA"),
        ("DE 123456789", "DE", "DE123456789"),
        ("123456789", "GR", "EL123456789"),
        ("", "NO", ""),
    ],
)
def test_a_vat_number_has_its_country_before_it(written: str, country: str, wanted: str) -> None:
    assert vat_identifier(written, country) == wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Musterweg 1, 10115 Berlin", Place("DE", "Musterweg 1", "", "10115", "Berlin")),
        ("Haus 3, Musterweg 1, 10115 Bad Homburg", Place("DE", "Haus 3, Musterweg 1", "", "10115", "Bad Homburg")),
        ("0150 Oslo", Place("DE", "", "", "0150", "Oslo")),
        ("111 11 Stockholm", Place("DE", "", "", "111 11", "Stockholm")),
        ("Berlin", Place("DE")),
        ("", Place("DE")),
    ],
)
def test_an_address_in_one_line_is_taken_apart_where_it_can_be(line: str, wanted: Place) -> None:
    assert place_of(line, "DE") == wanted


@pytest.mark.parametrize(
    "written", ["", "kari@debtor.example", "0192", "0192:", "192:999999999", "0192:99 9", "0192:<x>"]
)
def test_what_is_no_electronic_address_is_none(written: str) -> None:
    assert electronic_address(written) is None
