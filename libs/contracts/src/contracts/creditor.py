"""Facts about creditors and the agreements made with them."""

from datetime import date
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from contracts.event import (
    BasisPoints,
    Channel,
    Country,
    CreditorEvent,
    Currency,
    DebtorKind,
    NonNegativeMinor,
    Value,
)

FeeCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
StopCondition = Literal["PRINCIPAL_PAID", "PARTLY_PAID", "DEBTOR_ABROAD", "DEBTOR_VULNERABLE"]
ReferenceScheme = Literal[
    "NO_KID_MOD10",
    "NO_KID_MOD11",
    "SE_OCR_MOD10",
    "SE_OCR_LENGTH_DIGIT",
    "FI_VIITE_731",
    "DK_FI_71",
    "DK_FI_75",
    "CH_QRR",
    "ISO11649_RF",
]


class BankAccount(Value):
    """Where money is to be paid: holder, IBAN and, where known, BIC."""

    name: str
    iban: str
    bic: str | None = None


class StepConditions(Value):
    """Which claims a step is for; an empty condition is met by all. Amounts are what is still owed of the claim."""

    amount_from_minor: NonNegativeMinor | None = None
    amount_to_minor: NonNegativeMinor | None = None
    debtor_kinds: tuple[DebtorKind, ...] = ()
    debtor_countries: tuple[Country, ...] = ()


class DunningStep(Value):
    """One rung: counted from the due date or from the deadline of the letter before it, never from both."""

    level: int = Field(gt=0, description="1 for the first step, then 2, 3, without a gap.")
    code: str = Field(description="The letter's name in its own law, for example inkassovarsel.")
    stage: Literal["REMINDER", "NOTICE", "COLLECTION"]
    days_after_due: int | None = Field(default=None, ge=0)
    days_after_previous_deadline: int | None = Field(default=None, ge=0)
    deadline_days: int = Field(gt=0, description="Days the letter gives; the law's if those are more.")
    fee_codes: tuple[FeeCode, ...] = ()
    template: str
    channel: Literal["EMAIL", "LETTER"]
    transfers: bool = Field(default=False, description="With this step the claim goes to the collector.")
    conditions: StepConditions = Field(
        default=StepConditions(), description="Where they do not fit, the step is passed over."
    )
    stop_conditions: tuple[StopCondition, ...] = Field(
        default=(), description="While one holds, neither this step nor a later one is taken."
    )
    tolerance_minor: NonNegativeMinor = Field(
        default=0, description="While no more than this is owed, neither this step nor a later one is taken."
    )


class DunningPolicy(Value):
    """A creditor's own dunning policy. Its code and version never name two different ladders."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Its name for programs, for example gentle.")
    name: str = Field(default="", description="Its name for people.")
    version: int = Field(gt=0)
    debtor_kind: DebtorKind | None = Field(default=None, description="None: for consumers and businesses.")
    steps: tuple[DunningStep, ...] = Field(min_length=1, max_length=20)


class CommissionTier(Value):
    """A rate of commission from an age and a size on; of those that apply, the oldest holds, then the largest."""

    days_overdue_from: int = Field(default=0, ge=0, description="Days from the due date to the day the money came.")
    amount_from_minor: NonNegativeMinor = Field(default=0, description="What the invoice was for.")
    commission: BasisPoints


class Agreement(Value):
    """Everything agreed with a creditor, carried whole so that nobody has to ask for the rest."""

    service_type: Literal["INTERMEDIATION", "LIFECYCLE", "COLLECTION"]
    jurisdiction: Country
    policy_code: str = Field(description="Dunning policy of the rule pack, for example no_consumer.")
    reference_scheme: ReferenceScheme
    incoming_account_by_currency: dict[Currency, str] = Field(
        description="Id of the client-funds account on which debtors pay, by currency."
    )
    payout_account: BankAccount
    settlement_weekday: int = Field(ge=1, le=5, description="ISO weekday of the weekly settlement; 1 is Monday.")
    interest_enabled: bool = True
    creditor_deducts_vat: bool = True
    interest_share: BasisPoints = Field(description="The creditor's part of late interest.")
    reminder_fee_share: BasisPoints = Field(description="The creditor's part of reminder fees.")
    collection_fee_share: BasisPoints = Field(description="The creditor's part of collection fees and compensation.")
    commission: BasisPoints = Field(description="Our commission on principal collected in the collection stage.")
    commission_vat: BasisPoints = Field(description="VAT on our commission and our part of the fees.")
    small_balance_minor: NonNegativeMinor = Field(
        description="A residual of interest and fees up to this much is written off when the principal is paid."
    )

    # Law and policy: which ladder a debtor climbs, and what was agreed about fees.
    dunning_policies: tuple[DunningPolicy, ...] = Field(
        default=(), description="The creditor's own policies; a policy code may name one of them."
    )
    policy_code_by_debtor_kind: dict[DebtorKind, str] = Field(
        default={}, description="The policy for a kind of debtor, where it is not policy_code."
    )
    accept_low_confidence: bool = Field(
        default=False, description="Whether fees may rest on rows of the law whose confidence is low."
    )
    agreed_fees: dict[FeeCode, NonNegativeMinor] = Field(
        default={}, description="Fees agreed with the debtors up front, by code; the law may still cap them."
    )

    # Claim ledger
    allocation_order: tuple[Literal["FEES", "INTEREST", "PRINCIPAL"], ...] | None = Field(
        default=None, description="What a business debtor's payment covers first; None: the order of law."
    )

    # Settlement: how often, from how much on, for what commission, and in how many transfers.
    settlement_interval: Literal["DAILY", "WEEKLY", "MONTHLY"] = "WEEKLY"
    settlement_month_day: int = Field(
        default=31, ge=1, le=31, description="Day of the monthly settlement; the last of the month where it has fewer."
    )
    settlement_roll: Literal["FOLLOWING", "PRECEDING"] = Field(
        default="FOLLOWING", description="The banking day taken instead of a day on which banks are closed."
    )
    minimum_payout_minor: NonNegativeMinor = Field(
        default=0, description="While less than this is due to the creditor, it is carried to the next settlement."
    )
    commission_tiers: tuple[CommissionTier, ...] = Field(
        default=(), max_length=20, description="The commission by age and size of the claim, where one applies."
    )
    payout_per_invoice: bool = Field(
        default=False, description="True: one transfer per invoice, with its payment reference."
    )

    # Distribution and letters
    distribution_fallbacks: tuple[Channel, ...] = Field(
        default=("EMAIL", "LETTER"),
        max_length=4,
        description="How an invoice goes when its channel fails: what follows that channel here, or all of it.",
    )
    failure_summary: bool = Field(
        default=True, description="Whether the creditor is told once a day which invoices could not be distributed."
    )
    group_letters: bool = Field(
        default=False, description="True: claims of one debtor that reach a step on the same day go in one letter."
    )

    # Communication
    track_mail: bool = Field(
        default=False,
        description="Whether opens and clicks of mails are counted, where the debtor's country lets them be.",
    )


class CreditorOnboarded(CreditorEvent):
    """A creditor became a client of the office."""

    topic: ClassVar[str] = "creditor.onboarded"
    producer: ClassVar[str] = "intake"
    consumers: ClassVar[tuple[str, ...]] = ("settlement", "communication", "accounting")

    partner_code: str
    customer_code: str
    name: str
    business_code: str
    country_code: Country
    language_code: str
    email: str
    reference_prefix: str = Field(description="Leading digits of every payment reference made for this creditor.")
    seat: str = Field(default="", description="The registered seat in one line; German notices must name it.")
    vat_number: str = ""


class AgreementActivated(CreditorEvent):
    """A version of the creditor's agreement came into force; it replaces every lower version."""

    topic: ClassVar[str] = "agreement.activated"
    producer: ClassVar[str] = "intake"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "payment-control", "settlement", "communication")

    agreement_id: UUID
    agreement_version: int = Field(gt=0)
    valid_from: date
    agreement: Agreement
