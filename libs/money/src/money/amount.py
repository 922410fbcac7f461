"""An amount of money: whole minor units and a currency, never a float."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final, Self

from money.currencies import exponent

# Decimal("1e999999999") is nine characters and would fill the memory once written out.
_LARGEST_EXPONENT: Final = 60


class CurrencyMismatch(ValueError):
    """Two amounts of different currencies met."""

    def __init__(self, left: str, right: str) -> None:
        super().__init__(f"cannot combine {left} with {right}; convert one of them first")
        self.left = left
        self.right = right


class TooManyDecimals(ValueError):
    """The amount is finer than the currency's minor unit."""

    def __init__(self, amount: Decimal, currency: str) -> None:
        super().__init__(f"{amount} has more decimals than {currency} allows ({exponent(currency)})")
        self.amount = amount
        self.currency = currency


class InvalidAmount(ValueError):
    """The text is not a plain decimal number."""

    def __init__(self, amount: object) -> None:
        super().__init__(f"{amount!r} is not an amount; write digits with a point, such as 1200.50")
        self.amount = amount


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units of `currency`; amounts of different currencies never mix."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        # Types are not enough: True and 10.0 would pass for integers at runtime.
        if type(self.minor) is not int:
            raise InvalidAmount(self.minor)
        exponent(self.currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in `currency`."""
        return cls(0, currency)

    @classmethod
    def parse(cls, amount: Decimal | str, currency: str) -> Self:
        """Read an amount in major units ("1200.50"); refuses what the currency cannot hold exactly."""
        value = _finite_decimal(amount)
        # Fraction, because Decimal arithmetic silently rounds to the precision of its context.
        exact_minor = Fraction(value) * 10 ** exponent(currency)
        if exact_minor.denominator != 1:
            raise TooManyDecimals(value, currency)
        return cls(exact_minor.numerator, currency)

    def to_decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals."""
        sign, digits, _ = Decimal(self.minor).as_tuple()
        return Decimal((sign, digits, -exponent(self.currency)))

    def allocate(self, weights: Sequence[int]) -> list[Self]:
        """Split by `weights` so that the parts sum to the whole: largest remainder first, ties to the earlier part."""
        if not weights or min(weights) < 0 or sum(weights) == 0:
            raise ValueError(f"weights must be non-negative with a positive sum, got {list(weights)}")
        total = sum(weights)
        sign = -1 if self.minor < 0 else 1
        cuts = [divmod(abs(self.minor) * weight, total) for weight in weights]
        left_over = abs(self.minor) - sum(whole for whole, _ in cuts)
        by_remainder = sorted(range(len(cuts)), key=lambda part: (-cuts[part][1], part))
        favoured = set(by_remainder[:left_over])
        return [type(self)(sign * (whole + (part in favoured)), self.currency) for part, (whole, _) in enumerate(cuts)]

    def __add__(self, other: "Money") -> Self:
        return type(self)(self.minor + self._same_currency(other), self.currency)

    def __sub__(self, other: "Money") -> Self:
        return type(self)(self.minor - self._same_currency(other), self.currency)

    def __mul__(self, times: int) -> Self:
        return type(self)(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __neg__(self) -> Self:
        return type(self)(-self.minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.minor < self._same_currency(other)

    def __le__(self, other: "Money") -> bool:
        return self.minor <= self._same_currency(other)

    def __gt__(self, other: "Money") -> bool:
        return self.minor > self._same_currency(other)

    def __ge__(self, other: "Money") -> bool:
        return self.minor >= self._same_currency(other)

    def __str__(self) -> str:
        return f"{self.to_decimal()} {self.currency}"

    def _same_currency(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise CurrencyMismatch(self.currency, other.currency)
        return other.minor


def _finite_decimal(amount: Decimal | str) -> Decimal:
    if isinstance(amount, str) and not amount.strip().lstrip("+-").replace(".", "", 1).isdecimal():
        raise InvalidAmount(amount)
    try:
        value = Decimal(amount)
    except InvalidOperation:
        raise InvalidAmount(amount) from None
    if not value.is_finite() or abs(value.adjusted()) > _LARGEST_EXPONENT:
        raise InvalidAmount(amount)
    return value
