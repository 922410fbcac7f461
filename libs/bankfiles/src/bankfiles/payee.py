"""The account to which money is to go, as a person writes it: an IBAN, or a domestic number where it has one meaning."""

import re

from schwifty import BIC, IBAN
from schwifty.exceptions import SchwiftyException

_DOMESTIC: dict[str, tuple[str, int, str]] = {
    "NOK": ("NO", 4, r"\d{11}"),
    "DKK": ("DK", 4, r"\d{5,14}"),
}
"""Currency -> country, digits of the bank's number in front, and the shape of bank number and account together."""


class AccountRefused(ValueError):
    """No account that money could be sent to; the message says why and what to give."""


def payee_iban(account: str, currency: str) -> str:
    """The IBAN behind what was written; check digits are verified, those of a Norwegian number as well.

    Norwegian (11 digits) and Danish numbers (bank's 4 digits in front) are understood for money in NOK and DKK; all
    others must come as IBAN, because a domestic number alone does not name its country.
    """
    compact = re.sub(r"[\s.\-]", "", account).upper()
    country, bank_digits, shape = _DOMESTIC.get(currency, ("", 0, ""))
    try:
        if shape and re.fullmatch(shape, compact):
            return _from_domestic(country, compact[:bank_digits], compact[bank_digits:])
        return IBAN(compact).compact
    except SchwiftyException as error:
        raise AccountRefused(f"{account!r} is not an account ({error}); give the IBAN") from error


def payee_bic(bic: str) -> str:
    """A BIC, checked."""
    try:
        return BIC(bic).compact
    except SchwiftyException as error:
        raise AccountRefused(f"{bic!r} is not a BIC ({error}); leave it out where you do not know it") from error


def _from_domestic(country: str, bank: str, account: str) -> str:
    if country == "NO":
        iban = IBAN.generate(country, bank_code=bank, account_code=account[:-1])
        if not iban.compact.endswith(account[-1]):
            raise AccountRefused(f"{bank}{account}: the last digit is not its check digit; look at the number again")
        return iban.compact
    return IBAN.generate(country, bank_code=bank, account_code=account.zfill(10)).compact
