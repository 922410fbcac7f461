"""The agreement a new creditor starts with: a template per country, enriched by what was asked for."""

from dataclasses import dataclass
from typing import Any, Literal

from contracts import Agreement, BankAccount
from intake.domain.accounts import ClientAccount, IncomingSource, incoming_accounts


class CountryNotOffered(Exception):
    """There is no rule pack for the creditor's country."""

    def __init__(self, country_code: str) -> None:
        super().__init__(
            f"client.countryCode: no rule pack for {country_code} yet; creditors from {', '.join(sorted(_TEMPLATES))}"
            " can be onboarded."
        )


class PolicyNotOffered(Exception):
    """The dunning policy does not belong to the creditor's country."""

    def __init__(self, policy_code: str, country_code: str) -> None:
        super().__init__(
            f"agreement.policyCode: {policy_code} is not a policy of {country_code};"
            f" use {', '.join(_TEMPLATES[country_code].policies)}."
        )


@dataclass(frozen=True, slots=True)
class _Template:
    policies: tuple[str, ...]
    reference_scheme: Literal["NO_KID_MOD10", "SE_OCR_MOD10"]
    small_balance_minor: int


_TEMPLATES = {
    "NO": _Template(("no_consumer",), "NO_KID_MOD10", 5_000),
    "SE": _Template(("se_business",), "SE_OCR_MOD10", 5_000),
}

_DEFAULTS: dict[str, Any] = {
    "settlement_weekday": 3,
    "interest_enabled": True,
    "creditor_deducts_vat": True,
    "interest_share": 10_000,
    "reminder_fee_share": 5_000,
    "collection_fee_share": 0,
    "commission": 500,
    "commission_vat": 2_500,
}


def draw_up_agreement(
    *,
    service_type: Literal["INTERMEDIATION", "LIFECYCLE", "COLLECTION"],
    country_code: str,
    payout_account: BankAccount,
    accounts: tuple[ClientAccount, ...],
    incoming: IncomingSource,
    terms: dict[str, Any],
) -> Agreement:
    """The country's template with the given `terms` in place of its defaults."""
    template = _TEMPLATES.get(country_code)
    if template is None:
        raise CountryNotOffered(country_code)
    policy_code = terms.get("policy_code") or template.policies[0]
    if policy_code not in template.policies:
        raise PolicyNotOffered(policy_code, country_code)
    chosen = _DEFAULTS | {name: value for name, value in terms.items() if value is not None}
    return Agreement(
        service_type=service_type,
        jurisdiction=country_code,
        incoming_account_by_currency=incoming_accounts(accounts, incoming),
        payout_account=payout_account,
        small_balance_minor=chosen.pop("small_balance_minor", template.small_balance_minor),
        reference_scheme=chosen.pop("reference_scheme", template.reference_scheme),
        policy_code=policy_code,
        **{name: value for name, value in chosen.items() if name != "policy_code"},
    )
