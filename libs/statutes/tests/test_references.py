"""Payment references against public examples, own examples and the rule pack's vectors."""

import csv
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from statutes.references import (
    SCHEMES,
    CheckCharacterAvoided,
    InvalidBase,
    UnknownScheme,
    canonical,
    check,
    generate,
)

VECTORS = Path(__file__).parents[3].parent / "shared" / "rules" / "reference_vectors.csv"

bases = {
    "NO_KID_MOD10": st.from_regex(r"[0-9]{1,24}", fullmatch=True),
    "NO_KID_MOD11": st.from_regex(r"[0-9]{1,24}", fullmatch=True),
    "SE_OCR_MOD10": st.from_regex(r"[0-9]{1,24}", fullmatch=True),
    "SE_OCR_LENGTH_DIGIT": st.from_regex(r"[0-9]{1,23}", fullmatch=True),
    "FI_VIITE_731": st.from_regex(r"[1-9][0-9]{2,18}", fullmatch=True),
    "DK_FI_71": st.from_regex(r"[0-9]{14}", fullmatch=True),
    "DK_FI_75": st.from_regex(r"[0-9]{15}", fullmatch=True),
    "CH_QRR": st.from_regex(r"[0-9]{26}", fullmatch=True),
    "ISO11649_RF": st.from_regex(r"[0-9A-Z]{1,21}", fullmatch=True),
}
scheme_and_base = st.sampled_from(SCHEMES).flatmap(lambda scheme: st.tuples(st.just(scheme), bases[scheme]))


@pytest.mark.skipif(not VECTORS.is_file(), reason="the rule pack is not beside the repository")
def test_every_vector_of_the_rule_pack_agrees() -> None:
    with VECTORS.open(encoding="utf-8", newline="") as opened:
        vectors = list(csv.DictReader(opened))
    assert {row["scheme"] for row in vectors} == set(SCHEMES)
    wrong = [row for row in vectors if check(row["scheme"], row["reference"]) != (row["valid"] == "true")]
    assert wrong == []


@pytest.mark.skipif(not VECTORS.is_file(), reason="the rule pack is not beside the repository")
def test_every_valid_vector_of_the_rule_pack_is_generated_from_its_base() -> None:
    with VECTORS.open(encoding="utf-8", newline="") as opened:
        valid = [(row["scheme"], row["reference"]) for row in csv.DictReader(opened) if row["valid"] == "true"]
    for scheme, reference in valid:
        base = reference[4:] if scheme == "ISO11649_RF" else reference[: -2 if scheme == "SE_OCR_LENGTH_DIGIT" else -1]
        if reference.endswith("-"):
            with pytest.raises(CheckCharacterAvoided):
                generate(scheme, base)
        else:
            assert generate(scheme, base) == reference


@pytest.mark.parametrize(
    ("scheme", "base", "reference"),
    [
        ("NO_KID_MOD10", "12345678", "123456782"),  # Nets, OCR giro system manual, section 5
        ("NO_KID_MOD11", "12345678", "123456785"),  # Nets, OCR giro system manual, section 5
        ("SE_OCR_MOD10", "123", "1230"),  # Luhn by hand: 2+2+6 = 10
        ("SE_OCR_LENGTH_DIGIT", "123", "12351"),  # length 5; Luhn by hand: 1+4+3+1 = 9
        ("FI_VIITE_731", "123456", "1234561"),  # by hand: 6x7+5x3+4x1+3x7+2x3+1x1 = 89
        ("FI_VIITE_731", "234823", "2348236"),  # the example behind RF332348236
        ("ISO11649_RF", "2348236", "RF332348236"),  # Finanssiala's example
        ("DK_FI_71", "00000000000001", "000000000000018"),  # giro-kort: serial 1 becomes 18
        ("DK_FI_71", "00000000000002", "000000000000026"),  # giro-kort: serial 2 becomes 26
        ("DK_FI_75", "002684014996532", "0026840149965328"),  # the 71 example padded to sixteen digits
        ("CH_QRR", "21000000000313947143000901", "210000000003139471430009017"),  # SIX, QR-bill guidelines
    ],
)
def test_check_digits_come_out_as_published(scheme: str, base: str, reference: str) -> None:
    assert generate(scheme, base) == reference
    assert check(scheme, reference)


@pytest.mark.parametrize(
    ("scheme", "reference"),
    [
        pytest.param("NO_KID_MOD10", "", id="nothing"),
        pytest.param("NO_KID_MOD10", "2", id="a check digit alone"),
        pytest.param("NO_KID_MOD10", "1" * 26, id="too long"),
        pytest.param("NO_KID_MOD10", "١٢٣٤٥٦٧٨٢", id="digits of another script"),
        pytest.param("NO_KID_MOD10", "123 456 782", id="with spaces"),
        pytest.param("NO_KID_MOD11", "4-0", id="a dash inside"),
        pytest.param("SE_OCR_LENGTH_DIGIT", "1230", id="right Luhn, wrong length digit"),
        pytest.param("FI_VIITE_731", "01232", id="a leading zero"),
        pytest.param("ISO11649_RF", "rf332348236", id="small letters"),
        pytest.param("ISO11649_RF", "XX332348236", id="no RF"),
        pytest.param("ISO11649_RF", "RF33", id="nothing to refer to"),
    ],
)
def test_what_has_not_the_form_is_not_valid(scheme: str, reference: str) -> None:
    assert not check(scheme, reference)


def test_a_written_reference_becomes_canonical() -> None:
    assert canonical("ISO11649_RF", "rf33 2348 236") == "RF332348236"
    assert canonical("FI_VIITE_731", "0000 00000 01232") == "1232"
    assert canonical("NO_KID_MOD10", " 00 44555258 ") == "0044555258"


def test_a_mod11_base_that_would_end_in_a_dash_is_not_issued_but_recognised() -> None:
    with pytest.raises(CheckCharacterAvoided, match="take the next"):
        generate("NO_KID_MOD11", "036536")
    assert check("NO_KID_MOD11", "036536-")


@pytest.mark.parametrize(("scheme", "base"), [("FI_VIITE_731", "12"), ("ISO11649_RF", "A-1"), ("SE_OCR_MOD10", "12a")])
def test_a_base_of_the_wrong_form_is_refused(scheme: str, base: str) -> None:
    with pytest.raises(InvalidBase, match=scheme):
        generate(scheme, base)


def test_an_unknown_scheme_is_refused() -> None:
    for act in (check, generate, canonical):
        with pytest.raises(UnknownScheme, match="NO_KID_MOD10"):
            act("KID", "1234")


@given(pair=scheme_and_base, position=st.integers(0, 30), digit=st.sampled_from("0123456789"))
def test_references_round_trip_and_one_wrong_digit_is_seen(pair: tuple[str, str], position: int, digit: str) -> None:
    scheme, base = pair
    try:
        reference = generate(scheme, base)
    except CheckCharacterAvoided:
        assume(False)
        return
    assert check(scheme, reference)
    position %= len(reference)
    if reference[position].isdigit() and reference[position] != digit:
        assert not check(scheme, reference[:position] + digit + reference[position + 1 :])
