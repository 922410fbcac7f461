"""The words of a payment's text that may name a claim, and the words a claim answers to.

Both sides are cut the same way, so that finding a claim is an index look-up and never a search through open claims.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from payment_control.domain.claim import Claim
from statutes import references

TokenKind = Literal["INVOICE_NUMBER", "INVOICE_DIGITS"]

SHORTEST_NUMBER = 4
"""Shorter invoice numbers stand in too many texts by chance to be looked for."""
_LONGEST_NUMBER = 30
_SHORTEST_REFERENCE, _LONGEST_REFERENCE = 5, 25
_MOST_RUNS = 6
_MOST_TOKENS = 60
_MOST_CHARACTERS = 1_000

_DANISH_CARD = re.compile(r"\+?(71|75)[/<]0*([0-9]+)\+?")
_DANISH_LENGTHS = {"71": 15, "75": 16}
_DIGITS = re.compile(r"[0-9]+")
_WORD = re.compile(r"[0-9A-Za-z]+")
_NOT_DIGITS = re.compile(r"[^0-9]")
_OF_SOMETHING_ELSE = re.compile(
    r"\b(?:kunde?n?|kundennummer|customer|asiakas|klant|tlf|tel|telefon|mobil|puh|phone|org|dato|datum|date|pvm)"
    r"[. ]{0,3}(?:nr|no|nro|num|nummer|numero|number|id)?[.: #]{0,3}(?=\S*\d)[\w./-]+",
    re.IGNORECASE,
)
"""A number that says what it is: of a customer, a phone, a company or a day, so not of an invoice."""
_GAP_OF_A_NUMBER = re.compile(r"[ \n]?[-/._#]?[ \n]?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The references a payment may mean, each with the scheme that confirms it, and the numbers its text names.

    `stated` tells that the payer filled in the reference field: then that is what they mean, and nothing is guessed.
    """

    stated: bool
    references: frozenset[tuple[str, str]]
    wrong_check_digit: bool
    numbers: frozenset[str]

    @property
    def reference_numbers(self) -> set[str]:
        return {reference for _, reference in self.references}


def read_wanted(stated: Sequence[str], text: str, schemes: Collection[str]) -> Wanted:
    """Check every number by every scheme in use on the account before any claim is looked up."""
    text = text[:_MOST_CHARACTERS]
    candidates = stated or tuple(_reference_tokens(text))
    confirmed = frozenset(
        (scheme, reference)
        for scheme in schemes
        for reference in (references.canonical(scheme, _bare(number)) for number in candidates)
        if references.check(scheme, reference)
    )
    return Wanted(
        stated=bool(stated),
        references=confirmed,
        wrong_check_digit=bool(stated and schemes and not confirmed),
        numbers=frozenset(_number_tokens(text)),
    )


def _bare(reference: str) -> str:
    """A Danish payment number without the card type and the zeros that banks put before it."""
    card = _DANISH_CARD.fullmatch(reference)
    return card[2].zfill(_DANISH_LENGTHS[card[1]]) if card else reference


def tokens_of(claim: Claim) -> dict[str, TokenKind]:
    """What a payer may write to name this claim besides its payment reference."""
    return cut_number(claim.invoice_number)


def cut_number(invoice_number: str) -> dict[str, TokenKind]:
    """An invoice number as payers write it: whole, and its digits alone; the migration cuts them alike."""
    whole = normal_number(invoice_number)
    digits = _NOT_DIGITS.sub("", invoice_number)
    tokens: dict[str, TokenKind] = {}
    if len(digits) >= SHORTEST_NUMBER:
        tokens[digits] = "INVOICE_DIGITS"
    if len(whole) >= SHORTEST_NUMBER and any(character.isdigit() for character in whole):
        tokens[whole] = "INVOICE_NUMBER"
    return tokens


def normal_number(text: str) -> str:
    """An invoice number as it is compared: ASCII letters and digits, in capitals."""
    return "".join(_WORD.findall(text)).upper()


def near_misses(scheme: str, number: str) -> set[str]:
    """The references one keystroke away that pass the scheme's check: a digit wrong, swapped, left out or too many."""
    places = range(len(number))
    variants = {number[:place] + digit + number[place + 1 :] for place in places for digit in "0123456789"}
    variants |= {number[:place] + number[place + 1] + number[place] + number[place + 2 :] for place in places[:-1]}
    variants |= {number[:place] + digit + number[place:] for place in range(len(number) + 1) for digit in "0123456789"}
    variants |= {number[:place] + number[place + 1 :] for place in places}
    return {variant for variant in variants if references.check(scheme, variant)}


def _number_tokens(text: str) -> Iterator[str]:
    """Words with a digit in them, also those that are written in parts: F-2025/0017 and F 2025 0017."""
    found: dict[str, None] = {}
    text = _OF_SOMETHING_ELSE.sub("|", text)
    words = list(_WORD.finditer(text))
    for start, first in enumerate(words):
        token, end = first.group(), first.end()
        for word in (None, *words[start + 1 : start + _MOST_RUNS]):
            if word is not None:
                if not _GAP_OF_A_NUMBER.fullmatch(text, end, word.start()):
                    break
                token, end = token + word.group(), word.end()
            if SHORTEST_NUMBER <= len(token) <= _LONGEST_NUMBER and any(character.isdigit() for character in token):
                found.setdefault(token.upper())
        if len(found) >= _MOST_TOKENS:
            break
    yield from list(found)[:_MOST_TOKENS]


def _reference_tokens(text: str) -> Iterator[str]:
    """Numbers in free text, also those cut by spaces or line breaks; never more than a fixed count."""
    found = dict.fromkeys((*_joined_runs(text), *_creditor_references(text.upper())))
    yield from list(found)[:_MOST_TOKENS]


def _joined_runs(text: str) -> Iterator[str]:
    runs = list(_DIGITS.finditer(text))
    for start, first in enumerate(runs):
        token, end = first.group(), first.end()
        yield from _long_enough(token, text[end : end + 1])
        for run in runs[start + 1 : start + _MOST_RUNS]:
            if text[end : run.start()].strip():
                break
            token, end = token + run.group(), run.end()
            yield from _long_enough(token, text[end : end + 1])


def _long_enough(token: str, following: str) -> Iterator[str]:
    if _SHORTEST_REFERENCE <= len(token) <= _LONGEST_REFERENCE:
        yield token
        if following == "-":  # the check character of a MOD11 KID may be a dash
            yield f"{token}-"


def _creditor_references(text: str) -> Iterator[str]:
    """ISO 11649 references, also when written in groups of four."""
    words = text.split()
    for start, word in enumerate(words):
        if word.startswith("RF"):
            for end in range(start + 1, min(start + 8, len(words) + 1)):
                yield "".join(words[start:end]).strip(".,;:")
