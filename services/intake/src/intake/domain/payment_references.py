"""The payment reference of a case: the creditor's prefix, the case number, and the check digits of the scheme."""

from typing import Final

from contracts import ReferenceScheme
from statutes import references

_FIXED_LENGTHS: Final[dict[ReferenceScheme, int]] = {"DK_FI_71": 14, "DK_FI_75": 15, "CH_QRR": 26}
"""Digits before the check digit, where a scheme leaves no choice."""
_PADDED_LENGTHS: Final = (10, 11, 12, 13, 14)
"""Case numbers filled with zeros to these lengths are tried where the shorter one has no check digit."""


def payment_reference(scheme: ReferenceScheme, prefix: str, case_id: int) -> str:
    """A reference of `scheme`; a fixed length is filled with zeros between prefix and case number.

    A modulus-11 number whose check character would be a dash gets zeros there, too: many payers cannot type a dash.
    """
    if scheme in _FIXED_LENGTHS:
        return references.generate(scheme, prefix + str(case_id).zfill(_FIXED_LENGTHS[scheme] - len(prefix)))
    try:
        return references.generate(scheme, f"{prefix}{case_id}")
    except references.CheckCharacterAvoided:
        return _without_dash(scheme, prefix, case_id)


def _without_dash(scheme: ReferenceScheme, prefix: str, case_id: int) -> str:
    for length in _PADDED_LENGTHS:
        try:
            return references.generate(scheme, prefix + str(case_id).zfill(length))
        except references.CheckCharacterAvoided:
            continue
    raise references.CheckCharacterAvoided(f"{prefix}{case_id}")
