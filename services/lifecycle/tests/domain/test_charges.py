"""What a step charges."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.domain.charges import StepCharge, charges_of_step
from statutes import PolicyStep, policy

NO_STEPS = policy("no_consumer").steps
SE_STEPS = policy("se_business").steps


def charge(
    step: PolicyStep,
    principal_minor: int,
    currency: str = "NOK",
    kind: str = "CONSUMER",
    as_of: date = date(2025, 10, 15),
    earlier: tuple[StepCharge, ...] = (),
    deducts: bool = True,
) -> list[tuple[str, str, int, int]]:
    found = charges_of_step(
        step,
        debtor_kind=kind,
        principal_minor=principal_minor,
        currency=currency,
        as_of=as_of,
        creditor_deducts_vat=deducts,
        earlier=earlier,
    )
    return [(item.code, item.component, item.amount_minor, item.vat_minor) for item in found.charges]


@pytest.mark.parametrize(
    ("step", "as_of", "expected"),
    [
        pytest.param(NO_STEPS[0], date(2025, 12, 31), ("purring", "REMINDER_FEE", 3_500, 0), id="reminder in 2025"),
        pytest.param(NO_STEPS[0], date(2026, 1, 1), ("purring", "REMINDER_FEE", 3_800, 0), id="reminder in 2026"),
        pytest.param(NO_STEPS[1], date(2025, 12, 1), ("inkassovarsel", "REMINDER_FEE", 3_500, 0), id="notice"),
        pytest.param(
            NO_STEPS[2], date(2025, 12, 1), ("inkassosalaer_lett", "COLLECTION_FEE", 24_500, 0), id="light salary"
        ),
    ],
)
def test_a_step_charges_what_the_law_of_its_day_allows(
    step: PolicyStep, as_of: date, expected: tuple[str, str, int, int]
) -> None:
    assert charge(step, 100_000, as_of=as_of) == [expected]


def test_the_heavy_salary_is_the_difference_to_the_light_one() -> None:
    light = StepCharge("inkassosalaer_lett", "COLLECTION_FEE", 24_500, 0, "NOK", "row")
    assert charge(NO_STEPS[3], 100_000, earlier=(light,)) == [("inkassosalaer_tung", "COLLECTION_FEE", 24_500, 0)]


def test_vat_comes_on_top_where_the_creditor_cannot_deduct_it() -> None:
    assert charge(NO_STEPS[2], 100_000, deducts=False) == [("inkassosalaer_lett", "COLLECTION_FEE", 24_500, 6_125)]


def test_a_swedish_business_pays_the_compensation_once_and_a_consumer_none() -> None:
    assert charge(SE_STEPS[0], 100_000, "SEK", "BUSINESS") == [("forseningsersattning", "COMPENSATION", 45_000, 0)]
    assert charge(SE_STEPS[0], 100_000, "SEK", "CONSUMER") == []


def test_fees_follow_the_principal_that_is_left() -> None:
    assert charge(NO_STEPS[2], 40_000) == [("inkassosalaer_lett", "COLLECTION_FEE", 17_500, 0)]


@pytest.mark.parametrize(
    ("principal_minor", "currency", "remark"),
    [
        pytest.param(0, "NOK", "The principal is paid", id="no principal left"),
        pytest.param(100_000, "EUR", "the law fixes purring in NOK", id="a currency the law does not know"),
    ],
)
def test_nothing_is_charged_and_the_reason_is_told(principal_minor: int, currency: str, remark: str) -> None:
    found = charges_of_step(
        NO_STEPS[0],
        debtor_kind="CONSUMER",
        principal_minor=principal_minor,
        currency=currency,
        as_of=date(2025, 10, 15),
        creditor_deducts_vat=True,
        earlier=(),
    )
    assert found.charges == ()
    assert remark in found.remarks[0]


@given(principal_minor=st.integers(1, 100_000_000), later=st.integers(1, 100_000_000), deducts=st.booleans())
def test_light_and_heavy_salary_never_exceed_the_heavy_one_of_the_larger_principal(
    principal_minor: int, later: int, deducts: bool
) -> None:
    def salary(step: PolicyStep, principal: int, earlier: tuple[StepCharge, ...]) -> tuple[StepCharge, ...]:
        return charges_of_step(
            step,
            debtor_kind="CONSUMER",
            principal_minor=principal,
            currency="NOK",
            as_of=date(2025, 12, 1),
            creditor_deducts_vat=deducts,
            earlier=earlier,
        ).charges

    light = salary(NO_STEPS[2], principal_minor, ())
    heavy = salary(NO_STEPS[3], later, light)
    alone = salary(NO_STEPS[3], max(principal_minor, later), ())

    assert all(item.amount_minor > 0 and item.vat_minor >= 0 for item in light + heavy)
    assert sum(item.amount_minor + item.vat_minor for item in light + heavy) <= sum(
        item.amount_minor + item.vat_minor for item in alone
    )
