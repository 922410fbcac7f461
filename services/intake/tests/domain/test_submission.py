"""Whether an invoice can be taken, and what follows from it."""

from datetime import date
from uuid import UUID

import pytest

from intake.domain.actions import judge_action
from intake.domain.submission import DebtorParty, debtor_id_of

CREDITOR = UUID(int=1)


def a_debtor(**overrides: str) -> DebtorParty:
    fields = {
        "kind": "CONSUMER",
        "name": "Kari Nordmann",
        "street": "Storgata 1",
        "postal_code": "0155",
        "postal_district": "OSLO",
        "country_code": "NO",
        "language_code": "NO",
    }
    return DebtorParty.model_validate(fields | overrides)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(a_debtor(), a_debtor(email="kari@example.no"), True, id="a new e-mail is no new debtor"),
        pytest.param(a_debtor(), a_debtor(street="Lillegata 2"), False, id="same name elsewhere is somebody else"),
        pytest.param(
            a_debtor(customer_account_id="7"),
            a_debtor(customer_account_id="7", street="Lillegata 2"),
            True,
            id="the creditor's customer number goes before the address",
        ),
        pytest.param(a_debtor(business_id="1"), a_debtor(business_id="2"), False, id="two firms"),
    ],
)
def test_the_same_party_is_the_same_debtor(one: DebtorParty, other: DebtorParty, same: bool) -> None:
    assert (debtor_id_of(CREDITOR, one) == debtor_id_of(CREDITOR, other)) is same


def test_debtors_of_two_creditors_are_never_the_same() -> None:
    assert debtor_id_of(UUID(int=1), a_debtor()) != debtor_id_of(UUID(int=2), a_debtor())


def test_a_direct_payment_cannot_lie_in_the_future() -> None:
    errors = judge_action(
        "DIRECTPAYMENT",
        comment="",
        amount_minor=100,
        currency="NOK",
        invoice_currency="NOK",
        payment_date=date(2025, 9, 2),
        due_date=None,
        until_date=None,
        today=date(2025, 9, 1),
    )

    assert errors == [("data.paymentDate", "must not lie after today, 2025-09-01")]
