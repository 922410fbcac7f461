"""Bodies of what collectors took in, and of the payments by which they pass it on."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from gateway.schemas.wire import AmountOut, Name, Prose, Wire, printable, text

CollectedStatus = Literal["WITH_CREDITOR", "DUE", "CLEARED"]
ExternalId = Annotated[str, text(140, 1), AfterValidator(printable)]


class Remittance(Wire):
    """The amounts a queued payment passes on, by the collector's own ids; together they are the payment."""

    collector: Name
    external_ids: Annotated[list[ExternalId], Field(min_length=1, max_length=10_000)]
    reason: Prose = ""


class CollectedRead(Wire):
    """An amount as reported: with the creditor, DUE from the collector, or CLEARED by `paymentId`.

    `surplusAmount` is what of it exceeded the claim.
    """

    report_id: UUID
    case_id: int
    collector: str
    external_id: str
    currency: str
    amount: AmountOut
    surplus_amount: AmountOut
    collected_on: date
    status: CollectedStatus
    payment_id: UUID | None
