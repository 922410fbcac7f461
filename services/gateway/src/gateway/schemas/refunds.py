"""Bodies of refunds to payers, and of the surpluses they may be of."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from gateway.schemas.wire import Amount, AmountOut, Bic, CurrencyCode, Line, Prose, Wire, printable, text

RefundStatus = Literal["REQUESTED", "DECLINED", "APPROVED", "SENT", "PAID", "FAILED"]


class Payee(Wire):
    """Who gets the money. `account` is an IBAN, or a Norwegian or Danish number for money in NOK or DKK."""

    name: Annotated[str, text(70, 1), AfterValidator(printable)]
    account: Annotated[str, text(40, 1), AfterValidator(printable)]
    bic: Bic | None = None


class RefundOrder(Wire):
    """Without an amount all that lies there goes back; without payee to the account it came from.

    Money of the payment that waits in the queue or is not ours goes first; `caseId` asks for the surplus that the payment
    left on that case. `message` is what the payee reads on their statement.
    """

    currency: CurrencyCode | None = None
    amount: Amount | None = None
    case_id: Annotated[int, Field(gt=0, lt=2**63)] | None = None
    payee: Payee | None = None
    message: Line = ""
    reason: Prose


class RefundRead(Wire):
    """A refund as it stands: APPROVED, SENT to the bank, PAID, or FAILED and back where it came from."""

    refund_id: UUID
    payment_id: UUID
    case_id: int | None
    source: Literal["QUEUE", "NOT_OURS", "SURPLUS"]
    account_id: str
    currency: str
    amount: AmountOut
    payee_name: str
    payee_iban: str
    message: str
    status: RefundStatus
    requested_date: date
    end_to_end_id: str | None
    booking_date: date | None
    failed_date: date | None
    reason_code: str | None


class SurplusRead(Wire):
    """What of a payment exceeded a claim, belongs to the debtor and was not refunded yet."""

    payment_id: UUID
    case_id: int
    creditor_id: UUID
    debtor_id: UUID
    invoice_number: str
    account_id: str
    booking_date: date
    currency: str
    amount: AmountOut
