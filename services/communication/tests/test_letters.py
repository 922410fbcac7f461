"""What debtors read: the fields the law asks for, in their language, in figures that add up."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from services.communication.tests.factories import COLLECTION_CONTENT, LINES, SWEDISH, a_message, fees

from communication.rendering.letter import write_letter
from communication.rendering.mail import compose_mail
from communication.rendering.pdf import LetterPress
from communication.settings import Settings

NOTICE_CONTENTS = Path(__file__).parents[3] / ".." / "shared" / "rules" / "notice_contents.csv"

SETTINGS = Settings.model_validate(
    {
        "database_url": "postgresql+asyncpg://nobody@127.0.0.1/none",
        "kafka_bootstrap": "127.0.0.1:1",
        "service_secret": "a secret of at least thirty-two bytes",
        "smtp_url": "smtp://127.0.0.1:1",
        "print_folder": "print",
        "document_folder": "documents",
    }
)
NOTICE = {
    "stage": "NOTICE",
    "balance": {"principal_minor": 131310, "interest_minor": 1100, "fees_minor": 7600},
    "fees": fees(("purring", 3800), ("inkassovarsel", 3800)),
}
LETTERS = {
    ("NO", "purring_with_fee"): a_message(),
    ("NO", "inkassovarsel"): a_message(NOTICE, template="no_inkassovarsel"),
    ("NO", "betalingsoppfordring"): a_message(COLLECTION_CONTENT, template="no_betalingsoppfordring"),
    ("SE", "inkassokrav"): a_message(
        {"stage": "NOTICE", "fees": fees(("forseningsersattning", 3800))}, template="se_inkassokrav", **SWEDISH
    ),
}
FIELDS = {
    ("NO", "purring_with_fee", "written"): ["Purring", "Side 1 av 1"],
    ("NO", "purring_with_fee", "size of the claim"): ["Å betale", "1 357,15 NOK"],
    ("NO", "purring_with_fee", "what the claim is for"): ["Kravet gjelder faktura 2026-1001", "Strøm, desember, kWh"],
    ("NO", "inkassovarsel", "statement that collection will start"): ["starter inndriving ved inkasso"],
    ("NO", "inkassovarsel", "payment deadline >=14 days from sending"): ["2. februar 2026", "innen 16. februar 2026"],
    ("NO", "inkassovarsel", "heading that makes it clearly a collection warning"): ["Inkassovarsel"],
    ("NO", "betalingsoppfordring", "creditor name"): ["Eksempel Strøm AS"],
    ("NO", "betalingsoppfordring", "what the claim is for"): ["Kravet gjelder faktura 2026-1001 av 5. januar 2026"],
    ("NO", "betalingsoppfordring", "amount split: principal / interest / costs"): [
        "Hovedkrav, faktura 2026-1001 1 313,10",
        "Forsinkelsesrente til og med 2. februar 2026 17,70",
        "Purregebyr 38,00",
        "Inkassosalær 300,00",
        "Å betale 1 706,80 NOK",
    ],
    ("NO", "betalingsoppfordring", "late-interest rate and start date"): [
        "Forsinkelsesrenten er 12 % per år og løper fra 20. januar 2026"
    ],
    ("NO", "betalingsoppfordring", "consequence of non-payment (more cost, legal step)"): [
        "øker inkassosalæret",
        "forliksråd eller namsmann",
    ],
    ("NO", "betalingsoppfordring", "right to complaint board (licensed firms)"): ["Finansklagenemnda"],
    ("NO", "betalingsoppfordring", "pay-or-object deadline >=14 days"): [
        "betale 1 706,80 NOK eller komme med innsigelser innen 16. februar 2026"
    ],
    ("SE", "inkassokrav", "creditor name"): ["Exempel Energi AB"],
    ("SE", "inkassokrav", "basis of the claim"): ["Kravet avser faktura 2026-1001 av den 5 januari 2026"],
    ("SE", "inkassokrav", "amount with capital, interest and cost shown separately"): [
        "Kapitalbelopp, faktura 2026-1001 1 313,10",
        "Dröjsmålsränta till och med 2 februari 2026 6,05",
        "Förseningsersättning 38,00",
    ],
    ("SE", "inkassokrav", "deadline to pay or object (>=8 days)"): [
        "betala 1 357,15 SEK eller bestrida kravet senast den 16 februari 2026"
    ],
    ("SE", "inkassokrav", "written form"): ["Inkassokrav", "Sida 1 av 1"],
}


@pytest.fixture(scope="module")
def press() -> LetterPress:
    return LetterPress()


def read(press: LetterPress, message: Any) -> str:
    """A letter's words as a reader of the PDF finds them."""
    pages = PdfReader(io.BytesIO(press.to_pdf(write_letter(message, SETTINGS), message.as_of))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@pytest.mark.skipif(not NOTICE_CONTENTS.exists(), reason="the rules folder is not here")
def test_every_field_the_law_asks_for_is_checked() -> None:
    with NOTICE_CONTENTS.open(encoding="utf-8", newline="") as file:
        rows = [(row["jurisdiction"], row["notice"], row["field"]) for row in csv.DictReader(file)]

    asked = {row for row in rows if row[:2] in LETTERS}

    assert asked == set(FIELDS)


@pytest.mark.parametrize("field", FIELDS, ids=" / ".join)
def test_the_letter_shows(press: LetterPress, field: tuple[str, str, str]) -> None:
    words = read(press, LETTERS[field[:2]])

    assert [text for text in FIELDS[field] if text not in words] == []


@pytest.mark.parametrize("letter", LETTERS, ids=" / ".join)
def test_every_letter_can_be_paid_from_its_slip(press: LetterPress, letter: tuple[str, str]) -> None:
    message = LETTERS[letter]
    words = read(press, message)
    iban = message.payment_iban

    assert " ".join(iban[start : start + 4] for start in range(0, len(iban), 4)) in words
    assert message.payment_reference in words
    assert ("KID" if letter[0] == "NO" else "OCR") in words


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("NO", "Purring"),
        ("nb-NO", "Purring"),
        ("SV", "Påminnelse (purring)"),
        ("EN", "Payment reminder"),
        ("FI", "Payment"),
    ],
)
def test_a_letter_is_written_in_the_debtors_language(press: LetterPress, language: str, title: str) -> None:
    assert title in read(press, a_message(language_code=language))


@pytest.mark.parametrize(
    ("stage", "title"),
    [("REMINDER", "Betalingspåminnelse"), ("NOTICE", "Varsel om inndriving"), ("LEGAL", "Betalingsoppfordring")],
)
def test_an_unknown_template_is_worded_by_its_stage(press: LetterPress, stage: str, title: str) -> None:
    assert title in read(press, a_message({"stage": stage}, template="xx_unknown"))


def test_an_invoice_shows_its_lines_and_a_long_one_gets_more_pages(press: LetterPress) -> None:
    content = {"stage": "INVOICED", "balance": None}
    words = read(press, a_message(content, template="invoice", category="invoice", lines=LINES * 25))

    assert words.count("Nettleie, fastledd 1 234,00 25 % 234,00") == 25
    assert "Side 2 av 2" in words
    assert "Å betale 1 313,10 NOK" in words


def test_markup_in_a_name_is_text(press: LetterPress) -> None:
    name = "#panic() *Kari* $x$ \\ @ref <b>"

    assert name in read(press, a_message(name=name))


def test_the_same_letter_is_the_same_file(press: LetterPress) -> None:
    letter, day = write_letter(a_message(), SETTINGS), a_message().as_of

    assert press.to_pdf(letter, day) == LetterPress().to_pdf(letter, day)


@pytest.mark.parametrize("letter", LETTERS, ids=" / ".join)
@pytest.mark.parametrize("language", ["NO", "SV", "EN"])
def test_a_subject_names_the_invoice_and_no_debt(letter: tuple[str, str], language: str) -> None:
    message = a_message(LETTERS[letter].content, template=LETTERS[letter].template, language_code=language)
    subject = compose_mail(message, write_letter(message, SETTINGS), b"%PDF", SETTINGS)["Subject"]

    assert "2026-1001" in subject
    assert not re.search(r"inkasso|purring|påminn|krav|skyld|gjeld|skuld|debt|remind|collect|overdue", subject, re.I)


def test_the_html_of_a_mail_shows_markup_in_names_as_text() -> None:
    message = a_message(creditor_name="<script>alert(1)</script>")
    mail = compose_mail(message, write_letter(message, SETTINGS), b"%PDF", SETTINGS)
    html = mail.get_body(("html",))

    assert html is not None
    assert "<script>" not in html.get_content()
