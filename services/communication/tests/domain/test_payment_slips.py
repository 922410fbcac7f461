"""What machines read on a slip: held against the examples that the payment schemes publish."""

from datetime import date
from typing import Any

import pytest

from communication.domain.payment_slips import Party, PaymentOrder, fik_line, finnish_bar_code, qr_text

PAYEE = Party("Fordring", "Eksempelgata 1", "0150", "Oslo", "NO")
PAYER = Party("Pia-Maria Muster", "Grosse Marktgasse 28", "9400", "Rorschach", "CH")


def an_order(**changes: Any) -> PaymentOrder:
    values: dict[str, Any] = {
        "amount_minor": 488315,
        "currency": "EUR",
        "due_date": date(2010, 6, 12),
        "iban": "FI7944052020036082",
        "reference": "868516259619897",
        "payee": PAYEE,
        "payer": PAYER,
    }
    return PaymentOrder(**values | changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({}, "479440520200360820048831500000000868516259619897100612", id="version 4, national reference"),
        pytest.param(
            {"reference": "RF09868516259619897"},
            "579440520200360820048831509000000868516259619897100612",
            id="version 5, RF reference",
        ),
        pytest.param(
            {"amount_minor": 100_000_000},
            "479440520200360820000000000000000868516259619897100612",
            id="an amount that does not fit is typed by the payer",
        ),
        pytest.param({"iban": "SE3550000000054910000003"}, None, id="not a Finnish account"),
        pytest.param({"currency": "SEK"}, None, id="not in euros"),
        pytest.param({"reference": "RF09ABC"}, None, id="an RF reference with letters"),
        pytest.param({"reference": "1" * 21}, None, id="a reference that is too long"),
    ],
)
def test_the_finnish_bar_code_is_that_of_the_guide(changes: dict[str, Any], code: str | None) -> None:
    assert finnish_bar_code(an_order(**changes)) == code
    assert code is None or len(code) == 54


@pytest.mark.parametrize(
    ("changes", "number", "line"),
    [
        pytest.param({}, "89996502", "+71<000001000000011+89996502<", id="kind 71"),
        pytest.param({}, "", None, id="no creditor number"),
        pytest.param({"currency": "EUR"}, "89996502", None, id="not in kroner"),
        pytest.param({"reference": "RF18539007547034"}, "89996502", None, id="not a FIK reference"),
    ],
)
def test_the_danish_payment_card_has_its_line(changes: dict[str, Any], number: str, line: str | None) -> None:
    order = an_order(**{"currency": "DKK", "reference": "000001000000011"} | changes)

    assert fik_line(order, number) == line


@pytest.mark.parametrize(
    ("reference", "structured", "free"),
    [("RF18539007547034", "RF18539007547034", ""), ("868516259619897", "", "868516259619897")],
)
def test_the_euro_code_has_its_lines_in_order(reference: str, structured: str, free: str) -> None:
    text = qr_text(an_order(reference=reference))

    assert text is not None
    assert text.split("\n") == [
        "BCD", "002", "1", "SCT", "", "Fordring", "FI7944052020036082", "EUR4883.15", "", structured, free
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"currency": "SEK"}, "not euros"),
        ({"amount_minor": 0}, "nothing to pay"),
        ({"amount_minor": 10**11}, "too much"),
    ],
)
def test_there_is_no_euro_code_for_other_payments(changes: dict[str, Any], why: str) -> None:
    assert qr_text(an_order(**changes)) is None, why


@pytest.mark.parametrize(
    ("iban", "reference", "kind", "structured", "message"),
    [
        pytest.param(
            "CH4431999123000889012",
            "210000000003139471430009017",
            "QRR",
            "210000000003139471430009017",
            "",
            id="QR-IBAN and QR reference",
        ),
        pytest.param("CH5800791123000889012", "RF18539007547034", "SCOR", "RF18539007547034", "", id="RF reference"),
        pytest.param("CH5800791123000889012", "F-17", "NON", "", "F-17", id="no structured reference"),
        pytest.param(
            "CH5800791123000889012",
            "210000000003139471430009017",
            "NON",
            "",
            "210000000003139471430009017",
            id="a QR reference needs a QR-IBAN",
        ),
    ],
)
def test_the_swiss_code_has_the_lines_of_its_guidelines(
    iban: str, reference: str, kind: str, structured: str, message: str
) -> None:
    text = qr_text(an_order(currency="CHF", amount_minor=194975, iban=iban, reference=reference))

    assert text is not None
    lines = text.split("\r\n")
    assert lines[:4] == ["SPC", "0200", "1", iban]
    assert lines[4:11] == ["S", "Fordring", "Eksempelgata 1", "", "0150", "Oslo", "NO"]
    assert lines[11:18] == [""] * 7, "the final creditor is for future use"
    assert lines[18:20] == ["1949.75", "CHF"]
    assert lines[20:27] == ["S", "Pia-Maria Muster", "Grosse Marktgasse 28", "", "9400", "Rorschach", "CH"]
    assert lines[27:] == [kind, structured, message, "EPD"]


def test_the_swiss_code_is_for_francs_and_euros_only() -> None:
    assert qr_text(an_order(currency="USD", iban="CH4431999123000889012")) is None


def test_names_that_are_too_long_are_cut_to_what_the_schemes_take() -> None:
    long = Party("N" * 140, "S" * 140, "P" * 30, "C" * 70, "CH")
    swiss = qr_text(an_order(currency="CHF", iban="CH4431999123000889012", payer=long, payee=long))
    euro = qr_text(an_order(payee=long))

    assert swiss is not None
    assert euro is not None
    assert [len(line) for line in swiss.split("\r\n")[20:26]] == [1, 70, 70, 0, 16, 35]
    assert len(euro.split("\n")[5]) == 70
