"""Payment references with check digits: KID, Swedish OCR, viitenumero, Danish FIK, Swiss QRR and ISO 11649 (RF)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from stdnum import luhn
from stdnum.ch import esr
from stdnum.iso7064 import mod_97_10


class UnknownScheme(ValueError):
    """No reference scheme of that name."""

    def __init__(self, scheme: str) -> None:
        super().__init__(f"unknown reference scheme {scheme!r}; known: {', '.join(SCHEMES)}")


class InvalidBase(ValueError):
    """The text cannot carry check digits in that scheme."""

    def __init__(self, scheme: str, base: str, rule: str) -> None:
        super().__init__(f"{base!r} cannot become a {scheme} reference: {rule}")


class CheckCharacterAvoided(ValueError):
    """The check character would be a dash, which many payers cannot type: take the next base."""

    def __init__(self, base: str) -> None:
        super().__init__(f"the MOD11 check character of {base} is '-'; take the next number")


@dataclass(frozen=True, slots=True)
class _Scheme:
    base: re.Pattern[str]
    rule: str
    complete: Callable[[str], str]
    strip: Callable[[str], str]


def check(scheme: str, reference: str) -> bool:
    """Whether `reference`, written without spaces, has the form and the check digits of `scheme`."""
    found = _get_scheme(scheme)
    base = found.strip(reference)
    return bool(found.base.fullmatch(base)) and found.complete(base) == reference


def generate(scheme: str, base: str) -> str:
    """`base` with the check digits of `scheme`; a MOD11 base that would end in a dash is refused."""
    found = _get_scheme(scheme)
    if not found.base.fullmatch(base):
        raise InvalidBase(scheme, base, found.rule)
    reference = found.complete(base)
    if reference.endswith("-"):
        raise CheckCharacterAvoided(base)
    return reference


def canonical(scheme: str, text: str) -> str:
    """The reference as `check` wants it: without spaces, RF in capitals, a viitenumero without padding zeros."""
    _get_scheme(scheme)
    bare = "".join(text.split())
    if scheme == "ISO11649_RF":
        return bare.upper()
    return bare.lstrip("0") if scheme == "FI_VIITE_731" else bare


def _mod10(base: str) -> str:
    return base + luhn.calc_check_digit(base)


def _mod11(base: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(reversed(base), cycle(range(2, 8)), strict=False))
    remainder = total % 11
    if remainder == 1:
        return base + "-"
    return base + str((11 - remainder) % 11)


def _with_length_digit(base: str) -> str:
    total_length = len(base) + 2
    return _mod10(base + str(total_length % 10))


def _viite(base: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(reversed(base), cycle((7, 3, 1)), strict=False))
    return base + str(-total % 10)


def _creditor_reference(base: str) -> str:
    return f"RF{mod_97_10.calc_check_digits(base + 'RF')}{base}"


def _qrr(base: str) -> str:
    return base + esr.calc_check_digit(base)


def _drop_last(reference: str) -> str:
    return reference[:-1]


def _drop_last_two(reference: str) -> str:
    return reference[:-2]


def _drop_first_four(reference: str) -> str:
    return reference[4:]


def _digits(shortest: int, longest: int, complete: Callable[[str], str], strip: Callable[[str], str]) -> _Scheme:
    pattern = re.compile(rf"[0-9]{{{shortest},{longest}}}")
    length = f"{shortest}" if shortest == longest else f"{shortest} to {longest}"
    return _Scheme(pattern, f"use {length} digits", complete, strip)


_VIITE_BASE: Final = re.compile(r"[1-9][0-9]{2,18}")
_RF_BASE: Final = re.compile(r"[0-9A-Z]{1,21}")

# The sums follow the manuals of the schemes: Nets OCR giro s.5, the four Bankgirot OCR agreements, the Finnish
# 7-3-1 rule, the Danish payment forms 71 and 75 (73 has no number), the Swiss QR-bill and ISO 11649. A creditor's bank agreement fixes one method: never accept "either".
_SCHEMES: Final[dict[str, _Scheme]] = {
    "NO_KID_MOD10": _digits(1, 24, _mod10, _drop_last),
    "NO_KID_MOD11": _digits(1, 24, _mod11, _drop_last),
    "SE_OCR_MOD10": _digits(1, 24, _mod10, _drop_last),
    "SE_OCR_LENGTH_DIGIT": _digits(1, 23, _with_length_digit, _drop_last_two),
    "FI_VIITE_731": _Scheme(_VIITE_BASE, "use 3 to 19 digits, the first not zero", _viite, _drop_last),
    "DK_FI_71": _digits(14, 14, _mod10, _drop_last),
    "DK_FI_75": _digits(15, 15, _mod10, _drop_last),
    "CH_QRR": _digits(26, 26, _qrr, _drop_last),
    "ISO11649_RF": _Scheme(_RF_BASE, "use 1 to 21 capital letters and digits", _creditor_reference, _drop_first_four),
}
SCHEMES: Final = tuple(_SCHEMES)


def _get_scheme(scheme: str) -> _Scheme:
    if scheme not in _SCHEMES:
        raise UnknownScheme(scheme)
    return _SCHEMES[scheme]
