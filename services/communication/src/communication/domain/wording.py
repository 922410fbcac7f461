"""How references, accounts and languages are named to a debtor."""

from typing import Literal

Language = Literal["nb", "sv", "fi", "da", "de", "nl", "fr", "en"]
Layout = Literal["invoice", "reminder", "notice", "collection"]

_LANGUAGES: dict[str, Language] = {
    "no": "nb",
    "nb": "nb",
    "nn": "nb",
    "sv": "sv",
    "se": "sv",
    "fi": "fi",
    "da": "da",
    "dk": "da",
    "de": "de",
    "at": "de",
    "nl": "nl",
    "fr": "fr",
    "en": "en",
}
_LAYOUTS: dict[str, Layout] = {
    "invoice": "invoice",
    "no_purring": "reminder",
    "no_inkassovarsel": "notice",
    "no_betalingsoppfordring": "collection",
    "no_betalingsoppfordring_tung": "collection",
    "se_betalningspaminnelse": "reminder",
    "se_inkassokrav": "collection",
    "se_overlamning": "collection",
}
_LAYOUTS_BY_STAGE: dict[str, Layout] = {"INVOICED": "reminder", "OVERDUE": "reminder", "REMINDER": "reminder"}


def language_of(code: str) -> Language:
    """The catalogue for a language code such as `nb` or `nb-NO`; English where there is none."""
    return _LANGUAGES.get(code.replace("_", "-").partition("-")[0].lower(), "en")


def language_chain(code: str) -> tuple[Language, ...]:
    """The languages to look for a text in, the reader's own first and English last."""
    own = language_of(code)
    return (own,) if own == "en" else (own, "en")


def layout_of(template: str, stage: str) -> Layout:
    """The template file of a policy's template code; an unknown code is laid out by its stage."""
    by_stage: Layout = "notice" if stage == "NOTICE" else _LAYOUTS_BY_STAGE.get(stage, "collection")
    return _LAYOUTS.get(template, by_stage)


def reference_label(reference: str, iban: str) -> Literal["KID", "OCR", "RF", "REFERENCE"]:
    """What the bank's form calls the payment reference."""
    if reference.upper().startswith("RF"):
        return "RF"
    if iban.startswith("NO"):
        return "KID"
    return "OCR" if iban.startswith("SE") else "REFERENCE"


def grouped(iban: str) -> str:
    """An IBAN in groups of four, as on paper."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def domestic_account(iban: str) -> str | None:
    """The account number a Norwegian types into the bank, from the IBAN; None for other countries."""
    if not (iban.startswith("NO") and len(iban) == 15):
        return None
    return f"{iban[4:8]}.{iban[8:10]}.{iban[10:]}"
