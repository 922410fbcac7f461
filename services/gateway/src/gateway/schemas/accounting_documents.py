"""Bodies of documents for accounting systems (ledger, payment, invoice), and of bookkeeping suggestions."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, StringConstraints

from gateway.schemas.accounting import AccountNumber, VatCode
from gateway.schemas.wire import Amount, AmountOut, Code, CurrencyCode, InvoiceNumber, Line, Name, Percentage, Wire

Identifier = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[\x21-\x7e]{1,100}$")]
Status = Literal[0, 1, 2]
STATUS_BY_NAME: dict[str, Status] = {"PENDING": 0, "SYNCED": 1, "FAILED": 2}


class LedgerDimension(Wire):
    dimension_type: Code
    dimension_value: Code


class LedgerRow(Wire):
    """`amount` debit positive, credit negative; `netAmount` without VAT."""

    booking_date: date
    account_number: AccountNumber
    vat_account_number: AccountNumber | None = None
    vat_type: Code | None = None
    vat_percentage: Percentage = Decimal(0)
    vat_code: VatCode = ""
    amount: Amount
    net_amount: Amount
    is_vat_row: Literal[0, 1] = 0
    project_number: Line = ""
    transaction_type: Code | None = None
    transaction_description: Line = ""
    ledger_dimensions: list[LedgerDimension] = Field(default_factory=list, max_length=20)


class Ledger(Wire):
    """A complete set: its net amounts sum to zero; in GROSS mode also its amounts without VAT rows."""

    ledger_identifier: Identifier
    company_identifier: Code
    document_type: Code = "ML"
    document_name: Name
    document_date: date
    document_description: Annotated[str, StringConstraints(strip_whitespace=True, max_length=210)] = ""
    calculation_mode: Literal["GROSS", "NET"] = "GROSS"
    ledger_rows: list[LedgerRow] = Field(min_length=2, max_length=1_000)


LEDGER_EXAMPLE: dict[str, Any] = {
    "ledgers": {
        "ledgerIdentifier": "abc-123-def-456",
        "companyIdentifier": "0646115-8",
        "documentType": "ML",
        "documentName": "1001",
        "documentDate": "2025-12-13",
        "documentDescription": "Sales of week 50",
        "calculationMode": "GROSS",
        "ledgerRows": [
            {"bookingDate": "2025-12-12", "accountNumber": "1701", "amount": 2990.0, "netAmount": 2990.0},
            {
                "bookingDate": "2025-12-12",
                "accountNumber": "3000",
                "vatPercentage": 25.5,
                "vatCode": "20",
                "amount": -2990.0,
                "netAmount": -2382.47,
            },
            {
                "bookingDate": "2025-12-12",
                "accountNumber": "2939",
                "amount": -607.53,
                "netAmount": -607.53,
                "isVatRow": 1,
            },
        ],
    }
}


class LedgerSubmit(Wire):
    """One ledger, although the name is plural."""

    model_config = ConfigDict(json_schema_extra={"examples": [LEDGER_EXAMPLE]})

    ledgers: Ledger


class PaymentPart(Wire):
    type: Literal["CAPITAL", "FEES", "INTEREST"]
    amount: Amount


class AccountingPayment(Wire):
    """`breakdown` says how the payment was allocated; given, it sums to `amount`."""

    payment_identifier: Identifier
    invoice_number: InvoiceNumber
    payment_date: date
    booking_date: date | None = None
    amount: Amount
    currency: CurrencyCode
    target_identifier: Code = "invoicenumber"
    payment_reference: Line = ""
    source_name: Line = ""
    breakdown: list[PaymentPart] = Field(default_factory=list, max_length=3)


class PaymentsSubmit(Wire):
    payments: list[AccountingPayment] = Field(min_length=1, max_length=1_000)


class AccountingInvoice(Wire):
    """An invoice you handed in, by its number; the rest is known."""

    invoice_identifier: Identifier
    invoice_number: InvoiceNumber


class InvoicesSubmit(Wire):
    invoices: list[AccountingInvoice] = Field(min_length=1, max_length=1_000)


class Synced(Wire):
    """`status` 0 pending, 1 synchronised, 2 failed; `description` says why."""

    source_identifier: str
    sync_date: date | None
    status: Status
    description: str


class LedgerSynced(Synced):
    document_date: date
    document_name: str
    document_status: Literal["Approved"] = "Approved"


class PaymentSynced(Synced):
    invoice_number: str
    payment_date: date


class InvoiceSynced(Synced):
    invoice_number: str
    invoice_date: date


class LedgersSynced(Wire):
    ledgers: list[LedgerSynced]


class PaymentsSynced(Wire):
    payments: list[PaymentSynced]


class InvoicesSynced(Wire):
    invoices: list[InvoiceSynced]


class Target(Wire):
    """CSV or SIE4: files in the office's drop folder. HTTP: signed JSON to `url`, an address the office has opened."""

    kind: Literal["CSV", "HTTP", "SIE4"]
    url: Annotated[str, StringConstraints(pattern=r"^https?://[\x21-\x7e]{1,480}$")] | None = None


class TargetRead(Target):
    """`secret`: `X-Fordring-Signature` is `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<raw body>">`."""

    secret: str | None = None


class SuggestedLine(Wire):
    """One side is zero; `component` is BANK, CAPITAL, INTEREST, FEES, COMMISSION, FEE_SHARE, VAT or ROUNDING."""

    account: str
    vat_code: str
    debit: AmountOut
    credit: AmountOut
    invoice: str | None
    component: str
    text: str


class BookkeepingSuggestion(Wire):
    """Balanced lines on the accounts of your own system."""

    settlement_id: int
    settlement_date: date
    currency: str
    lines: list[SuggestedLine]
