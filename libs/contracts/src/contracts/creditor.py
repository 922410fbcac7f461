"""Facts about creditors and the agreements made with them."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from contracts.event import BasisPoints, Country, CreditorEvent, Currency, NonNegativeMinor, Value


class BankAccount(Value):
    """Where money is to be paid: holder, IBAN and, where known, BIC."""

    name: str
    iban: str
    bic: str | None = None


class Agreement(Value):
    """Everything agreed with a creditor, carried whole so that nobody has to ask for the rest."""

    service_type: Literal["INTERMEDIATION", "LIFECYCLE", "COLLECTION"]
    jurisdiction: Country
    policy_code: str = Field(description="Dunning policy of the rule pack, for example no_consumer.")
    reference_scheme: Literal["NO_KID_MOD10", "NO_KID_MOD11", "SE_OCR_MOD10", "ISO11649_RF"]
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


class AgreementActivated(CreditorEvent):
    """A version of the creditor's agreement came into force; it replaces every lower version."""

    topic: ClassVar[str] = "agreement.activated"
    producer: ClassVar[str] = "intake"
    consumers: ClassVar[tuple[str, ...]] = ("lifecycle", "payment-control", "settlement")

    agreement_id: UUID
    agreement_version: int = Field(gt=0)
    valid_from: date
    agreement: Agreement
