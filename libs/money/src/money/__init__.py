"""Money in whole minor units: arithmetic that never loses a unit and never mixes currencies."""

from money.amount import CurrencyMismatch, InvalidAmount, Money, TooManyDecimals
from money.currencies import UnknownCurrency, exponent
from money.rounding import round_half_up, share

zero = Money.zero

__all__ = [
    "CurrencyMismatch",
    "InvalidAmount",
    "Money",
    "TooManyDecimals",
    "UnknownCurrency",
    "exponent",
    "round_half_up",
    "share",
    "zero",
]
