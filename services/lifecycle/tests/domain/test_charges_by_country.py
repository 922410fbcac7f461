"""What the whole ladder of a claim charges, country by country; the source of each figure stands beside it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle.domain.charges import StepCharge, StepCharges, charges_of_step
from statutes import fee, list_policy_codes, policy, step_date, step_deadline

CURRENCY = {"NO": "NOK", "SE": "SEK", "DK": "DKK", "CH": "CHF"}
DUE = date(2025, 9, 1)


def climbed(
    policy_code: str,
    principal_minor: int,
    *,
    deducts: bool = True,
    agreed: Mapping[str, int] | None = None,
    **terms: Any,
) -> list[StepCharges]:
    """The charges of every step of a claim nobody pays."""
    ladder = policy(policy_code)
    earlier: list[StepCharge] = []
    deadline: date | None = None
    found: list[StepCharges] = []
    for step in ladder.steps:
        as_of = step_date(step, DUE, deadline)
        charges = charges_of_step(
            step,
            debtor_kind=ladder.debtor_kind,
            principal_minor=principal_minor,
            currency=CURRENCY.get(ladder.jurisdiction, "EUR"),
            as_of=as_of,
            creditor_deducts_vat=deducts,
            earlier=earlier,
            last_deadline_date=deadline,
            agreed_fees=agreed or {},
            **terms,
        )
        deadline = step_deadline(step, as_of)
        earlier += charges.charges
        found.append(charges)
    return found


def amounts(steps: list[StepCharges]) -> list[list[tuple[str, str, int]]]:
    return [[(one.code, one.component, one.amount_minor) for one in step.charges] for step in steps]


@pytest.mark.parametrize(
    ("policy_code", "principal_minor", "expected"),
    [
        # forskrift 562/1989 s.1-2, s.2-2, s.2-3: 35; half and whole of the 2025 inkassosats 700 by bracket
        pytest.param("no_consumer", 1_000_000, [[("purring", "REMINDER_FEE", 3_500)], [("inkassovarsel", "REMINDER_FEE", 3_500)], [("inkassosalaer_lett", "COLLECTION_FEE", 56_000)], [("inkassosalaer_tung", "COLLECTION_FEE", 56_000)]], id="NO consumer, 10,000"),
        # forskrift 562/1989 s.2-2: one and a half times the consumer's salary from businesses
        pytest.param("no_business", 1_000_000, [[("purring", "REMINDER_FEE", 3_500)], [("inkassovarsel", "REMINDER_FEE", 3_500)], [("inkassosalaer_lett", "COLLECTION_FEE", 84_000)], [("inkassosalaer_tung", "COLLECTION_FEE", 84_000)]], id="NO business, 10,000"),
        # lag 1981:739 s.4: no reminder fee unless agreed; 180 for the demand
        pytest.param("se_consumer", 100_000, [[], [("inkassokrav", "COLLECTION_FEE", 18_000)], []], id="SE consumer"),
        # lag 1981:739 s.4a: 450 instead of the other fees
        pytest.param("se_business", 100_000, [[("forseningsersattning", "COMPENSATION", 45_000)], [], []], id="SE business"),
        # perintalaki s.10a: 5, 24, 12 for 100 to 1,000 euro
        pytest.param("fi_consumer", 50_000, [[("maksumuistutus", "REMINDER_FEE", 500)], [("maksuvaatimus_1", "COLLECTION_FEE", 2_400)], [("maksuvaatimus_2", "COLLECTION_FEE", 1_200)]], id="FI consumer, 500"),
        # yrittajat.fi, 1 May 2022: 12; 50 and 25 to 500 euro
        pytest.param("fi_business", 50_000, [[("maksumuistutus", "REMINDER_FEE", 1_200)], [("maksuvaatimus_1", "COLLECTION_FEE", 5_000)], [("maksuvaatimus_2", "COLLECTION_FEE", 2_500)]], id="FI business, 500"),
        # renteloven s.9b: 100 a reminder; bek. 476/2016: 1,300 from 5,000 to 10,000
        pytest.param("dk_consumer", 1_000_000, [[("rykker", "REMINDER_FEE", 10_000)], [("rykker", "REMINDER_FEE", 10_000)], [], [("inkassosalaer_fremmed", "COLLECTION_FEE", 130_000)]], id="DK consumer, 10,000"),
        # renteloven s.9a(3): 310 from businesses
        pytest.param("dk_business", 1_000_000, [[("kompensationsbelob", "COMPENSATION", 31_000), ("rykker", "REMINDER_FEE", 10_000)], [("rykker", "REMINDER_FEE", 10_000)], [], [("inkassosalaer_fremmed", "COLLECTION_FEE", 130_000)]], id="DK business, 10,000"),
        # VV 2300 RVG: half of the fee of 51.50 to 500 euro, then nine tenths less the half; 20 % expenses of 25.75; no court-practice cost
        pytest.param("de_consumer", 50_000, [[], [], [("inkasso_faktor_einfach", "COLLECTION_FEE", 2_575)], [("inkasso_faktor_regel", "COLLECTION_FEE", 2_060)]], id="DE consumer, 500"),
        # BW 6:96, Besluit vergoeding buitengerechtelijke incassokosten: 15 % to 2,500
        pytest.param("nl_consumer", 250_000, [[], [], [("wik_staffel", "COLLECTION_FEE", 37_500)]], id="NL consumer, 2,500"),
        # BW 6:96(4): at least 40, counted towards the staffel
        pytest.param("nl_business", 250_000, [[("vergoeding_handel", "COMPENSATION", 4_000)], [], [("wik_staffel", "COLLECTION_FEE", 33_500)]], id="NL business, 2,500"),
        # SchKG s.27(3): nothing without a contract
        pytest.param("ch_consumer", 50_000, [[], [], [], []], id="CH consumer"),
        # Directive 2011/7/EU art. 6
        pytest.param("eu_business", 50_000, [[("recovery_compensation", "COMPENSATION", 4_000)], [], []], id="EU business"),
    ],
)  # fmt: skip
def test_an_unpaid_claim_is_charged_what_its_law_says(
    policy_code: str, principal_minor: int, expected: list[list[tuple[str, str, int]]]
) -> None:
    assert amounts(climbed(policy_code, principal_minor)) == expected


def test_the_free_dutch_letter_must_have_been_given_and_its_deadline_passed() -> None:
    step = policy("nl_consumer").steps[2]

    def costs(last_deadline_date: date | None) -> StepCharges:
        return charges_of_step(
            step,
            debtor_kind="CONSUMER",
            principal_minor=250_000,
            currency="EUR",
            as_of=date(2025, 10, 1),
            creditor_deducts_vat=True,
            earlier=(),
            last_deadline_date=last_deadline_date,
        )

    assert [costs(None).charges, costs(date(2025, 10, 1)).charges] == [(), ()]
    assert "free letter" in costs(None).remarks[0]
    assert [one.amount_minor for one in costs(date(2025, 9, 30)).charges] == [37_500]


def test_what_was_agreed_up_front_is_charged_and_capped_by_the_law() -> None:
    assert amounts(climbed("ch_consumer", 50_000, agreed={"mahngebuehr": 2_000}))[1] == [
        ("mahngebuehr", "REMINDER_FEE", 2_000)
    ]
    for agreed, charged in ((5_000, 5_000), (9_900, 6_000)):
        steps = amounts(climbed("se_consumer", 100_000, agreed={"betalningspaminnelse": agreed}))
        assert steps[0] == [("betalningspaminnelse", "REMINDER_FEE", charged)]


def test_uncertain_law_charges_nothing_unless_the_agreement_accepts_it() -> None:
    refused = climbed("de_consumer", 50_000)[1]
    assert refused.charges == ()
    assert "low confidence" in refused.remarks[0]
    accepted = amounts(climbed("de_consumer", 50_000, accept_low_confidence=True))
    assert accepted[1] == [("mahnkosten_brief", "REMINDER_FEE", 250)]


@pytest.mark.parametrize(
    ("policy_code", "vat"),
    [
        pytest.param("no_consumer", 2_500, id="Norwegian salary"),
        pytest.param("nl_consumer", 2_100, id="Dutch costs"),
        pytest.param("de_consumer", 1_900, id="German factor"),
        pytest.param("dk_consumer", 2_500, id="Danish salary"),
    ],
)
def test_vat_is_added_to_collection_fees_where_the_creditor_cannot_deduct_it(policy_code: str, vat: int) -> None:
    charges = [one for step in climbed(policy_code, 50_000, deducts=False) for one in step.charges]
    collected = [one for one in charges if one.component == "COLLECTION_FEE"]
    amount = sum(one.amount_minor for one in collected)
    assert sum(one.vat_minor for one in collected) == (amount * vat + 5_000) // 10_000
    assert all(one.vat_minor == 0 for one in charges if one.component != "COLLECTION_FEE")


@given(
    policy_code=st.sampled_from(list_policy_codes(drafts=True)),
    principal_minor=st.integers(1, 100_000_000),
    accept=st.booleans(),
)
def test_caps_hold_over_the_whole_claim_whatever_it_is(policy_code: str, principal_minor: int, accept: bool) -> None:
    steps = climbed(policy_code, principal_minor, accept_low_confidence=accept)
    charges = [one for step in steps for one in step.charges]
    assert all(one.amount_minor > 0 and one.vat_minor == 0 and one.statute_row for one in charges)
    jurisdiction = policy(policy_code).jurisdiction
    if jurisdiction == "FI" and policy(policy_code).debtor_kind == "consumer":
        cap = 6_000 if principal_minor <= 10_000 else 12_000 if principal_minor <= 100_000 else 21_000
        assert sum(one.amount_minor for one in charges) <= cap
    if jurisdiction == "DK":
        assert sum(one.code == "rykker" for one in charges) <= 3
    for charge in charges:
        alone = fee(
            jurisdiction,
            charge.code,
            policy(policy_code).debtor_kind,
            principal_minor,
            charge.currency,
            date(2026, 1, 1) if jurisdiction == "NO" else DUE,
            accept_low_confidence=True,
            free_letter_expired=True,
        )
        if alone.row_id and not alone.reason:
            assert charge.amount_minor <= alone.amount_minor
