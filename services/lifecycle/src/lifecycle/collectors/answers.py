"""What a collector writes into its files: one report a line, JSON, amounts as decimal text."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from lifecycle.domain.reports import Report
from money import InvalidAmount, Money, TooManyDecimals, UnknownCurrency

CollectorCloseCode = Literal[
    "PARTIALLY_PAID",
    "SETTLEMENT_ACCEPTED",
    "INSOLVENT",
    "UNTRACEABLE",
    "TIME_BARRED",
    "EXHAUSTED",
    "UNECONOMICAL",
    "DISPUTED_DECLINED",
    "OTHER",
]
"""What a collector may close a case with. PAID follows from the money it reports, the rest is the creditor's to say."""
ExternalId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e](?:[\x20-\x7e]{0,98}[\x21-\x7e])?$")]


class _Line(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", frozen=True)

    case_id: int = Field(gt=0, lt=2**63)


class AcceptedLine(_Line):
    type: Literal["ACCEPTED"]
    reference: str | None = Field(default=None, max_length=140)

    def report(self) -> Report:
        return Report("ACCEPTED", self.case_id, reference=self.reference)


class CollectedLine(_Line):
    type: Literal["COLLECTED"]
    external_id: ExternalId
    amount: Annotated[Decimal, Field(gt=0, lt=10**15, allow_inf_nan=False)]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    collected_on: date

    def report(self) -> Report:
        """ValueError where the currency cannot hold the amount."""
        return Report(
            "COLLECTED",
            self.case_id,
            external_id=self.external_id,
            amount_minor=_minor(self.amount, self.currency),
            currency=self.currency,
            collected_on=self.collected_on,
        )


class ClosedLine(_Line):
    type: Literal["CLOSED"]
    close_code: CollectorCloseCode
    reason: str = Field(default="", max_length=500)

    def report(self) -> Report:
        return Report("CLOSED", self.case_id, close_code=self.close_code, reason=self.reason)


_LINE: TypeAdapter[AcceptedLine | CollectedLine | ClosedLine] = TypeAdapter(
    Annotated[AcceptedLine | CollectedLine | ClosedLine, Field(discriminator="type")]
)


def read_answers(content: bytes) -> Iterator[tuple[int, Report | str]]:
    """The lines with their numbers; in place of a report that cannot be read stands why."""
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            yield number, _read(line)


def _read(line: bytes) -> Report | str:
    try:
        return _LINE.validate_json(line).report()
    except ValidationError as wrong:
        return "; ".join(_fault(error) for error in wrong.errors(include_url=False, include_input=False))
    except ValueError as wrong:
        return str(wrong)


def _fault(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"][1:]) or "line"
    return f"{place}: {error['msg']}"


def _minor(amount: Decimal, currency: str) -> int:
    try:
        return Money.parse(amount, currency).minor
    except UnknownCurrency as wrong:
        raise ValueError(f"currency: {wrong}") from wrong
    except (TooManyDecimals, InvalidAmount) as wrong:
        raise ValueError(f"amount: {wrong}") from wrong
