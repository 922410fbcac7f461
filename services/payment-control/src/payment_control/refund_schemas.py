"""Bodies of refunds and of the surpluses they may be of; amounts in minor units."""

from datetime import date
from uuid import UUID

from pydantic import BaseModel, Field

from payment_control.schemas import Asked, Read
from payment_control.use_cases.refunds import RefundAsked


class PayeeAsked(BaseModel):
    """Whom to pay; without it the money goes back to the account it came from."""

    name: str = Field(min_length=1, max_length=70)
    account: str = Field(min_length=1, max_length=40, description="IBAN, or a domestic number in NOK and DKK.")
    bic: str | None = Field(default=None, max_length=11)


class RefundOrder(Asked):
    """How much goes back; without an amount all that lies there. `case_id` asks for the surplus on that case."""

    amount_minor: int | None = Field(default=None, gt=0)
    currency: str | None = Field(default=None, min_length=3, max_length=3)
    case_id: int | None = Field(default=None, gt=0)
    payee: PayeeAsked | None = None
    message: str = Field(default="", max_length=140)

    def of(self, payment_id: UUID) -> RefundAsked:
        payee = self.payee
        return RefundAsked(
            payment_id,
            self.amount_minor,
            self.currency,
            self.case_id,
            payee.name if payee else None,
            payee.account if payee else None,
            payee.bic if payee else None,
            self.message,
        )


class RefundRead(Read):
    """A refund as it stands; the payee is shown to the office alone."""

    refund_id: UUID
    payment_id: UUID
    case_id: int | None
    source: str
    account_id: str
    amount_minor: int
    currency: str
    payee_name: str
    payee_iban: str
    message: str
    status: str
    requested_date: date
    end_to_end_id: str | None
    booking_date: date | None
    failed_date: date | None
    reason_code: str | None


class SurplusRead(Read):
    """What of a payment belongs to the debtor and was not refunded yet."""

    payment_id: UUID
    case_id: int
    creditor_id: UUID
    debtor_id: UUID
    invoice_number: str
    account_id: str
    currency: str
    booking_date: date
    left_minor: int
