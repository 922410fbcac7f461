"""A creditor of every rule pack: its agreement, its debtors, its payment references."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts import BankAccount
from intake.domain.agreements import CurrencyNotOffered, draw_up_agreement
from intake.domain.payment_references import payment_reference
from intake.settings import Settings
from runtime.tokens import sign
from statutes import references

CREDITOR = "0b6ad0a1-38ad-4a49-a80d-6ad6e0c0c001"


async def onboard(client: httpx.AsyncClient, settings: Settings, order: dict[str, Any]) -> httpx.Response:
    headers = {"Authorization": f"Bearer {sign(settings, 'gateway', UUID(CREDITOR))}"}
    return await client.post("/internal/creditors", json=order, headers=headers)


async def hand_in(client: httpx.AsyncClient, settings: Settings, *invoices: dict[str, Any]) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {sign(settings, 'gateway', UUID(CREDITOR))}"}
    body = {"request_id": str(uuid4()), "invoices": invoices}
    answer = await client.post("/internal/invoices", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


@pytest.mark.parametrize(
    ("country", "currency", "jurisdiction", "scheme"),
    [
        ("NO", "NOK", "NO", "NO_KID_MOD10"),
        ("SE", "SEK", "SE", "SE_OCR_MOD10"),
        ("FI", "EUR", "FI", "FI_VIITE_731"),
        ("DK", "DKK", "DK", "DK_FI_71"),
        ("DE", "EUR", "DE", "ISO11649_RF"),
        ("NL", "EUR", "NL", "ISO11649_RF"),
        ("CH", "CHF", "CH", "CH_QRR"),
    ],
)
async def test_consumers_and_businesses_of_every_country_are_taken_with_a_reference_they_can_pay_with(
    country: str,
    currency: str,
    jurisdiction: str,
    scheme: str,
    client: httpx.AsyncClient,
    settings: Settings,
    orders: Any,
) -> None:
    answer = await onboard(client, settings, orders.creditor(country_code=country))
    assert answer.status_code == 201, answer.text
    agreement = answer.json()["agreement"]
    assert (agreement["jurisdiction"], agreement["reference_scheme"]) == (jurisdiction, scheme)
    assert agreement["policy_code_by_debtor_kind"] == {
        "CONSUMER": f"{country.lower()}_consumer",
        "BUSINESS": f"{country.lower()}_business",
    }

    results = await hand_in(
        client,
        settings,
        orders.invoice("1", currency=currency),
        orders.invoice("2", currency=currency, debtor={"kind": "BUSINESS"}),
    )

    assert [result["ok"] for result in results] == [True, True]
    taken = [result["payment_reference"] for result in results]
    assert all(references.check(scheme, reference) for reference in taken)
    assert len(set(taken)) == 2


async def test_another_member_state_goes_by_the_eu_rules_which_know_no_consumers(
    client: httpx.AsyncClient, settings: Settings, orders: Any
) -> None:
    agreement = (await onboard(client, settings, orders.creditor(country_code="AT"))).json()["agreement"]
    assert (agreement["jurisdiction"], agreement["policy_code"]) == ("EU", "eu_business")

    business, consumer = await hand_in(
        client,
        settings,
        orders.invoice("1", currency="EUR", debtor={"kind": "BUSINESS"}),
        orders.invoice("2", currency="EUR"),
    )

    assert business["ok"]
    assert consumer["errors"] == [
        {
            "field": "invoice.parties.buyerParty.entityType",
            "message": "the agreement has no dunning policy for a consumer under the law of EU;"
            " its policy eu_business covers business",
        }
    ]


@pytest.mark.parametrize(
    ("overrides", "reason"),
    [
        pytest.param({"country_code": "US"}, "client.countryCode: no rule pack for US", id="no rule pack"),
        pytest.param(
            {"country_code": "SE", "terms": {"policy_code": "no_consumer"}},
            "agreement.policyCode: no_consumer is not a policy of SE; use se_business, se_consumer.",
            id="a policy of another country",
        ),
        pytest.param(
            {"country_code": "FI", "terms": {"reference_scheme": "NO_KID_MOD10"}},
            "agreement.referenceScheme: NO_KID_MOD10 is not used in FI; use FI_VIITE_731, ISO11649_RF.",
            id="a reference nobody there can pay with",
        ),
    ],
)
async def test_what_a_country_does_not_know_is_refused_with_what_it_knows(
    overrides: dict[str, Any], reason: str, client: httpx.AsyncClient, settings: Settings, orders: Any
) -> None:
    answer = await onboard(client, settings, orders.creditor(**overrides))
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith(reason)


def test_a_country_in_whose_currency_the_office_has_no_account_is_refused(settings: Settings) -> None:
    with pytest.raises(CurrencyNotOffered, match="no client account in DKK; it has CHF, EUR, NOK, SEK"):
        draw_up_agreement(
            service_type="LIFECYCLE",
            country_code="DK",
            payout_account=BankAccount(name="Havn ApS", iban="DK5000400440116243"),
            accounts=tuple(one for one in settings.client_accounts if one.currency != "DKK"),
            incoming="CAMT",
            terms={},
        )


async def test_a_creditor_that_asks_for_one_policy_has_that_one_alone(
    client: httpx.AsyncClient, settings: Settings, orders: Any
) -> None:
    await onboard(client, settings, orders.creditor(terms={"policy_code": "no_consumer"}))
    consumer, business = await hand_in(
        client, settings, orders.invoice("1"), orders.invoice("2", debtor={"kind": "BUSINESS"})
    )
    assert (consumer["ok"], business["ok"]) == (True, False)
    assert [error["field"] for error in business["errors"]] == ["invoice.parties.buyerParty.entityType"]


@given(
    scheme=st.sampled_from(references.SCHEMES),
    prefix=st.integers(1_001, 99_999),
    case_ids=st.sets(st.integers(100_001, 99_999_999), min_size=2, max_size=2),
)
def test_every_case_has_a_valid_reference_of_its_own_whatever_the_scheme(
    scheme: Any, prefix: int, case_ids: set[int]
) -> None:
    made = [payment_reference(scheme, str(prefix), case_id) for case_id in sorted(case_ids)]
    assert all(references.check(scheme, reference) and "-" not in reference for reference in made)
    assert made[0] != made[1]
