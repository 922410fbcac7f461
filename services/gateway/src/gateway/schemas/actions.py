"""Bodies of invoice actions."""

from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_camel

from gateway.schemas.invoices import BuyerAddress, FieldFault
from gateway.schemas.wire import Amount, CurrencyCode, Email, InvoiceNumber, Line, Prose, Wire

OfferedCode = Literal[
    "COMMENT",
    "WITHDRAW",
    "DUEDATE",
    "PAYMENTPLAN",
    "OBJECTION",
    "PAUSE",
    "RESUME",
    "DIRECTPAYMENT",
    "CREDITNOTE",
    "ADDRESS",
    "EMAIL",
]


class ActionDetails(Wire):
    """What the action is about: `caseId`, `invoiceNumber` or both, and what the code needs."""

    invoice_number: InvoiceNumber | None = None
    case_id: int | None = Field(default=None, gt=0, lt=2**63)
    due_date: date | None = Field(default=None, description="DUEDATE: the case's new due date.")
    until_date: date | None = Field(default=None, description="PAUSE: its last day; none: until RESUME.")
    number_of_instalments: int | None = Field(default=None, ge=2, le=60, description="PAYMENTPLAN: the plan proposed.")
    first_instalment_date: date | None = None
    instalment_every: Literal["WEEK", "MONTH"] | None = None
    address: BuyerAddress | None = Field(default=None, description="ADDRESS: where the debtor lives now.")
    email: Email | None = Field(default=None, description="EMAIL: the debtor's new address.")
    payment_method: Line | None = None
    amount: Amount | None = Field(default=None, description="DIRECTPAYMENT, CREDITNOTE.")
    currency: CurrencyCode | None = None
    payment_date: date | None = Field(default=None, description="DIRECTPAYMENT.")
    reference: Line | None = None
    credit_note_number: Line | None = Field(default=None, description="CREDITNOTE.")
    date_: date | None = Field(default=None, alias="date", description="CREDITNOTE: its date.")
    outstanding_capital_amount: Amount | None = None
    outstanding_interest_amount: Amount | None = None
    outstanding_costs_amount: Amount | None = None


class ActionOrder(Wire):
    code: OfferedCode
    comment: Prose = ""
    data: ActionDetails


EXAMPLE: dict[str, Any] = {
    "actions": [
        {
            "code": "DIRECTPAYMENT",
            "comment": "Paid to our own account",
            "data": {
                "invoiceNumber": 251601000,
                "caseId": 100001,
                "paymentMethod": "Bankgiro",
                "amount": 250.75,
                "currency": "NOK",
                "paymentDate": "2026-02-09",
                "reference": "BANKREF-88921",
            },
        }
    ]
}


class ActionsCreate(Wire):
    """Actions to be performed on cases. A faulty field anywhere refuses the whole request."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="ignore",
        frozen=True,
        json_schema_extra={"examples": [EXAMPLE]},
    )

    actions: list[ActionOrder] = Field(min_length=1, max_length=100)


class ActionResult(Wire):
    """PENDING: taken, its outcome shows among the case's events. REJECTED: not taken, for these reasons."""

    action_id: UUID | None = None
    code: OfferedCode
    case_id: int | None = None
    status: Literal["PENDING", "REJECTED"]
    detail: str | None = None
    errors: list[FieldFault] = Field(default_factory=list[FieldFault])


class ActionResults(Wire):
    """One result per action, in the request's order; when all are rejected the answer is a problem instead."""

    actions: list[ActionResult]
