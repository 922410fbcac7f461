"""A new version of an agreement: what may be changed, and whether the law allows what comes of it."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from contracts import Agreement, Channel, DebtorKind, DunningPolicy, DunningStep
from intake.domain.agreements import DEBTOR_KINDS, policies_of
from statutes import (
    PolicyFault,
    StatuteError,
    UnknownFeeCode,
    UnknownPolicy,
    named_policy,
    policy_faults,
    policy_from_document,
    statute_book,
)
from statutes.fees import get_fee_rows

PolicyCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class OwnPolicy(BaseModel):
    """A dunning policy as a creditor hands it in; its version is counted here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: PolicyCode
    name: str = Field(default="", max_length=140)
    debtor_kind: DebtorKind | None = None
    steps: tuple[DunningStep, ...] = Field(min_length=1, max_length=20)


class Amendment(BaseModel):
    """What shall be different in the next version; what is left out stays as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dunning_policies: tuple[OwnPolicy, ...] | None = Field(default=None, max_length=10)
    policy_code: PolicyCode | None = None
    policy_code_by_debtor_kind: dict[DebtorKind, PolicyCode] | None = None
    accept_low_confidence: bool | None = None
    agreed_fees: dict[str, Annotated[int, Field(ge=0)]] | None = None
    interest_enabled: bool | None = None
    distribution_fallbacks: tuple[Channel, ...] | None = Field(default=None, max_length=4)
    failure_summary: bool | None = None
    group_letters: bool | None = None
    track_mail: bool | None = None


class AmendmentForbidden(Exception):
    """The next version would break the law or name what is not there; every fault with its field."""

    def __init__(self, faults: Sequence[PolicyFault]) -> None:
        super().__init__("The agreement cannot be changed so: " + "; ".join(f"{one.field}: {one}" for one in faults))
        self.faults = tuple(faults)


_POLICIES: Final = "dunning_policies"


def amended(agreement: Agreement, amendment: Amendment, earlier: Sequence[DunningPolicy]) -> Agreement:
    """The agreement with the amendment; `earlier` are the own policies of all versions so far.

    A policy that is what it was keeps its version; one that differs gets the next, so that code and version never name
    two ladders. AmendmentForbidden says all that is wrong.
    """
    changes: dict[str, Any] = amendment.model_dump(exclude_none=True, exclude={_POLICIES})
    if amendment.dunning_policies is not None:
        changes[_POLICIES] = tuple(_versioned(policy, earlier).model_dump() for policy in amendment.dunning_policies)
    found = Agreement.model_validate(agreement.model_dump() | changes)
    faults = tuple(dict.fromkeys(agreement_faults(found)))
    if faults:
        raise AmendmentForbidden(faults)
    return found


def agreement_faults(agreement: Agreement) -> Iterator[PolicyFault]:
    """Everything in the agreement's policies and fees that the law forbids or that is not there."""
    codes = [policy.code for policy in agreement.dunning_policies]
    for index, policy in enumerate(agreement.dunning_policies):
        place = f"{_POLICIES}[{index}]"
        if policy.code in policies_of(agreement.jurisdiction) or codes.count(policy.code) > 1:
            yield PolicyFault(f"{place}.code", f"the code {policy.code} is taken by another policy")
        yield from _law_faults(policy, place, agreement.jurisdiction)
    yield from _choice_faults(agreement)
    for code in agreement.agreed_fees:
        try:
            get_fee_rows(statute_book(), agreement.jurisdiction, code)
        except UnknownFeeCode as unknown:
            yield PolicyFault(f"agreed_fees.{code}", str(unknown))


def _versioned(policy: OwnPolicy, earlier: Sequence[DunningPolicy]) -> DunningPolicy:
    same_code = [one for one in earlier if one.code == policy.code]
    for one in same_code:
        drafted = DunningPolicy(version=one.version, **policy.model_dump())
        if drafted == one:
            return one
    return DunningPolicy(version=max((one.version for one in same_code), default=0) + 1, **policy.model_dump())


def _law_faults(policy: DunningPolicy, place: str, jurisdiction: str) -> Iterator[PolicyFault]:
    kinds = (policy.debtor_kind,) if policy.debtor_kind else DEBTOR_KINDS
    for kind in kinds:
        for fault in policy_faults(policy_from_document(policy.model_dump(), jurisdiction, kind)):
            yield PolicyFault(f"{place}.{fault.field}", fault.rule, fault.row_id, fault.source)


def _choice_faults(agreement: Agreement) -> Iterator[PolicyFault]:
    """The policies that are named must be there, of this country, and for the debtors they are named for."""
    plain = agreement.model_dump()
    chosen: list[tuple[str, str, DebtorKind | None]] = [("policy_code", agreement.policy_code, None)]
    for debtor_kind, named in agreement.policy_code_by_debtor_kind.items():
        chosen.append((f"policy_code_by_debtor_kind.{debtor_kind}", named, debtor_kind))
    for field, code, kind in chosen:
        try:
            found = named_policy(plain, code, kind or "CONSUMER")
        except UnknownPolicy as unknown:
            yield PolicyFault(field, str(unknown))
            continue
        except StatuteError as unreadable:
            yield PolicyFault(field, str(unreadable))
            continue
        if found.jurisdiction != agreement.jurisdiction:
            offered = ", ".join(
                (*(one.code for one in agreement.dunning_policies), *policies_of(agreement.jurisdiction))
            )
            yield PolicyFault(field, f"{code} is a policy of {found.jurisdiction}; use {offered}")
        elif kind and found.debtor_kind != kind.lower():
            yield PolicyFault(field, f"{code} is a policy for a {found.debtor_kind}")
