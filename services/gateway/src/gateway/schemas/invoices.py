"""Bodies of invoices: what a creditor hands in and what it is told."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema
from pydantic.alias_generators import to_camel

from gateway.schemas.wire import (
    Amount,
    Bic,
    CountryCode,
    CurrencyCode,
    Day,
    Email,
    Iban,
    InvoiceNumber,
    LanguageCode,
    Line,
    Name,
    Percentage,
    Prose,
    Wire,
)


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


OptionalEmail = Annotated[Email | None, BeforeValidator(_blank_is_none)]
EntityType = Annotated[
    Literal["BUSINESS", "CONSUMER"],
    BeforeValidator(lambda value: "CONSUMER" if value == "PERSON" else value),
    WithJsonSchema({"enum": ["BUSINESS", "CONSUMER", "PERSON"], "description": "PERSON is read as CONSUMER."}),
]
Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_upper=True, max_length=27, pattern=r"^[A-Z0-9 ]*$"),
    AfterValidator(lambda value: value.replace(" ", "")),
]


class Processing(Wire):
    """What is to be done with the invoice."""

    payment_control_enabled: bool = Field(default=True, description="False: intermediation, no case work.")
    manual_approval_enabled: bool = Field(
        default=False, description="COLLECTION only: the case is prepared and reviewed before work begins."
    )
    accounting_invoice_enabled: bool = Field(default=False, description="Accepted; has no effect yet.")
    show_product_code_enabled: bool = Field(default=True, description="Print the rows' product codes.")


DistributionMethod = Literal["EMAIL", "EINVOICE", "PRINT", "SMS"]


class Distribution(Wire):
    """How the invoice reaches its debtor."""

    method: Literal["EMAIL", "EINVOICE", "PRINT", "SMS", "NONE"] = Field(
        default="NONE", description="SMS carries a link to the invoice."
    )
    enabled: bool = True
    fallback: list[DistributionMethod] | None = Field(
        default=None,
        max_length=4,
        description="The methods to fall back on, in this order; left out: as the agreement says.",
    )


class InvoiceHeader(Wire):
    number: InvoiceNumber
    type: Literal["INVOICE", "COLLECTION", "CREDIT_NOTE"] = Field(
        default="INVOICE", description="CREDIT_NOTE: credits `references.creditedInvoiceNumber` by its gross amount."
    )
    date: Day
    due_date: Day
    description: Prose | None = None
    additional_information: Prose | None = None
    currency_code: CurrencyCode
    language_code: LanguageCode


class InvoiceReferences(Wire):
    """The parties' own references; `payment` is made for you when left out."""

    sales: Line | None = None
    buyer: Line | None = None
    agreement: Line | None = None
    payment: Reference | None = None
    order_number: Line | None = None
    order_date: Day | None = None
    electronic_payment_code: Line | None = None
    credited_invoice_number: InvoiceNumber | None = None


class Address(Wire):
    street: Line | None = None
    street2: Line | None = None
    street3: Line | None = None
    postal_code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9 -]{1,16}$")] | None = (
        None
    )
    postal_district: Annotated[str, StringConstraints(strip_whitespace=True, max_length=70)] | None = None
    country_code: CountryCode | None = None
    country_name: Line | None = None


class BuyerAddress(Wire):
    """Where the debtor lives or has its seat."""

    street: Name
    street2: Line | None = None
    street3: Line | None = None
    postal_code: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9 -]{1,16}$")]
    postal_district: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=70)]
    country_code: CountryCode


class Contact(Wire):
    contact_person: Line | None = None
    email: OptionalEmail = None
    phone: Line | None = None


class PaymentDetails(Wire):
    iban: Iban | None = None
    bic: Bic | None = None
    bankgiro: Line | None = None
    postgiro: Line | None = None


class SellerParty(Wire):
    """The creditor; known from onboarding, so nothing here is needed."""

    business_id: Line | None = None
    name: Line | None = None
    vat_code: Line | None = None
    address: Address | None = None
    contact: Contact | None = None
    payment_details: PaymentDetails | None = None


class BuyerParty(Wire):
    """The debtor."""

    entity_type: EntityType
    name: Name
    customer_account_id: Line | None = None
    personal_identity_number: Line | None = Field(default=None, description="Accepted and thrown away: not needed.")
    business_id: Line | None = None
    vat_code: Line | None = None
    electronic_invoice_account: Line | None = Field(
        default=None,
        description="Where e-invoices reach the buyer, as `scheme:identifier` of the Peppol code list, for example"
        " `0192:999999999`; a Finnish 0037 account is understood too. Left out: `glnNumber`.",
    )
    electronic_routing_address: Line | None = None
    gln_number: Line | None = None
    language_code: LanguageCode | None = None
    disable_collection: bool = False
    address: BuyerAddress
    contact: Contact = Contact()


class InvoiceRecipientParty(Wire):
    """Somebody else who is to get the invoice; only its e-mail is used so far."""

    name: Line | None = None
    email: OptionalEmail = None
    language_code: LanguageCode | None = None
    address: Address | None = None


class InvoiceParties(Wire):
    seller_party: SellerParty | None = None
    buyer_party: BuyerParty
    invoice_recipient_party: InvoiceRecipientParty | None = None


class InvoiceRow(Wire):
    """A line of the invoice; `netAmount` is quantity times unit price, rounded half up."""

    description: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    product_code: Line | None = None
    quantity: Amount
    unit: Line | None = None
    unit_price: Amount
    vat_percentage: Percentage
    net_amount: Amount
    gross_amount: Amount | None = None


class InvoiceAmounts(Wire):
    """Totals; they must be the sums of the rows."""

    net_amount: Amount
    vat_amount: Amount
    gross_amount: Amount


class InvoiceTerms(Wire):
    payment_terms: Prose | None = None


class InvoiceBody(Wire):
    header: InvoiceHeader
    references: InvoiceReferences = InvoiceReferences()
    parties: InvoiceParties
    rows: list[InvoiceRow] = Field(
        default_factory=list[InvoiceRow], max_length=500, description="May be empty for type COLLECTION only."
    )
    amounts: InvoiceAmounts
    terms: InvoiceTerms | None = None


EXAMPLE: dict[str, Any] = {
    "processing": {"paymentControlEnabled": True},
    "distribution": {"method": "EMAIL", "enabled": True},
    "invoice": {
        "header": {
            "number": 251601000,
            "type": "INVOICE",
            "date": "2025-12-01",
            "dueDate": "2025-12-15",
            "currencyCode": "NOK",
            "languageCode": "NO",
        },
        "references": {"orderNumber": "ON798"},
        "parties": {
            "buyerParty": {
                "entityType": "CONSUMER",
                "name": "Ola Nordmann",
                "customerAccountId": "K-2001",
                "address": {
                    "street": "Storgata 1",
                    "postalCode": "0155",
                    "postalDistrict": "Oslo",
                    "countryCode": "NO",
                },
                "contact": {"email": "ola@nordmann.example"},
            }
        },
        "rows": [
            {
                "description": "Electricity, November",
                "quantity": 2,
                "unitPrice": 500.00,
                "vatPercentage": 25,
                "netAmount": 1000.00,
            }
        ],
        "amounts": {"netAmount": 1000.00, "vatAmount": 250.00, "grossAmount": 1250.00},
    },
}


class SalesInvoiceRequest(Wire):
    """An invoice to distribute and to watch over, or (type COLLECTION) a claim to collect."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        json_schema_extra={"examples": [EXAMPLE]},
    )

    processing: Processing = Processing()
    distribution: Distribution = Distribution()
    invoice: InvoiceBody


class InvoiceAccepted(Wire):
    """The invoice was taken and has a case."""

    invoice_number: str
    case_id: int
    payment_reference: str
    status: Literal["ACCEPTED"] = "ACCEPTED"


class InvoiceBulk(Wire):
    """Up to 1,000 invoices, each judged alone."""

    invoices: list[Any] = Field(min_length=1, max_length=1_000)


class FieldFault(Wire):
    field: str
    message: str


class BulkResult(Wire):
    """What became of one invoice of a bulk, by its place in the request."""

    index: int
    status: Literal["ACCEPTED", "REJECTED"]
    invoice_number: str | None = None
    case_id: int | None = None
    payment_reference: str | None = None
    problem_status: int | None = Field(default=None, description="409: duplicate number, 422: faulty fields.")
    detail: str | None = None
    errors: list[FieldFault] = Field(default_factory=list[FieldFault])


class InvoiceBulkResult(Wire):
    accepted_count: int
    rejected_count: int
    results: list[BulkResult]
