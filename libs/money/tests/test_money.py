"""Amounts: what adds up, what is refused, and that nothing is ever lost."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from money import (
    CurrencyMismatch,
    InvalidAmount,
    Money,
    TooManyDecimals,
    UnknownCurrency,
    exponent,
    round_half_up,
    share,
    zero,
)

minors = st.integers(min_value=-(10**30), max_value=10**30)
currencies = st.sampled_from(["NOK", "SEK", "EUR", "JPY", "BHD", "CLF"])
amounts = st.builds(Money, minor=minors, currency=currencies)
weight_lists = st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=12).filter(any)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        pytest.param("1200.50", "NOK", 120_050, id="two decimals"),
        pytest.param("1200.5", "NOK", 120_050, id="fewer decimals than the currency has"),
        pytest.param("1200.500", "NOK", 120_050, id="trailing zeros are free"),
        pytest.param("-0.01", "SEK", -1, id="a negative minor unit"),
        pytest.param("1200", "JPY", 1_200, id="a currency without decimals"),
        pytest.param("1.234", "BHD", 1_234, id="a currency with three decimals"),
        pytest.param("1.2345", "CLF", 12_345, id="a currency with four decimals"),
        pytest.param("98765432109876543210987654321.01", "EUR", 9876543210987654321098765432101, id="a huge amount"),
    ],
)
def test_text_becomes_minor_units(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)
    assert Money.parse(Decimal(text), currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        pytest.param("0.001", "NOK", id="a tenth of an øre"),
        pytest.param("0.5", "JPY", id="half a yen"),
        pytest.param("1.0001", "KWD", id="finer than a fils"),
    ],
)
def test_more_decimals_than_the_currency_has_are_refused(text: str, currency: str) -> None:
    with pytest.raises(TooManyDecimals, match=currency):
        Money.parse(text, currency)


@pytest.mark.parametrize("text", ["", " ", "1,50", "1 200", "1e3", "NaN", "Infinity", "0x10", "1.2.3", "--1", "1_0"])
def test_text_that_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount):
        Money.parse(text, "NOK")


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999999", "1e-999999"])
def test_a_decimal_no_bank_could_mean_is_refused(text: str) -> None:
    with pytest.raises(InvalidAmount):
        Money.parse(Decimal(text), "NOK")


@pytest.mark.parametrize("code", ["nok", "NO", "XXX", "", "XAU", "BITCOIN"])
def test_what_is_no_currency_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency):
        exponent(code)
    with pytest.raises(UnknownCurrency):
        Money(1, code)


@pytest.mark.parametrize("minor", [True, 10.0, Decimal(10)], ids=["a boolean", "a float", "a decimal"])
def test_minor_units_are_integers_only(minor: int) -> None:
    with pytest.raises(InvalidAmount):
        Money(minor, "NOK")


MIXED: list[Callable[[Money, Money], object]] = [
    lambda a, b: a + b,
    lambda a, b: a - b,
    lambda a, b: a < b,
    lambda a, b: a <= b,
    lambda a, b: a > b,
    lambda a, b: a >= b,
]


@pytest.mark.parametrize("operation", MIXED, ids=["+", "-", "<", "<=", ">", ">="])
def test_currencies_never_mix(operation: Callable[[Money, Money], object]) -> None:
    with pytest.raises(CurrencyMismatch, match="NOK with SEK"):
        operation(Money(1, "NOK"), Money(1, "SEK"))


def test_amounts_of_different_currencies_are_unequal() -> None:
    assert Money(0, "NOK") != Money(0, "SEK")


def test_an_amount_prints_in_major_units() -> None:
    assert [str(m) for m in (Money(-5, "NOK"), Money(5, "JPY"), Money(1_200_050, "SEK"))] == [
        "-0.05 NOK",
        "5 JPY",
        "12000.50 SEK",
    ]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1]], ids=["none", "all zero", "one negative"])
def test_impossible_weights_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        Money(100, "NOK").allocate(weights)


def test_the_odd_unit_goes_to_the_largest_remainder_then_to_the_earlier_part() -> None:
    assert [m.minor for m in Money(100, "EUR").allocate([1, 1, 1])] == [34, 33, 33]
    assert [m.minor for m in Money(10, "EUR").allocate([1, 5])] == [2, 8]
    assert [m.minor for m in Money(-100, "EUR").allocate([1, 1, 1])] == [-34, -33, -33]


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        pytest.param(Fraction(1, 2), 1, id="a half goes up"),
        pytest.param(Fraction(-1, 2), -1, id="a negative half goes away from zero"),
        pytest.param(Decimal("2.5"), 3, id="not to the even neighbour"),
        pytest.param(Decimal("2.4999999999999999999999999999999999"), 2, id="just under a half stays"),
        pytest.param(Fraction(10068_4931, 10000), 10068, id="an interest segment"),
        pytest.param(Decimal(-7), -7, id="a whole number stays"),
    ],
)
def test_rounding_is_half_up_and_exact(exact: Decimal | Fraction, rounded: int) -> None:
    assert round_half_up(exact) == rounded


@pytest.mark.parametrize(
    ("amount_minor", "basis_points", "expected"),
    [
        pytest.param(28_125, 2_500, 7_031, id="Norwegian VAT on 281.25"),
        pytest.param(10_000, 250, 250, id="two and a half percent"),
        pytest.param(1, 5_000, 1, id="half a minor unit"),
        pytest.param(-1, 5_000, -1, id="a credit mirrors its charge"),
    ],
)
def test_share_rounds_once(amount_minor: int, basis_points: int, expected: int) -> None:
    assert share(amount_minor, basis_points) == expected


@given(amount=amounts)
def test_an_amount_survives_the_trip_through_decimal_and_text(amount: Money) -> None:
    assert Money.parse(amount.to_decimal(), amount.currency) == amount
    assert Money.parse(str(amount.to_decimal()), amount.currency) == amount


@given(amount=amounts, weights=weight_lists)
def test_allocation_loses_nothing_and_is_fair_to_one_unit(amount: Money, weights: list[int]) -> None:
    parts = amount.allocate(weights)
    assert sum(parts, start=zero(amount.currency)) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part.minor - Fraction(amount.minor * weight, sum(weights))) < 1
        assert weight or part.minor == 0


@given(left=minors, right=minors, times=st.integers(-1000, 1000))
def test_arithmetic_is_that_of_integers(left: int, right: int, times: int) -> None:
    a, b = Money(left, "SEK"), Money(right, "SEK")
    assert a + b - b == a
    assert (a - b).minor == left - right
    assert -a + a == zero("SEK")
    assert (times * a).minor == (a * times).minor == left * times
    assert (a < b, a <= b, a > b, a >= b) == (left < right, left <= right, left > right, left >= right)


@given(exact=st.fractions())
def test_rounding_moves_at_most_half_a_unit_and_mirrors(exact: Fraction) -> None:
    assert abs(round_half_up(exact) - exact) <= Fraction(1, 2)
    assert round_half_up(-exact) == -round_half_up(exact)
