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
_LAYOUTS: dict[str, Layout] = {"invoice": "invoice", "se_inkassokrav": "collection"}
"""What is not laid out by its stage."""
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


ReferenceLabel = Literal["KID", "OCR", "RF", "VIITE", "QRR", "REFERENCE"]


def reference_label(reference: str, iban: str) -> ReferenceLabel:
    """What the bank's form calls the payment reference."""
    if reference.upper().startswith("RF"):
        return "RF"
    if iban.startswith(("CH", "LI")) and len(reference) == 27:
        return "QRR"
    by_country: dict[str, ReferenceLabel] = {"NO": "KID", "SE": "OCR", "FI": "VIITE"}
    return by_country.get(iban[:2], "REFERENCE")


def grouped_reference(reference: str, label: ReferenceLabel) -> str:
    """A reference in the groups its form prints; schemes that are typed in one go stay whole."""
    if label == "QRR":
        return " ".join([reference[:2], *(reference[start : start + 5] for start in range(2, len(reference), 5))])
    if label == "RF":
        return grouped(reference)
    if label == "VIITE":
        return _fives(reference)
    return reference


def _fives(reference: str) -> str:
    """Groups of five counted from the right, as on Finnish slips."""
    first = len(reference) % 5
    groups = [reference[:first]] if first else []
    return " ".join([*groups, *(reference[start : start + 5] for start in range(first, len(reference), 5))])


def grouped(iban: str) -> str:
    """An IBAN in groups of four, as on paper."""
    return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))


def domestic_account(iban: str) -> str | None:
    """The account number a Norwegian types into the bank, from the IBAN; None for other countries."""
    if not (iban.startswith("NO") and len(iban) == 15):
        return None
    return f"{iban[4:8]}.{iban[8:10]}.{iban[10:]}"
