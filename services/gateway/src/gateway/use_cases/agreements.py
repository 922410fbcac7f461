"""Read a creditor's agreement, draw up its next version and put it in force."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from pydantic.alias_generators import to_camel

from gateway.downstream import Downstream
from gateway.schemas.agreements import (
    AgreementAmendment,
    AgreementDraft,
    AgreementRead,
    Agreements,
    AgreementVersion,
    DunningPolicy,
    DunningStep,
)
from gateway.schemas.wire import Faults, major
from gateway.use_cases.invoices import CHANNELS

_PATH: Final = "/internal/agreements"
_TWO_DECIMALS: Final = "EUR"
"""An agreement's amounts are of whatever currency a claim has; every client account's currency has two decimals."""
_METHODS: Final = {channel: method for method, channel in CHANNELS.items()}
_AMOUNTS: Final = {"amount_from_minor": "amountFrom", "amount_to_minor": "amountTo", "tolerance_minor": "tolerance"}


async def read_agreements(downstream: Downstream, creditor_id: UUID) -> Agreements:
    told = await downstream.get("intake", _PATH, creditor_id)
    return Agreements(
        current_version=told["current_version"],
        versions=[_version(version) for version in told["versions"]],
        drafts=[_draft(draft) for draft in told["drafts"]],
    )


async def draft_agreement(
    downstream: Downstream, creditor_id: UUID, draft_id: UUID, body: AgreementAmendment
) -> AgreementDraft:
    """Intake judges the draft by the law; its refusal names field, rule, row and source of every fault."""
    amendment = _amendment(body)
    order = {"draft_id": str(draft_id), "amendment": amendment}
    return _draft(await downstream.post("intake", f"{_PATH}/drafts", creditor_id, order))


async def activate_draft(downstream: Downstream, creditor_id: UUID, draft_id: UUID) -> AgreementVersion:
    return _version(await downstream.post("intake", f"{_PATH}/drafts/{draft_id}/activate", creditor_id, {}))


def _amendment(body: AgreementAmendment) -> dict[str, Any]:
    faults = Faults()
    amendment = body.model_dump(mode="json", exclude_none=True, exclude={"dunning_policies", "agreed_fees"})
    if body.dunning_policies is not None:
        amendment["dunning_policies"] = [
            policy_order(policy, f"dunningPolicies.{index}", faults)
            for index, policy in enumerate(body.dunning_policies)
        ]
    if body.distribution_fallbacks is not None:
        amendment["distribution_fallbacks"] = [CHANNELS[method] for method in body.distribution_fallbacks]
    if body.agreed_fees is not None:
        amendment["agreed_fees"] = {
            code: _minor(amount, f"agreedFees.{code}", faults) for code, amount in body.agreed_fees.items()
        }
    faults.raise_if_any()
    return amendment


def policy_order(policy: DunningPolicy, place: str, faults: Faults) -> dict[str, Any]:
    """The policy as services keep it: snake case, minor units."""
    steps = [_step(step, f"{place}.steps.{index}", faults) for index, step in enumerate(policy.steps)]
    return policy.model_dump(exclude={"steps"}) | {"steps": steps}


def _step(step: DunningStep, place: str, faults: Faults) -> dict[str, Any]:
    conditions = step.conditions
    return step.model_dump(exclude={"conditions", "tolerance"}) | {
        "conditions": {
            "amount_from_minor": _minor(conditions.amount_from, f"{place}.conditions.amountFrom", faults),
            "amount_to_minor": _minor(conditions.amount_to, f"{place}.conditions.amountTo", faults),
            "debtor_kinds": conditions.debtor_kinds,
            "debtor_countries": conditions.debtor_countries,
        },
        "tolerance_minor": _minor(step.tolerance, f"{place}.tolerance", faults) or 0,
    }


def _minor(amount: Decimal | None, place: str, faults: Faults) -> int | None:
    if amount is None:
        return None
    if amount < 0:
        faults.add(place, "must not be negative")
        return 0
    return faults.minor(place, amount, _TWO_DECIMALS)


def _version(told: dict[str, Any]) -> AgreementVersion:
    return AgreementVersion(
        version=told["agreement_version"], valid_from=told["valid_from"], agreement=_agreement(told["document"])
    )


def _draft(told: dict[str, Any]) -> AgreementDraft:
    return AgreementDraft(
        draft_id=told["draft_id"],
        base_version=told["base_version"],
        drafted_date=told["drafted_date"],
        agreement=_agreement(told["document"]),
    )


def _agreement(document: dict[str, Any]) -> AgreementRead:
    """The document as partners read it; versions from before own policies say nothing of them."""
    return AgreementRead(
        service_type=document["service_type"],
        jurisdiction=document["jurisdiction"],
        reference_scheme=document["reference_scheme"],
        policy_code=document["policy_code"],
        policy_code_by_debtor_kind=document.get("policy_code_by_debtor_kind", {}),
        dunning_policies=[spelled_policy(policy) for policy in document.get("dunning_policies", [])],
        accept_low_confidence=document.get("accept_low_confidence", False),
        agreed_fees={code: major(minor, _TWO_DECIMALS) for code, minor in document.get("agreed_fees", {}).items()},
        interest_enabled=document["interest_enabled"],
        distribution_fallbacks=[
            _METHODS[channel] for channel in document.get("distribution_fallbacks", ("EMAIL", "LETTER"))
        ],
        failure_summary=document.get("failure_summary", True),
        group_letters=document.get("group_letters", False),
        track_mail=document.get("track_mail", False),
        settlement_weekday=document["settlement_weekday"],
        currencies=sorted(document["incoming_account_by_currency"]),
    )


def spelled_policy(value: Any) -> Any:
    """A policy in the words of the partner API: camelCase, amounts in major units."""
    if isinstance(value, dict):
        return dict(_member(name, inner) for name, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [spelled_policy(inner) for inner in value]
    return value


def _member(name: str, value: Any) -> tuple[str, Any]:
    if name in _AMOUNTS:
        return _AMOUNTS[name], None if value is None else float(major(value, _TWO_DECIMALS))
    return to_camel(name), spelled_policy(value)
