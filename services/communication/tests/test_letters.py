"""What debtors read: the fields the law asks for, in their language, in figures that add up."""

import io
import re
from typing import Any

import pytest
import typst
from pypdf import PdfReader
from services.communication.tests.factories import COLLECTION_CONTENT, LINES, SWEDISH, a_message, fees

from communication.domain.wording import Language, language_of
from communication.rendering.catalogue import catalogue
from communication.rendering.letter import write_letter
from communication.rendering.mail import compose_mail
from communication.rendering.pdf import LetterPress
from communication.settings import Settings
from communication.use_cases.templates import house_templates
from statutes import list_policy_codes, policy, statute_book
from statutes.conduct import required_fields
from statutes.ladders import PolicyStep

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


@pytest.fixture(scope="module")
def press() -> LetterPress:
    return LetterPress()


def read(press: LetterPress, message: Any) -> str:
    """A letter's words as a reader of the PDF finds them."""
    pages = PdfReader(io.BytesIO(press.to_pdf(write_letter(message, SETTINGS), message.as_of))).pages
    return plain(" ".join(page.extract_text() for page in pages))


def plain(text: str) -> str:
    """Words with single spaces, however they were broken over lines."""
    return re.sub(r"\s+", " ", text)


COUNTRIES: dict[str, dict[str, Any]] = {
    "NO": {"language_code": "NO"},
    "SE": SWEDISH,
    "FI": {
        "language_code": "FI",
        "currency": "EUR",
        "payment_iban": "FI2112345600000785",
        "payment_reference": "1009017",
    },
    "DK": {
        "language_code": "DK",
        "currency": "DKK",
        "payment_iban": "DK5000400440116243",
        "payment_reference": "000001000000011",
    },
    "DE": {
        "language_code": "DE",
        "currency": "EUR",
        "payment_iban": "DE89370400440532013000",
        "payment_reference": "RF18539007547034",
        "creditor_seat": "Musterweg 1, 10115 Berlin",
    },
    "NL": {
        "language_code": "NL",
        "currency": "EUR",
        "payment_iban": "NL91ABNA0417164300",
        "payment_reference": "RF18539007547034",
    },
    "CH": {
        "language_code": "DE",
        "currency": "CHF",
        "payment_iban": "CH4431999123000889012",
        "payment_reference": "210000000003139471430009017",
    },
    "EU": {
        "language_code": "EN",
        "currency": "EUR",
        "payment_iban": "FR1420041010050500013M02606",
        "payment_reference": "RF18539007547034",
    },
}
STEPS = {
    (one.jurisdiction, step.code): step
    for code in list_policy_codes(drafts=True)
    for one in [policy(code)]
    for step in one.steps
}
COMPILER = typst.Compiler
NOTICES = sorted({(row.facts.jurisdiction, row.notice) for row in statute_book().notices})
OFFERED = {("DE", "instalment_agreement_offer"): "de-instalment-offer"}
"""Notices that no step of a policy sends: they are messages, written from a template of the house."""


def letter_of(jurisdiction: str, step: PolicyStep, **changes: Any) -> Any:
    """The message of a policy's step, with every fee of the step charged, VAT on top."""
    charged = [{"code": code, "amount_minor": 4000, "vat_minor": 760} for code in step.fee_codes]
    content = {
        "stage": step.stage,
        "step_code": step.code,
        "balance": {"principal_minor": 131310, "interest_minor": 605, "fees_minor": 4000 * len(charged)},
        "fees": charged,
        "announced_minor": 19697,
    }
    return a_message(content, **{"template": step.template, **COUNTRIES[jurisdiction], **changes})


@pytest.mark.parametrize("notice", NOTICES, ids=" / ".join)
def test_every_field_the_law_wants_is_printed_in_the_notice(press: LetterPress, notice: tuple[str, str]) -> None:
    if notice in OFFERED:
        pytest.skip("sent as a message; see the test below")
    for language in {COUNTRIES[notice[0]]["language_code"], "EN"}:
        message = letter_of(notice[0], STEPS[notice], language_code=language)
        letter = write_letter(message, SETTINGS)
        words = read(press, message)
        wanted = {field.field for field in required_fields(*notice)}

        assert {field for field, found in letter.contents.items() if found} == wanted
        printed = [text for found in letter.contents.values() for text in found]
        assert [text for text in printed if plain(text) not in words] == []
        if "creditor" in wanted:
            assert message.creditor_name in words
        if "deadline" in wanted:
            assert letter.values["deadline_date"] in plain(letter.view["lead"][0])
        if "amount_split" in wanted:
            assert len(letter.view["rows"]) == 2 + len(message.content["fees"])
        if "interest_basis" in wanted:
            basis = letter.view["interest"][0]
            assert letter.values["rate"] in basis
            assert letter.values["interest_from_date"] in basis


def test_a_german_letter_names_the_clients_address_and_a_dutch_one_the_exact_cost(press: LetterPress) -> None:
    german = read(press, letter_of("DE", STEPS["DE", "inkasso_erstschreiben"]))
    dutch = read(press, letter_of("NL", STEPS["NL", "aanmaning"]))

    assert "Eksempel Strøm AS, Musterweg 1, 10115 Berlin" in german
    assert "Bundesamt für Justiz" in german
    assert "EUR 196,97" in dutch
    assert "begint op de dag nadat deze brief bij u is bezorgd" in dutch


def test_vat_is_explained_only_where_it_was_charged(press: LetterPress) -> None:
    message = letter_of("DE", STEPS["DE", "inkasso_erstschreiben"])
    message.content["fees"] = [fee | {"vat_minor": 0} for fee in message.content["fees"]]

    assert "Umsatzsteuer" not in read(press, message)


@pytest.mark.parametrize("language", ["de", "en"])
def test_an_offer_of_instalments_says_what_the_law_wants(language: str) -> None:
    [(notice, template_id)] = OFFERED.items()
    wording = next(one for one in house_templates()[template_id] if one.language == language)
    body = wording.body.lower()
    said = {
        "plan_costs": "{{plancosts}}" in body,
        "acknowledgement_effect": ("anerkennen" in body or "acknowledge" in body)
        and "objections" in body.replace("einwände", "objections"),
    }

    assert {field.field for field in required_fields(*notice) if said[field.field]} == said.keys()


@pytest.mark.parametrize("step", STEPS, ids=" / ".join)
def test_every_step_of_every_policy_has_a_letter_in_its_countrys_language(
    press: LetterPress, step: tuple[str, str]
) -> None:
    message = letter_of(step[0], STEPS[step])
    letter = write_letter(message, SETTINGS)

    assert letter.words.language == language_of(COUNTRIES[step[0]]["language_code"])
    assert STEPS[step].template in letter.words.texts["letters"]
    assert STEPS[step].template in catalogue("en").texts["letters"]
    assert len(PdfReader(io.BytesIO(press.to_pdf(letter, message.as_of))).pages) <= 2


def test_a_notice_that_is_not_worded_in_a_language_is_written_in_english() -> None:
    dutch_notice = letter_of("NL", STEPS["NL", "aanmaning"], language_code="FI")
    reminder = letter_of("NL", STEPS["NL", "betalingsherinnering"], language_code="FI")

    assert write_letter(dutch_notice, SETTINGS).words.language == "en"
    assert write_letter(reminder, SETTINGS).words.language == "fi"


@pytest.mark.parametrize("language", ["nb", "sv", "fi", "da", "de", "nl", "fr", "en"])
def test_all_languages_have_the_same_words(language: Language) -> None:
    words, english = catalogue(language).texts, catalogue("en").texts

    assert words.keys() == english.keys()
    assert words["labels"].keys() == english["labels"].keys()
    assert words["mail"].keys() == english["mail"].keys()
    assert words["letters"].keys() <= english["letters"].keys()


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
        ("FI", "Maksumuistutus"),
        ("DK", "Betalingspåmindelse"),
        ("de-CH", "Zahlungserinnerung"),
        ("PL", "Payment reminder"),
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


@pytest.mark.parametrize("language", ["nb", "sv", "fi", "da", "de", "nl", "fr", "en"])
def test_a_letter_in_a_partial_dispute_asks_for_the_undisputed_part(language: Language) -> None:
    whole = a_message(NOTICE, template="no_inkassovarsel", language_code=language)
    disputed = a_message(NOTICE | {"disputed_minor": 31_310}, template="no_inkassovarsel", language_code=language)
    letter = write_letter(disputed, SETTINGS)
    words = letter.words
    assert letter.view["total"][1] == words.money(108_700, "NOK")
    assert letter.view["slip"]["amount"][1] == words.money(108_700, "NOK")
    assert [words.label("DISPUTED"), words.amount(-31_310, "NOK")] in letter.view["rows"]
    assert words.label("DISPUTED") not in str(write_letter(whole, SETTINGS).view)


def test_a_letter_that_is_surely_long_is_set_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    class Counting:
        def __init__(self, *arguments: Any, **options: Any) -> None:
            self._compiler = COMPILER(*arguments, **options)

        def compile(self, *arguments: Any, **options: Any) -> Any:
            tries.append("once")
            return self._compiler.compile(*arguments, **options)

    monkeypatch.setattr("communication.rendering.pdf.typst.Compiler", Counting)
    content = {"stage": "INVOICED", "balance": None}
    message = a_message(content, template="invoice", category="invoice", lines=LINES * 25)

    assert "Side 2 av 2" in read(LetterPress(), message)
    assert len(tries) == 1


@pytest.mark.parametrize(
    "word", ["x" * 300, "Ærøskøbing-" * 30, "長" * 200], ids=["one word", "with hyphens", "not Latin"]
)
def test_an_address_that_is_too_long_stays_in_its_window(press: LetterPress, word: str) -> None:
    letter = write_letter(
        a_message(name=word[:140], street=word[:140], street2=word, postal_district=word[:70]), SETTINGS
    )

    assert letter.view["window_size"] == 7
    ordinary = write_letter(a_message(), SETTINGS).view
    assert (ordinary["window"], ordinary["window_size"]) == (["Kari Eksempel", "Prøveveien 12 B", "5003 BERGEN"], 11)
    assert len(PdfReader(io.BytesIO(press.to_pdf(letter, a_message().as_of))).pages) == 1
