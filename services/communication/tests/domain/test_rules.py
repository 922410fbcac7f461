"""Communication's rules as tables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from communication.domain.figures import ChargedFee, figure_lines
from communication.domain.messages import category_of, choose_channel, message_id_of, retry_after_seconds
from communication.domain.wording import domestic_account, grouped, language_of, layout_of, reference_label

AMOUNTS = st.integers(min_value=0, max_value=10**12)
CHARGED = st.lists(st.builds(ChargedFee, st.sampled_from(["purring", "inkassovarsel"]), AMOUNTS), max_size=4)


@given(AMOUNTS, AMOUNTS, AMOUNTS, CHARGED)
def test_the_lines_of_a_letter_add_up_to_what_is_asked_for(
    principal_minor: int, interest_minor: int, fees_minor: int, charged: list[ChargedFee]
) -> None:
    lines = figure_lines(principal_minor, interest_minor, fees_minor, charged)

    assert sum(line.amount_minor for line in lines) == principal_minor + interest_minor + fees_minor
    assert {line.code for line in lines if line.kind == "FEE"} == {fee.code for fee in charged if fee.amount_minor}


@pytest.mark.parametrize(
    ("wanted", "has_email", "channel", "is_explained"),
    [
        ("EMAIL", True, "EMAIL", False),
        ("EMAIL", False, "LETTER", True),
        ("LETTER", True, "LETTER", False),
        ("SMS", True, "LETTER", True),
        ("EINVOICE", False, "LETTER", True),
    ],
)
def test_the_channel_a_message_takes(wanted: str, has_email: bool, channel: str, is_explained: bool) -> None:
    choice = choose_channel(wanted, has_email=has_email)

    assert (choice.channel, bool(choice.reason)) == (channel, is_explained)


@pytest.mark.parametrize(
    ("stage", "category"),
    [("REMINDER", "reminder"), ("NOTICE", "notice"), ("COLLECTION", "legal_notice"), ("LEGAL", "legal_notice")],
)
def test_the_category_of_a_step(stage: str, category: str) -> None:
    assert category_of(stage) == category


def test_pauses_between_tries_grow_to_a_quarter_of_an_hour_and_end() -> None:
    assert [retry_after_seconds(attempts) for attempts in range(1, 11)] == [
        5, 10, 20, 40, 80, 160, 320, 640, 900, None,
    ]  # fmt: skip


def test_a_message_by_another_channel_is_another_message() -> None:
    assert message_id_of("step:1:1:1", "EMAIL") == message_id_of("step:1:1:1", "EMAIL")
    assert message_id_of("step:1:1:1", "EMAIL") != message_id_of("step:1:1:1", "LETTER")


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("NO", "nb"),
        ("nb", "nb"),
        ("nn_NO", "nb"),
        ("SV", "sv"),
        ("sv-FI", "sv"),
        ("FI", "fi"),
        ("DK", "da"),
        ("de-CH", "de"),
        ("pl", "en"),
        ("EN", "en"),
        ("", "en"),
    ],
)
def test_the_language_of_a_code(code: str, language: str) -> None:
    assert language_of(code) == language


@pytest.mark.parametrize(
    ("reference", "iban", "label"),
    [
        ("900700000100012", "NO9386011117947", "KID"),
        ("1234567897", "SE3550000000054910000003", "OCR"),
        ("RF18539007547034", "NO9386011117947", "RF"),
        ("1234561", "FI2112345600000785", "VIITE"),
        ("210000000003139471430009017", "CH4431999123000889012", "QRR"),
        ("000001000000011", "DK5000400440116243", "REFERENCE"),
    ],
)
def test_what_a_payment_reference_is_called(reference: str, iban: str, label: str) -> None:
    assert reference_label(reference, iban) == label


def test_accounts_are_written_as_on_paper() -> None:
    assert grouped("NO9386011117947") == "NO93 8601 1117 947"
    assert domestic_account("NO9386011117947") == "8601.11.17947"
    assert domestic_account("SE3550000000054910000003") is None


@pytest.mark.parametrize(
    ("template", "stage", "layout"),
    [("xx", "REMINDER", "reminder"), ("xx", "NOTICE", "notice"), ("xx", "LEGAL", "collection")],
)
def test_an_unknown_template_is_laid_out_by_its_stage(template: str, stage: str, layout: str) -> None:
    assert layout_of(template, stage) == layout
