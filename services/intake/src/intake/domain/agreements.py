"""The agreement a new creditor starts with: the template of its country, enriched by what was asked for."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from contracts import Agreement, BankAccount, DebtorKind, ReferenceScheme
from intake.domain.accounts import ClientAccount, IncomingSource, incoming_accounts
from statutes import list_policy_codes, policy

DEBTOR_KINDS: Final[tuple[DebtorKind, ...]] = ("CONSUMER", "BUSINESS")

_OTHER_MEMBERS: Final = frozenset(
    "AT BE BG CY CZ EE ES FR GR HR HU IE IT LT LU LV MT PL PT RO SI SK".split()  # noqa: SIM905 - one line to read
)
"""Members of the EU without a rule pack of their own: there the directive of late payment holds."""


class CountryNotOffered(Exception):
    """There is no rule pack for the creditor's country."""

    def __init__(self, country_code: str) -> None:
        offered = ", ".join(sorted(_TEMPLATES.keys() - {"EU"}))
        super().__init__(
            f"client.countryCode: no rule pack for {country_code}; creditors from {offered} and, by the EU's own rules,"
            " from any other member state can be onboarded."
        )


class PolicyNotOffered(Exception):
    """The dunning policy does not belong to the creditor's country."""

    def __init__(self, policy_code: str, jurisdiction: str) -> None:
        super().__init__(
            f"agreement.policyCode: {policy_code} is not a policy of {jurisdiction};"
            f" use {', '.join(policies_of(jurisdiction))}."
        )


class SchemeNotOffered(Exception):
    """Debtors in the creditor's country cannot pay with references of that scheme."""

    def __init__(self, scheme: str, jurisdiction: str) -> None:
        super().__init__(
            f"agreement.referenceScheme: {scheme} is not used in {jurisdiction};"
            f" use {', '.join(_TEMPLATES[jurisdiction].schemes)}."
        )


class CurrencyNotOffered(Exception):
    """The office has no client account in the currency of the creditor's country."""

    def __init__(self, currency: str, offered: dict[str, str]) -> None:
        super().__init__(
            f"client.countryCode: the office has no client account in {currency};"
            f" it has {', '.join(sorted(offered)) or 'none at all'}."
        )


@dataclass(frozen=True, slots=True)
class _Template:
    """How creditors of a country begin; the first scheme is the usual one."""

    currency: str
    schemes: tuple[ReferenceScheme, ...]
    small_balance_minor: int
    first_policy: str


_TEMPLATES: Final = {
    "NO": _Template("NOK", ("NO_KID_MOD10", "NO_KID_MOD11", "ISO11649_RF"), 5_000, "no_consumer"),
    "SE": _Template("SEK", ("SE_OCR_MOD10", "SE_OCR_LENGTH_DIGIT", "ISO11649_RF"), 5_000, "se_business"),
    "FI": _Template("EUR", ("FI_VIITE_731", "ISO11649_RF"), 500, "fi_consumer"),
    "DK": _Template("DKK", ("DK_FI_71", "DK_FI_75", "ISO11649_RF"), 5_000, "dk_consumer"),
    "DE": _Template("EUR", ("ISO11649_RF",), 500, "de_consumer"),
    "NL": _Template("EUR", ("ISO11649_RF",), 500, "nl_consumer"),
    "CH": _Template("CHF", ("CH_QRR", "ISO11649_RF"), 500, "ch_consumer"),
    "EU": _Template("EUR", ("ISO11649_RF",), 500, "eu_business"),
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


def jurisdiction_of(country_code: str) -> str:
    """Whose rule pack holds for a creditor of that country: its own, or that of the EU's directive."""
    if country_code in _OTHER_MEMBERS:
        return "EU"
    if country_code not in _TEMPLATES or country_code == "EU":
        raise CountryNotOffered(country_code)
    return country_code


def policies_of(jurisdiction: str) -> tuple[str, ...]:
    """The codes of the policies on file for a rule pack."""
    return tuple(code for code in list_policy_codes() if policy(code).jurisdiction == jurisdiction)


def draw_up_agreement(
    *,
    service_type: Literal["INTERMEDIATION", "LIFECYCLE", "COLLECTION"],
    country_code: str,
    payout_account: BankAccount,
    accounts: tuple[ClientAccount, ...],
    incoming: IncomingSource,
    terms: dict[str, Any],
) -> Agreement:
    """The country's template with the given `terms` in place of its defaults.

    Each kind of debtor has the policy on file for it, unless one policy is asked for.
    """
    jurisdiction = jurisdiction_of(country_code)
    template = _TEMPLATES[jurisdiction]
    chosen = _DEFAULTS | {name: value for name, value in terms.items() if value is not None}
    scheme = chosen.pop("reference_scheme", template.schemes[0])
    if scheme not in template.schemes:
        raise SchemeNotOffered(scheme, jurisdiction)
    by_currency = incoming_accounts(accounts, incoming)
    if template.currency not in by_currency:
        raise CurrencyNotOffered(template.currency, by_currency)
    asked_for: str | None = chosen.pop("policy_code", None)
    if asked_for is not None and asked_for not in policies_of(jurisdiction):
        raise PolicyNotOffered(asked_for, jurisdiction)
    return Agreement(
        service_type=service_type,
        jurisdiction=jurisdiction,
        incoming_account_by_currency=by_currency,
        payout_account=payout_account,
        small_balance_minor=chosen.pop("small_balance_minor", template.small_balance_minor),
        reference_scheme=scheme,
        policy_code=asked_for or template.first_policy,
        policy_code_by_debtor_kind={} if asked_for else _by_debtor_kind(jurisdiction),
        **chosen,
    )


def _by_debtor_kind(jurisdiction: str) -> dict[DebtorKind, str]:
    kinds = {policy(code).debtor_kind: code for code in policies_of(jurisdiction)}
    return {kind: kinds[kind.lower()] for kind in DEBTOR_KINDS if kind.lower() in kinds}
