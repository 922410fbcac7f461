"""A stated reference is checked before it is looked up; text is cut into few words, the same way as claims' numbers."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_control.domain.tokens import near_misses, normal_number, read_wanted
from statutes.references import check, generate

MOD10 = generate("NO_KID_MOD10", "10010000001")
MOD11 = generate("NO_KID_MOD11", "10010000001")
RF = generate("ISO11649_RF", "10010000001")


@pytest.mark.parametrize(
    ("text", "schemes", "expected"),
    [
        pytest.param(f"Betaling KID {MOD10}, takk", {"NO_KID_MOD10"}, MOD10, id="among words"),
        pytest.param(f"{MOD10[:4]} {MOD10[4:8]} {MOD10[8:]}", {"NO_KID_MOD10"}, MOD10, id="in groups of four"),
        pytest.param(f"ref {MOD10[:7]}\n{MOD10[7:]}", {"NO_KID_MOD10"}, MOD10, id="cut by the bank's line break"),
        pytest.param(f"kid:{MOD11}", {"NO_KID_MOD11"}, MOD11, id="MOD11"),
        pytest.param(f"Viite {RF.lower()}.", {"ISO11649_RF"}, RF, id="RF in small letters"),
        pytest.param(" ".join(RF[i : i + 4] for i in range(0, len(RF), 4)), {"ISO11649_RF"}, RF, id="RF in groups"),
    ],
)
def test_a_reference_in_free_text(text: str, schemes: set[str], expected: str) -> None:
    assert expected in read_wanted([], text, schemes).reference_numbers


@pytest.mark.parametrize(
    ("text", "number"),
    [
        pytest.param("Faktura F-100017", "F100017", id="as printed"),
        pytest.param("betaling faktura f100017 takk", "F100017", id="run together, in small letters"),
        pytest.param("inv 2025/0017.", "20250017", id="with a slash"),
        pytest.param("INV 2025 0017", "INV20250017", id="with spaces"),
        pytest.param("Faktura 1000\n17", "100017", id="cut by the bank's line break"),
    ],
)
def test_an_invoice_number_in_free_text(text: str, number: str) -> None:
    assert number in read_wanted([], text, set()).numbers


@pytest.mark.parametrize("text", ["Takk for hjelpen", "Faktura 17", "hus 4 b"])
def test_words_without_digits_and_short_numbers_name_no_invoice(text: str) -> None:
    assert not {number for number in read_wanted([], text, set()).numbers if number.isdigit()}


@pytest.mark.parametrize("written", ["71/{}", "71/0000{}", "+71<{}", "{}"])
def test_a_danish_payment_number_is_known_behind_its_card_type(written: str) -> None:
    number = generate("DK_FI_71", "12345678901234")
    assert read_wanted([written.format(number)], "", {"DK_FI_71"}).reference_numbers == {number}


@pytest.mark.parametrize(
    "text",
    [
        "Kundenr 10017",
        "kundenummer: 10017",
        "Kundnr.10017",
        "Tlf 91110017",
        "Org.nr 910017000",
        "asiakas nro 10017",
        "Dato 03.11.2025",
        "customer no 10017",
        "Kunde 10017-2",
    ],
)
def test_a_number_that_says_what_else_it_is_names_no_invoice(text: str) -> None:
    assert read_wanted([], text, set()).numbers == frozenset()


@pytest.mark.parametrize("text", ["Kunde Hansen faktura 10017", "Kundenr 4711, faktura 10017", "tel 1 10017"])
def test_the_number_beside_it_still_does(text: str) -> None:
    assert "10017" in read_wanted([], text, set()).numbers


def test_numbers_are_compared_without_signs_and_case() -> None:
    assert normal_number("f-2025/0017") == "F20250017"


def test_one_wrong_or_swapped_keystroke_leads_back_to_the_reference() -> None:
    swapped = MOD10[:3] + MOD10[4] + MOD10[3] + MOD10[5:]
    wrong = MOD10[:-3] + str((int(MOD10[-3]) + 1) % 10) + MOD10[-2:]
    assert MOD10 in near_misses("NO_KID_MOD10", wrong)
    assert MOD10 in near_misses("NO_KID_MOD10", swapped) or swapped == MOD10
    assert MOD10 in near_misses("NO_KID_MOD10", MOD10[:4] + MOD10[5:])
    assert MOD10 in near_misses("NO_KID_MOD10", MOD10[:4] + "7" + MOD10[4:])
    assert all(check("NO_KID_MOD10", number) for number in near_misses("NO_KID_MOD10", wrong))


@given(text=st.text(alphabet="0123456789 -\nRFabc", max_size=300))
def test_every_token_passes_its_check_digit_and_they_are_few(text: str) -> None:
    wanted = read_wanted([], text, {"NO_KID_MOD10", "NO_KID_MOD11", "ISO11649_RF"})
    assert all(check(scheme, reference) for scheme, reference in wanted.references)
    assert len(wanted.references) <= 180


def test_a_long_text_of_numbers_is_read_in_bounded_time() -> None:
    started = time.perf_counter()
    read_wanted([], "1234567 " * 2_000, {"NO_KID_MOD10"})
    assert time.perf_counter() - started < 1
