"""Rounding to whole minor units: half away from zero, once, from an exact number."""

from decimal import Decimal
from fractions import Fraction

BASIS_POINTS = 10_000


def round_half_up(exact: Decimal | Fraction) -> int:
    """The nearest whole number; a half goes away from zero, so a credit mirrors its charge."""
    value = Fraction(exact)
    whole, rest = divmod(abs(value), 1)
    rounded = int(whole) + (1 if rest * 2 >= 1 else 0)
    return rounded if value >= 0 else -rounded


def share(amount_minor: int, basis_points: int) -> int:
    """`basis_points` / 10 000 of `amount_minor`, in minor units, rounded half-up once."""
    return round_half_up(Fraction(amount_minor * basis_points, BASIS_POINTS))
