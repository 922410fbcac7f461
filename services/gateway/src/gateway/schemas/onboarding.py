"""Bodies of onboarding and tokens."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel

from contracts import ReferenceScheme
from gateway.schemas.wire import (
    Amount,
    Bic,
    Code,
    CountryCode,
    Email,
    Iban,
    LanguageCode,
    Line,
    Name,
    Percentage,
    Wire,
)


class ServiceOrder(Wire):
    """Which service the client takes, and through which partner."""

    type: Literal["INTERMEDIATION", "LIFECYCLE", "COLLECTION"]
    partner_code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9_-]{1,40}$")]


class ClientBankAccount(Wire):
    """Where the client's settlements are paid out."""

    iban: Iban
    bic: Bic | None = None


class Client(Wire):
    """The creditor."""

    name: Name
    business_code: Code
    vat_reg_nbr: Line = ""
    postal_address: Line = ""
    postal_code: Line = ""
    postal_district: Line = ""
    country_code: CountryCode
    telephone: Line = ""
    email: Email
    website: Line = ""
    language_code: LanguageCode
    bank_account: ClientBankAccount


class ClientContact(Wire):
    """A person to talk to."""

    type: Literal["PRIMARY", "TECHNICAL", "ACCOUNTANT"] = "PRIMARY"
    name: Name
    email: Email
    telephone: Line = ""


class CommissionTier(Wire):
    """A rate of commission from an age and a size of the claim on; the oldest that applies, then the largest."""

    days_overdue_from: int = Field(default=0, ge=0, le=36_500)
    amount_from: Amount = Field(default=Decimal(0), ge=0, description="What the invoice was for, in its currency.")
    commission_percent: Percentage


class AgreementTerms(Wire):
    """What the client agrees to; whatever is left out comes from the country's template."""

    policy_code: Code | None = None
    reference_scheme: ReferenceScheme | None = None
    settlement_weekday: int | None = Field(default=None, ge=1, le=5, description="ISO weekday; 1 is Monday.")
    incoming_payments: Literal["CAMT", "NETS_OCR"] = Field(
        default="CAMT", description="How the bank reports the debtors' payments."
    )
    commission_percent: Percentage | None = None
    reminder_fee_share_percent: Percentage | None = None
    collection_fee_share_percent: Percentage | None = None
    interest_share_percent: Percentage | None = None
    creditor_deducts_vat: bool | None = None
    settlement_interval: Literal["DAILY", "WEEKLY", "MONTHLY"] | None = Field(
        default=None, description="How often you are settled, on banking days; WEEKLY when left out."
    )
    settlement_month_day: int | None = Field(
        default=None, ge=1, le=31, description="Day of a MONTHLY settlement; 31 is the last of the month."
    )
    settlement_roll: Literal["FOLLOWING", "PRECEDING"] | None = Field(
        default=None, description="Which banking day is taken when banks are closed; FOLLOWING when left out."
    )
    minimum_payout: Amount | None = Field(
        default=None, ge=0, description="While less is due, it is carried to the next settlement."
    )
    commission_tiers: list[CommissionTier] | None = Field(default=None, max_length=20)
    payout_per_invoice: bool | None = Field(
        default=None, description="True: one transfer per invoice, with the invoice's payment reference."
    )


class ClientCreate(Wire):
    """A client to onboard."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "service": {"type": "LIFECYCLE", "partnerCode": "QUICK3"},
                    "client": {
                        "name": "Fjord Strøm AS",
                        "businessCode": "923609016",
                        "countryCode": "NO",
                        "email": "post@fjordstrom.example",
                        "languageCode": "NO",
                        "bankAccount": {"iban": "NO9386011117947"},
                    },
                    "contacts": [{"type": "PRIMARY", "name": "Kari Vik", "email": "kari@fjordstrom.example"}],
                    "agreement": {"settlementWeekday": 3, "incomingPayments": "NETS_OCR", "commissionPercent": 5},
                }
            ]
        },
    )

    service: ServiceOrder
    client: Client
    contacts: list[ClientContact] = Field(default_factory=list[ClientContact], max_length=20)
    agreement: AgreementTerms = AgreementTerms()


class ClientCreated(Wire):
    """The new client; its token is shown here and never again."""

    client_identifier: str
    customer_code: str
    payment_reference_prefix: str
    access_token: str = ""


class TokenValid(Wire):
    """The token works."""

    is_valid: bool = True
    message: str = "Token is valid"
    environment: Literal["test", "production"]
    expires_at: datetime


class TokenRenewed(Wire):
    """A new token; the old one works until `previousTokenValidUntil`."""

    message: str = Field(alias="Message", default="Token is renewed")
    access_token: str
    expires_at: datetime
    previous_token_valid_until: datetime
