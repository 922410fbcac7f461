"""Bodies of the agreement: its versions, and what the next one shall say. Amounts in major units."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from gateway.schemas.invoices import DistributionMethod
from gateway.schemas.wire import Amount, AmountOut, Code, CountryCode, Line, Wire

DebtorKind = Literal["CONSUMER", "BUSINESS"]
PolicyCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Days = Annotated[int, Field(ge=0, le=3_650)]
StopCondition = Literal["PRINCIPAL_PAID", "PARTLY_PAID", "DEBTOR_ABROAD", "DEBTOR_VULNERABLE"]


class StepConditions(Wire):
    """Which claims a step is for, by what is still owed and by the debtor; what is left out is met by all."""

    amount_from: Amount | None = None
    amount_to: Amount | None = None
    debtor_kinds: list[DebtorKind] = Field(default_factory=list[DebtorKind], max_length=2)
    debtor_countries: list[CountryCode] = Field(default_factory=list[str], max_length=100)


class DunningStep(Wire):
    """One step: counted from the due date or from the deadline of the letter before it, never from both."""

    level: int = Field(gt=0, le=20)
    code: Code = Field(description="The letter's name in its own law, for example inkassovarsel.")
    stage: Literal["REMINDER", "NOTICE", "COLLECTION"]
    days_after_due: Days | None = None
    days_after_previous_deadline: Days | None = None
    deadline_days: int = Field(gt=0, le=3_650)
    fee_codes: list[PolicyCode] = Field(default_factory=list[str], max_length=10)
    template: Code
    channel: Literal["EMAIL", "LETTER"]
    transfers: bool = Field(default=False, description="With this step the claim goes to the collector.")
    conditions: StepConditions = StepConditions()
    stop_conditions: list[StopCondition] = Field(default_factory=list[StopCondition], max_length=4)
    tolerance: Amount | None = Field(default=None, description="No step while no more than this is owed.")


class DunningPolicy(Wire):
    """A dunning policy of the client's own; its version is counted by us."""

    code: PolicyCode
    name: Line = ""
    debtor_kind: DebtorKind | None = Field(default=None, description="None: for consumers and businesses.")
    steps: list[DunningStep] = Field(min_length=1, max_length=20)


class AgreementAmendment(Wire):
    """What shall be different in the next version; what is left out stays as it is."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "dunningPolicies": [
                        {
                            "code": "gentle",
                            "name": "Patient with regular customers",
                            "debtorKind": "CONSUMER",
                            "steps": [
                                {
                                    "level": 1,
                                    "code": "purring",
                                    "stage": "REMINDER",
                                    "daysAfterDue": 21,
                                    "deadlineDays": 14,
                                    "feeCodes": ["purring"],
                                    "template": "no_purring",
                                    "channel": "EMAIL",
                                    "tolerance": 50,
                                }
                            ],
                        }
                    ],
                    "policyCodeByDebtorKind": {"CONSUMER": "gentle", "BUSINESS": "no_business"},
                }
            ]
        },
    )

    dunning_policies: list[DunningPolicy] | None = Field(default=None, max_length=10)
    policy_code: PolicyCode | None = None
    policy_code_by_debtor_kind: dict[DebtorKind, PolicyCode] | None = None
    accept_low_confidence: bool | None = None
    agreed_fees: dict[PolicyCode, Amount] | None = Field(
        default=None, description="Fees agreed with the debtors up front, by code."
    )
    interest_enabled: bool | None = None
    distribution_fallbacks: list[DistributionMethod] | None = Field(
        default=None, max_length=4, description="How invoices go when their own method fails, in this order."
    )
    failure_summary: bool | None = Field(
        default=None, description="Whether you are told once a day which invoices could not be distributed."
    )
    group_letters: bool | None = Field(
        default=None, description="One letter for claims of a debtor that reach a step on the same day."
    )
    track_mail: bool | None = Field(
        default=None,
        description="Whether opens and clicks of mails are counted, where the debtor's country lets them be.",
    )


class AgreementRead(Wire):
    """What a version says about dunning, interest and fees; its policies as they were handed in."""

    service_type: str
    jurisdiction: str
    reference_scheme: str
    policy_code: str
    policy_code_by_debtor_kind: dict[str, str]
    dunning_policies: list[dict[str, Any]]
    accept_low_confidence: bool
    agreed_fees: dict[str, AmountOut]
    interest_enabled: bool
    distribution_fallbacks: list[str]
    failure_summary: bool
    group_letters: bool
    track_mail: bool
    settlement_weekday: int
    currencies: list[str]


class AgreementVersion(Wire):
    """A version of the agreement, in force from `validFrom` until the next."""

    version: int
    valid_from: date
    agreement: AgreementRead


class AgreementDraft(Wire):
    """A version that the law allows and that is not in force until it is activated."""

    draft_id: UUID
    base_version: int
    drafted_date: date
    agreement: AgreementRead


class Agreements(Wire):
    """Every version, the one in force last, and the drafts that may be activated."""

    current_version: int
    versions: list[AgreementVersion]
    drafts: list[AgreementDraft]
